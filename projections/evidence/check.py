"""The log hashed again and held against the newest checkpoint; what differs is named."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Final, NamedTuple

from msgspec.structs import replace

from ledger.log.errors import BadEvents, InvalidText
from ledger.log.store import Reading, Stored, StoreRef
from ledger.progress import Progress, unwatched
from projections.cache import Unusable
from projections.engines.pool import in_processes
from projections.evidence import catalogues
from projections.evidence.checkpoint import Checkpoint
from projections.evidence.keys import Keys
from projections.evidence.leaf import hash_of_any, hashes
from projections.evidence.note import BadNote
from projections.evidence.tiles import TILE_HASHES, BadTiles, Name, Tiles, place
from projections.evidence.tree import HASH_BYTES, Growing
from projections.verify.account import Problem
from projections.verify.named import named

TILES_AT_ONCE: Final = 256
ROWS_AT_ONCE: Final = 1_024
"""So few stay in the processor's cache until they are hashed."""
EVENTS_FOR_PROCESSES: Final = 100_000
"""Below this, starting processes costs more than they save."""
NAMED_MAX: Final = 1_000
SINCE: Final = "since the checkpoint"


class Found(NamedTuple):
    """How many events the newest checkpoint covers, what is not as it says, and whether it signs the catalogues too."""

    covered: int
    problems: list[Problem]
    catalogues: bool


class _Row(NamedTuple):
    position: int
    hash: bytes
    name: Name


class _Hashed(NamedTuple):
    """A stretch of the log behind `first` up to and with `until`: how many events, and their hashes."""

    first: int
    until: int
    events: int
    hashes: bytes


@dataclass(slots=True)
class _Differing:
    """What is expected and found in the stretches of the log that differ, in order of position."""

    expected: list[_Row] = field(default_factory=list)
    found: list[_Row] = field(default_factory=list)


def check_store(
    ref: StoreRef,
    keys: Keys,
    *,
    tiles_of: StoreRef | None = None,
    workers: int = 1,
    progress: Progress = unwatched,
) -> Found:
    """Hash every event of a ledger that the newest checkpoint covers again, on several processes, and compare.

    The tiles are the ledger's own, or those that lie beside another one's place.
    """
    with closing(ref.open()) as store:
        try:
            with store.reading() as log:
                return check(log, keys, tiles_of=tiles_of, workers=workers, progress=progress)
        except InvalidText:
            with store.reading(escape_invalid_text=True) as log:
                return check(log, keys, tiles_of=tiles_of, progress=progress)


def check(
    log: Reading,
    keys: Keys,
    *,
    tiles_of: StoreRef | None = None,
    workers: int = 1,
    progress: Progress = unwatched,
) -> Found:
    """The same over a reading, every shard of it against its own checkpoint."""
    shards = log.shards
    if len(shards) == 1:
        return _check_log(log, keys, tiles_of=tiles_of, workers=workers, progress=progress)
    found = [
        _check_log(shard, keys.of_shard(number, len(shards)), tiles_of=None, workers=workers, progress=progress)
        for number, shard in enumerate(shards)
    ]
    return Found(
        sum(each.covered for each in found),
        [replace(problem, shard=number) for number, each in enumerate(found) for problem in each.problems],
        catalogues=all(each.catalogues for each in found),
    )


def _check_log(log: Reading, keys: Keys, *, tiles_of: StoreRef | None, workers: int, progress: Progress) -> Found:
    """The same of one log.

    The tiles say which event differs, once they are proved to be those of the checkpoint. Without them, the older
    checkpoints say between which positions it lies.
    """
    try:
        signed = [keys.checkpoint(size) for size in keys.sizes()]
    except BadNote as error:
        return Found(0, [_bad(keys, error)], catalogues=False)
    if not signed:
        return Found(0, [], catalogues=False)
    newest = signed[-1]
    found = of_catalogues(log, keys, tiles_of=tiles_of)
    try:
        with closing(Tiles(place(tiles_of or log.ref), create=False)) as tiles:
            hashed = _hashed(log, newest.size, workers)
            found += _against_tiles(log, tiles, signed, hashed, progress)
    except (BadTiles, Unusable):  # where it is the log that is broken, this says so as well
        found += _against_roots(log, signed, progress)
    return Found(newest.size, named(found, log.contracts), catalogues=newest.catalogues is not None)


def of_catalogues(log: Reading, keys: Keys, *, tiles_of: StoreRef | None = None) -> list[Problem]:
    """The catalogues that are not those of the newest checkpoint that signs any; no event is looked at.

    The evidence beside the ledger's place says which one differs, as far as it leads to what was signed. Without it,
    older checkpoints say among which it is.
    """
    try:
        checkpoints = [(each.size, each.catalogues) for each in map(keys.checkpoint, keys.sizes())]
    except BadNote as error:
        return [_bad(keys, error)]
    signing = [(size, signed) for size, signed in checkpoints if signed is not None]
    if not signing:
        return []
    size, newest = signing[-1]
    found = catalogues.under(log, size)
    if catalogues.signed_of(found) == newest:
        return []
    kept = _kept_catalogues(tiles_of or log.ref)[: newest.number]
    if catalogues.signed_of(kept) == newest:
        problem = f"catalogue {SINCE}"
        return [Problem(None, None, problem, each.signed, each.found) for each in catalogues.differing(kept, found)]
    before = 0
    for size, signed in signing:
        those = catalogues.under(log, size)
        if catalogues.signed_of(those) != signed:
            where = f"catalogues {before + 1} to {max(signed.number, len(those))} {SINCE} over {size} events"
            return [Problem(None, None, where, signed.line(), catalogues.signed_of(those).line())]
        before = signed.number
    raise AssertionError("the newest one differs")


def _bad(keys: Keys, error: BadNote) -> Problem:
    return Problem(None, None, "checkpoint", f"signed by {keys.public.name}", str(error))


def _kept_catalogues(ref: StoreRef) -> list[catalogues.Kept]:
    try:
        with closing(Tiles(place(ref), create=False)) as tiles:
            return tiles.catalogues()
    except (BadTiles, Unusable):
        return []


def _against_tiles(
    log: Reading, tiles: Tiles, signed: list[Checkpoint], hashed: Iterable[_Hashed], progress: Progress
) -> Iterator[Problem]:
    newest, growing, differing = signed[-1], Growing(), _Differing()
    for first, until, count, made in hashed:
        kept = tiles.leaf_tiles(first // TILE_HASHES, TILES_AT_ONCE)[: (until - first) * HASH_BYTES]
        growing.add_hashes(kept)
        if count != until - first or made != kept:
            _note(log, tiles, first, until, kept, differing)
        progress(until)
    if growing.size != newest.size or growing.root() != newest.root:
        yield from _against_roots(log, signed, progress)
        return
    if differing.expected:  # what was pushed behind the checkpoint by something inserted before it is not gone
        lost = {row.hash for row in differing.expected}
        behind = map(_row, log.events_between(newest.size, log.last_position()))
        differing.found += [row for row in behind if row.hash in lost]
    if (last := log.last_position()) < newest.size:
        yield Problem(None, None, "last position against the newest checkpoint", newest.size, last)
    named = _named(differing)
    for number, problem in enumerate(named):
        if number == NAMED_MAX:
            yield Problem(None, None, f"more events differ {SINCE}", 0, 1 + sum(1 for _ in named))
            return
        yield problem


def _hashed(log: Reading, size: int, workers: int) -> Iterator[_Hashed]:
    """The log up to a position hashed again, stretch by stretch, on several processes where that pays."""
    step = TILES_AT_ONCE * TILE_HASHES
    jobs = [partial(_hashed_stretch, first, min(first + step, size)) for first in range(0, size, step)]
    few = size < EVENTS_FOR_PROCESSES
    return in_processes(jobs, log, workers=1 if few else workers, in_order=True)


def _hashed_stretch(first: int, until: int, log: Reading) -> _Hashed:
    """One share of the log; what a checkpoint covers changes for nobody."""
    return _Hashed(first, until, *_hashes(log, first, until))


def _hashes(log: Reading, after: int, until: int) -> tuple[int, bytes]:
    count, made = 0, []
    for first in range(after, until, ROWS_AT_ONCE):
        rows = log.rows_between(first, min(first + ROWS_AT_ONCE, until))
        count += len(rows)
        try:
            made.append(hashes(rows))
        except BadEvents:
            made += [hash_of_any(*row) for row in rows]
    return count, b"".join(made)


def _note(log: Reading, tiles: Tiles, first: int, until: int, kept: bytes, differing: _Differing) -> None:
    """Keep the rows of a stretch that are not, at their position, what is expected there."""
    found = {row.position: _row(row) for row in log.events_between(first, until)}
    for position in range(first + 1, until + 1):
        at = (position - first - 1) * HASH_BYTES
        expected, row = kept[at : at + HASH_BYTES], found.get(position)
        if row is None or row.hash != expected:
            differing.expected.append(_Row(position, expected, tiles.name(position - 1) or Name("", 0)))
            if row is not None:
                differing.found.append(row)


def _row(stored: Stored) -> _Row:
    return _Row(stored.position, hash_of_any(*stored), Name(str(stored.account), stored.version))


def _named(differing: _Differing) -> Iterator[Problem]:
    """What happened to each event: by its hash it is moved, by its name edited; else it was deleted or inserted."""
    expected = {row.hash: row for row in differing.expected}
    found = {row.hash: row for row in differing.found}
    gone = {row.name: row for row in differing.expected if row.hash not in found}
    fresh = {row.name: row for row in differing.found if row.hash not in expected}
    for row in chain(differing.expected, differing.found):
        if gone.get(row.name) is row and row.name in fresh:
            yield _problem(row, f"edited {SINCE}", row.hash.hex(), fresh[row.name].hash.hex())
        elif gone.get(row.name) is row:
            yield _problem(row, f"deleted {SINCE}", row.hash.hex(), None)
        elif fresh.get(row.name) is row and row.name not in gone:
            yield _problem(row, f"inserted {SINCE}", None, row.hash.hex())
    before = [row for row in differing.expected if row.hash in found]
    place = {row.hash: number for number, row in enumerate(before)}
    after = [row for row in differing.found if row.hash in expected]
    moved = [(abs(place[row.hash] - number), row) for number, row in enumerate(after)]
    for far, row in sorted(moved, key=lambda each: -each[0]):  # what was moved itself, then what made room for it
        if far:
            yield _problem(row, f"moved in the log {SINCE}", expected[row.hash].position, row.position)


def _problem(row: _Row, problem: str, expected: object, found: object) -> Problem:
    return Problem(row.name.account or None, row.name.version or None, problem, expected, found)


def _against_roots(log: Reading, signed: list[Checkpoint], progress: Progress) -> Iterator[Problem]:
    """Without tiles: the root over the log at each checkpoint; the first that differs says where to look."""
    growing, before = Growing(), 0
    for each in signed:
        while growing.size < each.size:
            until = min(growing.size + TILES_AT_ONCE * TILE_HASHES, each.size)
            count, made = _hashes(log, growing.size, until)
            if count != until - growing.size:
                yield _first_gone(log, growing.size, each.size)
                return
            growing.add_hashes(made)
            progress(growing.size)
        if growing.root() != each.root:
            where = f"root of the checkpoint over {each.size} events (changed in positions {before + 1} to {each.size})"
            yield Problem(None, None, where, each.root.hex(), growing.root().hex())
            return
        before = each.size


def _first_gone(log: Reading, after: int, size: int) -> Problem:
    """The first event of those under a checkpoint that is not there, by its place: its name is gone with it."""
    before = None
    for row in log.events_between(after, size):
        if row.position != after + 1:
            break
        after, before = row.position, row
    behind = (
        f"behind account {log.contracts.named(before.account)}, version {before.version}"
        if before is not None
        else "from the first on"
    )
    expected = f"{size}; an event at position {after + 1}, {behind}"
    return Problem(None, None, "events that the checkpoint covers", expected, log.count())
