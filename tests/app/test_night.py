"""A night as another door would run it: runs for zones, what is due, and how long it was quiet."""

from pathlib import Path

import pytest

from ledger.periods import parse_date
from scripts.app.errors import InvalidRequest
from scripts.app.night import Quiet, Run, advance, advanced, quiet_before, runs_of
from tests.scenarios.given import example_1
from tests.support import at

NOW = at("2024-01-01 00:00")


def test_a_date_ends_in_every_zone_at_its_own_time_and_an_instant_is_one_for_all(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    with story.ledger.snapshot() as snapshot:
        by_zone = {run.zone: run.until for run in runs_of(snapshot, parse_date("2023-02-15"), None, now=NOW)}
        assert runs_of(snapshot, None, None, now=NOW) == [Run(None, NOW)]
    assert by_zone["Europe/Moscow"] - by_zone["Asia/Yekaterinburg"] == 2 * 3_600_000_000
    assert next(iter(by_zone)) == ""  # first the accounts whose heads tell no zone


def test_nights_run_to_their_end_and_nothing_is_booked_twice(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    runs = [Run(None, at("2023-02-15 03:00"))]
    seen: list[int] = []
    first = advanced(advance(story.ledger, runs, seen.append))
    assert (first.accounts, first.events, first.monthly_fees, seen) == (1, 1, 1, [1])
    assert advanced(advance(story.ledger, runs)).events == 0


def test_a_night_in_the_future_is_a_code(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    with story.ledger.snapshot() as snapshot, pytest.raises(InvalidRequest) as told:
        runs_of(snapshot, at("2024-01-02 00:01"), None, now=NOW)
    assert told.value.code == "UNTIL_IN_FUTURE"


def test_more_than_a_week_without_an_input_is_told_in_days(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    with story.ledger.snapshot() as snapshot:
        assert quiet_before(snapshot.log, at("2023-01-22 12:00")) is None
        assert quiet_before(snapshot.log, at("2023-01-23 12:00")) == Quiet(at("2023-01-15 12:00"), 8)
