"""The night: the month if it can be paid, else the day, else a financial block; under a block nothing (R-4)."""

from collections.abc import Iterator
from datetime import date, timedelta

from ledger import periods
from ledger.account import Account
from ledger.catalogue import Catalogue, PlanVersion
from ledger.entries import BASE, DAILY, REVENUE_DAILY_FEE, REVENUE_MONTHLY_FEE
from ledger.events import Blocked, DailyFeeCharged, Event, MonthlyFeeCharged, Period, PeriodLapsed
from ledger.periods import Instant
from ledger.reasons import NightStep
from ledger.rules import tariff
from ledger.rules.check import Check, first
from ledger.rules.moment import Moment


def tariff_due(account: Account, catalogue: Catalogue) -> Instant | None:
    """The instant at which the tariff asks next for its fee, or the paid period ends under a block.

    The end of what is paid; unpaid and free of blocks, the first night after that began (R-4.4); else never, as on a
    closed contract (R-15.3).
    """
    if account.period is not None:
        return account.period.next_due
    if account.mode in ("none", "closed") or account.blocks:
        return None
    return periods.first_night_after(account.waiting_since, account.zone, catalogue.settings.night_hour)


def charge_tariff(account: Account, moment: Moment, catalogue: Catalogue) -> list[Event]:
    """What the night of a due account books: exactly one event."""
    day = periods.local_date(moment.booked_at, account.zone)
    plan = tariff.plan_to_pay(account, catalogue, day)
    taken = first(steps(account, plan, day))
    step = None if taken is None else taken.reason
    if step == "MONTH":
        return [_month(account, moment, catalogue, plan, day)]
    if step == "DAY" and plan.daily_fee is not None:
        return [_day(account, moment, catalogue, plan, plan.daily_fee, day)]
    stamp, late_until = moment.stamp(account), tariff.late_until(moment.booked_at, catalogue)
    ended = tuple(tariff.expiry(account.tariff_buckets()))
    if step == "LAPSE":
        return [PeriodLapsed(**stamp, entries=ended, late_until=late_until)]
    return [Blocked(**stamp, entries=ended, kind="financial", cause="nightly", late_until=late_until)]


def steps(account: Account, plan: PlanVersion, day: date) -> Iterator[Check[NightStep]]:
    """What a night may do, by precedence: lapse under a block, else month, day, block (R-4.5, R-4.1–R-4.3)."""
    yield Check("LAPSE", bool(account.blocks), {"blocks": list(account.blocks)})
    available = account.available
    fee = tariff.effective_fee(account, plan.monthly_fee, day)
    yield Check("MONTH", available >= fee, {"fee": fee, "available": available})
    daily = None if plan.daily_fee is None else tariff.effective_fee(account, plan.daily_fee, day)
    yield Check("DAY", daily is not None and available >= daily, {"daily_fee": daily, "available": available})
    yield Check("BLOCK", holds=True)


def _month(account: Account, moment: Moment, catalogue: Catalogue, plan: PlanVersion, day: date) -> MonthlyFeeCharged:
    """R-4.1; a month paid from another mode moves the anchor to its day (R-4.4)."""
    in_turn = account.mode == "monthly" and account.anchor_day is not None
    anchor_day = account.anchor_day if in_turn and account.anchor_day else day.day
    carried = in_turn and plan.auto_carry
    return MonthlyFeeCharged(
        **tariff.fee(
            account,
            moment,
            catalogue,
            plan,
            fee=plan.monthly_fee,
            revenue=REVENUE_MONTHLY_FEE,
            bucket=BASE,
            packages=plan.month,
            period=tariff.month_from(moment.booked_at, day, anchor_day, account, catalogue),
            turnover=tariff.carriage(account) if carried else tariff.expiry(account.tariff_buckets()),
        ),
        cause="nightly",
        anchor_day=anchor_day,
        carried=carried,
    )


def _day(
    account: Account, moment: Moment, catalogue: Catalogue, plan: PlanVersion, fee: int, day: date
) -> DailyFeeCharged:
    """R-4.2: one day, until the next night, with the daily allowance if the plan has one."""
    tomorrow = periods.night(day + timedelta(days=1), account.zone, catalogue.settings.night_hour)
    return DailyFeeCharged(
        **tariff.fee(
            account,
            moment,
            catalogue,
            plan,
            fee=fee,
            revenue=REVENUE_DAILY_FEE,
            bucket=DAILY,
            packages=plan.day,
            period=Period(moment.booked_at, tomorrow),
            turnover=tariff.expiry(account.tariff_buckets()),
        )
    )
