"""Movements: each transfer of an event, of package units with their bucket, granted and carried when (R-1.3, R-6.4)."""

from collections.abc import Mapping

import msgspec

from ledger.account import Account, Bucket
from ledger.entries import EXPIRED, Entry
from ledger.events import Event
from ledger.periods import Instant
from ledger.units import Unit


class Movement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One transfer of `amount` of `unit`.

    Package parts name their bucket by its name and `grant`, the version that granted it; `granted_at`, `carried_at` and
    `ended_at` are instants, the last one of a leftover that had expired before it was spent.
    """

    from_: str = msgspec.field(name="from")
    to: str
    unit: Unit
    amount: int
    bucket: str | None = None
    service: str | None = None
    grant: int | None = None
    granted_at: Instant | None = None
    carried_at: Instant | None = None
    ended_at: Instant | None = None


def movements_of(event: Event, before: Account | None, carried_at: Mapping[tuple[int, str], Instant]) -> list[Movement]:
    """The transfers of an event in their order; `carried_at` knows when a grant's service was carried."""
    known = {(b.grant, b.service): b for b in (*before.buckets, *before.leftovers)} if before else {}

    def part(entry: Entry) -> Movement:
        if entry.grant is None:
            return Movement(from_=entry.from_, to=entry.to, unit=entry.unit, amount=entry.amount)
        place, _, service = entry.from_.rpartition("/")
        bucket: Bucket | None = next((b for key, b in known.items() if key == (entry.grant, service)), None)
        held = place not in (EXPIRED, "granted", "consumed")
        return Movement(
            from_=entry.from_,
            to=entry.to,
            unit=entry.unit,
            amount=entry.amount,
            bucket=bucket.name if bucket else place if held else entry.to.rpartition("/")[0],
            service=service,
            grant=entry.grant,
            granted_at=bucket.start if bucket else event.booked_at,
            carried_at=carried_at.get((entry.grant, service)),
            ended_at=bucket.end if bucket and place == EXPIRED else None,
        )

    return [part(entry) for entry in event.entries]
