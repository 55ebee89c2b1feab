"""The checked input that a booking's first event carries, so that the log alone can be decided again."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from ledger import events as ev
from ledger.events import Event
from ledger.inputs import (
    Adjust,
    Block,
    ConnectOption,
    ConnectPlan,
    DisconnectOption,
    GrantDiscount,
    Input,
    Open,
    OpenDispute,
    Refresh,
    Rerate,
    ResolveDispute,
    Reverse,
    Sms,
    TakePromise,
    TopUp,
    Unblock,
    Usage,
    Ussd,
)


def _discount(**fields: Any) -> GrantDiscount:
    since, until = (date.fromisoformat(fields.pop(name)) for name in ("from", "until"))
    return GrantDiscount(**fields, from_=since, until=until)


_MADE: Final[dict[str, Callable[..., Input]]] = {
    "open": Open,
    "top_up": TopUp,
    "connect_plan": ConnectPlan,
    "usage": Usage,
    "ussd": Ussd,
    "sms": Sms,
    "refresh": Refresh,
    "block": Block,
    "unblock": Unblock,
    "connect_option": ConnectOption,
    "disconnect_option": DisconnectOption,
    "grant_discount": _discount,
    "take_promise": TakePromise,
    "reverse": Reverse,
    "adjust": Adjust,
    "rerate": Rerate,
    "open_dispute": OpenDispute,
    "resolve_dispute": ResolveDispute,
}


class NotReconstructible(ValueError):
    """The event does not begin the booking of an input."""


def reconstruct_input(account: str, event: Event) -> Input:
    """The input behind the first event of its booking, equal to the one that came in but for the text of an SMS.

    Nothing is checked again: what is in the log was checked before it came there. Raises NotRecallable.
    """
    if event.input is None:
        raise NotReconstructible(f"version {event.version} was scheduled")
    kind, fields = _own(event)
    reference: ev.InputRef = event.input
    common = {
        "type": kind,
        "id": reference.id,
        "account": account,
        "at": event.occurred_at,
        "received_at": reference.received_at,
        "source": reference.source,
        "by": reference.by,
    }
    try:
        return _MADE[kind](**common, **fields)
    except KeyError:
        raise NotReconstructible(f"version {event.version}: no input type {kind!r}") from None


def _own(event: Event) -> tuple[str, dict[str, Any]]:
    """The input's type and the fields that only this type has."""
    match event:
        case ev.AccountOpened():
            return "open", {"region": event.region, "credit_limit": event.credit_limit}
        case ev.ToppedUp():
            return "top_up", {"amount": event.amount, "channel": event.channel}
        case ev.PlanConnected():
            return "connect_plan", {"plan": event.plan}
        case ev.UsageCharged(rerates=int(version)) | ev.UsageUnrated(rerates=int(version)):
            return "rerate", {"event": version}
        case ev.UsageCharged() | ev.UsageUnrated():
            return "usage", {
                "service": event.service,
                "direction": event.direction,
                "quantity": event.quantity,
                "zone": event.zone,
                "peer": event.personal.peer or "",
            }
        case ev.PackagesRefreshed() | ev.RefreshRefused():
            return event.input_type, _request(event)
        case ev.Blocked(cause="request"):
            return "block", {"kind": event.kind}
        case ev.Unblocked(cause="request"):
            return "unblock", {"kind": event.kind}
        case ev.OptionConnected():
            return "connect_option", {"option": event.option}
        case ev.OptionDisconnected():
            return "disconnect_option", {"option": event.option}
        case ev.DiscountGranted():
            return "grant_discount", {"percent": event.percent, "from": event.from_, "until": event.until}
        case ev.PromiseTaken():
            return "take_promise", {"amount": event.amount}
        case ev.ChargeReversed():
            return "reverse", {"event": event.event, "amount": event.asked_amount, "text": event.personal.text or ""}
        case ev.Adjusted():
            return "adjust", {"amount": event.amount, "cites": list(event.cites), "text": event.personal.text or ""}
        case ev.DisputeOpened():
            return "open_dispute", {"event": event.event, "text": event.personal.text or ""}
        case ev.DisputeResolved():
            return "resolve_dispute", {
                "dispute": event.dispute,
                "outcome": event.outcome,
                "amount": event.amount,
                "text": event.personal.text or "",
            }
        case ev.InputRefused():
            personal = {name: getattr(event.personal, name) for name in event.personal.__struct_fields__}
            spoken = {name: text for name, text in personal.items() if text is not None}
            text = {"text": ""} if event.input_type == "sms" else {}
            return event.input_type, {**event.fields, **text, **spoken}
        case (
            ev.Blocked()
            | ev.Unblocked()
            | ev.PeriodLapsed()
            | ev.MonthlyFeeCharged()
            | ev.DailyFeeCharged()
            | ev.PromiseClosed()
            | ev.OptionFeeCharged()
            | ev.OptionSuspended()
            | ev.OptionExpired()
        ):
            raise NotReconstructible(f"version {event.version} does not begin a booking")


def _request(event: ev.PackagesRefreshed | ev.RefreshRefused) -> dict[str, Any]:
    match event.input_type:
        case "ussd":
            return {"text": event.personal.text}
        case "sms":
            return {"to": event.personal.to, "text": ""}
        case "refresh":
            return {}
