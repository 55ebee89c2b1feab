"""Event facts: who is at the other end of an event, and how much of a service it was; what people look for it by."""

from ledger import events as ev
from ledger.events import Event
from projections.usage_row import usage_row


def peer_of(event: Event) -> str:
    """The number, or the code, that a record or a request went to; empty where there is none."""
    if isinstance(event, ev.UsageUnrated):
        return event.personal.peer or ""
    if isinstance(event, ev.InputRefused) and event.input_type in ("ussd", "sms"):
        return event.personal.text or event.personal.to or ""
    row = usage_row(event)
    return "" if row is None else row.peer
