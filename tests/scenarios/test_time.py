"""Time: nights, anchors, four times, and what comes first (R-2)."""

from datetime import date
from pathlib import Path

import pytest

from ledger import periods
from ledger.events import AccountOpened, MonthlyFeeCharged
from ledger.inputs import Malformed
from ledger.service import Ledger
from tests.scenarios.given import example_1, last, with_plan
from tests.stores import ledger_ref
from tests.support import CATALOGUE_TEXT, Clock, Story, at, names, rfc, with_settings

BERLIN_AT_2 = with_settings("night_hour = 2")


# Nights


@pytest.mark.parametrize(
    ("region", "zone", "due"),
    [
        ("moscow", "Europe/Moscow", "2023-02-15T00:00:00Z"),
        ("yekaterinburg", "Asia/Yekaterinburg", "2023-02-14T22:00:00Z"),
        ("kaliningrad", "Europe/Kaliningrad", "2023-02-15T01:00:00Z"),
        ("kamchatka", "Asia/Kamchatka", "2023-02-14T15:00:00Z"),
        ("berlin", "Europe/Berlin", "2023-02-15T02:00:00Z"),
    ],
)
def test_the_night_is_three_o_clock_in_the_home_region(tmp_path: Path, region: str, zone: str, due: str) -> None:
    """R-2.1, R-2.2."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00, region=region)
    assert story.account.zone == zone
    instant = periods.parse_instant(due)
    assert story.ledger.advance_due(instant - 1, accounts_max=9) is None
    assert story.ledger.advance_due(instant, accounts_max=9) is not None
    fee = last(story.log(), MonthlyFeeCharged)
    assert (fee.booked_at, fee.occurred_at) == (instant, instant)


def test_local_is_the_home_regions_clock_also_in_the_outputs(tmp_path: Path) -> None:
    """R-2.1, contract: times in outputs are local to the account's region."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00, region="kamchatka")
    story.call("2023-01-16T10:00:00+03:00", "1:00")
    assert story.shown()[-1]["occurred_at"] == "2023-01-16T19:00:00+12:00"
    assert story.printed("balance", story.account_id)["clock"] == "2023-01-16T19:00:00+12:00"


def test_the_night_is_a_setting(tmp_path: Path) -> None:
    """R-2.2."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00, text=with_settings("night_hour = 0"))
    assert story.account.period is not None
    assert story.account.period.next_due == at("2023-02-15 00:00")


@pytest.mark.parametrize(
    ("connected", "due"),
    [
        # 26.03.2023 02:00 is skipped: the first instant after the gap, 03:00 summer time
        ("2023-02-26 12:00", "2023-03-26T03:00:00+02:00"),
        ("2023-02-25 12:00", "2023-03-25T02:00:00+01:00"),
        ("2023-02-27 12:00", "2023-03-27T02:00:00+02:00"),
        # 29.10.2023 02:00 comes twice: the first one, still summer time
        ("2023-09-29 12:00", "2023-10-29T02:00:00+02:00"),
        ("2023-09-28 12:00", "2023-10-28T02:00:00+02:00"),
        ("2023-09-30 12:00", "2023-10-30T02:00:00+01:00"),
    ],
)
def test_a_night_that_the_clocks_skip_or_repeat(tmp_path: Path, connected: str, due: str) -> None:
    """R-2.3."""
    story = with_plan(tmp_path, connected, 1000_00, region="berlin", text=BERLIN_AT_2)
    assert story.balance.period is not None
    instant = periods.parse_instant(due)
    assert story.balance.period.next_due == instant
    assert story.ledger.advance_due(instant - 1, accounts_max=9) is None
    story.night("2023-12-31 00:00")
    nightly = [event for event in story.log() if isinstance(event, MonthlyFeeCharged) and event.cause == "nightly"]
    assert nightly[0].booked_at == instant


def test_the_hour_that_comes_twice_has_one_night(tmp_path: Path) -> None:
    """R-2.3, R-4.4: daily fees over the end of summer time, one a date."""
    story = with_plan(tmp_path, "2023-09-28 12:00", 350_00 + 100_00, "t3", region="berlin", text=BERLIN_AT_2)
    story.night("2023-10-31 12:00")
    days = [rfc(event.booked_at, "Europe/Berlin") for event in story.log()[4:]]
    assert days == [
        "2023-10-28T02:00:00+02:00",
        "2023-10-29T02:00:00+02:00",
        "2023-10-30T02:00:00+01:00",
        "2023-10-31T02:00:00+01:00",
    ]
    made = story.statement("2023-10-28", "2023-10-31")
    printed = [(f"{line.period.first}", f"{line.period.last}") for line in made.lines if line.period]
    assert printed == [(day, day) for day in ("2023-10-28", "2023-10-29", "2023-10-30", "2023-10-31")]


def test_an_account_unblocked_in_the_repeated_hour_waits_for_the_next_date(tmp_path: Path) -> None:
    """R-2.3, R-4.4: at the second 02:00 that date's night has been."""
    story = with_plan(tmp_path, "2023-09-15 12:00", 1000_00, region="berlin", text=BERLIN_AT_2)
    story.block("2023-10-01 00:00")
    story.unblock("2023-10-29T02:00:00+01:00")
    story.night("2023-11-05 00:00")
    assert rfc(last(story.log(), MonthlyFeeCharged).booked_at, "Europe/Berlin") == "2023-10-30T02:00:00+01:00"


# Anchors


@pytest.mark.parametrize(
    ("after", "anchor_day", "due"),
    [
        ("2023-01-31", 31, "2023-02-28"),
        ("2024-01-31", 31, "2024-02-29"),
        ("2023-02-28", 31, "2023-03-31"),
        ("2023-03-31", 31, "2023-04-30"),
        ("2023-02-28", 30, "2023-03-30"),
        ("2023-02-28", 28, "2023-03-28"),
        ("2023-12-31", 31, "2024-01-31"),
        ("2023-12-01", 1, "2024-01-01"),
        ("2000-01-30", 30, "2000-02-29"),
        ("2099-01-29", 29, "2099-02-28"),
    ],
)
def test_a_due_date_is_in_the_next_month_on_its_anchor(after: str, anchor_day: int, due: str) -> None:
    """R-2.3: min(a, length of that month)."""
    assert periods.next_due_date(date.fromisoformat(after), anchor_day) == date.fromisoformat(due)


def test_a_refresh_on_a_clamped_date_anchors_there(tmp_path: Path) -> None:
    """R-2.3, R-5.4: anchor := day of d, whatever it was."""
    story = with_plan(tmp_path, "2023-01-31 12:00", 2000_00)
    story.dial("2023-02-28 02:00")
    assert story.account.anchor_day == 28
    story.night("2023-03-28 03:00")
    assert story.account.period is not None
    assert story.account.period.next_due == at("2023-04-28 03:00")


@pytest.mark.parametrize(
    ("when", "anchor_day", "due"),
    [
        ("2023-02-10 02:59:59", 10, "2023-03-10 03:00"),
        ("2023-02-10 00:00:00", 10, "2023-03-10 03:00"),
        ("2023-02-09 23:59:59", 9, "2023-03-09 03:00"),
    ],
)
def test_the_day_of_an_anchor_begins_at_midnight_and_not_at_the_night(
    tmp_path: Path, when: str, anchor_day: int, due: str
) -> None:
    """R-3.3, R-2.1: the local date, also before three o'clock."""
    story = with_plan(tmp_path, when, 1000_00)
    assert story.account.anchor_day == anchor_day
    assert story.account.period is not None
    assert story.account.period.next_due == at(due)


def test_a_period_is_half_open_and_printed_with_both_days(tmp_path: Path) -> None:
    """R-2.4: `[start, next due)`, printed first day – last day inclusive."""
    story = with_plan(tmp_path, "2023-01-31 12:00", 1000_00)
    story.night("2023-02-28 03:00")
    printed = [line.period for line in story.statement("2023-01-01", "2023-03-01").lines if line.kind == "monthly_fee"]
    assert [(f"{period.first}", f"{period.last}") for period in printed if period] == [
        ("2023-01-31", "2023-02-27"),
        ("2023-02-28", "2023-03-30"),
    ]


# The four times


def test_the_four_times_of_an_event(tmp_path: Path) -> None:
    """R-2.5, R-2.6."""
    story = example_1(tmp_path)
    story.clock.instant = at("2024-05-05 05:05")
    (event,) = story.call("2023-01-20 10:00", "1:00", received_at="2023-01-21 11:00")
    assert event.input is not None
    assert (event.occurred_at, event.input.received_at, event.booked_at, event.recorded_at) == (
        at("2023-01-20 10:00"),
        at("2023-01-21 11:00"),
        at("2023-01-21 11:00"),
        at("2024-05-05 05:05"),
    )
    shown = story.shown()[-1]
    assert (shown["occurred_at"], shown["booked_at"], shown["recorded_at"], shown["input"]["received_at"]) == (
        "2023-01-20T10:00:00+03:00",
        "2023-01-21T11:00:00+03:00",
        "2024-05-05T05:05:00+03:00",
        "2023-01-21T11:00:00+03:00",
    )


def test_recorded_at_never_runs_backwards(tmp_path: Path) -> None:
    """R-2.5: the later of the wall clock and the last `recorded_at` in the log, also of another account."""
    story = Story(tmp_path)
    story.clock.instant = at("2024-05-05 12:00")
    story.open("2023-01-01 00:00")
    story.ledger.close()
    story.ledger = Ledger(ledger_ref(story.path), now=Clock(at("2024-05-05 11:00")))
    story.account_id = "79160000001"
    story.open("2023-01-01 00:00")
    story.clock.instant = at("2024-05-05 13:00")
    story.ledger.close()
    story.ledger = Ledger(ledger_ref(story.path), now=story.clock)
    story.top_up("2023-01-02 00:00", 1)
    assert [event.recorded_at for event in story.log()] == [at("2024-05-05 12:00"), at("2024-05-05 13:00")]


def test_the_wall_clock_decides_nothing(tmp_path: Path) -> None:
    """R-2.5: the same inputs told on another day give the same log but for `recorded_at`."""
    logs = []
    for folder, clock in (("a", "2023-01-01 00:00"), ("b", "2099-01-01 00:00")):
        (tmp_path / folder).mkdir()
        story = Story(tmp_path / folder)
        story.clock.instant = at(clock)
        story.open("2023-01-01 00:00")
        story.top_up("2023-01-02 00:00", 900_00)
        story.connect("2023-01-15 12:00", "t3")
        story.call("2023-02-14 23:50", "5:00", received_at="2023-02-15 04:00")
        story.dial("2023-02-16 00:00")
        logs.append([{**event, "recorded_at": ""} for event in story.shown()])
    assert logs[0] == logs[1]


# The account's clock


def test_the_clock_never_runs_backwards(tmp_path: Path) -> None:
    """R-2.6: booked_at = max(received_at, the account's clock)."""
    story = example_1(tmp_path)
    story.call("2023-02-01 10:00", "1:00")
    (late,) = story.call("2023-01-20 10:00", "1:00")
    (later,) = story.call("2023-01-21 10:00", "1:00", received_at="2023-02-01 10:00:00")
    (onward,) = story.call("2023-01-22 10:00", "1:00", received_at="2023-02-01 10:00:01")
    assert [event.booked_at for event in (late, later, onward)] == [
        at("2023-02-01 10:00"),
        at("2023-02-01 10:00"),
        at("2023-02-01 10:00:01"),
    ]
    assert late.occurred_at == at("2023-01-20 10:00")
    assert late.input is not None
    assert late.input.received_at == at("2023-01-20 10:00")


def test_received_at_is_at_unless_it_is_said(tmp_path: Path) -> None:
    """R-2.6."""
    story = Story(tmp_path).open("2023-01-01 00:00", received_at="2023-01-01 08:00")
    opened = story.log()[0]
    assert isinstance(opened, AccountOpened)
    assert (opened.occurred_at, opened.booked_at) == (at("2023-01-01 00:00"), at("2023-01-01 08:00"))
    (event,) = story.top_up("2023-01-02 00:00", 1)
    assert event.input is not None
    assert event.input.received_at == at("2023-01-02 00:00")


def test_what_happens_after_it_was_received_is_malformed(tmp_path: Path) -> None:
    """R-2.6: equal is fine, one microsecond is not; instants, not spellings, are compared."""
    story = Story(tmp_path).open("2023-01-01 00:00")
    story.top_up("2023-01-02T00:00:00+03:00", 1, received_at="2023-01-01T21:00:00Z")
    with pytest.raises(Malformed, match="received_at"):
        story.top_up("2023-01-03T00:00:00.000001+03:00", 1, received_at="2023-01-03T00:00:00+03:00")


def test_a_refusal_moves_the_clock(tmp_path: Path) -> None:
    """R-2.6."""
    story = example_1(tmp_path)
    story.connect("2023-02-01 10:00", "no such plan")
    assert story.account.clock == at("2023-02-01 10:00")


def test_neither_a_rejected_line_nor_a_duplicate_moves_the_clock(tmp_path: Path) -> None:
    """R-2.6: and neither advances the account over its night."""
    story = example_1(tmp_path)
    story.top_up("2023-02-01 10:00", 100, id="p")
    before = story.log()
    story.feed("top_up", "2023-02-01 10:00", amount=100, id="p", received_at="2023-04-01 00:00")
    story.feed("top_up", "2023-03-01 10:00", amount=101, id="p")
    assert (story.log(), story.account.clock) == (before, at("2023-02-01 10:00"))


def test_the_job_moves_the_clock_only_by_what_it_books(tmp_path: Path) -> None:
    """R-2.6."""
    story = example_1(tmp_path)
    story.night("2023-02-14 03:00")
    assert story.account.clock == at("2023-01-15 12:00")
    story.night("2023-02-20 12:00")
    assert story.account.clock == at("2023-02-15 03:00")


# What comes first


@pytest.mark.parametrize(
    ("when", "types"),
    [
        ("2023-02-15 02:59:59.999999", ["ToppedUp"]),
        ("2023-02-15 03:00:00", ["MonthlyFeeCharged", "ToppedUp"]),
        ("2023-02-15 03:00:00.000001", ["MonthlyFeeCharged", "ToppedUp"]),
    ],
)
def test_what_is_scheduled_at_an_instant_comes_before_an_input_of_it(
    tmp_path: Path, when: str, types: list[str]
) -> None:
    """R-2.7: never after; each scheduled item is a booking of its own without an input."""
    story = example_1(tmp_path)
    events = story.top_up(when, 1)
    assert names(events) == types
    if len(events) == 2:
        assert events[0].input is None
        assert (events[0].occurred_at, events[0].booked_at) == (at("2023-02-15 03:00"),) * 2


def test_a_top_up_at_the_night_comes_too_late_for_it(tmp_path: Path) -> None:
    """R-2.7, R-4.3: a second earlier it would have paid the month."""
    for folder, when, mode in (("a", "2023-02-15 02:59:59", "monthly"), ("b", "2023-02-15 03:00:00", "unpaid")):
        (tmp_path / folder).mkdir()
        story = with_plan(tmp_path / folder, "2023-01-15 12:00", 400_00)
        story.top_up(when, 400_00)
        story.night("2023-02-15 04:00")
        assert story.account.mode == mode


def test_what_was_received_before_the_job_comes_too_late(tmp_path: Path) -> None:
    """R-2.7: fed with `received_at` before the job's instant, after the job ran, it is booked at the clock."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00)
    story.night("2023-02-15 03:00")
    events = story.top_up("2023-02-15 02:00", 400_00)
    assert names(events) == ["ToppedUp", "Unblocked"]
    assert events[0].booked_at == at("2023-02-15 03:00")
    story.night("2023-02-16 03:00")
    assert (story.account.mode, story.account.anchor_day) == ("monthly", 16)


def test_scheduled_items_come_in_the_order_of_their_instants(tmp_path: Path) -> None:
    """R-2.7, R-4.4: a year of nights in one input, each at its own instant and decided after the one before."""
    story = with_plan(tmp_path, "2023-01-31 12:00", 350_00 + 700_00 + 31_00, "t3")
    events = story.top_up("2023-06-01 00:00", 1)
    assert [(type(event).__name__, rfc(event.booked_at)[:16]) for event in events] == [
        ("MonthlyFeeCharged", "2023-02-28T03:00"),
        ("MonthlyFeeCharged", "2023-03-31T03:00"),
        ("DailyFeeCharged", "2023-04-30T03:00"),
        ("DailyFeeCharged", "2023-05-01T03:00"),
        ("Blocked", "2023-05-02T03:00"),
        ("ToppedUp", "2023-06-01T00:00"),
        ("Unblocked", "2023-06-01T00:00"),
    ]
    assert story.wallet == 1


def test_a_setting_that_moves_the_night_back_never_moves_the_clock_back(tmp_path: Path) -> None:
    """R-2.6, R-2.7, R-3.6: unpaid since 02:00; at 04:00 the night is still 05:00; from then on it is 03:00.

    The night of 03:00 was not booked when the clock passed it, so it is booked at the clock.
    """
    text = with_settings("night_hour = 5")
    story = with_plan(tmp_path, "2023-01-15 12:00", 800_00, text=text)
    story.block("2023-02-01 00:00")
    story.unblock("2023-02-20 02:00")
    story.top_up("2023-02-20 04:00", 1)
    story.ledger.close()
    story.ledger = Ledger(ledger_ref(story.path), now=story.clock, catalogue=CATALOGUE_TEXT)
    story.top_up("2023-02-20 04:30", 1)
    assert [rfc(event.booked_at)[11:16] for event in story.log()[-3:]] == ["04:00", "04:00", "04:30"]
    assert story.types()[-2:] == ["MonthlyFeeCharged", "ToppedUp"]


def test_a_gap_of_half_an_hour_has_its_first_instant_too(tmp_path: Path) -> None:
    """R-2.3: Lord Howe, 01.10.2023: 02:00 is skipped, the first instant after the gap is 02:30."""
    howe = '[regions.howe]\nname = "Лорд-Хау"\nzone = "Australia/Lord_Howe"\n'
    text = BERLIN_AT_2.replace("[regions.moscow]", howe + "[regions.moscow]")
    story = with_plan(tmp_path, "2023-09-01 12:00", 1000_00, region="howe", text=text)
    assert story.balance.period is not None
    assert rfc(story.balance.period.next_due, story.zone) == "2023-10-01T02:30:00+11:00"


@pytest.mark.parametrize(
    ("shown", "zone", "instant"),
    [
        ("2023-03-26T01:59:59.999999", "Europe/Berlin", "2023-03-26T00:59:59.999999Z"),
        ("2023-03-26T02:00", "Europe/Berlin", "2023-03-26T01:00:00Z"),
        ("2023-03-26 02:30:00.2", "Europe/Berlin", "2023-03-26T01:00:00Z"),
        ("2023-03-26T03:00:00", "Europe/Berlin", "2023-03-26T01:00:00Z"),
        ("2023-10-29T02:30", "Europe/Berlin", "2023-10-29T00:30:00Z"),
        ("2023-10-29T03:00", "Europe/Berlin", "2023-10-29T02:00:00Z"),
        ("2023-10-01T02:15:00.999999", "Australia/Lord_Howe", "2023-09-30T15:30:00Z"),
        ("2023-02-15T03:00", "Europe/Moscow", "2023-02-15T00:00:00Z"),
    ],
)
def test_a_time_that_the_clocks_skip_or_repeat_is_the_first_they_can_show(shown: str, zone: str, instant: str) -> None:
    """R-2.3: the instant behind the gap, to the microsecond; the first of two."""
    moment = periods.parse_moment(shown)
    assert periods.first_instant(moment, zone) == periods.last_instant(moment, zone) == periods.parse_instant(instant)
