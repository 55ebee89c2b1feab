"""Sealing: what a ledger has beyond a dataset is added to it, a file a bucket, and nothing that is sealed is rewritten.

New files get their names when all of them are durable, and count from the moment `dataset.json` lists them: killed at
any moment, a sealing leaves the dataset as it was, and the next one removes what is left of it.
"""

import fcntl
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from msgspec.structs import replace

from ledger.hints import HintedError
from ledger.log import files
from ledger.log.contracts import FORM_SETTING, LEDGER_SETTING
from ledger.log.dataset import form
from ledger.log.dataset.files import Files, strangers
from ledger.log.dataset.form import MANIFEST, File, Manifest, Sealing, ShardOf
from ledger.log.dataset.parts import Aside, Run, here, made_of, stretches
from ledger.log.dataset.program import Program
from ledger.log.errors import BadEvents
from ledger.log.sharded.placing import SHARD_SETTING, SHARDS_SETTING
from ledger.log.store import Adopted, Reading
from ledger.progress import Progress, unwatched

EVENTS_IN_A_BUCKET: Final = 100_000
"""For each a bucket when a dataset is begun; and no bucket gets more by one sealing, on average."""
BUCKETS_MIN: Final = 16
SETTINGS: Final = (FORM_SETTING, LEDGER_SETTING, SHARD_SETTING, SHARDS_SETTING)
"""Those that say what the log is; others say how a store keeps what it has besides."""
_LEFT_BY_THE_FIRST: Final = re.compile(r"bucket=\d{4}/000001\.parquet")
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
    run: Run | None = None,
    progress: Progress = unwatched,
) -> Sealed:
    """Add to the dataset of a folder what a ledger has beyond it, or begin one in a folder that is new or empty.

    A run with very much to add makes several sealings of it, each good by itself. `buckets`, where a dataset is begun,
    in place of as many as its events take; their number never changes. Sealed up to here by another program, it gets a
    sealing without files: whoever reads it may want the versions of the newest. `run` works at the parts of a sealing,
    from readings up to where this one is; without it they are done here. Raises CannotSeal, BadEvents, StoreError,
    OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        dataset = before = _before(log, folder, buckets)
        until = tuple(shard.last_position() for shard in log.shards)
        while dataset.positions != until or not _is_sealed_by(program, dataset):
            sealed = sum(dataset.positions) - sum(before.positions)
            dataset = _further(log, folder, program, dataset, run or here(log), partial(_told, progress, sealed))
        if dataset.shards != (beside := _beside(log)):
            dataset = replace(dataset, shards=beside)
            _list(folder, dataset, log.ref.like)
    added, made = sum(dataset.positions) - sum(before.positions), len(dataset.files) - len(before.files)
    return Sealed(sum(dataset.positions), added, made, dataset.buckets, dataset.positions)


def _is_sealed_by(program: Program, dataset: Manifest) -> bool:
    """Whether its newest sealing says these versions. Another program adds one that says its own, without files."""
    if not dataset.sealings:
        return False
    newest = dataset.sealings[-1]
    return Program(newest.program, newest.python, newest.tzdata) == program


def _told(progress: Progress, before: int, done: int) -> None:
    progress(before + done)


def pending(log: Reading, folder: Path) -> int:
    """How many events a sealing would add. Raises StoreError."""
    sealed = sum(form.read_manifest(folder).positions) if (folder / MANIFEST).exists() else 0
    return max(log.count() - sealed, 0)


def _further(log: Reading, folder: Path, program: Program, before: Manifest, run: Run, progress: Progress) -> Manifest:
    """The dataset with the next events, as many as one sealing takes; they are durable."""
    positions = _reached(before, log)
    with files.workplace(folder / MANIFEST) as place:
        made = _made(log.ref.like, place, before, positions, run, progress)
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


def _reached(before: Manifest, log: Reading) -> tuple[int, ...]:
    """How far the next sealing comes: shard by shard, as many events as one takes."""
    left = before.buckets * EVENTS_IN_A_BUCKET
    positions = []
    for after, shard in zip(before.positions, log.shards, strict=True):
        positions.append(min(after + left, shard.last_position()))
        left -= positions[-1] - after
    return tuple(positions)


def _made(
    like: Path | None, place: Path, before: Manifest, positions: Sequence[int], run: Run, progress: Progress
) -> list[File]:
    """A file for every bucket that has something new, in a place. Raises BadEvents.

    All is read before anything is written, and each is told as half of the work.
    """
    count = sum(positions) - sum(before.positions)
    ends = zip(before.positions, positions, strict=True)
    each = (
        stretches(number, after, until, place=place, buckets=before.buckets)
        for number, (after, until) in enumerate(ends)
    )
    aside: Aside = {}
    for found in run(list(chain.from_iterable(each)), lambda done: progress(done // 2)):
        for bucket, pieces in found.items():
            aside.setdefault(bucket, []).extend(pieces)
    parts = list(made_of(aside, len(before.sealings) + 1, place=place, like=like))
    made = chain.from_iterable(run(parts, lambda done: progress((count + done) // 2)))
    return sorted(made, key=lambda file: file.bucket)


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
