"""The tariff's paid period: what a fee debits, what it ends and what it grants (R-3.3, R-3.5, R-4, R-5.4)."""

from datetime import date

from ledger import periods
from ledger.account import Account, Bucket
from ledger.catalogue import Catalogue, Packages, PlanVersion
from ledger.entries import BASE, CARRIED, EXPIRED, GRANTED, WALLET, Entry, money, package
from ledger.events import Granted, Period
from ledger.periods import Instant
from ledger.rules.moment import Moment, Stamp
from ledger.units import Kopecks, percent_off


class TariffFee(Stamp):
    """The fields that every fee of the tariff has, as keyword arguments."""

    entries: tuple[Entry, ...]
    wallet_after: Kopecks
    plan: str
    plan_version: str
    plan_name: str
    fee: Kopecks
    discount: int
    amount: Kopecks
    vat_rate: int
    period: Period
    packages: Granted
    late_until: Instant


def plan_version(account: Account, catalogue: Catalogue, day: date) -> PlanVersion | None:
    """The account's plan as it stands on a local date, if it has one."""
    return catalogue.plan(account.plan, day) if account.plan else None


def plan_to_pay(account: Account, catalogue: Catalogue, day: date) -> PlanVersion:
    """The plan whose fee an account that has one pays on a local date."""
    plan = plan_version(account, catalogue, day)
    assert plan is not None, "an account with a plan has a version of it on every later date"
    return plan


def effective_fee(account: Account, fee: Kopecks, day: date) -> Kopecks:
    """A tariff fee after the discount in force on a local date (R-3.5)."""
    return percent_off(fee, account.discount_on(day))


def late_until(at: Instant, catalogue: Catalogue) -> Instant:
    """Until when, in booked time, what ends at an instant can still be spent by late records (R-6.5)."""
    return at + catalogue.settings.late_window_hours * periods.HOUR


def month_from(start: Instant, day: date, anchor_day: int, account: Account, catalogue: Catalogue) -> Period:
    """The paid month that a fee of a local date buys: until the next due night of its anchor (R-2.3, R-2.4)."""
    due = periods.next_due_date(day, anchor_day)
    return Period(start, periods.night(due, account.zone, catalogue.settings.night_hour))


def expiry(buckets: list[Bucket]) -> list[Entry]:
    """What is left of buckets expires, one entry each."""
    return [
        package(bucket.name, EXPIRED, bucket.service, bucket.left, bucket.grant) for bucket in buckets if bucket.left
    ]


def carriage(account: Account) -> list[Entry]:
    """The old carried leftover expires, and what is left of base moves to carried under its old grant (R-5.4)."""
    spent = [bucket for bucket in account.tariff_buckets() if bucket.name != BASE]
    moved = [
        package(BASE, CARRIED, bucket.service, bucket.left, bucket.grant)
        for bucket in account.tariff_buckets()
        if bucket.name == BASE and bucket.left
    ]
    return expiry(spent) + moved


def fee(
    account: Account,
    moment: Moment,
    catalogue: Catalogue,
    plan: PlanVersion,
    *,
    fee: Kopecks,
    revenue: str,
    bucket: str,
    packages: Packages,
    period: Period,
    turnover: list[Entry],
) -> TariffFee:
    """The fields that every fee of the tariff has: money, the turnover of the old packages, the new grant (R-3.6)."""
    day = periods.local_date(moment.booked_at, account.zone)
    amount = effective_fee(account, fee, day)
    stamp = moment.stamp(account)
    grants = [
        package(GRANTED, bucket, service, size, stamp["version"])
        for service, size in packages.items()
        if size != "unlimited"
    ]
    return {
        **stamp,
        "entries": (*money(WALLET, revenue, amount), *turnover, *grants),
        "wallet_after": account.wallet - amount,
        "plan": plan.id,
        "plan_version": plan.version,
        "plan_name": plan.name,
        "fee": fee,
        "discount": account.discount_on(day),
        "amount": amount,
        "vat_rate": catalogue.vat_rate(day),
        "period": period,
        "packages": packages,
        "late_until": late_until(moment.booked_at, catalogue),
    }
