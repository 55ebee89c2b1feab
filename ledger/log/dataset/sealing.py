"""Sealing: what a ledger has beyond a dataset is added to it, a file a bucket, and nothing that is sealed is rewritten.

New files get their names when all of them are durable, and count from the moment `dataset.json` lists them: killed at
any moment, a sealing leaves the dataset as it was, and the next one removes what is left of it.
"""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from ledger.hints import HintedError
from ledger.log import files
from ledger.log.contracts import FORM_SETTING, LEDGER_SETTING
from ledger.log.dataset import form, parquet
from ledger.log.dataset.files import Files, strangers
from ledger.log.dataset.form import MANIFEST, File, Manifest, Sealing, ShardOf
from ledger.log.dataset.program import Program
from ledger.log.errors import BadEvents
from ledger.log.places import Place, place_of, place_said
from ledger.log.sharded.placing import SHARD_SETTING, SHARDS_SETTING
from ledger.log.store import Adopted, Reading, Stored
from ledger.progress import Progress, unwatched

EVENTS_AT_ONCE: Final = 10_000
HELD_BYTES_MAX: Final = 32 * 1024 * 1024
"""Of events in memory; they are laid aside then, until all of their bucket's file are there."""
EVENTS_IN_A_BUCKET: Final = 100_000
"""For each a bucket when a dataset is begun; and no bucket gets more by one sealing, on average."""
BUCKETS_MIN: Final = 16
SETTINGS: Final = (FORM_SETTING, LEDGER_SETTING, SHARD_SETTING, SHARDS_SETTING)
"""Those that say what the log is; others say how a store keeps what it has besides."""
_LEFT_BY_THE_FIRST: Final = re.compile(r"bucket=\d{4}/000001\.parquet")
_BUCKET: Final = pa.field("bucket", pa.int16(), nullable=False)
_OWN: Final = re.compile(rf"bucket=\d{{4}}|{re.escape(MANIFEST)}\.obnovi-[0-9a-f]{{16}}\.part")


class CannotSeal(HintedError):
    """A folder that this ledger cannot be sealed into; nothing was written."""


class Sealed(NamedTuple):
    """What a dataset has now: events in all, those that were added, in how many files, and up to which positions."""

    events: int
    added: int
    files: int
    buckets: int
    positions: tuple[int, ...]


def seal(
    log: Reading,
    folder: Path,
    program: Program,
    *,
    buckets: int | None = None,
    progress: Progress = unwatched,
) -> Sealed:
    """Add to the dataset of a folder what a ledger has beyond it, or begin one in a folder that is new or empty.

    A run with very much to add makes several sealings of it, each good by itself. `buckets`, where a dataset is begun,
    in place of as many as its events take; their number never changes. Raises CannotSeal, BadEvents, StoreError,
    OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        dataset = before = _before(log, folder, buckets)
        until = tuple(shard.last_position() for shard in log.shards)
        while dataset.positions != until or not dataset.sealings:
            sealed = sum(dataset.positions) - sum(before.positions)
            dataset = _further(log, folder, program, dataset, partial(_told, progress, sealed))
        if dataset.shards != (beside := _beside(log)):
            dataset = replace(dataset, shards=beside)
            _list(folder, dataset, log.ref.like)
    added, made = sum(dataset.positions) - sum(before.positions), len(dataset.files) - len(before.files)
    return Sealed(sum(dataset.positions), added, made, dataset.buckets, dataset.positions)


def _told(progress: Progress, before: int, done: int) -> None:
    progress(before + done)


def pending(log: Reading, folder: Path) -> int:
    """How many events a sealing would add. Raises StoreError."""
    sealed = sum(form.read_manifest(folder).positions) if (folder / MANIFEST).exists() else 0
    return max(log.count() - sealed, 0)


def _further(log: Reading, folder: Path, program: Program, before: Manifest, progress: Progress) -> Manifest:
    """The dataset with the next events, as many as one sealing takes; they are durable."""
    with files.workplace(folder / MANIFEST) as place:
        adding = _Adding(log, before, place)
        made = adding.files(progress)
        positions = tuple(adding.positions)
        for file in made:
            path = folder / file.file
            path.parent.mkdir(exist_ok=True)
            os.replace(place / path.parent.name, path)
            files.fsync_path(path.parent)
    files.fsync_path(folder)
    digests = (form.digest_of(shard.at(at)) for shard, at in zip(log.shards, positions, strict=True))
    after = replace(
        before,
        positions=positions,
        shards=_beside(log),
        sealings=(*before.sealings, Sealing(positions, tuple(digests), *program)),
        files=(*before.files, *made),
    )
    _list(folder, after, log.ref.like)
    return after


class _Adding:
    """The files that a sealing adds, made in a place of their own."""

    def __init__(self, log: Reading, before: Manifest, place: Path) -> None:
        self.positions = list(before.positions)
        """Up to which events were taken, of each shard."""
        self._log = log
        self._buckets = before.buckets
        self._number = len(before.sealings) + 1
        self._place = place
        self._held: list[pa.Table] = []
        self._aside: dict[int, list[tuple[Path, int]]] = {}
        """What was laid aside for each bucket: in which files, and as which of their batches."""

    def files(self, progress: Progress) -> list[File]:
        """One for every bucket that has something new. Raises BadEvents."""
        done = held = 0
        for table in self._tables():
            self._held.append(table)
            held += table.nbytes
            done += len(table)
            progress(done)
            if held >= HELD_BYTES_MAX:
                self._lay_aside()
                held = 0
        if held:
            self._lay_aside()
        return [self._file(bucket) for bucket in sorted(self._aside)]

    def _tables(self) -> Iterator[pa.Table]:
        """The next events in order of shard and position, some at a time, each with its bucket."""
        left = self._buckets * EVENTS_IN_A_BUCKET
        for number, shard in enumerate(self._log.shards):
            last = shard.last_position()
            while left and (after := self.positions[number]) < last:
                until = min(after + EVENTS_AT_ONCE, after + left, last)
                rows = shard.rows_between(after, until)
                if (there := [row[0] for row in rows]) != list(range(after + 1, until + 1)):
                    missing = next(at for at in range(after + 1, until + 1) if at not in there)
                    raise BadEvents(f"there is no event at position {missing}", "run_verify")
                table = parquet.held(number, rows)
                buckets = {each: form.bucket_of(each, self._buckets) for each in {row[1] for row in rows}}
                yield table.append_column(_BUCKET, pa.array([buckets[row[1]] for row in rows], _BUCKET.type))
                self.positions[number] = until
                left -= until - after

    def _lay_aside(self) -> None:
        """Put what is held into a file, a batch for each bucket."""
        table = pa.concat_tables(self._held).combine_chunks()
        table = table.take(pc.sort_indices(table, [(_BUCKET.name, "ascending")]))
        self._held = []
        runs = pc.run_end_encode(table.column(_BUCKET.name).combine_chunks())
        path = self._place / f"aside-{sum(map(len, self._aside.values()))}"
        start = 0
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, parquet.HELD) as writer:
            ends = zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True)
            for batch, (bucket, end) in enumerate(ends):
                writer.write_table(table.slice(start, end - start).drop_columns(_BUCKET.name))
                self._aside.setdefault(bucket, []).append((path, batch))
                start = end

    def _file(self, bucket: int) -> File:
        name = form.file_name(bucket, self._number)
        table = parquet.in_order(pa.Table.from_batches([_batch(*each) for each in self._aside[bucket]]))
        with open(files.create(self._place / Path(name).parent.name, like=self._log.ref.like), "w+b") as file:
            parquet.write(file, table, self._places(table))
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
            file.seek(0)
            return File(name, len(table), size, hashlib.file_digest(file, "sha256").hexdigest())

    def _places(self, table: pa.Table) -> dict[str, Place]:
        """Region and zone of the contracts of some rows, which their openings say, wherever these are."""
        pairs = table.select(["shard", "contract"]).group_by(["shard", "contract"]).aggregate([]).to_pydict()
        numbers = dict(zip(pairs["contract"], pairs["shard"], strict=True))
        opened = table.filter(pc.equal(table["version"], 1)).to_pydict()
        names = ("position", "contract", "version", "topic", "state")
        rows = map(Stored._make, zip(*(opened[name] for name in names), strict=True))
        places = {row.account: place_said(row.account, row) for row in rows}
        for contract in numbers.keys() - places.keys():
            places[contract] = place_of(self._log.shards[numbers[contract]], contract)
        return places


def _batch(path: Path, number: int) -> pa.RecordBatch:
    with pa.OSFile(str(path)) as file:
        return pa.ipc.open_file(file).get_batch(number)


def _before(log: Reading, folder: Path, buckets: int | None) -> Manifest:
    """The dataset as it is, without what a killed sealing left, or one that has nothing yet. Raises StoreError."""
    if not (folder / MANIFEST).exists():
        return _begun(log, folder, buckets)
    found = form.read_manifest(folder)
    if buckets not in (None, found.buckets):
        raise CannotSeal(f"{folder} has {found.buckets} buckets for ever, not {buckets}", "name_empty_folder")
    _require_continued(log, folder, found)
    Files(folder, found)
    for left in strangers(folder, [file.file for file in found.files]):
        (folder / left).unlink()
    return found


def _begun(log: Reading, folder: Path, buckets: int | None) -> Manifest:
    names = {each.name for each in folder.iterdir()}
    left = list(strangers(folder, ()))
    if not all(map(_OWN.fullmatch, names)) or not all(map(_LEFT_BY_THE_FIRST.fullmatch, left)):
        raise CannotSeal(f"{folder} has something else in it", "name_empty_folder")
    for each in left:
        (folder / each).unlink()
    count = buckets or min(max(BUCKETS_MIN, _power_of_two(log.count() // EVENTS_IN_A_BUCKET)), form.BUCKETS_MAX)
    name = log.setting(LEDGER_SETTING) or ""
    nothing = (0,) * len(log.shards)
    return Manifest(form.FORMAT, name, nothing, count, form.BUCKETING, (), (), ())


def _power_of_two(least: int) -> int:
    return 1 << max(least - 1, 0).bit_length()


def _require_continued(log: Reading, folder: Path, found: Manifest) -> None:
    """The ledger goes on from what is sealed. Raises CannotSeal."""
    if found.ledger != (log.setting(LEDGER_SETTING) or "") or len(found.positions) != len(log.shards):
        raise CannotSeal(f"{folder} is a dataset of another ledger than {log.ref}", "name_empty_folder")
    sealing = found.sealings[-1]
    for number, shard in enumerate(log.shards):
        position, last = sealing.positions[number], shard.last_position()
        where = f" of shard {number}" if len(log.shards) > 1 else ""
        if last < position:
            raise CannotSeal(
                f"{folder} holds up to event {position}{where}, {log.ref} ends at {last}: "
                "it was cut off or is an older copy",
                "seal_elsewhere",
            )
        if form.digest_of(shard.at(position)) != sealing.digests[number]:
            raise CannotSeal(
                f"{folder} has another event {position}{where} than {log.ref}: these are two histories",
                "seal_elsewhere",
            )
        sealed = form.adopted(found.shards[number])
        if shard.adopted()[: len(sealed)] != sealed:
            raise CannotSeal(f"{folder} has other catalogues{where} than {log.ref}", "see_verify")


def _beside(log: Reading) -> tuple[ShardOf, ...]:
    """What each shard has beside its events. Raises BadEvents."""
    for row in chain.from_iterable(shard.adopted() for shard in log.shards):
        if not _is_sound(row):
            raise BadEvents(f"the catalogue of position {row.position} is not stored as one", "run_verify")
    return tuple(
        ShardOf(
            {name: value for name, value in shard.settings().items() if name in SETTINGS},
            form.catalogues(shard.adopted()),
        )
        for shard in log.shards
    )


def _is_sound(row: Adopted) -> bool:
    return isinstance(row.position, int) and all(isinstance(each, str) for each in (row.digest, row.toml, row.tzdata))


def _list(folder: Path, dataset: Manifest, like: Path | None) -> None:
    """Let `dataset.json` say what the dataset is now, durable."""
    with files.whole(folder / MANIFEST, like=like) as manifest:
        manifest.write(dataset.encoded())
    files.fsync_path(folder)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One sealing at a time. Raises CannotSeal where another one is at work."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotSeal(f"somebody else is sealing into {folder} at the moment; wait for it") from None
        yield
    finally:
        os.close(descriptor)
