"""Facts: what was compared on the way to an event, and what came of it; money in kopecks."""

from typing import Any

from ledger import events as ev
from ledger import periods
from ledger.account import Account
from ledger.catalogue import Catalogue
from ledger.events import Event
from ledger.rules.check import Checks
from ledger.rules.usage import rating_plan
from projections.explain.rules import from_packages, uncovered


def facts_of(event: Event, before: Account | None, checks: Checks, catalogue: Catalogue) -> dict[str, Any]:
    """What the rule's checks compared, and what the event itself adds to it."""
    compared: dict[str, Any] = {}
    for check in checks:
        compared |= {**check.facts, **check.compared}
    if before is None:
        return (
            {"region": event.region, "credit_limit": event.credit_limit} if isinstance(event, ev.AccountOpened) else {}
        )
    return compared | _own(event, before, checks, catalogue)


def _own(event: Event, before: Account, checks: Checks, catalogue: Catalogue) -> dict[str, Any]:
    match event:
        case ev.ToppedUp():
            return {"amount": event.amount, "available": before.available, "blocks": list(before.blocks)}
        case ev.MonthlyFeeCharged() | ev.DailyFeeCharged() | ev.PackagesRefreshed():
            return {"fee_before_discount": event.fee, "discount": event.discount, "mode": before.mode}
        case ev.UsageCharged():
            return _usage(event, before, catalogue)
        case ev.UsageUnrated(reason="CLOSED"):
            at, closed = event.used_at or event.occurred_at, before.closed_at or before.clock
            return {
                "reason": event.reason,
                "record_at": periods.local_text(at, before.zone),
                "closed_at": periods.local_text(closed, before.zone),
            }
        case ev.UsageUnrated():
            plan = rating_plan(before, catalogue, event.used_at or event.occurred_at)
            return {
                "reason": event.reason,
                "service": event.service,
                "zone": event.zone,
                "quantity": event.quantity,
                "priced_zones": sorted(plan.prices) if plan else [],
            }
        case ev.Blocked(cause="balance") | ev.Unblocked(cause="balance"):
            return {"available": before.available, "blocks": list(before.blocks)}
        case ev.DiscountGranted():
            replaced = before.discount.percent if before.discount else None
            return {"percent": event.percent, "from": event.from_, "until": event.until, "replaced": replaced}
        case ev.PromiseTaken():
            return {"amount": event.amount, "promise_fee": event.fee}
        case ev.PromiseClosed():
            promise = before.promise
            if promise is None:
                return {"amount": event.amount}
            return {"amount": event.amount, "topped_up": promise.topped_up, "ends": promise.until}
        case ev.OptionSuspended():
            return {"reason": checks[-1].reason} if checks and checks[-1].holds else {}
        case ev.OptionExpired() | ev.OptionDisconnected():
            held = before.option(event.option)
            return {"option": event.option, "due": held.due if held else None}
        case ev.ChargeReversed():
            return {"event": event.event, "amount": event.amount, "packages": event.packages}
        case ev.Adjusted():
            return {"amount": event.amount, "cites": list(event.cites)}
        case ev.DisputeOpened():
            return {"answer_due": event.answer_due}
        case ev.DisputeResolved():
            return {"event": event.event, "outcome": event.outcome}
        case ev.AccountClosed():
            return {"wallet": before.wallet, "mode": before.mode, "blocks": list(before.blocks)}
        case ev.Refunded():
            return {"amount": event.amount}
        case ev.PersonalErased():
            return {"ground": event.ground, "by": event.by}
        case ev.RefreshRefused() | ev.InputRefused():
            return event.facts
        case ev.AccountOpened():
            return {"region": event.region, "credit_limit": event.credit_limit}
        case (
            ev.Blocked()
            | ev.Unblocked()
            | ev.PlanConnected()
            | ev.PeriodLapsed()
            | ev.OptionConnected()
            | ev.OptionFeeCharged()
        ):
            return {}


def _usage(event: ev.UsageCharged, before: Account, catalogue: Catalogue) -> dict[str, Any]:
    """How much was billed, by which increments, and what of it packages and money paid."""
    facts: dict[str, Any] = {
        "service": event.service,
        "direction": event.direction,
        "zone": event.zone,
        "quantity": event.quantity,
        "billed": event.billed,
        "from_packages": from_packages(event),
        "uncovered": uncovered(event),
        "price": event.price,
        "amount": event.amount,
        "available": before.available,
        "unlimited": event.unlimited,
    }
    plan = rating_plan(before, catalogue, event.used_at or event.occurred_at)
    if plan is not None and event.service == "voice" and event.direction == "out":
        facts |= {"free_call_seconds": plan.free_call_seconds, "increment_seconds": plan.voice_increment_seconds}
    return facts
