"""Sessions: a secret in the browser, everything else here; they end by themselves."""

import pytest

from ledger.periods import HOUR, MINUTE
from scripts.state import sessions
from scripts.state.database import StateDatabase
from scripts.state.place import StatePlace
from tests.support import at

NOW = at("2026-03-16 12:00")
IDLE, WHOLE = 30 * MINUTE, 10 * HOUR


def begun(state: StateDatabase, contract: str | None = None, instead_of: str | None = None) -> str:
    return sessions.begin(
        state, "clerk", "marina", contract, now=NOW, idle=IDLE, until=NOW + WHOLE, instead_of=instead_of
    )[0]


def test_its_secret_is_in_no_file(state: StateDatabase, place: StatePlace) -> None:
    secret = begun(state)
    assert not any(secret.encode() in path.read_bytes() for path in place.folder.iterdir())
    session = sessions.found(state, secret, now=NOW)
    assert session is not None
    assert (session.role, session.name) == ("clerk", "marina")
    assert sessions.found(state, secret[:-1], now=NOW) is None


@pytest.mark.parametrize(("later", "is_there"), [(IDLE - 1, True), (IDLE, False), (IDLE + 1, False)])
def test_it_ends_when_nobody_was_seen_for_long(state: StateDatabase, later: int, is_there: bool) -> None:
    assert (sessions.found(state, begun(state), now=NOW + later) is not None) is is_there


@pytest.mark.parametrize(("before", "is_there"), [(1, True), (0, False)])
def test_it_ends_at_last_however_often_somebody_is_seen(state: StateDatabase, before: int, is_there: bool) -> None:
    secret = begun(state)
    for minutes in range(0, WHOLE // MINUTE, 20):
        found = sessions.found(state, secret, now=NOW + minutes * MINUTE)
        assert found is not None
        sessions.mark_seen(state, found, now=NOW + minutes * MINUTE)
    assert (sessions.found(state, secret, now=NOW + WHOLE - before) is not None) is is_there


def test_a_login_begins_a_new_one_and_ends_the_one_before(state: StateDatabase) -> None:
    old = begun(state)
    new = begun(state, instead_of=old)
    assert (sessions.found(state, old, now=NOW), sessions.found(state, new, now=NOW) is None) == (None, False)


def test_all_of_a_contract_end_together(state: StateDatabase) -> None:
    one, two, other = begun(state, "aaaa"), begun(state, "aaaa"), begun(state, "bbbb")
    sessions.end_all_of(state, "aaaa")
    assert [sessions.found(state, each, now=NOW) is None for each in (one, two, other)] == [True, True, False]


def test_a_form_proves_that_it_is_of_a_page_of_the_session(state: StateDatabase) -> None:
    one, other = (sessions.found(state, begun(state), now=NOW) for _ in range(2))
    assert one is not None
    assert other is not None
    first, second = sessions.csrf_token(one), sessions.csrf_token(one)
    assert first != second, "a compressed page tells nothing"
    assert sessions.is_csrf_token(one, first)
    assert sessions.is_csrf_token(one, second)
    assert not any(sessions.is_csrf_token(other, each) for each in (first, first[:-4], "", "ф", "=", "A" * 86))
