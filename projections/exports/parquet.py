"""The log as one Parquet file: a row an event, typed columns, entries as a list, the stored bytes beside them."""

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from ledger.entries import Entry
from ledger.events import type_name
from ledger.log.dataset.columns import ENTRIES, ENTRY, TIME
from ledger.log.errors import BadEvents
from ledger.log.places import Place, places_of
from ledger.log.store import Reading, Stored
from ledger.progress import Progress
from projections.exports.selection import EVERYTHING, Selection, placed_events

VERSION: Final = 1
"""Columns are only ever added, with nulls in older files; anything else is a new version."""
ROWS_AT_ONCE: Final = 50_000
BYTES_AT_ONCE: Final = 16 * 1024 * 1024
"""A group of rows ends with either: events with long texts would take ten times their bytes while they are turned."""
PLACES_HELD_MAX: Final = 100_000
"""Of so many contracts region and zone stay at hand."""

SCHEMA: Final = pa.schema(
    [
        pa.field("position", pa.int64(), nullable=False),
        pa.field("account", pa.string(), nullable=False),
        pa.field("version", pa.int32(), nullable=False),
        pa.field("type", pa.string(), nullable=False),
        pa.field("occurred_at", TIME, nullable=False),
        pa.field("booked_at", TIME, nullable=False),
        pa.field("recorded_at", TIME, nullable=False),
        pa.field("input_source", pa.string()),
        pa.field("input_id", pa.string()),
        pa.field("input_received_at", TIME),
        pa.field("input_by", pa.string()),
        pa.field("wallet_after", pa.int64()),
        pa.field("entries", ENTRIES, nullable=False),
        pa.field("topic", pa.string(), nullable=False),
        pa.field("state", pa.binary(), nullable=False),
        pa.field("holder", pa.int32()),
        pa.field("contract", pa.string()),
        pa.field("region", pa.string()),
        pa.field("zone", pa.string()),
    ],
    metadata={"obnovi.schema": "events", "obnovi.schema_version": str(VERSION)},
)


def write(log: Reading, file: BinaryIO, progress: Progress, selection: Selection = EVERYTHING) -> int:
    """Write the whole log, or what is selected of it; how many events that is. Raises BadEvents."""
    done = 0
    places: dict[str, Place] = {}
    rows = log.events_between(0, log.last_position())
    if not selection.is_whole:
        rows = (each.stored for each in placed_events(log, selection, progress) if not each.is_before)
    with pq.ParquetWriter(file, SCHEMA, compression="zstd") as writer:
        for some in _batches(rows):
            _learn_places(log, some, places)
            try:
                table = _table(log, some, places)
            except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
                where = f"events {some[0].position} to {some[-1].position}"
                raise BadEvents(f"{where}: {error}", "run_verify") from None
            writer.write_table(table, row_group_size=ROWS_AT_ONCE)
            done += len(some)
            if selection.is_whole:
                progress(done)
    return done


def _batches(rows: Iterable[Stored]) -> Iterator[list[Stored]]:
    some: list[Stored] = []
    size = 0
    for row in rows:
        some.append(row)
        size += len(row.state)
        if len(some) == ROWS_AT_ONCE or size >= BYTES_AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some


def _learn_places(log: Reading, rows: list[Stored], places: dict[str, Place]) -> None:
    """Let the accounts of some events be among those whose places are known; too many are forgotten."""
    accounts = {row.account for row in rows}
    if len(places) > PLACES_HELD_MAX:
        places.clear()
    places |= places_of(log, accounts - places.keys(), (row for row in rows if row.version == 1))


def _table(log: Reading, rows: list[Stored], places: dict[str, Place]) -> pa.Table:
    events = [log.opened(row) for row in rows]
    named = log.contracts.named_all({row.account for row in rows})
    contracts = [named[row.account] for row in rows]
    inputs = [event.input for event in events]
    offsets = [0]
    entries: list[Entry] = []
    for event in events:
        entries += event.entries
        offsets.append(len(entries))
    listed = pa.StructArray.from_arrays(
        [
            pa.array([entry.from_ for entry in entries], pa.string()),
            pa.array([entry.to for entry in entries], pa.string()),
            pa.array([entry.unit for entry in entries], pa.string()),
            pa.array([entry.amount for entry in entries], pa.int64()),
            pa.array([entry.grant for entry in entries], pa.int32()),
        ],
        fields=list(ENTRY),
    )
    columns: dict[str, list[Any]] = {
        "position": [row.position for row in rows],
        "account": [contract.number for contract in contracts],
        "version": [row.version for row in rows],
        "type": [type_name(event) for event in events],
        "occurred_at": [event.occurred_at for event in events],
        "booked_at": [event.booked_at for event in events],
        "recorded_at": [event.recorded_at for event in events],
        "input_source": [input.source if input else None for input in inputs],
        "input_id": [input.id if input else None for input in inputs],
        "input_received_at": [input.received_at if input else None for input in inputs],
        "input_by": [input.by if input else None for input in inputs],
        "wallet_after": [event.wallet_after for event in events],
        "topic": [row.topic for row in rows],
        "state": [row.state for row in rows],
        "holder": [contract.holder for contract in contracts],
        "contract": [contract.id for contract in contracts],
        "region": [places[row.account].region for row in rows],
        "zone": [places[row.account].zone for row in rows],
    }
    arrays = {name: pa.array(values, SCHEMA.field(name).type) for name, values in columns.items()}
    arrays["entries"] = pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), listed, type=SCHEMA.field("entries").type
    )
    return pa.table([arrays[name] for name in SCHEMA.names], schema=SCHEMA)
