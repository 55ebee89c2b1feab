"""Rules: which rule made an event what it is; the numbers are those of ledger/README.md."""

from typing import Final, TypeAlias

from ledger import events as ev
from ledger.account import Account
from ledger.entries import EXPIRED
from ledger.events import Event
from ledger.reasons import NightStep, RefusalReason
from ledger.units import PackageQuantity

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
    "close": "R-15.3",
    "refund": "R-15.5",
}
"""The rule that can refuse an input of a type; of a refresh only the wrong code or number."""

WHEN_CLOSED: Final = "R-15.4"
"""The rule that judges before all others on a closed contract."""

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
        case ev.AccountOpened():
            return ("R-3.1",)
        case ev.ToppedUp():
            return ("R-7.1",)
        case ev.PlanConnected() | ev.MonthlyFeeCharged(cause="connection"):
            return ("R-3.3", "R-3.2", *_discounted(event))
        case ev.MonthlyFeeCharged():
            again = ("R-4.4",) if before is not None and before.mode != "monthly" else ()
            free = ("R-4.7",) if not event.amount else ()
            return ("R-4.1", *again, *(("R-4.6",) if event.carried else ()), *free, *_discounted(event))
        case ev.DailyFeeCharged():
            return ("R-4.2", *_discounted(event))
        case ev.PackagesRefreshed():
            return ("R-5.4", "R-5.5", *_discounted(event))
        case ev.RefreshRefused():
            return ("R-5.3",)
        case ev.UsageCharged():
            return (*(("R-11.6",) if event.rerates is not None else ()), *_rating(event))
        case ev.UsageUnrated():
            rule = WHEN_CLOSED if event.reason == "CLOSED" else "R-6.8"
            return (rule,) if event.rerates is None else ("R-11.6", rule)
        case ev.Blocked(cause="request"):
            return ("R-8.1", "R-8.3")
        case ev.Blocked(cause="balance"):
            return ("R-8.5",)
        case ev.Blocked():
            return ("R-4.3",)
        case ev.Unblocked(cause="request"):
            return ("R-8.1", "R-8.3" if before is not None and before.period is not None else "R-8.4")
        case ev.Unblocked():
            return ("R-8.5", "R-7.2")
        case ev.PeriodLapsed():
            return ("R-4.5",)
        case ev.DiscountGranted():
            return ("R-10.1",)
        case ev.PromiseTaken():
            return ("R-10.2",)
        case ev.PromiseClosed():
            return ("R-10.3",)
        case ev.OptionConnected():
            return ("R-9.1", "R-9.3") if event.one_time else ("R-9.1",)
        case ev.OptionFeeCharged() | ev.OptionSuspended():
            return ("R-9.2",)
        case ev.OptionExpired():
            return ("R-9.3",)
        case ev.OptionDisconnected():
            return ("R-9.4",)
        case ev.ChargeReversed():
            return ("R-11.1",)
        case ev.Adjusted():
            return ("R-11.5",)
        case ev.DisputeOpened():
            return ("R-11.2",)
        case ev.DisputeResolved():
            return ("R-11.3",)
        case ev.AccountClosed():
            return ("R-15.3",)
        case ev.Refunded():
            return ("R-15.5",)
        case ev.PersonalErased():
            return ("R-15.9",)
        case ev.InputRefused(reason="CLOSED"):
            return (WHEN_CLOSED,)
        case ev.InputRefused():
            return (REFUSED_BY[event.input_type],)


def _discounted(event: Event) -> Rules:
    return ("R-3.5",) if getattr(event, "discount", 0) else ()


def _rating(event: ev.UsageCharged) -> Rules:
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


def from_packages(event: ev.UsageCharged) -> PackageQuantity:
    """What of a record packages paid for, expired leftovers included, in package units."""
    return PackageQuantity(sum(entry.amount for entry in event.entries if entry.unit != "kop"))


def uncovered(event: ev.UsageCharged) -> PackageQuantity:
    """What of a record was left for money, in package units (R-6.6)."""
    free = event.unlimited or event.direction == "in"
    return PackageQuantity(0 if free else event.billed - from_packages(event))
