"""Unrated record: what a statement says of a record that nobody could rate when it was booked (R-13.6)."""

import msgspec

from ledger.events import Event, UsageUnrated
from ledger.periods import Instant
from ledger.reasons import UnratedReason
from ledger.units import RecordQuantity


class UnratedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One of them: `at` is when the record started, `quantity` in seconds, pieces or bytes."""

    version: int
    at: Instant
    service: str
    quantity: RecordQuantity
    reason: UnratedReason


def unrated_record(event: Event) -> UnratedRecord | None:
    """What an event says of it, also when a `rerate` found no price either; None for other events."""
    if not isinstance(event, UsageUnrated):
        return None
    return UnratedRecord(
        version=event.version,
        at=event.used_at or event.occurred_at,
        service=event.service,
        quantity=event.quantity,
        reason=event.reason,
    )
