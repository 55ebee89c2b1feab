"""Balances: what an account has, as the contract's balance object (contract §4)."""

import msgspec

from ledger import periods
from ledger.account import Account
from ledger.events import BlockKind, Mode
from ledger.periods import Instant
from ledger.units import Kopecks
from projections.packages import BucketRow, rows


class PeriodRow(msgspec.Struct, frozen=True):
    """What is paid: `[start, next_due)`, local RFC 3339."""

    start: str
    next_due: str


class DiscountRow(msgspec.Struct, frozen=True):
    """The discount last granted, until its end."""

    percent: int
    from_: str = msgspec.field(name="from")
    until: str


class PromiseRow(msgspec.Struct, frozen=True):
    """The promised payment that stands, in kopecks."""

    amount: Kopecks
    until: str


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """An account at a time: money in kopecks, times local to its region."""

    account: str
    region: str
    clock: str
    plan: str | None
    mode: Mode
    blocks: tuple[BlockKind, ...]
    wallet: Kopecks
    available: Kopecks
    credit_limit: Kopecks
    anchor_day: int | None
    period: PeriodRow | None
    buckets: list[BucketRow]
    discount: DiscountRow | None
    promise: PromiseRow | None


def balance(account: Account, *, at: Instant | None = None) -> Balance:
    """The balance of a folded account, looked at from its own clock, or from a later time `at`.

    From `at`, buckets whose end has come by then are left out; nothing is booked and nothing guessed.
    """
    seen_from = account.clock if at is None else at
    zone = account.zone
    return Balance(
        account=account.account,
        region=account.region,
        clock=periods.local_text(account.clock, zone),
        plan=account.plan,
        mode=account.mode,
        blocks=account.blocks,
        wallet=account.wallet,
        available=account.available,
        credit_limit=account.credit_limit,
        anchor_day=account.anchor_day,
        period=None
        if account.period is None
        else PeriodRow(
            periods.local_text(account.period.start, zone), periods.local_text(account.period.next_due, zone)
        ),
        buckets=rows(account, at=seen_from),
        discount=_discount(account, seen_from),
        promise=PromiseRow(account.promise.amount, periods.local_text(account.promise.until, zone))
        if account.promise
        else None,
    )


def _discount(account: Account, at: Instant) -> DiscountRow | None:
    granted = account.discount
    if granted is None or granted.until <= periods.local_date(at, account.zone).isoformat():
        return None
    return DiscountRow(granted.percent, granted.from_, granted.until)
