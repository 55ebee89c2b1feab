"""The checked input that a booking's first event carries, so that the log alone can be decided again."""

from collections.abc import Callable
from datetime import date
from typing import Final, TypedDict, get_args

from ledger import events as ev
from ledger.contracts import Contract, is_number
from ledger.events import AccountOpened, Event, InputRef
from ledger.inputs import (
    Adjust,
    Block,
    Close,
    ConnectOption,
    ConnectPlan,
    DisconnectOption,
    GrantDiscount,
    Input,
    Open,
    OpenDispute,
    Refresh,
    Refund,
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
from ledger.periods import Instant
from ledger.rules.disputes import ClaimName

_TYPES: Final[dict[str, Callable[..., Input]]] = {
    get_args(kind.__annotations__["type"])[0]: kind for kind in get_args(Input)
}


_RECORDS: Final = (ev.UsageCharged, ev.UsageUnrated)


class NotReconstructible(ValueError):
    """The event does not begin the booking of an input."""


class _Common(TypedDict):
    """The fields that every input has, as keyword arguments."""

    id: str
    account: str
    at: Instant
    received_at: Instant
    source: str
    by: str | None


def reconstruct_input(account: str, event: Event) -> Input:
    """The input behind the first event of its booking, equal to the one that came in but for the text of an SMS.

    Nothing is checked again: what is in the log was checked before it came there. Raises NotReconstructible.
    """
    reference = event.input
    if reference is None:
        raise NotReconstructible(f"version {event.version} was scheduled")
    if isinstance(event, _RECORDS):
        return _record(account, event, reference)
    common = _common(_number_in(event) or account, event, reference)
    match event:
        case ev.AccountOpened():
            return Open(**common, type="open", region=event.region, credit_limit=event.credit_limit)
        case ev.ToppedUp():
            return TopUp(**common, type="top_up", amount=event.amount, channel=event.channel)
        case ev.PlanConnected():
            return ConnectPlan(**common, type="connect_plan", plan=event.plan)
        case ev.PackagesRefreshed() | ev.RefreshRefused():
            return _request(event, common)
        case ev.Blocked(cause="request", kind="voluntary" | "operator" as kind):
            return Block(**common, type="block", kind=kind)
        case ev.Unblocked(cause="request", kind="voluntary" | "operator" as kind):
            return Unblock(**common, type="unblock", kind=kind)
        case ev.OptionConnected():
            return ConnectOption(**common, type="connect_option", option=event.option)
        case ev.OptionDisconnected():
            return DisconnectOption(**common, type="disconnect_option", option=event.option)
        case ev.DiscountGranted():
            since, until = date.fromisoformat(event.from_), date.fromisoformat(event.until)
            return GrantDiscount(**common, type="grant_discount", percent=event.percent, from_=since, until=until)
        case ev.PromiseTaken():
            return TakePromise(**common, type="take_promise", amount=event.amount)
        case ev.ChargeReversed():
            return Reverse(
                **common,
                type="reverse",
                event=event.event,
                amount=event.asked_amount,
                text=event.personal.text or "",
                holder=event.holder,
            )
        case ev.Adjusted():
            return Adjust(
                **common,
                type="adjust",
                amount=event.amount,
                cites=list(event.cites),
                text=event.personal.text or "",
                holder=event.holder,
            )
        case ev.DisputeOpened():
            text = event.personal.text or ""
            return OpenDispute(**common, type="open_dispute", event=event.event, text=text, holder=event.holder)
        case ev.DisputeResolved():
            return ResolveDispute(
                **common,
                type="resolve_dispute",
                dispute=event.dispute,
                outcome=event.outcome,
                amount=event.amount,
                text=event.personal.text or "",
                holder=event.holder,
            )
        case ev.AccountClosed():
            return Close(**common, type="close")
        case ev.Refunded():
            return Refund(**common, type="refund", amount=event.amount, channel=event.channel, holder=event.holder)
        case ev.InputRefused():
            return _refused(event, common)
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
            | ev.PersonalErased()
        ):
            raise NotReconstructible(f"version {event.version} does not begin a booking")


def _common(account: str, event: Event, reference: InputRef) -> _Common:
    return {
        "id": reference.id,
        "account": account,
        "at": event.occurred_at,
        "received_at": reference.received_at,
        "source": reference.source,
        "by": reference.by,
    }


def _record(account: str, event: ev.UsageCharged | ev.UsageUnrated, reference: InputRef) -> Usage | Rerate:
    """A record as it came in, or what had it rated again; most events are records, so no dict is made for one."""
    if event.rerates is not None:
        common = _common(account, event, reference)
        return Rerate(**common, type="rerate", event=event.rerates, holder=event.holder)
    return Usage(
        id=reference.id,
        account=account,
        at=event.occurred_at,
        received_at=reference.received_at,
        source=reference.source,
        by=reference.by,
        type="usage",
        service=event.service,
        direction=event.direction,
        quantity=event.quantity,
        zone=event.zone,
        peer=event.personal.peer or "",
    )


def _number_in(event: Event) -> str | None:
    """The number that an opening says its contract is of."""
    return event.personal.number if isinstance(event, AccountOpened) else None


def _request(event: ev.PackagesRefreshed | ev.RefreshRefused, common: _Common) -> Input:
    match event.input_type:
        case "ussd":
            return Ussd(**common, type="ussd", text=event.personal.text or "")
        case "sms":
            return Sms(**common, type="sms", to=event.personal.to or "", text="")
        case "refresh":
            return Refresh(**common, type="refresh")


def _refused(event: ev.InputRefused, common: _Common) -> Input:
    """The refused input, whose fields are stored as they came."""
    kind = _TYPES.get(event.input_type)
    if kind is None:
        raise NotReconstructible(f"version {event.version}: no input type {event.input_type!r}")
    personal = {name: getattr(event.personal, name) for name in event.personal.__struct_fields__}
    spoken = {name: text for name, text in personal.items() if text is not None}
    fields = event.fields
    if event.input_type == "sms":
        fields = fields | {"text": ""}
    if event.input_type == "grant_discount":
        since, until = (date.fromisoformat(fields[name]) for name in ("from", "until"))
        return GrantDiscount(**common, type="grant_discount", percent=fields["percent"], from_=since, until=until)
    return kind(type=event.input_type, **common, **{**fields, **spoken})


def claim_name_in(event: Event) -> ClaimName | None:
    """What stands for the claim that an event opens or answers, as the event has it (R-11.3); None where nothing does.

    It is enough to decide the event again, also where nobody can open what is sealed.
    """
    claim = getattr(event, "claim", None)
    return None if claim is None else lambda _: claim


def opened_contract(account_id: str, event: Event) -> Contract | None:
    """The contract that an event opens; None for another event, and where the stream is called by its number."""
    if not isinstance(event, AccountOpened) or is_number(account_id):
        return None
    return Contract(event.personal.number or account_id, event.holder, account_id)
