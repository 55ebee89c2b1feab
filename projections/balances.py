"""Balances: what an account has at a time (contract §4)."""

from datetime import date

import msgspec

from ledger import periods
from ledger.account import Account, Promise
from ledger.events import BlockKind, Mode, Period
from ledger.periods import Instant
from ledger.units import Kopecks
from projections.packages import BucketRow, rows


class DiscountRow(msgspec.Struct, frozen=True):
    """The discount last granted, on local dates `[since, until)`."""

    percent: int
    since: date
    until: date


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """An account at a time, on the clocks of `zone`: money in kopecks; `period` is what is paid."""

    region: str
    zone: str
    clock: Instant
    plan: str | None
    mode: Mode
    blocks: tuple[BlockKind, ...]
    wallet: Kopecks
    available: Kopecks
    credit_limit: Kopecks
    anchor_day: int | None
    period: Period | None
    buckets: list[BucketRow]
    discount: DiscountRow | None
    promise: Promise | None


def balance(account: Account, *, at: Instant | None = None) -> Balance:
    """The balance of a folded account, looked at from its own clock, or from a later time `at`.

    From `at`, buckets whose end has come by then are left out; nothing is booked and nothing guessed.
    """
    seen_from = account.clock if at is None else at
    return Balance(
        region=account.region,
        zone=account.zone,
        clock=account.clock,
        plan=account.plan,
        mode=account.mode,
        blocks=account.blocks,
        wallet=account.wallet,
        available=account.available,
        credit_limit=account.credit_limit,
        anchor_day=account.anchor_day,
        period=account.period,
        buckets=rows(account, at=seen_from),
        discount=_discount(account, seen_from),
        promise=account.promise,
    )


def _discount(account: Account, at: Instant) -> DiscountRow | None:
    granted = account.discount
    if granted is None or (until := date.fromisoformat(granted.until)) <= periods.local_date(at, account.zone):
        return None
    return DiscountRow(granted.percent, date.fromisoformat(granted.from_), until)
