"""One file of a dataset: a row an event as stored, in groups of rows that are of one shard and of whole contracts."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import chain, repeat
from operator import itemgetter
from typing import BinaryIO, Final, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ledger.log.dataset import columns
from ledger.log.dataset.typed import typed
from ledger.log.errors import BadEvents
from ledger.log.places import Place
from ledger.log.store import Stored

Run: TypeAlias = tuple[str, list[Stored]]
"""Events of one contract that follow each other: its id, and they."""

VERSION: Final = 1
"""Columns are only ever added, with nulls in older files; anything else is a new version."""
GROUP_ROWS: Final = 16_384
"""A group of rows ends behind the contract with which it has so many; one that alone has twice as many is cut."""
TYPED_ROWS: Final = 49_152
"""So many rows get their typed columns at once: each topic among them costs a third of a millisecond to begin with."""
ZSTD_LEVEL: Final = 1
"""What is sealed cannot be compressed; the higher levels cost time and save nothing of it."""

_TYPES: Final = {
    "shard": (int, pa.int32()),
    "position": (int, pa.int64()),
    "contract": (str, pa.string()),
    "version": (int, pa.int32()),
    "topic": (str, pa.string()),
    "state": (bytes, pa.binary()),
}
_ROWS: Final = pa.schema([pa.field(name, type, nullable=False) for name, (_, type) in _TYPES.items()])
SCHEMA: Final = pa.schema(
    [*_ROWS, *columns.SCHEMA],
    metadata={
        "obnovi.schema": "dataset",
        "obnovi.schema_version": str(VERSION),
        columns.VERSION_KEY: columns.VERSION,
    },
)
"""Events as stored, which is what jobs read, and behind them what they say in typed columns."""
HELD: Final = _ROWS.set(_ROWS.get_field_index("state"), pa.field("state", pa.large_binary(), nullable=False))
"""In memory a column of states may have more than two gigabytes."""
_DICTIONARIES: Final = ["contract", "topic"]
_WORDS: Final = [
    *(each.name for each in columns.SCHEMA if each.type == pa.string()),
    *(f"entries.list.entry.{name}" for name in ("from", "to", "unit")),
]
_WRITTEN: Final = {
    "compression": "zstd",
    "compression_level": ZSTD_LEVEL,
    "use_dictionary": _DICTIONARIES + _WORDS,
    "column_encoding": {each.name: "DELTA_BINARY_PACKED" for each in columns.SCHEMA if each.type == columns.TIME},
}
_ORDER: Final = ["shard", "contract", "version"]
_CONTRACT: Final = SCHEMA.get_field_index("contract")
_SHARD: Final = SCHEMA.get_field_index("shard")


def held(shard: int, rows: Sequence[tuple[int, str, int, str, bytes]]) -> pa.Table:
    """Rows of a shard as they are held until they are written. Raises BadEvents for what is no stored event."""
    columns = [[shard] * len(rows), *zip(*rows, strict=True)]
    arrays = []
    for (name, (kind, _)), column in zip(_TYPES.items(), columns, strict=True):
        if set(map(type, column)) != {kind}:  # pyarrow would take a text for bytes, and the other way round
            raise BadEvents(f"events {rows[0][0]} to {rows[-1][0]}: not every {name} is stored as one", "run_verify")
        arrays.append(pa.array(column, HELD.field(name).type))
    return pa.table(arrays, HELD)


def write(file: BinaryIO, table: pa.Table, places: Mapping[str, Place]) -> None:
    """Write rows by shard, contract and version; their contracts have these regions and zones.

    They come in any order, and are copied some groups at a time. Raises BadEvents for what is no event, and where the
    versions of a contract do not follow each other.
    """
    with pq.ParquetWriter(file, SCHEMA, **_WRITTEN) as writer:
        order = pc.sort_indices(table.select(_ORDER), [(name, "ascending") for name in _ORDER])
        for groups in _some(_groups(table.select(_ORDER).take(order))):
            first, end = groups[0][0], groups[-1][1]
            rows = table.take(order.slice(first, end - first)).combine_chunks()
            whole = pa.table([*rows.cast(_ROWS).columns, *typed(rows, places).columns], SCHEMA)
            for start, end in groups:
                writer.write_table(whole.slice(start - first, end - start))


def read(content: pa.Buffer, shard: int) -> Iterator[Run]:
    """The runs of a shard in order of contract."""
    file = _opened(content)
    for group in _of_shard(file, shard):
        yield from _runs_in(file, group)


class OneByOne:
    """The contracts of a shard asked for one by one: the group of rows that was read last stays at hand."""

    def __init__(self, content: pa.Buffer, shard: int) -> None:
        self._file = _opened(content)
        self._groups = list(_of_shard(self._file, shard))
        self._at_hand: tuple[int, dict[str, list[Stored]]] = (-1, {})

    def rows(self, contract: str) -> Iterator[Stored]:
        """What the file has of a contract."""
        for group in self._groups:
            ids = self._file.metadata.row_group(group).column(_CONTRACT).statistics
            if ids.min <= contract <= ids.max:
                if self._at_hand[0] != group:
                    self._at_hand = group, dict(merged([_runs_in(self._file, group)]))
                yield from self._at_hand[1].get(contract, ())


def merged(each: Iterable[Iterator[Run]]) -> Iterator[Run]:
    """Runs in order of contract, each contract in one: what the first iterator has of it comes first."""
    whole: Run | None = None
    for contract, rows in merge(*each, key=itemgetter(0)):
        if whole is not None and whole[0] == contract:
            whole[1].extend(rows)
            continue
        if whole is not None:
            yield whole
        whole = contract, rows
    if whole is not None:
        yield whole


def newest_versions(content: pa.Buffer, shard: int, wanted: Collection[str] | None = None) -> dict[str, int]:
    """The last version that a file has of each contract of a shard, or of those that are wanted."""
    found: dict[str, int] = {}
    file = _opened(content)
    for group in _of_shard(file, shard):
        for batch in _batches(file, group, ["contract", "version"]):
            versions = batch.column("version").to_pylist()
            found.update({contract: versions[end - 1] for contract, _, end in _stretches(batch.column("contract"))})
    return found if wanted is None else {contract: found[contract] for contract in wanted if contract in found}


def has_columns(content: pa.Buffer) -> bool:
    """Whether a file has the typed columns of today's program; those that older ones sealed have not."""
    metadata = pq.read_schema(pa.BufferReader(content)).metadata or {}
    return metadata.get(columns.VERSION_KEY.encode()) == columns.VERSION.encode()


def between(content: pa.Buffer, shard: int, after: int, until: int) -> Iterator[Stored]:
    """The events of a shard behind a position, up to and with another one, in no order of positions."""
    file = _opened(content)
    for group in _of_shard(file, shard):
        positions = file.read_row_group(group, ["position"], use_threads=False).column(0).to_pylist()
        if any(after < position <= until for position in positions):
            rows = chain.from_iterable(rows for _, rows in _runs_in(file, group))
            yield from (row for row in rows if after < row.position <= until)


def _some(groups: Iterable[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Groups of rows that get their typed columns together."""
    some: list[tuple[int, int]] = []
    for group in groups:
        some.append(group)
        if group[1] - some[0][0] >= TYPED_ROWS:
            yield some
            some = []
    if some:
        yield some


def _groups(table: pa.Table) -> Iterator[tuple[int, int]]:
    """Which rows are a group: from which on, and before which."""
    shards, versions = (table.column(name).to_pylist() for name in ("shard", "version"))
    start = 0
    for contract, first, end in _stretches(table.column("contract").combine_chunks().dictionary_encode()):
        if versions[first:end] != list(range(versions[first], versions[first] + end - first)):
            raise BadEvents(f"the versions of contract {contract} do not follow each other", "run_verify")
        if first - start >= GROUP_ROWS or shards[first] != shards[start]:
            yield start, first
            start = first
        while end - start >= 2 * GROUP_ROWS:
            yield start, start + GROUP_ROWS
            start += GROUP_ROWS
    yield start, len(table)


def _opened(content: pa.Buffer) -> pq.ParquetFile:
    return pq.ParquetFile(pa.BufferReader(content), read_dictionary=_DICTIONARIES)


def _of_shard(file: pq.ParquetFile, shard: int) -> Iterator[int]:
    """The groups of rows of a shard."""
    groups = range(file.metadata.num_row_groups)
    return (group for group in groups if file.metadata.row_group(group).column(_SHARD).statistics.min == shard)


def _batches(file: pq.ParquetFile, group: int, columns: list[str] | None = None) -> list[pa.RecordBatch]:
    wanted = columns or _ROWS.names
    batches: list[pa.RecordBatch] = file.read_row_group(group, wanted, use_threads=False).to_batches()
    return batches


def _runs_in(file: pq.ParquetFile, group: int) -> Iterator[Run]:
    return chain.from_iterable(map(_runs, _batches(file, group)))


def _runs(batch: pa.RecordBatch) -> Iterator[Run]:
    """The runs of a batch of rows, of which each column is turned as a whole."""
    positions, versions, states = (batch.column(name).to_pylist() for name in ("position", "version", "state"))
    topic = batch.column("topic")
    names = topic.dictionary.to_pylist()
    topics = [names[index] for index in topic.indices.to_pylist()]
    for contract, start, end in _stretches(batch.column("contract")):
        run = slice(start, end)
        rows = zip(positions[run], repeat(contract), versions[run], topics[run], states[run], strict=False)
        yield contract, list(map(Stored._make, rows))


def _stretches(ids: pa.DictionaryArray) -> Iterator[tuple[str, int, int]]:
    """Which rows are of which contract: from which on, and before which."""
    names = ids.dictionary.to_pylist()
    encoded = pc.run_end_encode(ids.indices)
    start = 0
    for index, end in zip(encoded.values.to_pylist(), encoded.run_ends.to_pylist(), strict=True):
        yield names[index], start, end
        start = end
