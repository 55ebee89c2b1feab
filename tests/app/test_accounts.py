"""Use cases of accounts, called as a door calls them: plain values in, structs and codes out."""

from pathlib import Path

import pytest

from ledger.periods import parse_date
from scripts.app import accounts
from scripts.app.accounts import FoundInput
from scripts.app.contracts import require_contract
from scripts.app.errors import Declined
from scripts.app.event_search import events_of
from tests.scenarios.given import example_1
from tests.support import ACCOUNT, at


@pytest.mark.parametrize(
    ("account", "code"),
    [("79160000000", "NO_ACCOUNT"), ("9160000000", "NOT_AN_ACCOUNT"), ("../secret", "NOT_AN_ACCOUNT")],
)
def test_an_account_that_nobody_opened_is_a_code_and_its_number(tmp_path: Path, account: str, code: str) -> None:
    story = example_1(tmp_path)
    with story.ledger.snapshot() as snapshot, pytest.raises(Declined) as told:
        require_contract(snapshot.contracts, account)
    assert (told.value.code, told.value.facts) == (code, {"account": account})


def test_a_balance_tells_what_there_was_at_the_end_of_a_day_and_what_waits_to_be_booked(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    now = at("2023-02-15 03:00")
    with story.ledger.snapshot() as snapshot:
        then = accounts.balance(snapshot, story.contract, as_of=parse_date("2023-01-14"), known_at=None, now=now)
        newest = accounts.balance(snapshot, story.contract, as_of=None, known_at=None, now=now)
    assert (then.balance.wallet, newest.balance.wallet) == (1000_00, 600_00)
    assert len(list(then.waits)) == 0
    assert next(newest.waits).event.booked_at == at("2023-02-15 03:00")


@pytest.mark.parametrize(
    ("as_of", "known_at", "code"),
    [("2021-12-31 23:59", None, "NOT_OPEN_YET"), (None, "2021-12-31 23:59", "NOT_KNOWN_YET")],
)
def test_a_time_before_the_account_was_there_is_a_code(
    tmp_path: Path, as_of: str | None, known_at: str | None, code: str
) -> None:
    story = example_1(tmp_path)
    times = {"as_of": None if as_of is None else at(as_of), "known_at": None if known_at is None else at(known_at)}
    with story.ledger.snapshot() as snapshot, pytest.raises(Declined) as told:
        accounts.balance(snapshot, story.contract, **times, now=at("2024-01-01 00:00"))
    assert (told.value.code, told.value.facts) == (code, {"account": ACCOUNT})


def test_an_input_is_found_with_the_events_it_caused(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    with story.ledger.snapshot() as snapshot:
        zone, events = events_of(snapshot, story.contract)
        (caused,) = [event for event, _ in events if event.input is not None and event.input.id == "top_up-2"]
        assert zone == "Europe/Moscow"
        assert accounts.find(snapshot.log, "top_up-2").inputs == [FoundInput(story.contract, "feed", [caused.version])]
        assert accounts.find(snapshot.log, "nowhere") == ([], [])
