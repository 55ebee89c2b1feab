"""Rows of overlapping exports meet: each is one input, whatever the files, their forms and their order (R-12.2)."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import inputs as door
from ledger.contracts import Contract
from ledger.inputs import Input
from ledger.log import keys
from ledger.periods import from_datetime
from ledger.units import RecordQuantity
from projections.formats import html
from projections.formats import xml as our_xml
from projections.operator import figures, words
from projections.operator.inputs import inputs_of
from projections.operator.known_inputs import KnownInputs
from projections.usage_row import UsageRow
from projections.words import times
from tests.formats.support import handmade, row
from tests.operator.support import CALL, FREE, cells, page, pdf_text, read, xml
from tests.support import ACCOUNT, CATALOGUE_TEXT, Story, account_of

BEGAN: Final = datetime.fromisoformat("2017-05-01T07:00:00+03:00")


class Used(NamedTuple):
    """A record of usage as the operator has it, so many seconds behind seven in the morning."""

    second: int
    service: str
    direction: str
    peer: str
    quantity: int
    is_paid: bool

    @property
    def at(self) -> datetime:
        return BEGAN + timedelta(seconds=self.second)

    @property
    def told(self) -> tuple[str, str, str, str]:
        """Number, service, length and cost as cells."""
        number = words.number(self.service, self.direction, self.peer)
        cost = "1,1017" if self.is_paid else "0,0000"
        return (
            number,
            words.service(self.service, self.direction),
            figures.actual(self.service, RecordQuantity(self.quantity)),
            cost,
        )


def operators_xml(rows: list[Used]) -> bytes:
    told = []
    for used in rows:
        number, word, length, cost = used.told
        paid = {"c": cost, "f": "1,3000"} if used.is_paid else {"c": "0", "f": "0"}
        changed = figures.moment(used.at + timedelta(seconds=90))
        own = {"d": figures.moment(used.at), "n": number, "s": word, "du": length, "dup": length, "bd": changed}
        told.append(CALL | own | paid)
    return xml(*told, n=ACCOUNT)


def operators_page(rows: list[Used]) -> bytes:
    """At the time of another place, and of another data service."""
    told = []
    for used in rows:
        number, word, length, cost = used.told
        there = used.at.astimezone(timezone(timedelta(hours=5)))
        row = cells(figures.clock(there), number, word.replace("gprs", "hsdpa"), length, cost)
        told.append(row)
    return page(*told).replace(b"79160000001", ACCOUNT.encode())


def operators_pdf(rows: list[Used]) -> bytes:
    """Long numbers are wrapped; only paid rows say when the balance changed."""
    lines: list[str] = []
    for used in rows:
        number, word, length, cost = used.told
        changed = f"  {figures.moment(used.at)}" if used.is_paid else ""
        lines += [f"{times.day(used.at)}  {figures.clock(used.at)}", f"+03:00  {number[:14]}"]
        lines += [number[14:]] if number[14:] else []
        lines += [word.replace("gprs", "4G"), length, f" {cost}{changed}"]
    return pdf_text(*lines).replace(b"79160000001", ACCOUNT.encode())


def ours(rows: list[Used]) -> list[UsageRow]:
    """The rows of our own statement of the same; a call that was paid for had left the home region."""
    return [
        row(
            at=from_datetime(used.at),
            booked_at=from_datetime(used.at),
            service=used.service,
            direction=used.direction,
            peer=used.peer,
            quantity=used.quantity,
            zone="russia" if used.is_paid and used.service == "voice" else "home",
            amount=130 if used.is_paid else 0,
            amount_ex_vat=1_1017 if used.is_paid else 0,
        )
        for used in rows
    ]


def our_own(render: Callable[..., str]) -> Callable[[list[Used]], bytes]:
    def made(rows: list[Used]) -> bytes:
        return render(handmade(ours(rows), contract=Contract(ACCOUNT, 1, ACCOUNT))).encode()

    return made


FORMS: Final[dict[str, Callable[[list[Used]], bytes]]] = {
    "xml": operators_xml,
    "html": operators_page,
    "pdf text": operators_pdf,
    "our xml": our_own(our_xml.render),
    "our html": our_own(html.render),
}

RECORDS: Final = [
    ("voice", "out", "79280000000", 17, True),
    ("voice", "out", "79280000000", 17, False),
    ("voice", "out", "79280000000", 61, False),
    ("voice", "in", "79280000000", 17, False),
    ("sms", "out", "79280000000", 1, False),
    ("sms", "out", "9290", 1, False),
    ("sms", "in", "Vam_Zvonili:+79104740809", 1, False),
    ("data", "out", "internet.mts.ru", 435 * 1024, False),
    ("data", "out", "VOL_FACEBOOK_FLEX", 1024, False),
    ("ussd", "out", "*929#", 1, False),
]
USED: Final = st.builds(lambda second, record: Used(second, *record), st.integers(0, 300), st.sampled_from(RECORDS))


def imported(form: str, rows: list[Used]) -> list[Input]:
    """What an export of rows in a form becomes, every row of it."""
    made = inputs_of(read(FORMS[form](rows)))
    assert (made.passed_over, len(made.inputs)) == ([], len(rows))
    return [door.check(input) for input in made.inputs]


@settings(deadline=None)
@given(rows=st.lists(USED, min_size=1, max_size=12), data=st.data())
def test_overlapping_exports_in_any_form_and_order_book_every_row_once(rows: list[Used], data: st.DataObject) -> None:
    """Whatever spans of time they cover; a file that is imported again adds nothing."""
    bounds = sorted(data.draw(st.lists(st.integers(0, 301), max_size=4), label="bounds"))
    spans = [(0, end) for end in bounds] + [(begin, 301) for begin in [*bounds, 0]]
    files = data.draw(st.permutations([*spans, *spans]), label="order")
    booked: dict[bytes, bytes] = {}
    for begin, end in files:
        export = [used for used in rows if begin <= used.second < end]
        shuffled = data.draw(st.permutations(export), label="rows")
        form = data.draw(st.sampled_from(sorted(FORMS)), label="form") if export else "xml"
        for input in imported(form, shuffled):
            content = keys.content_of(input)
            assert booked.setdefault(keys.key_of(input.source, input.id), content) == content
    whole = imported("xml", rows)
    assert booked == {keys.key_of(input.source, input.id): keys.content_of(input) for input in whole}
    assert len(booked) == len(rows)


@pytest.mark.parametrize("form", FORMS)
def test_two_equal_messages_of_one_second_stay_two(form: str) -> None:
    message = Used(0, "sms", "out", "79280000000", 1, False)
    one, other = imported(form, [message, message])
    assert (one.id[:-1], one.id[-1], other.id[-1]) == (other.id[:-1], "1", "2")


def test_a_row_that_says_something_else_elsewhere_is_a_conflict_and_never_a_second_charge() -> None:
    """The zone of paid calls is the reader's; read otherwise, the same row is the same id with other content."""
    there, here = (inputs_of(read(xml({})), paid_zone=zone).inputs[0] for zone in ("russia", "home"))
    assert there["id"] == here["id"]
    assert there["zone"] != here["zone"]


def test_a_row_that_cannot_be_read_in_one_file_is_found_in_another() -> None:
    message = FREE | {"s": "sms o", "du": "1", "dup": "1"}
    cut, whole = (inputs_of(read(xml(message, other))).inputs for other in (message | {"s": "?"}, message))
    assert [input["id"][-2:] for input in (*cut, *whole)] == ["-1", "-1", "-2"]


# Earlier imports numbered the rows of each file.


def fed(story: Story, inputs: list[Input]) -> list[str]:
    """What became of the lines of one file."""
    with story.reading() as log:
        named = KnownInputs().named(inputs, log)
    return [each.result for each in story.ledger.apply(named)]


def numbered(rows: list[Used], first: int = 1) -> list[Input]:
    """The rows of a file as earlier imports named them."""
    made = inputs_of(read(operators_xml(rows))).inputs
    return [door.check(input | {"id": f"row-{place:04d}"}) for place, input in enumerate(made, first)]


@pytest.fixture
def story(tmp_path: Path) -> Story:
    made = Story(tmp_path, text=CATALOGUE_TEXT).open("2017-01-01 00:00")
    made.feed("top_up", "2017-01-01 00:01", amount=1_000_00)
    return made


ROWS: Final = [Used(second, *record) for second, record in enumerate(RECORDS)] + [Used(4, *RECORDS[4])] * 2


def test_rows_of_an_earlier_import_are_found_under_their_numbers(story: Story) -> None:
    """Usage, records nobody could rate, requests that were refused; three equal messages are three."""
    assert set(fed(story, numbered(ROWS))) <= {"applied", "refused"}
    before = account_of(story.ledger, ACCOUNT)
    assert set(fed(story, imported("html", ROWS))) == {"duplicate"}
    assert set(fed(story, numbered(ROWS))) == {"duplicate"}
    assert account_of(story.ledger, ACCOUNT) == before


def one_by_one(story: Story, inputs: list[Input]) -> list[str]:
    """What became of inputs that came by themselves, as a server or a topic has them."""
    made: list[str] = []
    for input in inputs:
        with story.reading() as log:
            named = KnownInputs(from_its_beginning=False).named([input], log)
        made += [each.result for each in story.ledger.apply(named)]
    return made


def test_equal_rows_that_come_by_themselves_are_what_their_ids_say(story: Story) -> None:
    """Two equal messages under two numbers are two; by what they say, each is found under the number it has."""
    message = ROWS[-1]
    assert one_by_one(story, numbered([message, message])) == ["applied", "applied"]
    assert one_by_one(story, numbered([message, message])) == ["duplicate", "duplicate"]
    assert one_by_one(story, imported("html", [message, message, message])) == ["duplicate", "duplicate", "applied"]


def test_what_an_earlier_import_had_not_is_booked_by_what_it_says(story: Story) -> None:
    """Two of three equal messages are known by number: the third one is new, and stays known."""
    message = ROWS[-1]
    fed(story, numbered([message, message]))
    assert fed(story, imported("xml", [message, message, message])) == ["duplicate", "duplicate", "applied"]
    assert fed(story, imported("our xml", [message] * 3)) == ["duplicate"] * 3
    assert fed(story, numbered([message] * 3)) == ["duplicate"] * 3


def test_a_file_with_numbers_finds_what_was_booked_by_what_it_says(story: Story) -> None:
    fed(story, imported("xml", ROWS))
    assert set(fed(story, numbered(ROWS, first=70))) == {"duplicate"}


def test_numbers_of_another_source_or_kind_are_left_alone(story: Story) -> None:
    """Only the import's own source: what a switch told is no row of a statement."""
    fed(story, numbered(ROWS[:1]))
    (row_,) = inputs_of(read(operators_xml(ROWS[:1]))).inputs
    others: list[dict[str, Any]] = [row_ | {"source": "feed"}, row_ | {"id": "mine"}]
    assert fed(story, [door.check(each) for each in others]) == ["applied", "applied"]
