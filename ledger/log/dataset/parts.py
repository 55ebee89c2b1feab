"""The work of a sealing in parts, for whatever process: stretches of the log are laid aside, buckets become files.

A part gives the same wherever it is worked at, and in whichever order: a file is sorted when all of it is there.
"""

import gc
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from ledger.log import files
from ledger.log.dataset import form, parquet
from ledger.log.dataset.form import File
from ledger.log.errors import BadEvents
from ledger.log.places import Place, places_of
from ledger.log.store import Reading, Stored
from ledger.progress import Progress

EVENTS_AT_ONCE: Final = 10_000
HELD_BYTES_MAX: Final = 32 * 1024 * 1024
"""Of events in the memory of a process; they are laid aside then, until all of their bucket's file are there."""
EVENTS_IN_A_PART: Final = 50_000

Part: TypeAlias = Callable[[Reading, Progress], Any]
"""Can be sent to another process. It is told how many of its events are done."""
Run: TypeAlias = Callable[[Sequence[Part], Progress], Iterable[Any]]
"""What works at parts: it gives the result of each, in any order, and tells how many events of all of them are done."""

_BUCKET: Final = pa.field("bucket", pa.int16(), nullable=False)


class Piece(NamedTuple):
    """Events of one bucket that were laid aside: in which file, from which row on, and how many."""

    path: Path
    first: int
    events: int


Aside: TypeAlias = dict[int, list[Piece]]
"""What was laid aside, by bucket."""


def here(log: Reading) -> Run:
    """Parts one after another in this process, from a reading of its own."""

    def run(parts: Sequence[Part], progress: Progress) -> Iterator[Any]:
        before = done = 0

        def told(of_this: int) -> None:
            nonlocal done
            done = of_this
            progress(before + done)

        for part in parts:
            yield part(log, told)
            before, done = before + done, 0

    return run


def stretches(number: int, after: int, until: int, *, place: Path, buckets: int) -> Iterator["Stretch"]:
    """The events of a shard behind a position, up to and with another one, in parts."""
    for start in range(after, until, EVENTS_IN_A_PART):
        yield Stretch(place, buckets, number, start, min(start + EVENTS_IN_A_PART, until))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part: events of a shard that follow each other are laid aside in a place, by bucket. Raises BadEvents."""

    place: Path
    buckets: int
    number: int
    after: int
    until: int

    def __call__(self, log: Reading, progress: Progress) -> Aside:
        """What was laid aside for each bucket."""
        with _uncollected():
            return self._aside(log, progress)

    def _aside(self, log: Reading, progress: Progress) -> Aside:
        aside: Aside = {}
        held: list[pa.Table] = []
        done = size = 0
        for table in self._tables(log.shards[self.number]):
            held.append(table)
            done += len(table)
            size += table.nbytes
            if size >= HELD_BYTES_MAX or self.after + done == self.until:
                self._lay_aside(held, self.place / f"aside-{self.number}-{self.after + done}", aside)
                held, size = [], 0
            progress(done)
        return aside

    def _tables(self, shard: Reading) -> Iterator[pa.Table]:
        """The events in order of position, some at a time, each with its bucket."""
        buckets: dict[str, int] = {}
        for after in range(self.after, self.until, EVENTS_AT_ONCE):
            until = min(after + EVENTS_AT_ONCE, self.until)
            rows = shard.rows_between(after, until)
            if (there := [row[0] for row in rows]) != list(range(after + 1, until + 1)):
                missing = next(at for at in range(after + 1, until + 1) if at not in there)
                raise BadEvents(f"there is no event at position {missing}", "run_verify")
            table = parquet.held(self.number, rows)
            for contract in {row[1] for row in rows} - buckets.keys():
                buckets[contract] = form.bucket_of(contract, self.buckets)
            yield table.append_column(_BUCKET, pa.array([buckets[row[1]] for row in rows], _BUCKET.type))

    def _lay_aside(self, held: list[pa.Table], path: Path, aside: Aside) -> None:
        """Put what is held into a file, the events of each bucket together."""
        table = pa.concat_tables(held).combine_chunks()
        buckets = table.column(_BUCKET.name).combine_chunks()
        order = pc.sort_indices(buckets)
        table = table.drop_columns(_BUCKET.name)
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, parquet.HELD) as writer:
            for start in range(0, len(order), EVENTS_AT_ONCE):
                writer.write_table(table.take(order.slice(start, EVENTS_AT_ONCE)).combine_chunks())
        runs = pc.run_end_encode(buckets.take(order))
        first = 0
        for bucket, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
            aside.setdefault(bucket, []).append(Piece(path, first, end - first))
            first = end


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nothing looks for garbage meanwhile: rows are many, short-lived and in no circles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def made_of(
    aside: Mapping[int, Sequence[Piece]], sealing: int, *, place: Path, like: Path | None
) -> Iterator["Buckets"]:
    """The files of a sealing, in parts."""
    some: dict[int, Sequence[Piece]] = {}
    for bucket in sorted(aside):
        some[bucket] = aside[bucket]
        if sum(piece.events for pieces in some.values() for piece in pieces) >= EVENTS_IN_A_PART:
            yield Buckets(place, like, sealing, some)
            some = {}
    if some:
        yield Buckets(place, like, sealing, some)


@dataclass(frozen=True, slots=True)
class Buckets:
    """A part: what was laid aside of some buckets becomes a file of each in a place, durable. Raises BadEvents."""

    place: Path
    like: Path | None
    sealing: int
    aside: Mapping[int, Sequence[Piece]]

    def __call__(self, log: Reading, progress: Progress) -> list[File]:
        """The files, each to get its name later."""
        made: list[File] = []
        for bucket, pieces in self.aside.items():
            made.append(self._file(log, bucket, pieces))
            progress(sum(file.events for file in made))
        return made

    def _file(self, log: Reading, bucket: int, pieces: Sequence[Piece]) -> File:
        name = form.file_name(bucket, self.sealing)
        table = pa.concat_tables(map(_rows, pieces)).combine_chunks()
        places = _places(log, table)
        with open(files.create(self.place / Path(name).parent.name, like=self.like), "w+b") as file:
            parquet.write(file, table, places)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
            file.seek(0)
            return File(name, len(table), size, hashlib.file_digest(file, "sha256").hexdigest())


def _rows(piece: Piece) -> pa.Table:
    with pa.memory_map(str(piece.path)) as file:
        return pa.ipc.open_file(file).read_all().slice(piece.first, piece.events)


def _places(log: Reading, table: pa.Table) -> dict[str, Place]:
    """Region and zone of the contracts of some rows, which their openings say, wherever these are."""
    places: dict[str, Place] = {}
    opening = pc.equal(table["version"], 1)
    for number in pc.unique(table["shard"]).to_pylist():
        of_shard = pc.equal(table["shard"], number)
        contracts = pc.unique(table["contract"].filter(of_shard)).to_pylist()
        opened = table.select(["position", "contract", "version", "topic", "state"]).filter(pc.and_(of_shard, opening))
        found = map(Stored._make, zip(*opened.to_pydict().values(), strict=True))
        places |= places_of(log.shards[number], contracts, found)
    return places
