"""Ledger line: what a statement says of an event that moves the wallet, or of a monthly fee (R-13.1, R-13.3)."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Literal, TypeAlias

import msgspec

from ledger import events as ev
from ledger import periods
from ledger.entries import wallet_movement
from ledger.events import Event
from ledger.periods import Instant
from ledger.units import Kopecks

LineKind: TypeAlias = Literal[
    "top_up", "monthly_fee", "daily_fee", "option_fee", "usage", "promise_fee", "reversal", "adjustment", "refund"
]


class Broken(Exception):
    """The sums of a statement do not agree with the log; it must not be printed (R-13.2)."""


class PrintedPeriod(msgspec.Struct, frozen=True):
    """First and last day, inclusive, as printed (R-2.4)."""

    first: date
    last: date


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A ledger line: `amount` and `balance` in kopecks, and what its text says (`projections.words.lines`).

    `cause` is that of a monthly fee, `channel` that of a top-up or refund, `option` the name of one that is paid,
    `note` what the clerk wrote of an adjustment, `reverses` the line that a reversal corrects.
    """

    version: int
    booked_at: Instant
    kind: LineKind
    amount: Kopecks
    balance: Kopecks
    cause: str | None = None
    channel: str | None = None
    option: str | None = None
    note: str | None = None
    reverses: "Line | None" = None
    period: PrintedPeriod | None = None


def printed_lines(events: Iterable[Event], zone: str) -> dict[int, Line]:
    """The ledger lines of an account's events from the first one on, by version."""
    known: dict[int, Line] = {}
    for event in events:
        line = ledger_line(event, zone, known)
        if line is not None:
            known[event.version] = line
    return known


def ledger_line(event: Event, zone: str, known: Mapping[int, Line]) -> Line | None:
    """The ledger line of an event that moves the wallet, or of a monthly fee (R-13.1, R-13.3).

    `known` are the account's earlier lines by version, for reversals that quote them.
    """
    match event:
        case ev.UsageCharged():
            return _entry(event, "usage", -event.amount) if event.amount else None
        case ev.ToppedUp():
            return _entry(event, "top_up", event.amount, channel=event.channel)
        case ev.MonthlyFeeCharged() | ev.PackagesRefreshed():
            cause = "refresh" if isinstance(event, ev.PackagesRefreshed) else event.cause
            return _entry(event, "monthly_fee", -event.amount, period=printed(event.period, zone), cause=cause)
        case ev.DailyFeeCharged() if event.amount:
            return _entry(event, "daily_fee", -event.amount, period=printed(event.period, zone))
        case ev.OptionConnected() | ev.OptionFeeCharged() if event.fee:
            period = printed(event.period, zone)
            return _entry(event, "option_fee", -event.fee, period=period, option=event.option_name)
        case ev.PromiseTaken() if event.fee:
            return _entry(event, "promise_fee", -event.fee)
        case ev.Adjusted():
            return _entry(event, "adjustment", event.amount, note=event.personal.text or None)
        case ev.Refunded():
            return _entry(event, "refund", -event.amount, channel=event.channel)
        case ev.ChargeReversed() if event.amount:
            return _entry(event, "reversal", wallet_movement(event.entries), reverses=known[event.event])
        case (
            ev.AccountOpened() | ev.PlanConnected() | ev.RefreshRefused() | ev.UsageUnrated() | ev.InputRefused()
            | ev.Blocked() | ev.Unblocked() | ev.PeriodLapsed() | ev.DiscountGranted() | ev.DailyFeeCharged()
            | ev.OptionConnected() | ev.OptionFeeCharged() | ev.OptionSuspended() | ev.OptionExpired()
            | ev.OptionDisconnected() | ev.PromiseTaken() | ev.PromiseClosed() | ev.ChargeReversed()
            | ev.DisputeOpened() | ev.DisputeResolved() | ev.AccountClosed() | ev.PersonalErased()
        ):  # fmt: skip
            return None


def _entry(
    event: Event,
    kind: LineKind,
    amount: Kopecks,
    *,
    cause: str | None = None,
    channel: str | None = None,
    option: str | None = None,
    note: str | None = None,
    reverses: Line | None = None,
    period: PrintedPeriod | None = None,
) -> Line:
    if event.wallet_after is None:
        raise Broken(f"version {event.version} moves the wallet, but stores no balance after it")
    return Line(
        version=event.version,
        booked_at=event.booked_at,
        kind=kind,
        amount=amount,
        balance=event.wallet_after,
        cause=cause,
        channel=channel,
        option=option,
        note=note,
        reverses=reverses,
        period=period,
    )


def printed(period: ev.Period, zone: str) -> PrintedPeriod:
    """A half-open period as its first and last day, both included (R-2.4)."""
    last = periods.local_date(period.next_due, zone) - timedelta(days=1)
    return PrintedPeriod(periods.local_date(period.start, zone), last)
