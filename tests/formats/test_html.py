"""The page: what programs for the operator's page find in it, and what people do (R-1.6, R-13)."""

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.canonical import statement_id
from projections.formats import html
from projections.ledger_line import Line
from projections.operator.blocks import blocks, by_start
from projections.statement import Statement
from projections.words.money import rubles
from tests.conftest import Golden
from tests.formats.support import XHTML, Programs, handmade, known, page, read_html, row
from tests.formats.told import STRANGE, TOLD
from tests.support import SHARED_FEED, at

REAL = SHARED_FEED.with_name("operator-statement-2017-sample.html")
HEADS = [
    "", "Дата", "Время", "GMT*", "Номер", "Зона вызова", "Зона направления вызова/номер сессии", "Услуга", " ",
    "Длительность/Объем (мин.:сек.)/(Kb)", "Стоимость руб. без НДС", "",
]  # fmt: skip
UNNAMED = {"data": "internet.mts.ru"}
"""What stands in the place of a peer that nobody named; a dash for every other service."""


class Elements(HTMLParser):
    """The tags of the operator's outer table, up to its last words and without the rows of usage."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.seen = False
        self.feed(re.sub(r"<tbody>.*</tbody>", "<tbody></tbody>", text[text.index("<table") :]))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.note(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.note(f"{tag}/")

    def handle_endtag(self, tag: str) -> None:
        self.note(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.seen = self.seen or data == "FORIS OSS"

    def note(self, tag: str) -> None:
        if not self.seen:
            self.tags.append(tag)


def elements(text: str) -> list[str]:
    return Elements(text).tags


def money(amount: int) -> str:
    return rubles(amount).replace(" ", "\u00a0")


def programs(made: Statement) -> Programs:
    return Programs(html.render(made))


@pytest.mark.parametrize("name", TOLD)
def test_statements_as_recorded(told: dict[str, Statement], golden: Golden, name: str) -> None:
    golden(f"{name}.html", html.render(told[name]))


def test_a_page_in_english_as_recorded(told: dict[str, Statement], golden: Golden) -> None:
    """Also the words of the operator's tables; programs for them read Russian ones."""
    golden("full.en.html", html.render(told["full"], lang="en", checkpoint="17 <a>"))


def test_programs_find_the_usage_however_they_look_for_it(told: dict[str, Statement]) -> None:
    """As `table table tbody tr`, as every `tbody` there is, as the third table; the number as a third word."""
    found = programs(told["full"])
    assert found.numbers == [told["full"].contract.number]
    assert found.cells[2, "thead"] == [HEADS]
    assert found.usage == found.cells[2, "tbody"]
    assert len(found.usage) == len(told["full"].usage)
    assert found.cells[2, "tfoot"] == [["", " Итого:", *[""] * 8, "36,0170", ""]]
    assert {len(cells) for cells in found.usage} == {12}


def test_a_row_as_the_operators_page_has_it(told: dict[str, Statement]) -> None:
    late = next(cells for cells in programs(told["full"]).usage if cells[9] == "5:10")
    assert late == [
        "", "20.12.2018", "12:00:00", "+03:00", "79031112233", "", "", "Телеф.", "", "5:10", "6,7797", "",
    ]  # fmt: skip
    assert [cells[10] for cells in programs(told["full"]).usage][:2] == ["0,0000", "0,0000"]


@pytest.mark.skipif(not REAL.exists(), reason="the operator's real page is not kept in this repository")
def test_the_nesting_is_that_of_the_real_page(told: dict[str, Statement]) -> None:
    """The same elements within the operator's outer table, in the same order; rows by their class."""
    real = REAL.read_text(encoding="utf-8-sig")
    ours = html.render(told["full"])
    assert elements(real) == elements(ours)
    kinds = [set(re.findall(r'<tr class="(\w+)"><td( class="\w+")? />', text)) for text in (real, ours)]
    assert kinds[0] == kinds[1]
    first = re.search(r'<tr class="OutOfBlock">.*?</tr>', real)
    assert first is not None
    ours = re.sub(r' id="usage-[0-9]+"', "", ours)  # on the last cell, beside what it shows
    assert re.sub(r">[^<]+<", "><", first[0]) in re.sub(r">[^<]+<", "><", ours)


@pytest.mark.parametrize("name", TOLD)
def test_the_sums_are_those_of_the_json(told: dict[str, Statement], name: str) -> None:
    """R-13.2: total, rows, ledger lines, both balances; and each row reads back."""
    made = told[name]
    found = programs(made)
    total = int(found.cells[2, "tfoot"][0][10].replace(",", ""))
    read = [read_html(cells) for cells in found.usage]
    assert total == made.usage_total.amount_ex_vat == sum(row["amount_ex_vat"] for row in read)
    started = by_start(made.usage)
    assert read == [known(row, cells, unnamed=UNNAMED) for row, cells in zip(started, read, strict=True)]
    ledger = [cells[3:] for cells in found.cells[3, ""]]
    assert ledger == [
        ["", money(made.opening)],
        *([money(line.amount), money(line.balance)] for line in made.lines),
        ["", money(made.closing)],
    ]


@given(
    st.sampled_from([("voice", "out"), ("voice", "in"), ("sms", "out"), ("sms", "in"), ("data", "out")]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=64),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=32) | st.sampled_from(["home", "russia"]),
    st.integers(0, 10**7),
)
def test_usage_reads_back(what: tuple[str, str], peer: str, zone: str, quantity: int) -> None:
    """Whatever the peer and the zone are; to the second and the kilobyte; the page is XML with any of them."""
    made = row(service=what[0], direction=what[1], peer=peer, zone=zone, quantity=quantity)
    text = html.render(handmade([made]))
    ET.fromstring(text.encode())
    read = read_html(Programs(text).usage[0])
    assert read == known(made, read, unnamed=UNNAMED)


def test_texts_cannot_become_markup() -> None:
    """Channels, clerks' words, a checkpoint: text stays text, whatever it is, in XML too."""
    nasty = Line(
        version=2, booked_at=at("2015-09-06 10:00"), kind="top_up", channel=STRANGE, amount=1, balance=1,
    )  # fmt: skip
    made = page(handmade(lines=[nasty]), checkpoint=STRANGE)
    assert [*made.iter(f"{XHTML}script")] == []
    cell = [*made.iter(f"{XHTML}table")][3][2][2]
    shown = STRANGE.replace("\u202e\x01\t", "⟨U+202E⟩␁␉")
    assert cell.text == f"Пополнение баланса ({shown})"
    assert [each.text for each in made.iter(f"{XHTML}p")][-1] == f"Контрольная точка {shown}"


def test_nothing_is_loaded_and_nothing_runs(told: dict[str, Statement]) -> None:
    """One file, offline: no script, no address, no import; and a policy that says so to the browser."""
    text = html.render(told["full"])
    addresses = {"http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg"}
    assert set(re.findall(r"https?://[^\s\"'<)]+", text)) == addresses
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\(|\s(src|href|on\w+)=", text)
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'\"" in text


def test_neighbours_that_belong_together_stand_in_a_block() -> None:
    """Parts of a message within three seconds, slices of a session; another number or second ends it."""
    sms = {"service": "sms", "direction": "out", "quantity": 1}
    data = {"service": "data", "peer": "internet.mts.ru"}
    rows = [
        row(at=at("2015-09-08 10:00:00"), **sms),
        row(at=at("2015-09-08 10:00:03"), **sms),
        row(at=at("2015-09-08 10:00:06"), **sms),
        row(at=at("2015-09-08 10:00:10"), **sms),
        row(at=at("2015-09-08 10:00:10"), peer="900", **sms),
        row(at=at("2015-09-08 13:25:07"), **data),
        row(at=at("2015-09-08 14:25:07"), **data),
        row(at=at("2015-09-08 15:25:07"), **data),
        row(at=at("2015-09-08 16:25:08"), **data),
        row(at=at("2015-09-08 16:25:08"), **data | {"peer": "VOLUME"}),
    ]
    assert blocks(by_start(rows)) == [
        "FirstInBlock", "InBlock", "LastInBlock", "OutOfBlock", "OutOfBlock",
        "FirstInBlock", "InBlock", "LastInBlock", "FirstInBlock", "LastInBlock",
    ]  # fmt: skip
    assert blocks([]) == []


def test_a_provisional_statement_says_what_it_waits_for(told: dict[str, Statement]) -> None:
    """R-13.5: at the top and at the foot; a final one has its id."""
    provisional, final = html.render(told["below_zero"]), html.render(told["full"])
    assert "предварительно: 15.02 ночью оплаченный период закончится под блокировкой, плата не спишется" in provisional
    assert f"Документ {statement_id(told['below_zero'])} · предварительно" in provisional
    assert f"Документ {statement_id(told['full'])} · окончательно" in final
    assert "предварительно" not in final


def test_money_and_numbers_are_set_as_people_read_them(told: dict[str, Statement]) -> None:
    """Non-breaking spaces, a minus and not a hyphen, a date beside its preposition."""
    text = html.render(told["full"])
    assert "1\u00a0257,00\u00a0₽" in text
    assert "−400,00\u00a0₽" in text
    assert "+7\u00a0916\u00a0123-45-67" in text
    assert "период действия с\u00a015.12.2018 по\u00a014.01.2019" in text
    assert "−315,00\u00a0₽" in html.render(told["below_zero"])


def test_a_final_statement_is_printed_twice_with_the_same_bytes(tmp_path: Path) -> None:
    """R-13.5: from two ledgers that were fed on their own."""
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()
    one, other = (html.render(TOLD["full"](folder)) for folder in folders)
    assert one == other
