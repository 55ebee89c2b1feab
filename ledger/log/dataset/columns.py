"""The typed columns of a dataset: what stands outside the seal of each event, so that nobody has to take JSON apart.

A column has a value where the event's type has the field, its default too, and null elsewhere. Nothing in them is
personal (R-15.9).
"""

from collections.abc import Collection, Iterator
from typing import Final, NamedTuple, TypeAlias

import pyarrow as pa

from ledger.events import (
    EVENT_TYPES,
    ChargeReversed,
    DiscountGranted,
    Event,
    PromiseTaken,
    RefreshRefused,
    UsageCharged,
    UsageUnrated,
)

VERSION: Final = "2"
"""What a file that has them says under `VERSION_KEY`; one with the stored events alone says nothing."""
VERSION_KEY: Final = "obnovi.columns"

TIME: Final = pa.timestamp("us", tz="UTC")
ENTRY: Final = pa.struct(
    [
        pa.field("from", pa.string(), nullable=False),
        pa.field("to", pa.string(), nullable=False),
        pa.field("unit", pa.string(), nullable=False),
        pa.field("amount", pa.int64(), nullable=False),
        pa.field("grant", pa.int32()),
    ]
)
ENTRIES: Final = pa.list_(pa.field("entry", ENTRY, nullable=False))


EventType: TypeAlias = type[Event]
EVENTS: Final = frozenset(EVENT_TYPES)


class Column(NamedTuple):
    """A column: where it stands in the JSON of events, and in those of which types, if others mean something else."""

    name: str
    type: pa.DataType
    path: tuple[str, ...]
    only: Collection[EventType] = EVENTS


def _plain(type: pa.DataType, *names: str) -> Iterator[Column]:
    """Columns called as their fields."""
    return (Column(name, type, (name,)) for name in names)


COLUMNS: Final = (
    *_plain(TIME, "occurred_at", "booked_at", "recorded_at"),
    Column("input_source", pa.string(), ("input", "source")),
    Column("input_received_at", TIME, ("input", "received_at")),
    *_plain(pa.int64(), "wallet_after"),
    *_plain(ENTRIES, "entries"),
    *_plain(pa.int64(), "credit_limit"),
    *_plain(pa.string(), "service", "direction"),
    Column("usage_zone", pa.string(), ("zone",), (UsageCharged, UsageUnrated)),
    *_plain(pa.int64(), "quantity", "billed", "amount", "price"),
    *_plain(pa.bool_(), "unlimited"),
    *_plain(TIME, "used_at"),
    *_plain(pa.int32(), "rerates", "record"),
    *_plain(pa.string(), "plan", "plan_version", "option", "option_version"),
    *_plain(pa.int64(), "fee"),
    *_plain(pa.int32(), "discount", "vat_rate"),
    Column("period_start", TIME, ("period", "start")),
    Column("period_end", TIME, ("period", "next_due")),
    *_plain(pa.string(), "cause"),
    *_plain(pa.int32(), "anchor_day"),
    *_plain(pa.bool_(), "carried", "one_time"),
    *_plain(TIME, "late_until"),
    *_plain(pa.string(), "kind", "reason", "input_type"),
    *_plain(pa.int32(), "event", "opened"),
    *_plain(pa.list_(pa.int32()), "cites"),
    *_plain(pa.string(), "answer_due", "channel"),
    Column("packages_returned", pa.bool_(), ("packages",), (ChargeReversed,)),
    *_plain(pa.int32(), "percent"),
    Column("from_date", pa.string(), ("from",), (DiscountGranted,)),
    Column("until_date", pa.string(), ("until",), (DiscountGranted,)),
    Column("until", TIME, ("until",), (PromiseTaken,)),
    Column("fact_fee", pa.int64(), ("facts", "fee"), (RefreshRefused,)),
    Column("fact_available", pa.int64(), ("facts", "available"), (RefreshRefused,)),
    Column("fact_mode", pa.string(), ("facts", "mode"), (RefreshRefused,)),
)
"""Those that follow from the event itself, as it stands."""
_OF_EVENT: Final = [pa.field("type", pa.string()), *(pa.field(each.name, each.type) for each in COLUMNS)]
_AHEAD: Final = [field.name for field in _OF_EVENT].index("credit_limit")
PLACE: Final = [pa.field("region", pa.string()), pa.field("zone", pa.string())]
"""Those of the account, on each of its rows: they are in its opening alone (R-3.1)."""
SCHEMA: Final = pa.schema([*_OF_EVENT[:_AHEAD], *PLACE, *_OF_EVENT[_AHEAD:]])
"""All of them in their order; each may be null."""
