"""Summaries as another door would ask for them: of a range, of one contract, without reading what lies beside."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledger.periods import Moment
from ledger.snapshot import Snapshot
from projections.summary import Summary
from scripts.app.errors import Declined
from scripts.app.summaries import summary
from tests.scenarios.given import example_3
from tests.support import Story, at, with_settings

YEAR = (date(2022, 1, 1), date(2023, 12, 31))


def summed(story: Story, since: date, until: date, known_at: Moment | None = None) -> Summary:
    with story.ledger.snapshot() as snapshot:
        made = summary(snapshot, story.contract, since=since, until=until, known_at=known_at)
    assert (made.contract, made.zone, made.since, made.until) == (story.contract, "Europe/Moscow", since, until)
    return made.summary


def test_it_says_what_the_statement_of_the_same_dates_says(tmp_path: Path) -> None:
    story = example_3(tmp_path)
    story.call("2023-02-04 10:00", "25:30")
    ends = [date(2022, 1, 1), date(2023, 1, 14), date(2023, 1, 15), date(2023, 1, 31), date(2023, 2, 1), YEAR[1]]
    for since in ends:
        for until in (end for end in ends if end >= since):
            assert summed(story, since, until) == story.statement(f"{since}", f"{until}").summary
    assert summed(story, *YEAR).moved == story.wallet


def test_only_the_events_of_the_range_are_read_and_nothing_sealed_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A contract of 300 calls: a few looks find the day, however many came before and after it."""
    story = example_3(tmp_path)
    for minute in range(300):
        story.call(f"2023-02-{2 + minute // 60:02d} 10:{minute % 60:02d}", "0:10")
    read: list[int] = []
    with story.ledger.snapshot() as snapshot:
        log = snapshot.log
        events, one = log.events, log.stored

        def looked(account: str, version: int) -> Any:
            read.append(0)
            return one(account, version)

        def told(account: str, **more: Any) -> Any:
            for stored in events(account, **more):
                read.append(stored.version)
                yield stored

        monkeypatch.setattr(log, "stored", looked)
        monkeypatch.setattr(log, "events", told)
        monkeypatch.setattr(log, "opened", None)
        made = summary(Snapshot(log), story.contract, since=date(2023, 2, 3), until=date(2023, 2, 3)).summary
    assert [row.count for row in made.rows] == [60]
    assert len(read) <= 60 + 1 + 10


def test_what_was_recorded_later_does_not_count(tmp_path: Path) -> None:
    story = Story(tmp_path).open("2023-01-15 10:00")
    story.clock.instant = at("2024-01-02 00:00")
    story.top_up("2023-01-15 11:00", 100_00)
    assert summed(story, *YEAR, known_at=at("2024-01-01 12:00")).rows == []
    assert summed(story, *YEAR, known_at=date(2024, 1, 2)).moved == 100_00


def test_a_later_catalogue_changes_no_price_of_before(tmp_path: Path) -> None:
    """A dearer version of the plan from March on: what February's calls would have cost stays as it was."""
    story = example_3(tmp_path)
    story.call("2023-02-02 10:00", "1:00")
    before = summed(story, *YEAR)
    story.ledger.close()
    later = (
        '\n[[plans]]\nid = "t4"\nname = "t4"\neffective_from = 2023-03-01\nsold_from = 2015-01-01\nregions = ["*"]\n'
    )
    later += 'monthly_fee = "400.00"\npackages = { voice_minutes = 200 }\npackages_cover = ["home"]\n'
    later += '[plans.prices.home]\nvoice_minute = "9.00"\n'
    again = Story(tmp_path, text=with_settings("night_hour = 3") + later)
    assert summed(again, *YEAR) == before
    again.night("2023-03-01 03:00")
    again.call("2023-03-02 10:00", "1:00")
    march = [row for row in summed(again, date(2023, 3, 2), date(2023, 3, 2)).rows if row.kind == "usage"]
    assert [row.without_packages for row in march] == [9_00]


def test_a_contract_that_nobody_opened_has_none(tmp_path: Path) -> None:
    story = example_3(tmp_path)
    with story.ledger.snapshot() as snapshot, pytest.raises(Declined) as told:
        summary(snapshot, story.contract._replace(id="79000000000"), since=YEAR[0], until=YEAR[1])
    assert told.value.code == "NO_ACCOUNT"
