"""Stored events turned into typed columns: many of one topic at once, as they stand in the bytes; the rest one by one.

What is parsed at once has the form in which today's program writes. Anything else is for the codec to read, which knows
older topics and says what is no event.
"""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj
from msgspec import NODEFAULT
from msgspec.structs import FieldInfo, fields

from ledger.events import EVENT_TYPES, Event, InputRef, Period, type_name
from ledger.log import codec
from ledger.log.dataset.columns import COLUMNS, ENTRIES, ENTRY, PLACE, SCHEMA, TIME, Column
from ledger.log.errors import BadEvents
from ledger.log.places import Place

PARSED_TOGETHER_MIN: Final = 64
"""Of fewer events of a topic, each is decoded."""
_BLOCK_BYTES: Final = 4 * 1024 * 1024
_INSIDE: Final[dict[tuple[str, ...], FieldInfo]] = {
    (head, each.encode_name): each for head, kind in (("input", InputRef), ("period", Period)) for each in fields(kind)
}
"""Fields of an event's parts by their paths."""
_ATTRIBUTES: Final = {"from": "from_"}
_ENTRY: Final = attrgetter("from_", "to", "unit", "amount", "grant")
_LINE_END, _NOTHING = (pa.scalar(text, pa.large_binary()) for text in (b"\n", b""))
_PARSED_ENTRIES: Final = pa.list_(pa.struct([pa.field(each.name, each.type) for each in ENTRY]))


class _Unlike(Exception):
    """Bytes that today's program would not write; whether they are an event the codec knows."""


def typed(rows: pa.Table, places: Mapping[str, Place]) -> pa.Table:
    """The typed columns of stored events, whose contracts have these regions and zones. Raises BadEvents."""
    topics = rows.column("topic").combine_chunks().dictionary_encode()
    events = rows.select(["position", "version", "topic", "state"]).combine_chunks()
    parts: list[pa.Table] = []
    order: list[pa.Array] = []
    others: list[pa.Array] = []
    for index, topic in enumerate(topics.dictionary.to_pylist()):
        chosen = pc.indices_nonzero(pc.equal(topics.indices, index))
        kind = _OF_TOPIC.get(topic)
        try:
            if kind is None or len(chosen) < PARSED_TOGETHER_MIN:
                raise _Unlike
            parts.append(_parsed(kind, *(events.column(name).take(chosen) for name in ("version", "state"))))
            order.append(chosen)
        except (_Unlike, pa.ArrowInvalid, pa.ArrowNotImplementedError):
            others.append(chosen)
    if others:
        order.append(pa.concat_arrays(others))
        parts.append(_decoded(events.take(order[-1])))
    table = pa.concat_tables(parts, promote_options="default")
    if len(topics.dictionary) > 1:
        table = table.combine_chunks().take(pc.sort_indices(pa.concat_arrays(order)))
    return _with_places(table, rows.column("contract").combine_chunks().dictionary_encode(), places)


def _with_places(table: pa.Table, contracts: pa.DictionaryArray, places: Mapping[str, Place]) -> pa.Table:
    found = [places[contract] for contract in contracts.dictionary.to_pylist()]
    each = zip(PLACE, zip(*found, strict=True), strict=True)
    of_account = {field.name: pa.array(values, field.type).take(contracts.indices) for field, values in each}
    arrays = [of_account.get(name) or _column(table, name) for name in SCHEMA.names]
    return pa.table(arrays, SCHEMA)


def _column(table: pa.Table, name: str) -> pa.ChunkedArray | pa.Array:
    return table.column(name) if name in table.column_names else pa.nulls(len(table), SCHEMA.field(name).type)


# Many of one topic


class _Kind:
    """What a type of event has for the columns, and how its JSON is parsed."""

    def __init__(self, kind: type[Event]) -> None:
        self.name = kind.__name__
        self.fields: dict[str, FieldInfo] = {field.encode_name: field for field in fields(kind)}
        self.columns = [each for each in COLUMNS if kind in each.only and each.path[0] in self.fields]
        schema: dict[str, pa.DataType] = {"version": pa.int32()}
        for column in self.columns:
            head, *rest = column.path
            type = _PARSED_ENTRIES if column.type == ENTRIES else pa.int64() if column.type == TIME else column.type
            schema[head] = pa.struct([*schema.get(head, ()), pa.field(rest[0], type)]) if rest else type
        self.parsing = pj.ParseOptions(explicit_schema=pa.schema(schema), unexpected_field_behavior="ignore")


_OF_TYPE: Final[dict[type, _Kind]] = {kind: _Kind(kind) for kind in EVENT_TYPES}
_OF_TOPIC: Final = {topic: _OF_TYPE[kind] for topic, kind in codec.KINDS.items()}


def _parsed(kind: _Kind, versions: pa.ChunkedArray, states: pa.ChunkedArray) -> pa.Table:
    """The columns of events of one topic. Raises _Unlike, ArrowInvalid."""
    found = _as_json(states.combine_chunks(), kind.parsing)
    if not found.column("version").equals(versions):
        raise _Unlike
    arrays = {column.name: _values(found, column, kind.fields[column.path[0]]) for column in kind.columns}
    made = pa.table(arrays | {"type": pa.repeat(pa.scalar(kind.name), len(versions))})
    made.validate(full=True)
    return made


def _as_json(states: pa.LargeBinaryArray, parsing: pj.ParseOptions) -> pa.Table:
    """A row for each of some objects.

    Each begins and ends as one: where two meet there is no JSON but two objects, and so many rows are one of each.
    """
    if not (pc.all(pc.starts_with(states, "{")).as_py() and pc.all(pc.ends_with(states, "}")).as_py()):
        raise _Unlike
    lines = pc.binary_join_element_wise(states, _LINE_END, _NOTHING)
    longest = pc.max(pc.binary_length(lines)).as_py()
    reading = pj.ReadOptions(use_threads=False, block_size=max(_BLOCK_BYTES, 2 * longest))
    content = pa.BufferReader(lines.buffers()[2])
    found = pj.read_json(content, read_options=reading, parse_options=parsing)
    if len(found) != len(states):
        raise _Unlike
    return found.combine_chunks()


def _values(found: pa.Table, column: Column, field: FieldInfo) -> pa.Array:
    outer = found.column(column.path[0]).chunk(0)
    if field.required and outer.null_count:
        raise _Unlike
    if column.type == ENTRIES:
        return _entries(outer)
    if len(column.path) == 1:
        values = outer if field.default in (None, NODEFAULT) else outer.fill_null(field.default)
    else:
        values = _inside(outer, column.path)
    return values.cast(column.type)


def _inside(outer: pa.StructArray, path: tuple[str, ...]) -> pa.Array:
    inner = pc.struct_field(outer, path[1])
    field = _INSIDE.get(path)
    if field is None:
        return inner
    if not field.required:
        return pc.if_else(outer.is_valid(), inner.fill_null(field.default), None)
    if inner.null_count != outer.null_count:
        raise _Unlike
    return inner


def _entries(parsed: pa.ListArray) -> pa.ListArray:
    """Lists of whole entries; none is an empty one."""
    children = [parsed.values.field(index) for index in range(len(ENTRY))]
    required = [child for child, field in zip(children, ENTRY, strict=True) if not field.nullable]
    if parsed.values.null_count or any(child.null_count for child in required):
        raise _Unlike
    whole = pa.StructArray.from_arrays(children, fields=list(ENTRY))
    return pa.ListArray.from_arrays(parsed.offsets, whole, type=ENTRIES)


# One by one


def _decoded(rows: pa.Table) -> pa.Table:
    """The columns of events of any topics. Raises BadEvents for the first that is none."""
    events = list(map(_event, *(rows.column(name).to_pylist() for name in ("position", "topic", "state"))))
    try:
        return _turned(events)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        for position, event in zip(rows.column("position").to_pylist(), events, strict=True):
            try:
                _turned([event])
            except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
                raise _bad(position, error) from None
        raise


def _event(position: int, topic: str, state: bytes) -> Event:
    try:
        return codec.decode(topic, state)
    except codec.Undecodable as error:
        raise _bad(position, error) from None


def _bad(position: int, error: Exception) -> BadEvents:
    return BadEvents(f"event {position}: {str(error).splitlines()[0]}", "run_verify")


def _turned(events: Sequence[Event]) -> pa.Table:
    values: dict[str, list[Any]] = {column.name: [None] * len(events) for column in COLUMNS}
    for number, event in enumerate(events):
        for column in _OF_TYPE[type(event)].columns:
            values[column.name][number] = _value(event, column)
    columns = {each.name: pa.array(values[each.name], each.type) for each in COLUMNS}
    return pa.table(columns | {"type": pa.array(map(type_name, events), pa.string())})


def _value(event: Event, column: Column) -> Any:
    found: Any = event
    for name in column.path:
        found = found.get(name) if isinstance(found, dict) else getattr(found, _ATTRIBUTES.get(name, name), None)
    if isinstance(found, float):  # pyarrow would cut it off
        raise pa.ArrowInvalid(f"{column.name} {found} is no whole number")
    return list(map(_ENTRY, found)) if column.type == ENTRIES else found
