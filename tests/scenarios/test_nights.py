"""The night: the month if it can be paid, else the day, else a block; under a block nothing (R-4)."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.events import Blocked, DailyFeeCharged, Event, MonthlyFeeCharged, Period, PeriodLapsed
from ledger.service import Ledger
from ledger.units import PackageQuantity
from tests.scenarios.given import FULL_T4, example_1, example_3, last, only, t3_due_on_10_march, with_plan
from tests.stores import ledger_ref
from tests.support import ACCOUNT, Story, at, names, transfers

BASE_T4 = {f"base/{service}": amount for service, amount in FULL_T4.items()}
BASE_T3 = {"base/voice": 21_000, "base/sms": 350, "base/data": 2048 * 1024}
DAILY_T3 = {"daily/voice": 600, "daily/sms": 10, "daily/data": 50 * 1024}
T3_EXPIRES = ["base/data > expired/data 2097152 kb #4", "base/sms > expired/sms 350 sms #4"]
T3_EXPIRES += ["base/voice > expired/voice 21000 s #4"]


# The three steps


def test_a_nightly_month_carries_everything_a_bill_needs(tmp_path: Path) -> None:
    """R-4.1, R-3.6, R-2.7: a scheduled booking has no input and occurs when it is booked."""
    story = example_1(tmp_path)
    story.night("2023-02-20 00:00")
    assert story.log()[-1] == MonthlyFeeCharged(
        version=5,
        occurred_at=at("2023-02-15 03:00"),
        booked_at=at("2023-02-15 03:00"),
        recorded_at=story.clock.instant,
        entries=story.log()[-1].entries,
        input=None,
        wallet_after=200_00,
        plan="t4",
        plan_version="2015-01-01",
        plan_name="Тест t4",
        fee=400_00,
        discount=0,
        amount=400_00,
        vat_rate=20,
        period=Period(at("2023-02-15 03:00"), at("2023-03-15 03:00")),
        packages={
            "voice": PackageQuantity(12_000),
            "sms": PackageQuantity(200),
            "data": PackageQuantity(4096 * 1024),
        },
        late_until=at("2023-02-18 03:00"),
        cause="nightly",
        anchor_day=15,
    )
    assert story.account.clock == at("2023-02-15 03:00")


def test_at_a_night_base_and_carried_expire(tmp_path: Path) -> None:
    """R-4.1, R-5.5: carried lives until the next due date, and base isn't carried by a night."""
    story = example_3(tmp_path)
    story.top_up("2023-02-10 10:00", 1000_00)
    story.night("2023-03-01 03:00")
    fee = last(story.log(), MonthlyFeeCharged)
    assert [row for row in sorted(transfers(fee)) if "expired" in row] == [
        "base/data > expired/data 4194304 kb #8",
        "base/sms > expired/sms 200 sms #8",
        "base/voice > expired/voice 12000 s #8",
        f"carried/data > expired/data {96 * 1024} kb #4",
        "carried/sms > expired/sms 190 sms #4",
        "carried/voice > expired/voice 1200 s #4",
    ]
    assert story.left() == BASE_T4


def test_a_night_that_pays_a_day(tmp_path: Path) -> None:
    """R-4.2: the fee, the leftovers, the daily allowance until the next night."""
    story = t3_due_on_10_march(tmp_path, 100_00)
    story.night("2023-03-10 03:00")
    fee = last(story.log(), DailyFeeCharged)
    assert sorted(transfers(fee)) == sorted(
        [
            "wallet > revenue:daily_fee 1550 kop",
            *T3_EXPIRES,
            "granted/voice > daily/voice 600 s #5",
            "granted/sms > daily/sms 10 sms #5",
            "granted/data > daily/data 51200 kb #5",
        ]
    )
    assert (fee.fee, fee.amount, fee.plan_version, fee.vat_rate) == (15_50, 15_50, "2015-01-01", 20)
    assert fee.period == Period(at("2023-03-10 03:00"), at("2023-03-11 03:00"))
    assert (story.account.mode, story.left(), story.wallet) == ("daily", DAILY_T3, 84_50)


def test_the_next_day_ends_the_last_days_allowance(tmp_path: Path) -> None:
    """R-4.2: what is left of a day expires at the next night."""
    story = t3_due_on_10_march(tmp_path, 100_00)
    story.call("2023-03-10 12:00", "4:00")
    story.night("2023-03-11 03:00")
    fee = last(story.log(), DailyFeeCharged)
    assert [row for row in sorted(transfers(fee)) if "expired" in row] == [
        "daily/data > expired/data 51200 kb #5",
        "daily/sms > expired/sms 10 sms #5",
        "daily/voice > expired/voice 360 s #5",
    ]
    assert (story.left(), story.wallet) == (DAILY_T3, 69_00)


def test_a_night_that_can_pay_nothing_blocks_and_debits_nothing(tmp_path: Path) -> None:
    """R-4.3: the leftovers expire, the mode is unpaid."""
    story = t3_due_on_10_march(tmp_path, 15_49)
    story.night("2023-03-10 03:00")
    blocked = last(story.log(), Blocked)
    assert (blocked.kind, blocked.input, sorted(transfers(blocked))) == ("financial", None, T3_EXPIRES)
    made = story.balance
    assert (made.wallet, made.mode, made.period, made.buckets, made.blocks) == (
        15_49,
        "unpaid",
        None,
        [],
        ("financial",),
    )
    assert story.verify().ok


@pytest.mark.parametrize(("kopecks", "mode"), [(0, "daily"), (399_99, "daily"), (400_00, "monthly")])
def test_a_daily_fee_of_nothing_is_still_a_daily_fee(tmp_path: Path, kopecks: int, mode: str) -> None:
    """R-4.2: "also 0.00"; without a daily allowance no bucket is granted."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00 + kopecks, "t4-day0")
    story.night("2023-02-15 03:00")
    assert story.account.mode == mode
    if mode == "daily":
        fee = last(story.log(), DailyFeeCharged)
        assert all(row.startswith("base/") for row in transfers(fee))
        assert (fee.amount, story.wallet, story.left(), story.account.blocks) == (0, kopecks, {}, ())


def test_the_credit_limit_pays_a_night(tmp_path: Path) -> None:
    """R-3.4, R-4.1: available, not wallet, is tested; the wallet may go negative by it."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 500_00, credit_limit=300_00)
    story.night("2023-02-15 03:00")
    assert (story.types()[-1], story.wallet, story.account.blocks) == ("MonthlyFeeCharged", -300_00, ())


# Every night again, and back to the month


def test_a_month_paid_out_of_the_days_moves_the_anchor(tmp_path: Path) -> None:
    """R-4.4: anchor := day of the night; however large the top-up, nothing happens before it."""
    story = t3_due_on_10_march(tmp_path, 40_00)
    story.night("2023-03-11 03:00")
    assert story.wallet == 9_00
    assert names(story.top_up("2023-03-11 10:00", 10_000_00)) == ["ToppedUp"]
    assert story.account.mode == "daily"
    assert story.night("2023-03-12 02:59:59") == 0
    assert story.night("2023-03-12 03:00:00") == 1
    fee = last(story.log(), MonthlyFeeCharged)
    assert (fee.anchor_day, fee.period) == (12, Period(at("2023-03-12 03:00"), at("2023-04-12 03:00")))
    assert (story.account.mode, story.left()) == ("monthly", BASE_T3)


def test_a_month_paid_in_turn_keeps_the_anchor(tmp_path: Path) -> None:
    """R-2.3, R-4.1: paid on 28.02, the anchor stays 31."""
    story = with_plan(tmp_path, "2023-01-31 12:00", 1200_00)
    story.night("2023-02-28 03:00")
    fee = last(story.log(), MonthlyFeeCharged)
    assert (fee.anchor_day, fee.period.next_due) == (31, at("2023-03-31 03:00"))


@pytest.mark.parametrize(
    ("paid_at", "night"),
    [
        ("2023-03-12 02:59:59", "2023-03-12 03:00"),
        ("2023-03-12 03:00:00", "2023-03-13 03:00"),
        ("2023-03-12 03:00:01", "2023-03-13 03:00"),
        ("2023-03-13 02:59:59", "2023-03-13 03:00"),
    ],
)
def test_the_month_returns_at_the_first_night_strictly_after_the_block_ends(
    tmp_path: Path, paid_at: str, night: str
) -> None:
    """R-4.4, R-7.2: a top-up at the instant of a night waits for the next one."""
    story = t3_due_on_10_march(tmp_path, 10_00)
    story.night("2023-03-10 03:00")
    assert story.account.blocks == ("financial",)
    story.top_up(paid_at, 1000_00)
    story.night("2023-03-20 00:00")
    fee = last(story.log(), MonthlyFeeCharged)
    assert (fee.booked_at, fee.anchor_day) == (at(night), int(night[8:10]))


def test_a_block_free_account_is_asked_every_night(tmp_path: Path) -> None:
    """R-4.4: unblocked with too little for anything, the next night blocks again."""
    story = t3_due_on_10_march(tmp_path, 10_00)
    story.night("2023-03-10 03:00")
    story.top_up("2023-03-10 12:00", 5_00)
    assert story.account.blocks == ()
    story.night("2023-03-14 03:00")
    blocked = last(story.log(), Blocked)
    assert (blocked.booked_at, blocked.entries) == (at("2023-03-11 03:00"), ())
    assert (story.wallet, story.account.mode) == (15_00, "unpaid")
    story.top_up("2023-03-14 12:00", 1_00)
    story.night("2023-03-15 03:00")
    assert (story.types()[-1], story.wallet, story.account.mode) == ("DailyFeeCharged", 50, "daily")


def test_a_connection_out_of_the_unpaid_period_waits_for_no_night(tmp_path: Path) -> None:
    """R-4.4: "or by a new connect_plan"; and the night after it charges nothing."""
    story = t3_due_on_10_march(tmp_path, 0)
    story.night("2023-03-10 03:00")
    story.top_up("2023-03-10 12:00", 1000_00)
    story.connect("2023-03-10 12:01", "t3")
    assert (story.account.mode, story.wallet) == ("monthly", 650_00)
    assert story.night("2023-03-15 00:00") == 0


# Under a block


@pytest.mark.parametrize("kind", ["voluntary", "operator"])
def test_under_a_block_the_paid_month_only_ends(tmp_path: Path, kind: str) -> None:
    """R-4.5: nothing is charged, whatever the wallet has."""
    story = example_3(tmp_path)
    story.top_up("2023-02-10 10:00", 1000_00)
    story.block("2023-02-11 10:00", kind)
    assert story.night("2023-04-01 03:00") == 1
    lapsed = last(story.log(), PeriodLapsed)
    assert (lapsed.booked_at, lapsed.input) == (at("2023-03-01 03:00"), None)
    assert sorted(transfers(lapsed)) == [
        "base/data > expired/data 4194304 kb #8",
        "base/sms > expired/sms 200 sms #8",
        "base/voice > expired/voice 12000 s #8",
        f"carried/data > expired/data {96 * 1024} kb #4",
        "carried/sms > expired/sms 190 sms #4",
        "carried/voice > expired/voice 1200 s #4",
    ]
    made = story.balance
    assert (made.wallet, made.mode, made.period, made.buckets) == (1200_00, "unpaid", None, [])
    assert story.verify().ok


def test_under_a_block_the_paid_day_only_ends(tmp_path: Path) -> None:
    """R-4.5: a day as a month."""
    story = t3_due_on_10_march(tmp_path, 100_00)
    story.block("2023-03-10 12:00")
    assert story.night("2023-03-20 03:00") == 1
    lapsed = last(story.log(), PeriodLapsed)
    assert lapsed.booked_at == at("2023-03-11 03:00")
    assert sorted(transfers(lapsed)) == [
        "daily/data > expired/data 51200 kb #5",
        "daily/sms > expired/sms 10 sms #5",
        "daily/voice > expired/voice 600 s #5",
    ]
    assert (story.wallet, story.account.mode) == (84_50, "unpaid")


def test_a_financial_block_inside_the_month_takes_no_fee_either(tmp_path: Path) -> None:
    """R-4.5, R-6.7: blocked by a call, the month lapses at its due instant."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00)
    story.call("2023-01-16 10:00", "1:00", zone="russia")
    assert (story.wallet, story.account.blocks) == (-5_00, ("financial",))
    assert story.left() == BASE_T4
    story.night("2023-02-15 03:00")
    assert (story.types()[-1], story.wallet, story.account.mode) == ("PeriodLapsed", -5_00, "unpaid")


# A plan that carries by itself


def test_a_plan_may_carry_at_every_nightly_month(tmp_path: Path) -> None:
    """R-4.6: base becomes carried with its old start, the old carried expires."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 2000_00, "t4-auto")
    story.call("2023-01-16 10:00", "20:00")
    story.night("2023-02-15 03:00")
    first = last(story.log(), MonthlyFeeCharged)
    assert sorted(transfers(first)) == sorted(
        [
            "wallet > revenue:monthly_fee 40000 kop",
            "base/voice > carried/voice 10800 s #4",
            "base/sms > carried/sms 200 sms #4",
            "base/data > carried/data 4194304 kb #4",
            "granted/voice > base/voice 12000 s #6",
            "granted/sms > base/sms 200 sms #6",
            "granted/data > base/data 4194304 kb #6",
        ]
    )
    carried = story.balance.buckets[0]
    assert (carried.bucket, carried.left, carried.granted) == ("carried", 10_800, 10_800)
    assert (carried.start, carried.end) == (at("2023-01-15 12:00"), at("2023-03-15 03:00"))
    story.call("2023-02-20 10:00", "10:00")
    story.night("2023-03-15 03:00")
    second = last(story.log(), MonthlyFeeCharged)
    assert [row for row in sorted(transfers(second)) if "expired" in row or "> carried" in row] == [
        "base/data > carried/data 4194304 kb #6",
        "base/sms > carried/sms 200 sms #6",
        "base/voice > carried/voice 12000 s #6",
        "carried/data > expired/data 4194304 kb #4",
        "carried/sms > expired/sms 200 sms #4",
        "carried/voice > expired/voice 10200 s #4",
    ]
    assert story.verify().ok


def test_a_month_out_of_the_days_carries_nothing(tmp_path: Path) -> None:
    """R-4.6: only in monthly mode; from an unpaid period there is nothing to carry."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00, "t4-auto")
    story.night("2023-02-15 03:00")
    story.top_up("2023-02-15 10:00", 1000_00)
    story.night("2023-02-16 03:00")
    assert (story.types()[-1], story.left()) == ("MonthlyFeeCharged", BASE_T4)


def test_plans_without_it_carry_nothing_at_night(tmp_path: Path) -> None:
    """R-4.6: auto_carry = false."""
    story = example_1(tmp_path)
    story.night("2023-02-15 03:00")
    assert story.left() == BASE_T4


# Once


def test_a_night_run_twice_charges_once(tmp_path: Path) -> None:
    """R-4.8."""
    story = example_1(tmp_path)
    assert [story.night("2023-02-15 03:00") for _ in range(3)] == [1, 0, 0]
    story.ledger.close()
    story.ledger = Ledger(ledger_ref(story.path), now=story.clock)
    assert story.night("2023-02-15 03:00") == 0
    assert story.wallet == 200_00


def test_an_input_brings_the_night_that_no_job_ran(tmp_path: Path) -> None:
    """R-2.7, R-4.8: three missed months, each booked at its own instant, once."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 2000_00)
    events = story.top_up("2023-04-20 10:00", 1_00)
    assert names(events) == ["MonthlyFeeCharged", "MonthlyFeeCharged", "MonthlyFeeCharged", "ToppedUp"]
    assert [event.booked_at for event in events] == [
        at("2023-02-15 03:00"),
        at("2023-03-15 03:00"),
        at("2023-04-15 03:00"),
        at("2023-04-20 10:00"),
    ]
    assert story.night("2023-04-20 10:00") == 0
    assert story.wallet == 2000_00 - 4 * 400_00 + 1_00


def test_two_jobs_at_once_charge_once(tmp_path: Path) -> None:
    """R-4.8: two processes' ledgers on one file."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 2000_00)

    def job() -> None:
        with Ledger(ledger_ref(story.path), now=story.clock) as ledger:
            while ledger.advance_due(at("2023-04-15 03:00"), accounts_max=1) is not None:
                pass

    jobs = [threading.Thread(target=job) for _ in range(2)]
    for thread in jobs:
        thread.start()
    for thread in jobs:
        thread.join()
    assert story.types().count("MonthlyFeeCharged") == 4
    assert story.wallet == 2000_00 - 4 * 400_00


def test_the_outcome_does_not_depend_on_when_the_job_ran(tmp_path: Path) -> None:
    """R-2.7: nightly, at the end, or never by itself: the same log."""

    def told(folder: str, jobs: list[str]) -> list[Event]:
        (tmp_path / folder).mkdir()
        story = t3_due_on_10_march(tmp_path / folder, 40_00)
        steps: list[tuple[str, Callable[[str], object]]] = [
            ("2023-03-01 10:00", lambda when: story.call(when, "300:00")),
            ("2023-03-10 10:00", lambda when: story.call(when, "12:00")),
            ("2023-03-12 18:00", lambda when: story.top_up(when, 900_00)),
            ("2023-03-13 03:00", story.dial),
            ("2023-03-20 03:00", story.block),
            ("2023-05-01 00:00", story.unblock),
        ]
        steps += [(when, story.night) for when in jobs]
        todo = sorted(steps, key=lambda step: step[0])
        for when, tell in todo:
            tell(when)
        story.night("2023-05-20 03:00")
        assert story.verify().ok
        return story.log()

    nightly = [f"2023-03-{day:02d} 04:00" for day in range(1, 32)] + [
        f"2023-04-{day:02d} 04:00" for day in range(1, 31)
    ]
    once = told("never", [])
    assert told("nightly", nightly) == once
    assert told("sometimes", ["2023-03-10 02:59", "2023-03-12 03:00", "2023-04-13 03:00"]) == once
    assert next(event for event in once if isinstance(event, PeriodLapsed)).booked_at == at("2023-04-13 03:00")


def test_nights_of_other_accounts_play_no_part(tmp_path: Path) -> None:
    """R-2.8: one account's advance books nothing on another."""
    story = example_1(tmp_path)
    story.account_id = "79169999999"
    story.open("2023-03-01 00:00")
    story.top_up("2023-03-02 00:00", 100)
    story.account_id = ACCOUNT
    assert (story.wallet, story.types()[-1]) == (600_00, "MonthlyFeeCharged")
    assert story.account.clock == at("2023-01-15 12:00")


# The plan's version of the night


@pytest.mark.parametrize(("connected", "fee"), [("2023-01-28 12:00", 400_00), ("2023-02-01 12:00", 300_00)])
def test_the_night_takes_the_fee_of_its_date(tmp_path: Path, connected: str, fee: int) -> None:
    """R-3.6: due 28.02 the old version, due 01.03 the new one."""
    story = with_plan(tmp_path, connected, 2000_00, "t4-versions")
    story.night("2023-03-01 03:00")
    assert last(story.log(), MonthlyFeeCharged).amount == fee


def test_an_archived_plan_is_kept_by_its_subscribers(tmp_path: Path) -> None:
    """R-3.2, R-4.1: not sold any more, still charged and refreshed."""
    story = with_plan(tmp_path, "2023-02-15 12:00", 2000_00, "t4-old")
    story.night("2023-03-15 03:00")
    story.dial("2023-03-16 10:00")
    assert story.types()[-2:] == ["MonthlyFeeCharged", "PackagesRefreshed"]


def test_an_account_without_a_plan_has_no_nights(tmp_path: Path) -> None:
    """R-4: nothing is due."""
    story = Story(tmp_path).open("2023-01-15 11:00")
    story.top_up("2023-01-15 11:30", 1000_00)
    assert story.night("2023-12-31 03:00") == 0
    assert only(story.top_up("2024-01-01 00:00", 1)[-1:], type(story.log()[1])).wallet_after == 1000_01
