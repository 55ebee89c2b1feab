"""Events as the contract prints them: local times, and every field of the input that caused them (contract §3)."""

from typing import Any, Final

import msgspec

from ledger import periods
from ledger.contracts import Contract
from ledger.events import Event, PromiseTaken, type_name
from ledger.inputs import Input, own_fields
from ledger.reconstruct_input import NotReconstructible, reconstruct_input
from ledger.rules.refresh import Reply
from projections.contract_fields import contract_fields
from projections.words.phrasebook import RUSSIAN
from projections.words.replies import say

NOT_PRINTED: Final = ("entries", "input", "claim")
"""Fields that stand elsewhere, and what stands for the id of a claim where that is sealed."""


def as_json(contract: Contract, zone: str, event: Event, *, reply: Reply | None = None) -> dict[str, Any]:
    """An event as the contract prints it: local times, its own fields, and every field of the input it carries.

    `reply` is what a request for a refresh was answered (`projections.replies`); it is told in Russian.
    """
    fields: dict[str, Any] = msgspec.to_builtins(event)
    fields.pop("claim", None)  # what stands for the id of a claim, which is printed itself
    common = {
        **contract_fields(contract),
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
    own = {name: value for name, value in fields.items() if name not in common and name not in NOT_PRINTED}
    for carried in (own.pop("fields", {}), carried_fields(contract.number, event)):
        own.update({name: value for name, value in carried.items() if name not in common and name not in own})
    if reply is not None:
        own["reply"] = say(RUSSIAN, reply)
    reference = {"input": fields["input"]} if "input" in fields else {}
    return {**common, **own, "entries": fields.get("entries", []), **reference}


def carried_fields(account: str, event: Event) -> dict[str, Any]:
    """The own fields of the input that an event carries; none where it does not begin a booking."""
    try:
        return stored_fields(reconstruct_input(account, event))
    except NotReconstructible:
        return {}


def stored_fields(input: Input) -> dict[str, Any]:
    """The fields that only this type of input has, but for the text of an SMS, which is never stored."""
    fields = own_fields(input)
    if input.type == "sms":
        del fields["text"]
    return fields
