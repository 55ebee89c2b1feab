"""The sample feed of README.md: always the same lines, and every one of them does what it is there for."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import inputs
from ledger.catalogue import shipped_text
from ledger.events import Event, RefreshRefused, UsageCharged, type_name
from ledger.inputs import Malformed
from ledger.log.engines import store_ref
from ledger.service import Ledger, Outcome
from projections.verify.verify import verify
from scripts import sample
from tests.support import Clock, at, events_of

LINES = sample.lines()


@pytest.fixture
def fed(tmp_path: Path) -> Iterator[tuple[Ledger, list[Outcome]]]:
    with Ledger(
        store_ref(tmp_path / "ledger.db"), now=Clock(at("2026-03-16 00:00")), catalogue=shipped_text()
    ) as ledger:
        yield ledger, ledger.apply([inputs.parse(line) for line in LINES if not _malformed(line)])


def test_the_sample_is_the_same_whenever_it_is_made() -> None:
    assert sample.lines() == LINES


def test_one_line_is_cut_off_and_one_comes_twice() -> None:
    assert sum(map(_malformed, LINES)) == 1
    assert [count for count in Counter(LINES).values() if count > 1] == [2]


def test_nothing_in_it_lies_behind_the_spring_of_2026() -> None:
    arrivals = [inputs.parse(line).received_at for line in LINES if not _malformed(line)]
    assert arrivals == sorted(arrivals)
    assert at("2026-01-01 00:00") < arrivals[0]
    assert arrivals[-1] < at("2026-03-15 00:00")


def test_every_line_comes_out_as_expected(fed: tuple[Ledger, list[Outcome]]) -> None:
    _, outcomes = fed
    assert Counter(outcome.result for outcome in outcomes) == {"applied": 496, "duplicate": 1, "refused": 7}
    assert sum(len(outcome.events) for outcome in outcomes) == 515


def test_every_kind_of_story_is_in_it(fed: tuple[Ledger, list[Outcome]]) -> None:
    ledger, _ = fed
    opened = {"AccountOpened": 1, "ToppedUp": 2, "PlanConnected": 1}
    assert _stories(ledger, sample.ANNA) == opened | {
        "MonthlyFeeCharged": 1, "PackagesRefreshed": 2, "INSUFFICIENT_FUNDS": 1,
        "base": 87, "carried": 41, "base and carried": 2, "free": 10,
    }  # fmt: skip
    assert _stories(ledger, sample.BORIS) == opened | {
        "MonthlyFeeCharged": 2, "DailyFeeCharged": 3, "ALTERNATIVE_PERIOD": 2,
        "base": 126, "daily": 1, "expired": 1, "free": 10,
    }  # fmt: skip
    assert _stories(ledger, sample.VERA) == opened | {
        "MonthlyFeeCharged": 1, "PackagesRefreshed": 1, "INSUFFICIENT_FUNDS": 1, "BLOCKED": 1,
        "Blocked": 1, "Unblocked": 1, "wallet": 3, "base": 55, "carried": 48, "base and carried": 1, "free": 8,
    }  # fmt: skip
    assert _stories(ledger, sample.GLEB) == opened | {
        "MonthlyFeeCharged": 2, "PeriodLapsed": 1, "BLOCKED": 1, "UNPAID_PERIOD": 1,
        "Blocked": 1, "Unblocked": 1, "base": 76, "free": 6,
    }  # fmt: skip


def test_the_nights_behind_it_charge_two_months(fed: tuple[Ledger, list[Outcome]]) -> None:
    ledger, _ = fed
    counted = ledger.advance_due(at("2026-03-15 03:00"), accounts_max=100)
    assert counted == {"accounts": 2, "MonthlyFeeCharged": 2}
    assert ledger.advance_due(at("2026-03-15 03:00"), accounts_max=100) is None


def test_the_sample_can_be_verified(fed: tuple[Ledger, list[Outcome]]) -> None:
    ledger, _ = fed
    with ledger.store.reading() as log:
        report = verify(log)
    assert report.problems == []


def test_it_is_written_as_utf_8_whatever_the_locale() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "scripts.sample"], capture_output=True, env={**os.environ, "LC_ALL": "C"}, check=True
    )
    assert made.stdout.decode("utf-8").splitlines() == LINES


def _malformed(line: str) -> bool:
    try:
        inputs.parse(line)
    except Malformed:
        return True
    return False


def _stories(ledger: Ledger, account: str) -> Counter[str]:
    return Counter(_told(event) for _, event in events_of(ledger, account))


def _told(event: Event) -> str:
    """An event by its reason, its cause, or by the place its usage was paid from."""
    match event:
        case RefreshRefused():
            return event.reason
        case UsageCharged():
            places = {entry.from_.partition("/")[0] for entry in event.entries}
            return " and ".join(sorted(places)) or "free"
        case _:
            return type_name(event)
