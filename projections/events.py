"""Events as the contract prints them: local times, and every field of the input that caused them (contract §3)."""

from typing import Any

import msgspec

from ledger import periods
from ledger.events import Event, PromiseTaken, type_name
from ledger.inputs import own_fields
from ledger.reconstruct_input import NotReconstructible, reconstruct_input


def as_json(account: str, zone: str, event: Event, *, reply: str | None = None) -> dict[str, Any]:
    """An event as the contract prints it: local times, its own fields, and every field of the input it carries.

    `reply` is what a request for a refresh was answered (`projections.replies`).
    """
    fields: dict[str, Any] = msgspec.to_builtins(event)
    common = {
        "account": account,
        "version": event.version,
        "type": type_name(event),
        "occurred_at": periods.local_text(event.occurred_at, zone),
        "booked_at": periods.local_text(event.booked_at, zone),
        "recorded_at": periods.local_text(event.recorded_at, zone),
    }
    if event.input is not None:
        fields["input"]["received_at"] = periods.local_text(event.input.received_at, zone)
    for name in ("start", "next_due"):
        if "period" in fields:
            fields["period"][name] = periods.local_text(fields["period"][name], zone)
    for name in ("late_until", "used_at", "event_booked_at"):
        if fields.get(name) is not None:
            fields[name] = periods.local_text(fields[name], zone)
    if isinstance(event, PromiseTaken):
        fields["until"] = periods.local_text(event.until, zone)
    own = {name: value for name, value in fields.items() if name not in common and name not in ("entries", "input")}
    own.update({name: value for name, value in own.pop("fields", {}).items() if name not in own})
    try:
        spoken = own_fields(reconstruct_input(account, event))
        if own.get("input_type") == "sms":
            spoken.pop("text")  # never stored
        own.update({name: value for name, value in spoken.items() if name not in own})
    except NotReconstructible:
        pass
    if reply is not None:
        own["reply"] = reply
    reference = {"input": fields["input"]} if "input" in fields else {}
    return {**common, **own, "entries": fields.get("entries", []), **reference}
