"""The rulebook's worked examples 1–13 (§14), each with its borders on both sides."""

from datetime import date
from pathlib import Path

import pytest

from ledger.events import MonthlyFeeCharged, PackagesRefreshed, RefreshRefused, UsageCharged
from tests.scenarios.given import FULL_T4, example_1, example_3, last, only, t3_due_on_10_march, with_plan
from tests.support import Story, at, names, replied, rfc, transfers

BASE_T4 = {f"base/{service}": amount for service, amount in FULL_T4.items()}


def due(story: Story) -> str | None:
    """The next due instant as local text, as the balance prints it."""
    period = story.balance.period
    return rfc(period.next_due, story.zone) if period else None


# 1 and 2: connection and the first night


def test_example_1_the_first_month_is_debited_at_connection_in_full(tmp_path: Path) -> None:
    """R-3.3, R-7.1."""
    story = example_1(tmp_path)
    assert story.wallet == 600_00
    assert story.left() == BASE_T4
    assert due(story) == "2023-02-15T03:00:00+03:00"
    assert story.verify().ok


@pytest.mark.parametrize(
    ("kopecks", "booked", "wallet"),
    [
        (399_99, ["InputRefused"], 399_99),
        (400_00, ["PlanConnected", "MonthlyFeeCharged"], 0),
        (400_01, ["PlanConnected", "MonthlyFeeCharged"], 1),
    ],
)
def test_example_1_connection_needs_the_whole_fee(tmp_path: Path, kopecks: int, booked: list[str], wallet: int) -> None:
    """R-3.2, R-3.4: equality passes."""
    story = Story(tmp_path).open("2023-01-15 10:00")
    story.top_up("2023-01-15 11:00", kopecks)
    assert names(story.connect("2023-01-15 12:00", "t4")) == booked
    assert story.wallet == wallet


def test_example_2_the_night_takes_the_fee_and_the_leftover_expires(tmp_path: Path) -> None:
    """R-4.1."""
    story = example_1(tmp_path)
    story.call("2023-01-20 10:00", "50:00")
    assert story.night("2023-02-15 03:00") == 1
    fee = last(story.log(), MonthlyFeeCharged)
    assert sorted(transfers(fee)) == sorted(
        [
            "wallet > revenue:monthly_fee 40000 kop",
            "base/voice > expired/voice 9000 s #4",
            "base/sms > expired/sms 200 sms #4",
            "base/data > expired/data 4194304 kb #4",
            "granted/voice > base/voice 12000 s #6",
            "granted/sms > base/sms 200 sms #6",
            "granted/data > base/data 4194304 kb #6",
        ]
    )
    assert (story.wallet, story.left(), due(story)) == (200_00, BASE_T4, "2023-03-15T03:00:00+03:00")
    assert story.verify().ok


@pytest.mark.parametrize(
    ("until", "wallet"),
    [("2023-02-15 02:59:59", 600_00), ("2023-02-15 03:00:00", 200_00), ("2023-02-15 03:00:01", 200_00)],
)
def test_example_2_the_fee_is_due_at_the_night_itself(tmp_path: Path, until: str, wallet: int) -> None:
    """R-2.2, R-4.1: the night −1 s, the night, +1 s."""
    story = example_1(tmp_path)
    story.night(until)
    assert story.wallet == wallet


@pytest.mark.parametrize(
    ("kopecks", "booked", "wallet"),
    [(399_99, "Blocked", 399_99), (400_00, "MonthlyFeeCharged", 0), (400_01, "MonthlyFeeCharged", 1)],
)
def test_example_2_the_night_needs_the_whole_fee(tmp_path: Path, kopecks: int, booked: str, wallet: int) -> None:
    """R-4.1, R-4.3: one kopeck below, equal, above; t4 has no daily fee."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00 + kopecks)
    story.night("2023-02-15 03:00")
    assert (story.types()[-1], story.wallet) == (booked, wallet)


# 3 to 6: the refresh


def test_example_3_a_refresh_carries_what_is_left(tmp_path: Path) -> None:
    """R-5.4, R-5.7, R-1.3: one event, all entries."""
    story = example_3(tmp_path)
    event = last(story.log(), PackagesRefreshed)
    assert sorted(transfers(event)) == sorted(
        [
            "wallet > revenue:monthly_fee 40000 kop",
            "base/voice > carried/voice 1200 s #4",
            "base/sms > carried/sms 190 sms #4",
            f"base/data > carried/data {96 * 1024} kb #4",
            "granted/voice > base/voice 12000 s #8",
            "granted/sms > base/sms 200 sms #8",
            "granted/data > base/data 4194304 kb #8",
        ]
    )
    carried = {"carried/voice": 1200, "carried/sms": 190, "carried/data": 96 * 1024}
    assert (story.wallet, story.left(), due(story)) == (200_00, carried | BASE_T4, "2023-03-01T03:00:00+03:00")
    line = story.statement("2023-02-01", "2023-02-28").lines[0]
    assert line.period is not None
    assert (line.amount, line.period.first, line.period.last) == (-400_00, date(2023, 2, 1), date(2023, 2, 28))
    assert story.verify().ok


@pytest.mark.parametrize(
    ("duration", "carried", "base"),
    [("19:00", 60, 12_000), ("20:00", 0, 12_000), ("20:01", 0, 11_940), ("25:30", 0, 194 * 60)],
)
def test_example_4_a_call_spends_carried_minutes_first(tmp_path: Path, duration: str, carried: int, base: int) -> None:
    """R-5.5, R-6.4: a call of exactly what is carried, one second more, and the example's 25:30."""
    story = example_3(tmp_path)
    call = only(story.call("2023-02-02 10:00", duration), UsageCharged)
    assert (story.left()["carried/voice"], story.left()["base/voice"]) == (carried, base)
    assert (call.amount, story.wallet) == (0, 200_00)


def test_example_4_entries_stand_in_spending_order(tmp_path: Path) -> None:
    """R-1.3, R-6.2: 25:30 are billed as 26 minutes, 20 of them carried."""
    story = example_3(tmp_path)
    call = only(story.call("2023-02-02 10:00", "25:30"), UsageCharged)
    assert call.billed == 26 * 60
    assert transfers(call) == ["carried/voice > consumed/voice 1200 s #4", "base/voice > consumed/voice 360 s #8"]


def test_example_5_a_second_refresh_never_adds_carried_to_carried(tmp_path: Path) -> None:
    """R-5.4, R-5.5: carried 200/200/4096, not 220/390/4192."""
    story = example_3(tmp_path)
    story.top_up("2023-02-03 10:00", 1000_00)
    event = only(story.dial("2023-02-05 12:00"), PackagesRefreshed)
    assert sorted(transfers(event)) == sorted(
        [
            "wallet > revenue:monthly_fee 40000 kop",
            "carried/voice > expired/voice 1200 s #4",
            "carried/sms > expired/sms 190 sms #4",
            f"carried/data > expired/data {96 * 1024} kb #4",
            "base/voice > carried/voice 12000 s #8",
            "base/sms > carried/sms 200 sms #8",
            "base/data > carried/data 4194304 kb #8",
            "granted/voice > base/voice 12000 s #10",
            "granted/sms > base/sms 200 sms #10",
            "granted/data > base/data 4194304 kb #10",
        ]
    )
    carried = {f"carried/{service}": amount for service, amount in FULL_T4.items()}
    assert (story.wallet, story.left(), due(story)) == (800_00, carried | BASE_T4, "2023-03-05T03:00:00+03:00")


@pytest.mark.parametrize(
    ("available", "kind", "wallet"),
    [(399_99, RefreshRefused, 399_99), (400_00, PackagesRefreshed, 0), (400_01, PackagesRefreshed, 1)],
)
def test_example_6_a_refresh_needs_the_whole_fee(
    tmp_path: Path, available: int, kind: type[RefreshRefused | PackagesRefreshed], wallet: int
) -> None:
    """R-5.3, R-3.4: equality passes."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00 + available)
    event = only(story.dial("2023-02-01 10:00"), kind)
    assert story.wallet == wallet
    if isinstance(event, RefreshRefused):
        assert event.reason == "INSUFFICIENT_FUNDS"
        assert replied(event, story.zone) == "Недостаточно средств: нужно 400,00 ₽, доступно 399,99 ₽."


# 7 and 8: days, blocks, and the way back to the month


def test_example_7_a_day_is_paid_and_only_a_night_brings_the_month_back(tmp_path: Path) -> None:
    """R-4.2, R-4.4, R-5.3."""
    story = t3_due_on_10_march(tmp_path, 100_00)
    story.night("2023-03-10 03:00")
    assert (story.wallet, story.account.mode) == (84_50, "daily")
    assert story.left() == {"daily/voice": 600, "daily/sms": 10, "daily/data": 50 * 1024}
    story.top_up("2023-03-10 12:00", 1000_00)
    assert only(story.dial("2023-03-10 12:01"), RefreshRefused).reason == "ALTERNATIVE_PERIOD"
    story.night("2023-03-11 03:00")
    assert (story.wallet, story.account.mode, due(story)) == (734_50, "monthly", "2023-04-11T03:00:00+03:00")
    assert story.verify().ok


@pytest.mark.parametrize(
    ("kopecks", "booked", "wallet"),
    [
        (15_49, "Blocked", 15_49),
        (15_50, "DailyFeeCharged", 0),
        (15_51, "DailyFeeCharged", 1),
        (349_99, "DailyFeeCharged", 334_49),
        (350_00, "MonthlyFeeCharged", 0),
        (350_01, "MonthlyFeeCharged", 1),
    ],
)
def test_example_7_what_a_night_can_pay(tmp_path: Path, kopecks: int, booked: str, wallet: int) -> None:
    """R-4.1, R-4.2, R-4.3: both fees, one kopeck below, equal, above."""
    story = t3_due_on_10_march(tmp_path, kopecks)
    story.night("2023-03-10 03:00")
    assert (story.types()[-1], story.wallet) == (booked, wallet)


def test_example_8_days_until_the_money_ends_then_a_block(tmp_path: Path) -> None:
    """R-4.2, R-4.3, R-4.4, R-7.2, R-8.4."""
    story = t3_due_on_10_march(tmp_path, 40_00)
    wallets = []
    for night in ("2023-03-10 03:00", "2023-03-11 03:00", "2023-03-12 03:00"):
        story.night(night)
        wallets.append(story.wallet)
    assert wallets == [24_50, 9_00, 9_00]
    assert (story.account.blocks, story.account.mode) == (("financial",), "unpaid")
    assert names(story.top_up("2023-03-12 18:00", 500_00)) == ["ToppedUp", "Unblocked"]
    assert only(story.dial("2023-03-12 18:01"), RefreshRefused).reason == "UNPAID_PERIOD"
    story.night("2023-03-13 03:00")
    assert (story.wallet, story.account.mode, due(story)) == (159_00, "monthly", "2023-04-13T03:00:00+03:00")
    assert story.verify().ok


# 9: anchors


@pytest.mark.parametrize(
    ("connected", "dues"),
    [
        ("2023-01-31", ["2023-02-28", "2023-03-31", "2023-04-30", "2023-05-31"]),
        ("2023-01-30", ["2023-02-28", "2023-03-30", "2023-04-30", "2023-05-30"]),
        ("2023-01-29", ["2023-02-28", "2023-03-29", "2023-04-29", "2023-05-29"]),
        ("2023-01-28", ["2023-02-28", "2023-03-28", "2023-04-28", "2023-05-28"]),
        ("2024-01-31", ["2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"]),
        ("2024-01-30", ["2024-02-29", "2024-03-30", "2024-04-30", "2024-05-30"]),
        ("2024-01-29", ["2024-02-29", "2024-03-29", "2024-04-29", "2024-05-29"]),
        ("2024-02-29", ["2024-03-29", "2024-04-29", "2024-05-29", "2024-06-29"]),
        ("2023-12-31", ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]),
    ],
)
def test_example_9_due_dates_keep_their_anchor_day(tmp_path: Path, connected: str, dues: list[str]) -> None:
    """R-2.3: days 28–31, an ordinary and a leap year; each night falls on the date the last one announced."""
    story = with_plan(tmp_path, f"{connected} 12:00", 5000_00)
    found = [due(story)]
    for night in dues[:-1]:
        assert story.night(f"{night} 03:00") == 1
        found.append(due(story))
    assert found == [f"{day}T03:00:00+03:00" for day in dues]


# 10: the night and a refresh at the same time


@pytest.mark.parametrize(
    ("when", "types", "wallets"),
    [
        ("2023-02-15 02:59:59", ["PackagesRefreshed"], [500_00]),
        ("2023-02-15 03:00:00", ["MonthlyFeeCharged", "PackagesRefreshed"], [500_00, 100_00]),
        ("2023-02-15 03:00:01", ["MonthlyFeeCharged", "PackagesRefreshed"], [500_00, 100_00]),
    ],
)
def test_example_10_the_night_comes_before_a_refresh_of_its_instant(
    tmp_path: Path, when: str, types: list[str], wallets: list[int]
) -> None:
    """R-2.7."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00 + 900_00)
    events = story.dial(when)
    assert names(events) == types
    assert [event.wallet_after for event in events] == wallets
    assert story.night("2023-02-15 23:00") == 0
    assert (story.wallet, due(story)) == (wallets[-1], "2023-03-15T03:00:00+03:00")


# 11: minutes and money


@pytest.mark.parametrize(
    ("duration", "minutes", "cost"),
    [("3:00", 3, 0), ("3:01", 4, 2_00), ("5:00", 5, 4_00), ("5:10", 6, 6_00), ("6:00", 6, 6_00), ("6:01", 7, 8_00)],
)
def test_example_11_what_the_package_lacks_costs_money(tmp_path: Path, duration: str, minutes: int, cost: int) -> None:
    """R-6.4, R-6.6: 3 minutes of base are left."""
    story = example_1(tmp_path)
    story.call("2023-01-20 10:00", "197:00")
    call = only(story.call("2023-01-21 10:00", duration), UsageCharged)
    money = [f"wallet > revenue:usage {cost} kop"] if cost else []
    assert transfers(call) == ["base/voice > consumed/voice 180 s #4", *money]
    assert (call.billed, call.amount, story.wallet) == (minutes * 60, cost, 600_00 - cost)


# 12: the late record


def test_example_12_a_late_call_spends_the_package_of_its_time(tmp_path: Path) -> None:
    """R-6.5."""
    story = example_1(tmp_path)
    story.call("2023-01-20 10:00", "190:00")
    story.night("2023-02-15 03:00")
    call = only(story.call("2023-02-14 23:50", "2:20", received_at="2023-02-15 04:10"), UsageCharged)
    assert transfers(call) == ["expired/voice > consumed/voice 180 s #4"]
    assert (call.billed, call.amount, story.left()["base/voice"], story.wallet) == (180, 0, 12_000, 200_00)
    assert story.verify().ok


@pytest.mark.parametrize(
    ("occurred", "entry"),
    [
        ("2023-02-15 02:59:59", "expired/voice > consumed/voice 180 s #4"),
        ("2023-02-15 03:00:00", "base/voice > consumed/voice 180 s #6"),
        ("2023-02-15 03:00:01", "base/voice > consumed/voice 180 s #6"),
    ],
)
def test_example_12_the_package_is_that_of_the_calls_beginning(tmp_path: Path, occurred: str, entry: str) -> None:
    """R-6.5, R-2.4: the old base is valid up to the night, the new one from it."""
    story = example_1(tmp_path)
    story.call("2023-01-20 10:00", "190:00")
    call = last(story.call(occurred, "2:20", received_at="2023-02-15 04:10"), UsageCharged)
    assert transfers(call) == [entry]


# 13: zones


def test_example_13_the_home_region_says_which_day_it_is(tmp_path: Path) -> None:
    """R-2.1, R-5.6: 01:30 in Yekaterinburg is still January in Moscow."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1700_00)
    event = only(story.dial("2023-02-01T01:30:00+05:00"), PackagesRefreshed)
    assert event.anchor_day == 31
    assert due(story) == "2023-02-28T03:00:00+03:00"
    story.night("2023-02-28 03:00")
    assert due(story) == "2023-03-31T03:00:00+03:00"


@pytest.mark.parametrize(
    ("when", "anchor_day", "next_due"),
    [
        ("2023-02-01T01:59:59+05:00", 31, "2023-02-28 03:00"),
        ("2023-02-01T02:00:00+05:00", 1, "2023-03-01 03:00"),
        ("2023-02-01T02:00:01+05:00", 1, "2023-03-01 03:00"),
        ("2023-01-31T21:00:00Z", 1, "2023-03-01 03:00"),
        ("2023-01-31T09:59:59-11:00", 31, "2023-02-28 03:00"),
    ],
)
def test_example_13_the_border_of_the_day_is_local_midnight(
    tmp_path: Path, when: str, anchor_day: int, next_due: str
) -> None:
    """R-2.1, R-2.3."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00)
    event = only(story.dial(when), PackagesRefreshed)
    assert (event.anchor_day, event.period.next_due) == (anchor_day, at(next_due))
