"""Account by account it is told whether time runs forward along the log, as it is by going along it (R-2.5)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.events import Event, PromiseClosed
from ledger.log.store import Stored
from projections.verify import recorded
from projections.verify.recorded import Recorded

LOGS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 4)), max_size=12)
"""Whose event stands at each position, and when it was recorded."""


@given(LOGS)
def test_time_runs_forward_exactly_where_it_does_between_neighbours(log: list[tuple[str, int]]) -> None:
    told = _told(log)
    assert told.is_in_order(len(log)) == all(before[1] <= behind[1] for before, behind in pairwise(log))


def test_a_position_without_an_event_is_not_in_order() -> None:
    assert _told([("a", 1), ("b", 1)]).is_in_order(2)
    assert not _told([("a", 1), ("b", 1)]).is_in_order(3)


def test_of_too_many_instants_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [("a", instant) for instant in range(1, 6)]
    assert _told(many).is_in_order(5)
    monkeypatch.setattr(recorded, "INSTANTS_MAX", 4)
    assert not _told(many).is_in_order(5)


def _told(log: list[tuple[str, int]]) -> Recorded:
    """By accounts that are each in order, as only those are told of; another one's are left out."""
    told = Recorded()
    for account in "cab":
        theirs = [(position, at) for position, (whose, at) in enumerate(log, 1) if whose == account]
        if theirs == sorted(theirs, key=lambda each: each[1]):
            of_account = Recorded()
            of_account.add([_row(account, position) for position, _ in theirs], [_event(at) for _, at in theirs])
            told.update(of_account)
    return told


def _row(account: str, position: int) -> Stored:
    return Stored(position, account, 1, "", b"")


def _event(recorded_at: int) -> Event:
    return PromiseClosed(version=1, occurred_at=1, booked_at=1, recorded_at=recorded_at, amount=1, cause="paid")
