"""Rules: which rule made an event what it is; the numbers are those of ledger/README.md."""

from typing import Final, TypeAlias

from ledger.account import Account
from ledger.entries import EXPIRED
from ledger.events import (
    AccountOpened,
    Adjusted,
    Blocked,
    ChargeReversed,
    DailyFeeCharged,
    DiscountGranted,
    DisputeOpened,
    DisputeResolved,
    Event,
    InputRefused,
    MonthlyFeeCharged,
    OptionConnected,
    OptionDisconnected,
    OptionExpired,
    OptionFeeCharged,
    OptionSuspended,
    PackagesRefreshed,
    PeriodLapsed,
    PlanConnected,
    PromiseClosed,
    PromiseTaken,
    RefreshRefused,
    ToppedUp,
    Unblocked,
    UsageCharged,
    UsageUnrated,
)
from ledger.reasons import NightStep, RefusalReason
from ledger.units import Quantity

REFUSED_BY: Final[dict[str, str]] = {
    "open": "R-12.3",
    "connect_plan": "R-3.2",
    "ussd": "R-12.4",
    "sms": "R-12.4",
    "block": "R-8.2",
    "unblock": "R-8.2",
    "connect_option": "R-9.1",
    "disconnect_option": "R-9.4",
    "take_promise": "R-10.2",
    "reverse": "R-11.1",
    "adjust": "R-11.5",
    "rerate": "R-11.6",
    "open_dispute": "R-11.2",
    "resolve_dispute": "R-11.3",
}
"""The rule that can refuse an input of a type; of a refresh only the wrong code or number."""

STEP_BY: Final[dict[RefusalReason | NightStep, str]] = {
    "LAPSE": "R-4.5",
    "MONTH": "R-4.1",
    "DAY": "R-4.2",
    "BLOCK": "R-4.3",
}
"""The rule of each step of a night."""

Rules: TypeAlias = tuple[str, ...]


def rules_of(event: Event, before: Account | None) -> Rules:
    """The rule that decided an event first, then the others that shaped it; `before` is the account it met."""
    match event:
        case AccountOpened():
            return ("R-3.1",)
        case ToppedUp():
            return ("R-7.1",)
        case PlanConnected() | MonthlyFeeCharged(cause="connection"):
            return ("R-3.3", "R-3.2", *_discounted(event))
        case MonthlyFeeCharged():
            again = ("R-4.4",) if before is not None and before.mode != "monthly" else ()
            free = ("R-4.7",) if not event.amount else ()
            return ("R-4.1", *again, *(("R-4.6",) if event.carried else ()), *free, *_discounted(event))
        case DailyFeeCharged():
            return ("R-4.2", *_discounted(event))
        case PackagesRefreshed():
            return ("R-5.4", "R-5.5", *_discounted(event))
        case RefreshRefused():
            return ("R-5.3",)
        case UsageCharged():
            return (*(("R-11.6",) if event.rerates is not None else ()), *_rating(event))
        case UsageUnrated():
            return ("R-6.8",) if event.rerates is None else ("R-11.6", "R-6.8")
        case Blocked(cause="request"):
            return ("R-8.1", "R-8.3")
        case Blocked(cause="balance"):
            return ("R-8.5",)
        case Blocked():
            return ("R-4.3",)
        case Unblocked(cause="request"):
            return ("R-8.1", "R-8.3" if before is not None and before.period is not None else "R-8.4")
        case Unblocked():
            return ("R-8.5", "R-7.2")
        case PeriodLapsed():
            return ("R-4.5",)
        case DiscountGranted():
            return ("R-10.1",)
        case PromiseTaken():
            return ("R-10.2",)
        case PromiseClosed():
            return ("R-10.3",)
        case OptionConnected():
            return ("R-9.1", "R-9.3") if event.one_time else ("R-9.1",)
        case OptionFeeCharged() | OptionSuspended():
            return ("R-9.2",)
        case OptionExpired():
            return ("R-9.3",)
        case OptionDisconnected():
            return ("R-9.4",)
        case ChargeReversed():
            return ("R-11.1",)
        case Adjusted():
            return ("R-11.5",)
        case DisputeOpened():
            return ("R-11.2",)
        case DisputeResolved():
            return ("R-11.3",)
        case InputRefused():
            return (REFUSED_BY[event.input_type],)


def _discounted(event: Event) -> Rules:
    return ("R-3.5",) if getattr(event, "discount", 0) else ()


def _rating(event: UsageCharged) -> Rules:
    """Free, unlimited, out of packages, or for money."""
    if not event.billed or event.direction == "in":
        return ("R-6.2",)
    if event.unlimited:
        return ("R-6.3",)
    packages = [entry for entry in event.entries if entry.unit != "kop"]
    if not packages:
        return ("R-6.6",)
    late = ("R-6.5",) if any(entry.from_.startswith(f"{EXPIRED}/") for entry in packages) else ()
    return ("R-6.4", *late, *(("R-6.6",) if uncovered(event) else ()))


def from_packages(event: UsageCharged) -> Quantity:
    """What of a record packages paid for, expired leftovers included, in package units."""
    return sum(entry.amount for entry in event.entries if entry.unit != "kop")


def uncovered(event: UsageCharged) -> Quantity:
    """What of a record was left for money, in package units (R-6.6)."""
    free = event.unlimited or event.direction == "in"
    return 0 if free else event.billed - from_packages(event)
