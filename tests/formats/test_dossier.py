"""The dossier of a claim: what it says, as text, as a page and as a PDF (R-11, contract §7)."""

import re
from datetime import date
from pathlib import Path

import lxml.etree
import pypdfium2
import pytest

from ledger.events import type_name
from projections import disputes
from projections.dossier import Dossier, Month, dossier
from projections.follow import caught_up
from projections.formats import dossier as text
from projections.formats import dossier_html as page
from projections.formats import dossier_pdf as pdf
from projections.words.money import rubles
from tests.conftest import Golden
from tests.support import CATALOGUE_TEXT, Story, catalogues_of, names

HOSTILE = "<script>alert(1)</script> #strong[x] $1$ \u202eabc\x1b[2J \\ \"'&amp; " + "W" * 60


def seen(story: Story, id: str, today: str) -> Dossier:
    day = date.fromisoformat(today)
    with story.ledger.snapshot() as snapshot, caught_up(snapshot.log) as db:
        (row,) = disputes.rows(db, snapshot.log, today=day, dispute=id)
    catalogues = catalogues_of(story.ledger)
    with story.reading() as log:
        return dossier(log, catalogues, story.account, row, today=day)


def refreshed(folder: Path, catalogue: str = CATALOGUE_TEXT) -> Story:
    """Worked example 3 on t4: connected on 15 January (4), a call (5), refreshed on 1 February (6)."""
    story = Story(folder, text=catalogue).open("2023-01-15 11:00")
    story.top_up("2023-01-15 11:30", 1000_00)
    story.connect("2023-01-15 12:00", "t4")
    story.call("2023-01-20 10:00", "180:00")
    story.dial("2023-02-01 10:00")
    story.call("2023-02-02 10:00", "25:30")
    return story


def claim(story: Story, when: str, event: int, id: str = "claim", words: str = "не заказывал", **more: str) -> None:
    story.feed("open_dispute", when, event=event, id=id, text=words, **more)


@pytest.fixture
def answered(tmp_path: Path) -> Story:
    """The refresh disputed, a part given back by hand, adjusted, and the claim upheld for the rest."""
    story = refreshed(tmp_path)
    claim(story, "2023-03-01 00:00", 6, by="Петров", source="desk")
    story.feed("reverse", "2023-03-02 10:00", event=6, amount=100_00, text="часть сразу", by="Иванова")
    story.feed("adjust", "2023-03-02 11:00", amount=5_00, cites=[6], text="за ожидание", by="Иванова")
    more = {"id": "a", "source": "desk", "by": "Сидорова"}
    story.feed("resolve_dispute", "2023-03-03 10:00", dispute="claim", outcome="upheld", text="вернули", **more)
    return story


def test_a_dossier_reads_like_this(answered: Story, golden: Golden) -> None:
    """Everything the clerk and the subscriber ask for stands in one text."""
    golden("dossier.txt", text.render(seen(answered, "claim", "2023-03-05")))


def test_what_was_given_back_what_is_left_and_what_was_adjusted(answered: Story) -> None:
    """R-11.1, R-11.5: 100.00 by hand, 5.00 as an adjustment, and the 295.00 that were left with the answer."""
    made = seen(answered, "claim", "2023-03-05")
    assert (made.given_back, made.left, made.adjusted) == (395_00, 0, 5_00)
    assert [(each.type, each.version, each.amount) for each in made.so_far.moved] == [
        ("ChargeReversed", 10, 100_00),
        ("Adjusted", 12, 5_00),
        ("ChargeReversed", 15, 295_00),
    ]
    told = text.document(made)
    assert ("Возвращено", rubles(400_00), "больше ничего не осталось") in told.sums
    types = [type_name(each.event) for each in made.since]
    assert types == ["DisputeOpened", "ChargeReversed", "Adjusted", "DisputeResolved", "ChargeReversed"]
    assert made.answer is not None
    assert (made.answer.outcome, made.answer.text, made.answer.by) == ("upheld", "вернули", "Сидорова")
    assert made.days_left is None


def test_under_edition_1_an_adjustment_takes_nothing_from_what_is_left(tmp_path: Path) -> None:
    """R-3.7, R-11.1: it is told, and that it does not count."""
    story = refreshed(tmp_path, CATALOGUE_TEXT.replace("edition = 2", "edition = 1"))
    story.feed("adjust", "2023-02-03 11:00", amount=5_00, cites=[6], text="", by="Иванова")
    claim(story, "2023-03-01 00:00", 6)
    told = text.document(seen(story, "claim", "2023-03-01"))
    assert ("Возвращено", rubles(0), f"можно вернуть ещё {rubles(400_00)}") in told.sums
    (part,) = (part for part in told.parts if part.title == "Что уже возвращено")
    assert part.rows == [
        [rubles(5_00), "перерасчёт, запись 8 от 03.02.2023 (не учитывается: правила редакции 1)"],
    ]


def test_a_claim_on_a_top_up_says_what_would_be_taken(tmp_path: Path) -> None:
    """R-11.1: what moves back of money that came in goes from the subscriber; reversed adjustments do not count."""
    story = refreshed(tmp_path)
    story.feed("adjust", "2023-02-03 11:00", amount=-30_00, cites=[2], text="", by="Иванова")
    (more,) = story.events_of("adjust", "2023-02-03 12:00", amount=-20_00, cites=[2], text="", by="Иванова")
    story.feed("reverse", "2023-02-03 13:00", event=more.version, amount=15_00, text="", by="Иванова")
    claim(story, "2023-03-01 00:00", 2)
    made = seen(story, "claim", "2023-03-01")
    assert [each.amount for each in made.so_far.moved] == [30_00, 5_00]
    told = text.document(made)
    assert ("Снято обратно", rubles(35_00), f"можно снять ещё {rubles(965_00)}") in told.sums
    assert "Что уже снято обратно" in [part.title for part in told.parts]


@pytest.mark.parametrize(
    ("event", "why"),
    [(1, "денег в этой записи нет"), (8, "это сама корректировка")],
)
def test_where_nothing_can_be_given_back_it_is_said_why(tmp_path: Path, event: int, why: str) -> None:
    story = refreshed(tmp_path)
    story.feed("reverse", "2023-02-03 13:00", event=6, amount=15_00, text="", by="Иванова")
    claim(story, "2023-02-04 00:00", event)
    assert ("Возвращено", rubles(0), why) in text.document(seen(story, "claim", "2023-02-05")).sums


@pytest.mark.parametrize(
    ("today", "days_left", "state", "note"),
    [
        ("2023-03-30", 1, "открыта", "осталось дней: 1"),
        ("2023-03-31", 0, "открыта", "осталось дней: 0"),
        ("2023-04-01", -1, "просрочена", "просрочено дней: 1"),
    ],
)
def test_an_open_claim_tells_how_long_there_is(
    tmp_path: Path, today: str, days_left: int, state: str, note: str
) -> None:
    """R-11.2, worked example 14: registered 01.03, to be answered by 31.03, claimed by 01.08."""
    story = refreshed(tmp_path)
    claim(story, "2023-03-01 00:00", 6)
    made = seen(story, "claim", today)
    assert (made.last_day, made.dispute.answer_due) == (date(2023, 8, 1), date(2023, 3, 31))
    assert made.days_left == days_left
    told = text.document(made)
    assert (told.state, told.settled) == (state, False)
    assert ("Ответ", "31.03.2023", note) in told.sums


def test_the_same_charge_of_earlier_months_is_of_its_own_kind(tmp_path: Path) -> None:
    """A fee is held against fees, a paid call against calls of its zone; what came later is not among them."""
    story = refreshed(tmp_path)
    story.top_up("2023-02-02 11:00", 1000_00)
    (early,) = story.call("2023-02-02 12:00", "1:30", zone="russia")
    story.call("2023-02-03 12:00", "1:30", zone="roaming")
    story.usage("2023-02-03 13:00", "sms", 1, zone="russia")
    (second,) = story.call("2023-02-28 12:00", "0:30", zone="russia")
    disputed = story.call("2023-03-01 12:00", "0:30", zone="russia")[-1]
    story.call("2023-03-01 13:00", "0:30", zone="russia")
    claim(story, "2023-03-02 00:00", disputed.version)
    claim(story, "2023-03-02 00:00", 6, id="fee")
    made = seen(story, "claim", "2023-03-02")
    assert made.months == [Month(date(2023, 2, 1), 2, -15_00, [early.version, second.version])]
    assert [line.version for line in made.earlier] == [second.version, early.version]
    assert seen(story, "fee", "2023-03-02").months == [Month(date(2023, 1, 1), 1, -400_00, [4])]


def test_a_claim_about_a_refusal_shows_its_reply_and_no_line(tmp_path: Path) -> None:
    """R-11.2: "I dialled *929# and nothing happened"."""
    story = refreshed(tmp_path)
    (refused,) = story.dial("2023-02-03 10:00")
    claim(story, "2023-02-04 10:00", refused.version)
    made = seen(story, "claim", "2023-02-05")
    assert made.line is None
    assert made.row is not None
    assert (made.row.peer, made.left) == ("*929#", 0)
    told = text.render(made)
    assert f"Недостаточно средств: нужно {rubles(400_00)}, доступно {rubles(200_00)}." in told
    assert "Баланс она не меняла, в операциях её нет." in told


def test_any_event_can_be_told_of(tmp_path: Path) -> None:
    """R-11.2: a claim may name any event; each has a text and a page."""
    story = refreshed(tmp_path)
    story.events_of("take_promise", "2023-02-03 09:00", amount=300_00)
    story.events_of("connect_option", "2023-02-03 10:00", option="gb1")
    story.events_of("connect_option", "2023-02-03 10:00", option="min100")
    story.events_of("disconnect_option", "2023-02-03 10:01", option="min100")
    story.events_of("grant_discount", "2023-02-03 11:00", percent=10, **{"from": "2023-02-01", "until": "2023-02-10"})
    story.usage("2023-02-03 12:00", "data", 10_000_000, zone="mars")
    story.call("2023-02-03 13:00", "30:00", zone="roaming")
    story.top_up("2023-02-03 14:00", 1500_00)
    story.block("2023-02-04 10:00")
    story.block("2023-02-04 10:00")
    story.unblock("2023-02-05 10:00")
    story.connect("2023-02-06 10:00", "t3")
    story.feed("adjust", "2023-02-07 10:00", amount=5_00, cites=[6], text="")
    story.feed("reverse", "2023-02-07 11:00", event=6, amount=100_00, text="")
    story.night("2023-04-20 03:00")
    events = story.log()
    assert len(set(names(events))) >= 19
    for event in events:
        claim(story, "2023-04-21 10:00", event.version, id=f"c{event.version}")
    for event in events:
        made = seen(story, f"c{event.version}", "2023-04-22")
        assert made.explanation.event == event
        assert f"Претензия c{event.version}: открыта" in text.render(made)
        lxml.etree.fromstring(page.render(made).encode())


def test_texts_of_strangers_are_texts(tmp_path: Path) -> None:
    """No markup, no control of a terminal, nothing that runs or is loaded; in all three forms."""
    story = refreshed(tmp_path)
    claim(story, "2023-03-01 00:00", 6, id="<b>#id", words=HOSTILE, by="\u202e<i>")
    made = seen(story, "<b>#id", "2023-03-05")
    told = text.render(made)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", told)
    assert "<script>alert(1)</script> #strong[x] $1$" in told
    shown = page.render(made)
    tree = lxml.etree.fromstring(shown.encode())
    assert not tree.xpath("//*[local-name()='script' or local-name()='b' or local-name()='i' or @src or @href]")
    assert "<script>alert(1)</script> #strong[x]" in str(tree.xpath("string()"))
    assert "default-src 'none'" in shown
    printed = read(pdf.render(made))
    assert "<script>alert(1)</script>#strong[x]$1$" in printed
    assert "Претензия<b>#id" in printed


def test_the_pdf_says_what_the_text_says_and_is_the_same_bytes_again(answered: Story) -> None:
    made = seen(answered, "claim", "2023-03-05")
    content = pdf.render(made)
    assert pdf.render(made) == content
    printed = read(content)
    told = text.document(made)
    said = [told.title, told.state, *(each for pair in told.about for each in pair), *(s[1] for s in told.sums)]
    said += [cell for part in told.parts for row in part.rows for cell in row]
    assert len(said) > 100
    for each in said:
        assert "".join(each.split()) in printed


def read(content: bytes) -> str:
    """The text of all pages without white space."""
    document = pypdfium2.PdfDocument(content)
    told = "".join(document[number].get_textpage().get_text_range() for number in range(len(document)))
    return re.sub(r"[\s\ufffe\u0002]+", "", told)
