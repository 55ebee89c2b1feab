"""The PDF as programs take its text off the page, and its bytes (R-13.1, R-13.3, R-13.5)."""

import re
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from ledger import periods
from ledger.units import ex_vat
from projections.canonical import statement_id
from projections.formats import pdf
from projections.ledger_line import Line
from projections.operator import figures, number_cell, words
from projections.statement import Statement
from projections.usage_row import UsageRow
from projections.words import times
from projections.words.lines import text as text_of
from projections.words.money import decimal, rubles, ten_thousandths
from projections.words.statement import StatementPhrasebook
from tests.conftest import Golden
from tests.formats.support import handmade, row
from tests.formats.told import TOLD
from tests.support import at
from tests.tools import tool

FEE = "Списание ежемесячной платы по Тарифному плану"
STRANGE = "W" * 20 + "Щ" * 10 + "\u202e" + "😀" + "<b>#{}[]$*_`@" + "é" + "1" * 18
assert len(STRANGE) == 64


def text(content: bytes) -> str:
    """The text of all pages in the order of the document."""
    document = pypdfium2.PdfDocument(content)
    return "\n".join(document[page].get_textpage().get_text_range() for page in range(len(document)))


def bare(text: str) -> str:
    """Without any white space, which readers of pages put where they like."""
    return re.sub(r"\s+", "", text.replace("\ufffe", "").replace("\u0002", ""))


def cells(used: UsageRow) -> str:
    """A row in the order of the operator's PDF: time, offset, number, zones, service, amount, cost, and if it was paid
    when the balance changed."""
    started, booked = (periods.local(at, "Europe/Moscow") for at in (used.at, used.booked_at))
    told = [
        times.day(started),
        figures.clock(started),
        times.offset(started),
        number_cell.number_cell(used.service, used.direction, used.peer, used.zone, fits=24),
        words.service(used.service, used.direction),
        figures.actual(used.service, used.quantity),
        ten_thousandths(used.amount_ex_vat, "ru"),
        figures.moment(booked) if used.amount else "",
    ]
    return bare("".join(told))


def in_order(text: str, parts: list[str]) -> bool:
    """Whether the text has all parts, one behind the other."""
    place = 0
    for part in parts:
        if (found := text.find(part, place)) < 0:
            return False
        place = found + len(part)
    return True


def month(rows: int) -> Statement:
    """A statement of so many rows over several pages, a seventh of them paid, some in other zones."""
    peers = ("79280000000", "MTC", "internet.mts.ru", "Vam_Zvonili:+79104740809", "VOL_FACEBOOK_FLEX")
    usage = []
    for i in range(rows):
        when = at(f"2015-09-{1 + i // 40:02d} {i % 24:02d}:{i * 7 % 60:02d}:{i * 13 % 60:02d}")
        amount = (130, 1170, 7500)[i % 3] if i % 7 == 0 else 0
        service = ("voice", "sms", "data")[i % 3]
        usage.append(
            row(
                version=i + 1,
                at=when,
                booked_at=when,
                service=service,
                direction="out" if service == "data" or i % 2 else "in",
                peer=peers[i % 5],
                zone=("home", "home", "home", "russia", "roaming")[i % 5],
                quantity=i * 997 % 5000 + 1,
                amount=amount,
                amount_ex_vat=ex_vat(amount, 18),
            )
        )
    return handmade(sorted(usage, key=lambda each: each.at), since=date(2015, 9, 1))


def test_the_text_of_the_pages(told: dict[str, Statement], golden: Golden) -> None:
    """The whole document as text, page by page."""
    pages = text(pdf.render(told["full"], checkpoint="контроль 7"))
    golden("full.pdf.txt", pages.replace("\r\n", "\n").replace("\r", "\n"))


@pytest.mark.parametrize("name", TOLD)
def test_every_line_and_every_row_stand_in_order(told: dict[str, Statement], name: str) -> None:
    made = told[name]
    found = bare(text(pdf.render(made)))
    phrases = StatementPhrasebook("ru", made)
    said = [(figures.moment(periods.local(line.booked_at, made.zone)), text_of(phrases, line)) for line in made.lines]
    assert in_order(found, [bare(moment + words) for moment, words in said if "\n" not in words])
    assert in_order(
        found, [cells(used) for used in sorted(made.usage, key=lambda used: used.at) if len(used.peer) < 30]
    )
    total = made.usage_total
    net = ten_thousandths(total.amount_ex_vat, "ru")
    assert bare(f"Итого{net}Итого с НДС{decimal(total.amount)}") in found
    assert bare(f"Баланс на конец—{rubles(made.closing)}") in found
    assert statement_id(made) in found


def test_a_fee_stands_with_its_exact_words_and_its_period(told: dict[str, Statement]) -> None:
    """R-13.3"""
    read = re.sub(r"\s+", " ", text(pdf.render(told["full"])))
    assert f"{FEE}, период действия с 15.12.2018 по 14.01.2019 −400,00 ₽ 600,00 ₽" in read


def test_pdftotext_reads_the_usage_row_by_row(told: dict[str, Statement], tmp_path: Path) -> None:
    """Left to itself it could as well read column by column; it guesses from how rows stand below one another, so a
    row that stands alone proves nothing."""
    several = {name: made for name, made in told.items() if len(made.usage) != 1}
    for name, made in {**several, "month": month(170), "rows": month(3)}.items():
        file = tmp_path / f"{name}.pdf"
        file.write_bytes(pdf.render(made))
        done = subprocess.run([tool("pdftotext", package="poppler-utils"), file, "-"], capture_output=True, check=True)
        read = done.stdout.decode()
        rows = [cells(used) for used in sorted(made.usage, key=lambda used: used.at) if len(used.peer) < 30]
        assert in_order(bare(read), rows), name
        pages = read.count("\f")
        assert all(f"Страница {page} из {pages}" in read for page in range(1, pages + 1))
        assert re.search(rf"Итого\s+{ten_thousandths(made.usage_total.amount_ex_vat, 'ru')}\s", read), name


def test_heads_are_repeated_on_every_page_of_usage() -> None:
    """The operator's rows first, then, at the latest on a page of its own, what they have no column for."""
    pages = paged(month(340))
    operator = ["Оказанные услуги связи" in page and "Изм. баланса" in page for page in pages[1:]]
    own = ["Учтено, из пакетов и с НДС" in page for page in pages[1:]]
    assert all(one or other for one, other in zip(operator, own, strict=True))
    assert (operator, own) == (sorted(operator, reverse=True), sorted(own))
    assert operator.count(True) > 2
    assert own.count(True) > 2


def test_each_row_of_usage_is_told_what_was_billed_what_packages_gave_and_the_sum_with_vat() -> None:
    """310 s are billed as 360, of which a package gave 180, and the rest costs 6.00."""
    used = row(version=1234, quantity=310, billed=360, from_packages=180, amount=6_00, amount_ex_vat=5_0000)
    read = re.sub(r"\s+", " ", "".join(paged(handmade([used]))))
    assert "1234 08.09.2015 14:37:40 звонки исх. 6:00 3:00 6,00 ₽" in read


def test_heads_are_repeated_on_every_page_of_the_ledger() -> None:
    when = at("2015-09-08 14:37:57")
    lines = [Line(version=i, booked_at=when, kind="usage", amount=-1, balance=-i) for i in range(1, 150)]
    pages = paged(handmade([row()], lines))
    assert len(pages) >= 4
    assert all("Операция" in page and "Сумма" in page for page in pages[:-1])
    assert bare("".join(pages)).count(bare("Услуги связи сверх пакета")) == 149


def paged(made: Statement) -> list[str]:
    document = pypdfium2.PdfDocument(pdf.render(made))
    return [document[page].get_textpage().get_text_range() for page in range(len(document))]


@pytest.mark.parametrize("name", TOLD)
def test_a_statement_keeps_its_bytes(told: dict[str, Statement], name: str) -> None:
    """R-13.5"""
    assert pdf.render(told[name]) == pdf.render(told[name])


def test_the_dates_in_the_file_are_the_statements(told: dict[str, Statement]) -> None:
    """R-13.5: a final statement dates from the end of its range; the clock of the library cannot be set by a test."""
    document = pypdfium2.PdfDocument(pdf.render(told["full"]))
    dates = {document.get_metadata_value(key) for key in ("CreationDate", "ModDate")}
    assert dates == {"D:20190201000000Z"}


def test_all_fonts_are_in_the_file_and_none_is_the_machines(told: dict[str, Statement]) -> None:
    content = pdf.render(told["full"])
    names = set(re.findall(rb"/BaseFont */([A-Z]{6}\+[A-Za-z0-9-]+)", content))
    families = {re.split(rb"[+-]", name)[1] for name in names}
    assert families <= {b"LibertinusSerif", b"NewCM10", b"DejaVuSansMono", b"NewCMMath"}


def test_strange_texts_are_printed_and_never_read_as_markup() -> None:
    when = at("2015-09-08 14:37:57")
    markup = '#panic("read") $x$ *b* _i_ `r` @ref <label> \\ //'
    line = Line(version=1, booked_at=when, kind="adjustment", note=markup, amount=1, balance=1)
    made = handmade([row(peer=STRANGE), row(peer=""), row(peer=markup, zone=STRANGE[:32])], [line])
    read = bare(text(pdf.render(made, checkpoint=markup)))
    assert read.count(bare(markup)) == 3  # line and the foot of both pages
    assert read.count(bare(markup.replace(" ", r"\u0020"))) == 1  # a peer too long for a line keeps its spaces so
    assert bare("W" * 20 + "Щ" * 10) in read


def test_a_long_number_is_wrapped_inside_its_column(tmp_path: Path) -> None:
    made = handmade([row(peer="W" * 64), row(peer="1")])
    page = pypdfium2.PdfDocument(pdf.render(made))[1].get_textpage()
    services = [page.get_charbox(i) for i in _places(page.get_text_range(), "Телеф.")]
    wide = [page.get_charbox(i)[2] for i, each in enumerate(page.get_text_range()) if each == "W"]
    assert len(wide) == 64
    assert max(wide) < services[0][0]


def _places(text: str, part: str) -> list[int]:
    return [found.start() for found in re.finditer(re.escape(part), text)]


def test_english_is_for_the_whole_document(told: dict[str, Statement]) -> None:
    read = text(pdf.render(told["full"], lang="en"))
    assert "Opening balance" in read
    assert "Monthly fee of the plan" in read
    assert FEE not in read


def test_a_provisional_statement_says_what_it_waits_for(told: dict[str, Statement]) -> None:
    """R-13.5"""
    made: Any = told["below_zero"]
    read = re.sub(r"\s+", " ", text(pdf.render(made)))
    assert not made.final
    assert "предварительно: 15.02 ночью оплаченный период закончится под блокировкой, плата не спишется" in read
    assert "· предварительно" in read
