"""One-time codes: six digits, five minutes, five tries, and nothing of them in a file."""

import pytest

from ledger.periods import MINUTE
from scripts.state.codes import LIFETIME, TRIES_MAX, Codes
from scripts.state.database import StateDatabase
from scripts.state.errors import StateUnusable
from scripts.state.place import StatePlace
from tests.support import at

NOW = at("2026-03-16 12:00")
CONTRACT = "abcdefghijklmnop"


@pytest.fixture
def codes(place: StatePlace, state: StateDatabase) -> Codes:
    return Codes(place, state)


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_the_right_code_tells_the_contract_once(codes: Codes) -> None:
    attempt = codes.begin(CONTRACT, now=NOW)
    assert (len(attempt.code), attempt.code.isdecimal(), attempt.until) == (6, True, NOW + 5 * MINUTE)
    assert codes.finish(attempt.secret, attempt.code, now=NOW) == CONTRACT
    assert codes.finish(attempt.secret, attempt.code, now=NOW) is None


@pytest.mark.parametrize(("later", "found"), [(LIFETIME - 1, CONTRACT), (LIFETIME, None), (LIFETIME + 1, None)])
def test_a_code_is_good_for_five_minutes(codes: Codes, later: int, found: str | None) -> None:
    attempt = codes.begin(CONTRACT, now=NOW)
    assert codes.finish(attempt.secret, attempt.code, now=NOW + later) == found


@pytest.mark.parametrize(("wrong", "found"), [(TRIES_MAX - 1, CONTRACT), (TRIES_MAX, None), (TRIES_MAX + 1, None)])
def test_after_five_tries_the_right_one_comes_too_late(codes: Codes, wrong: int, found: str | None) -> None:
    attempt = codes.begin(CONTRACT, now=NOW)
    assert {codes.finish(attempt.secret, other_than(attempt.code), now=NOW) for _ in range(wrong)} == {None}
    assert codes.finish(attempt.secret, attempt.code, now=NOW) == found


def test_whoever_did_not_ask_uses_nothing_up(codes: Codes) -> None:
    attempt, anothers = codes.begin(CONTRACT, now=NOW), codes.begin(CONTRACT, now=NOW)
    for _ in range(TRIES_MAX):
        codes.finish(anothers.secret, other_than(anothers.code), now=NOW)
        codes.finish("made-up", attempt.code, now=NOW)
    assert codes.finish(attempt.secret, attempt.code, now=NOW) == CONTRACT


def test_an_attempt_for_nobodys_number_is_like_any_other_and_never_succeeds(codes: Codes) -> None:
    attempt = codes.begin(None, now=NOW)
    assert codes.finish(attempt.secret, attempt.code, now=NOW) is None


def test_two_that_ask_at_once_both_have_their_code(place: StatePlace, state: StateDatabase, codes: Codes) -> None:
    """Several processes use one key, so each takes what another made."""
    attempt = codes.begin(CONTRACT, now=NOW)
    assert Codes(place, state).finish(attempt.secret, attempt.code, now=NOW) == CONTRACT


def test_neither_code_nor_attempt_is_in_a_file(place: StatePlace, codes: Codes) -> None:
    attempt = codes.begin(CONTRACT, now=NOW)
    content = b"".join(path.read_bytes() for path in place.folder.iterdir())
    assert not any(each.encode() in content for each in (attempt.code, attempt.secret))


def test_a_key_that_is_none_is_told(place: StatePlace, state: StateDatabase) -> None:
    place.make(".codes.key").write_text("short")
    with pytest.raises(StateUnusable, match="no key of one-time codes"):
        Codes(place, state)
