"""Laws of contracts: each is as if its number had never been anybody else's; sealing changes nothing printed."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.contracts import Contract
from ledger.events import Event, InputRefused
from ledger.service import Ledger, Outcome
from tests.laws.feeds import ACCOUNTS, Lives, advance, audit, end_of, folder, lives, mark_of, moderate, opened
from tests.stores import ledger_ref
from tests.support import ACCOUNT, CATALOGUE_TEXT, Clock, Story, at, contract_of, rfc, run

NUMBER = ACCOUNTS[0]


def holders_of(ledger: Ledger) -> list[Contract]:
    with ledger.snapshot() as snapshot:
        return snapshot.contracts.of(NUMBER)


def events(ledger: Ledger, holder: int) -> list[Event]:
    """The events of a contract, without what depends on the run, on its key or on its place among the number's."""
    with ledger.snapshot() as snapshot:
        found = snapshot.events(contract_of(ledger, NUMBER, holder).id)
        return [_bare(event) for _, event in found]


def _bare(event: Event) -> Event:
    changes: dict[str, object] = {"recorded_at": 0}
    changes |= {name: None for name in ("claim", "holder") if hasattr(event, name)}
    if isinstance(event, InputRefused):
        changes["fields"] = {name: value for name, value in event.fields.items() if name != "holder"}
    return msgspec.structs.replace(event, **changes)


@contextmanager
def lived(told: Lives) -> Iterator[Ledger]:
    with folder() as where, opened(where) as ledger:
        ledger.apply(told.lines)
        advance(ledger, end_of(told.lines))
        yield ledger


@moderate(12)
@given(told=lives())
def test_a_contract_is_as_if_its_number_had_never_been_anybody_elses(told: Lives) -> None:
    """R-15.1, R-15.2, R-15.6: wallet, versions, clock, nights; what is told late of one holder goes to him alone."""
    until = end_of(told.lines)
    with folder() as where, opened(where) as ledger:
        outcomes = ledger.apply(told.lines)
        advance(ledger, until)
        assert [each.holder for each in holders_of(ledger)] == sorted(set(told.holders))
        for line, holder, outcome in zip(told.lines, told.holders, outcomes, strict=True):
            assert outcome.contract is None or outcome.contract.holder == holder, line
        for holder in set(told.holders):
            with folder() as alone, opened(alone) as his:
                his.apply(told.of(holder))
                advance(his, until)
                assert events(ledger, holder) == events(his, 1)
        assert audit(ledger).problems == []


@moderate(8)
@given(told=lives(), data=st.data())
def test_old_files_fed_again_book_nothing_for_the_new_holder(told: Lives, data: st.DataObject) -> None:
    """R-15.7: whole, in pieces, in another cut, each line perhaps alone; what was rejected is rejected again."""
    with folder() as where:
        with opened(where) as ledger:
            first = ledger.apply(told.lines)
            before = [events(ledger, each.holder) for each in holders_of(ledger)]
        start, end = sorted(data.draw(st.lists(st.integers(0, len(told.lines)), min_size=2, max_size=2)))
        step = data.draw(st.integers(1, 9))
        pieces = [told.lines[place : place + step] for place in range(0, len(told.lines), step)]
        for piece in (told.lines, told.lines[start:end], *pieces):
            with opened(where) as ledger:
                assert {each.result for each in ledger.apply(piece)} <= {"duplicate", "rejected"}
        with opened(where) as ledger:
            again = ledger.apply(told.lines)
            assert [each.version for each in again] == [each.version for each in first]
            assert [each.contract for each in again] == [each.contract for each in first]
            assert [events(ledger, each.holder) for each in holders_of(ledger)] == before


@moderate(8)
@given(told=lives(), data=st.data())
def test_any_cut_into_batches_gives_the_same_contracts(told: Lives, data: st.DataObject) -> None:
    """R-12.1: a closing and the next opening may fall into one batch or into two."""
    with lived(told) as ledger:
        expected = [events(ledger, each.holder) for each in holders_of(ledger)]
    marks = sorted(data.draw(st.sets(st.integers(1, len(told.lines)), max_size=6)) | {0, len(told.lines)})
    with folder() as where:
        for since, until in pairwise(marks):
            with opened(where) as ledger:
                ledger.apply(told.lines[since:until])
        with opened(where) as ledger:
            advance(ledger, end_of(told.lines))
            assert [events(ledger, each.holder) for each in holders_of(ledger)] == expected


# What is printed

MONTHS = ("--from", "2023-01-01", "--to", "2025-12-31")


def about(holder: int, versions: int) -> list[tuple[str, ...]]:
    """Every command about one contract."""
    one = ("--holder", str(holder))
    explained = [("explain", NUMBER, str(version), *one) for version in range(1, versions + 1)]
    forms = ("txt", "json", "html", "xml")
    return [
        ("events", NUMBER, *one),
        ("balance", NUMBER, *one),
        ("balance", NUMBER, *one, "--as-of", "2023-03-01T00:00:00+03:00"),
        ("refused", "--account", NUMBER, *one),
        *(("statement", NUMBER, *MONTHS, *one, "--format", form) for form in forms),
        ("statement", NUMBER, *MONTHS, *one, "--format", "csv", "--table", "usage"),
        ("what-if", NUMBER, *one, "--set", "plan=t3"),
        ("verify", "--account", NUMBER, *one),
        *explained,
    ]


def printed(path: Path, asked: tuple[str, ...], *, as_json: bool) -> str:
    try:
        return run(path, *asked, as_json=as_json and "--format" not in asked)
    except Exception as error:  # an answer too: the same on both, and nobody else is named in it
        return f"{type(error).__name__}: {error}".replace(str(path), "")


def speaks_of(text: str) -> set[int]:
    return {holder for holder in (1, 2, 3) if mark_of(holder) in text}


@moderate(3)
@given(told=lives(lines_max=6))
def test_nothing_of_one_holder_is_in_an_answer_about_another(told: Lives) -> None:
    """R-15.8: no id, peer, text or name; without --holder the answer is about the latest."""
    with lived(told) as ledger:
        path = ledger.store.ref.keys_place.folder.parent / "ledger.db"
        latest = max(told.holders)
        for holder in sorted(set(told.holders)):
            heard: set[int] = set()
            for asked in about(holder, len(events(ledger, holder))):
                for as_json in (False, True):
                    answer = printed(path, asked, as_json=as_json)
                    assert speaks_of(answer) <= {holder}, (asked, as_json)
                    heard |= speaks_of(answer)
                    if holder == latest:
                        place = asked.index("--holder")
                        assert printed(path, asked[:place] + asked[place + 2 :], as_json=as_json) == answer
            assert heard == {holder}
        for row in json.loads(run(path, "dispute", "list", "--all")):
            for form in ("txt", "json"):
                shown = printed(path, ("dispute", "show", row["dispute"], "--format", form), as_json=False)
                assert speaks_of(shown) == {row["holder"]}


@moderate(6)
@given(told=lives())
def test_totals_have_the_money_of_every_contract_and_sum_to_nothing(told: Lives) -> None:
    with lived(told) as ledger:
        path = ledger.store.ref.keys_place.folder.parent / "ledger.db"
        closing: Counter[str] = Counter()
        wallets = {}
        for row in json.loads(run(path, "totals", "--from", "2023-01-01", "--to", "2026-12-31")):
            closing[row["unit"]] += row["closing"]
            wallets[row["account_name"]] = row["closing"]
        assert set(closing) >= {"kop"}
        assert not any(closing.values())
        with ledger.snapshot() as snapshot:
            found = [snapshot.account(each.id) for each in holders_of(ledger)]
        assert wallets.get("wallet", 0) == sum(each.wallet for each in found if each is not None)


def book_at(path: Path, told: Lives, *, sealed: bool) -> None:
    """At fixed times of the wall clock."""
    clock = Clock(at("2026-01-01 00:00"))
    with Ledger(ledger_ref(path), now=clock, catalogue=CATALOGUE_TEXT, sealed=sealed) as ledger:
        for start in range(0, len(told.lines), 7):
            ledger.apply(told.lines[start : start + 7])
            clock.instant += 1_000_000
        advance(ledger, end_of(told.lines))


ALL: tuple[tuple[str, ...], ...] = (
    ("accounts",),
    ("refused",),
    ("unrated",),
    ("find", f"{mark_of(1)}-o"),
    ("find", f"{mark_of(2)}-l2"),
    ("totals", *MONTHS),
    ("what-if", "--all", "--set", "plan=t3"),
    ("late",),
    ("dispute", "list", "--all"),
    ("dispute", "show", f"{mark_of(1)}-e0"),
    ("dispute", "show", f"{mark_of(2)}-l4"),
    ("verify",),
)
OPAQUE = re.compile(r'\b[a-z2-7]{16}\b|"(claim|digest)":"[0-9a-f]+"')
"""Ids of contracts and digests under their keys, the only things that are chance."""


@moderate(2)
@given(told=lives(lines_max=6))
def test_a_sealed_ledger_prints_what_one_in_the_clear_prints(told: Lives) -> None:
    with folder() as where:
        paths = {sealed: where / str(sealed) / "ledger.db" for sealed in (True, False)}
        for sealed, path in paths.items():
            path.parent.mkdir()
            book_at(path, told, sealed=sealed)
        asked = list(ALL)
        with opened(paths[True].parent) as ledger:
            for holder in set(told.holders):
                asked += about(holder, len(events(ledger, holder)))
        for each in asked:
            for as_json in (False, True):
                one, other = (OPAQUE.sub("", printed(paths[sealed], each, as_json=as_json)) for sealed in paths)
                assert one == other, each
        for form in ("hledger", "beancount", "parquet"):
            for path in paths.values():
                run(path, "export", "--format", form, "-o", str(path.parent / form), as_json=False)
            made = [path.parent / form for path in paths.values()]
            if form == "parquet":
                tables = [pq.read_table(each).drop(["contract", "state", "topic"]).to_pylist() for each in made]
                assert tables[0] == tables[1]
            else:
                assert made[0].read_bytes() == made[1].read_bytes()


# Where an input goes

OPENED, CLOSED, OPENED_AGAIN = at("2023-01-10 12:00"), at("2023-02-10 12:00"), at("2023-03-10 12:00")
SECOND = 1_000_000


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """A number that was closed on 10 February and opened again on 10 March."""
    made = Story(tmp_path)
    made.open(rfc(OPENED)).top_up("2023-01-10 12:30", 500_00)
    made.feed("close", rfc(CLOSED))
    made.open(rfc(OPENED_AGAIN))
    yield made
    made.ledger.close()


def holder_of(outcome: Outcome) -> int | str:
    return outcome.contract.holder if outcome.contract is not None else outcome.reason


@pytest.mark.parametrize(
    ("at_", "holder"),
    [
        (OPENED - SECOND, 1),
        (OPENED, 1),
        (CLOSED - SECOND, 1),
        (CLOSED, 1),
        (CLOSED + SECOND, 1),
        (OPENED_AGAIN - SECOND, 1),
        (OPENED_AGAIN - 1, 1),
        (OPENED_AGAIN, 2),
        (OPENED_AGAIN + SECOND, 2),
    ],
)
def test_a_record_goes_to_the_latest_contract_that_was_open_by_its_time(story: Story, at_: int, holder: int) -> None:
    """R-15.2: whenever it is received; one from before all goes to the number's first."""
    received = rfc(max(at_, OPENED_AGAIN) + 60 * SECOND)
    outcome = story.feed("usage", rfc(at_), received_at=received, service="voice", direction="out", quantity=60)
    assert (outcome.result, holder_of(outcome)) == ("applied", holder)


def test_an_opening_that_is_booked_later_than_it_says_begins_the_contract_where_it_is_booked(tmp_path: Path) -> None:
    """R-2.4: received a day late, it is booked then; a record from before that is the earlier holder's."""
    story = Story(tmp_path)
    story.open(rfc(OPENED))
    story.feed("close", rfc(CLOSED))
    story.feed("open", rfc(OPENED_AGAIN), received_at=rfc(OPENED_AGAIN + 3600 * SECOND), region="moscow")
    booked_at = next(event.booked_at for event in story.log())
    said = {"service": "voice", "direction": "out", "quantity": 60, "received_at": "2023-03-20 12:00"}
    before, then = (story.feed("usage", rfc(when), **said) for when in (booked_at - SECOND, booked_at))
    assert (holder_of(before), holder_of(then)) == (1, 2)


NAMING: tuple[tuple[str, dict[str, object]], ...] = (
    ("reverse", {"event": 1, "text": "", "by": "c"}),
    ("adjust", {"amount": 1, "cites": [1], "text": "", "by": "c"}),
    ("rerate", {"event": 1}),
    ("refund", {"amount": 1}),
    ("open_dispute", {"event": 1, "text": ""}),
    ("resolve_dispute", {"dispute": "none", "outcome": "rejected", "text": "", "by": "c"}),
)


@pytest.mark.parametrize(("type", "fields"), NAMING)
@pytest.mark.parametrize(
    ("named", "goes_to"), [({}, 2), ({"holder": 1}, 1), ({"holder": 2}, 2), ({"holder": 3}, "UNKNOWN_ACCOUNT")]
)
def test_a_holder_is_named_where_another_than_the_latest_is_meant(
    story: Story, type: str, fields: dict[str, object], named: dict[str, int], goes_to: int | str
) -> None:
    """R-15.2."""
    outcome = story.feed(type, "2023-03-20 12:00", **fields, **named)
    assert holder_of(outcome) == goes_to
    if goes_to == "UNKNOWN_ACCOUNT":
        assert outcome.detail == "holder: the number has no contract 3"


@pytest.mark.parametrize(
    ("type", "fields"),
    [
        ("top_up", {"amount": 1}),
        ("connect_plan", {"plan": "t4"}),
        ("refresh", {}),
        ("ussd", {"text": "*929#"}),
        ("sms", {"to": "9290", "text": ""}),
        ("block", {"kind": "operator"}),
        ("close", {}),
    ],
)
def test_what_names_no_holder_goes_to_the_latest(story: Story, type: str, fields: dict[str, object]) -> None:
    """R-15.2: also where its time is that of an earlier contract."""
    assert holder_of(story.feed(type, "2023-03-20 12:00", **fields)) == 2
    late = story.feed(type, "2023-01-20 12:00", received_at="2023-03-21 12:00", id="late", **fields)
    assert holder_of(late) == 2


@pytest.mark.parametrize(
    ("received_at", "result", "types"),
    [
        (CLOSED - SECOND, "refused", ["InputRefused"]),
        (CLOSED - 1, "refused", ["InputRefused"]),
        (CLOSED, "applied", ["AccountOpened"]),
        (CLOSED + SECOND, "applied", ["AccountOpened"]),
    ],
)
def test_who_opens_at_or_after_the_closing_gets_the_next_contract(
    tmp_path: Path, received_at: int, result: str, types: list[str]
) -> None:
    """R-15.6: `received_at` counts, and the booked time of the closing."""
    story = Story(tmp_path)
    story.open(rfc(OPENED))
    story.feed("close", rfc(CLOSED))
    outcome = story.feed("open", rfc(OPENED), received_at=rfc(received_at), region="moscow")
    assert (outcome.result, [type(event).__name__ for event in outcome.events]) == (result, types)
    assert holder_of(outcome) == (2 if result == "applied" else 1)
    if result == "refused":
        assert [getattr(event, "reason", None) for event in outcome.events] == ["ALREADY_OPEN"]


def test_a_second_opening_is_refused_in_the_latest_contract(story: Story) -> None:
    """R-15.6, R-12.3."""
    outcome = story.feed("open", "2023-03-20 12:00", region="moscow")
    assert (outcome.result, holder_of(outcome)) == ("refused", 2)
    assert [getattr(event, "reason", None) for event in outcome.events] == ["ALREADY_OPEN"]
    assert [each.holder for each in _of(story.ledger)] == [1, 2]


def _of(ledger: Ledger) -> list[Contract]:
    with ledger.snapshot() as snapshot:
        return snapshot.contracts.of(ACCOUNT)


def test_an_unknown_holder_is_found_before_a_duplicate_and_a_changed_one_is_a_conflict(story: Story) -> None:
    """R-15.2, R-15.7: naming the latest contract is not the same content as leaving it out."""
    said = {"id": "back", "amount": 1, "received_at": "2023-03-20 12:00"}
    assert story.feed("refund", "2023-03-20 12:00", **said).result == "refused"  # there is no money in the second
    assert story.feed("refund", "2023-03-20 12:00", **said).result == "duplicate"
    unknown = story.feed("refund", "2023-03-20 12:00", **said, holder=3)
    assert (unknown.result, unknown.reason) == ("rejected", "UNKNOWN_ACCOUNT")
    for holder in (1, 2):
        conflict = story.feed("refund", "2023-03-20 12:00", **said, holder=holder)
        assert (conflict.result, conflict.reason, holder_of(conflict)) == ("rejected", "ID_CONFLICT", 2)


def test_a_refund_of_what_the_first_left_is_his(story: Story) -> None:
    outcome = story.feed("refund", "2023-03-20 12:00", amount=500_00, holder=1)
    assert (outcome.result, holder_of(outcome)) == ("applied", 1)
    with story.ledger.snapshot() as snapshot:
        wallets = [snapshot.account(each.id) for each in _of(story.ledger)]
    assert [each.wallet for each in wallets if each is not None] == [0, 0]
    assert story.verify().problems == []
