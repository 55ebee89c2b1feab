"""Follow: tiles catch up with the log before they are asked, so that booking itself pays nothing for evidence."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from ledger.hints import HintedError
from ledger.log import files
from ledger.log.errors import BadEvents
from ledger.log.store import Reading, Stored
from ledger.progress import Progress, unwatched
from projections.cache import Unavailable, Unusable
from projections.evidence import catalogues
from projections.evidence.checkpoint import Checkpoint
from projections.evidence.leaf import event_hash
from projections.evidence.tiles import TILE_HASHES, BadTiles, Name, Tiles, place

EVENTS_AT_ONCE: Final = 256 * TILE_HASHES


class NotTheLog(HintedError):
    """The ledger does not continue what was signed; one line that says in what, and what to do."""


@contextmanager
def caught_up(
    log: Reading,
    newest: Checkpoint | None,
    progress: Progress = unwatched,
    *,
    to_sign: bool = False,
    anew: bool = False,
) -> Iterator[Tiles]:
    """The tiles of a ledger, having seen every event of it, and proved to continue the newest checkpoint.

    Raises NotTheLog. A file of tiles that is broken, or of another ledger, is made anew. `to_sign` hashes whatever lies
    behind the newest checkpoint again: nobody has signed that these tiles are those of the log. `anew` hashes all
    of it.
    """
    last = log.last_position()
    if newest is not None and last < newest.size:
        raise NotTheLog(
            f"the ledger ends at event {last}, before the newest checkpoint, which covers {newest.size}: "
            "it was cut off or is an older copy; bring back a newer one"
        )
    if newest is not None and newest.catalogues not in (None, catalogues.signed_of(catalogues.under(log, newest.size))):
        raise NotTheLog(
            f"the catalogues up to event {newest.size} are not those of the newest checkpoint", "see_verify"
        )
    path = place(log.ref)
    try:
        tiles = _opened(path, log, last, newest, progress, to_sign=to_sign, anew=anew)
    except BadTiles:
        path.unlink(missing_ok=True)  # somebody else may have found it broken as well
        tiles = _opened(path, log, last, newest, progress, to_sign=to_sign, anew=anew)
    with closing(tiles):
        yield tiles


def _opened(
    path: Path,
    log: Reading,
    last: int,
    newest: Checkpoint | None,
    progress: Progress,
    *,
    to_sign: bool,
    anew: bool,
) -> Tiles:
    """The tiles, caught up. Raises NotTheLog, and BadTiles for a broken file."""
    files.beside(path, log.ref.like)
    tiles = Tiles(path)
    try:
        if to_sign or anew:
            with tiles.writing():
                tiles.cut(min(tiles.size, newest.size if newest is not None and not anew else 0))
        catch_up(tiles, log, last, newest, progress)
        if to_sign:
            with tiles.writing():
                tiles.keep_catalogues(catalogues.under(log, last))
    except Unavailable:
        tiles.close()
        raise
    except Unusable as error:
        is_sound = tiles.is_sound()
        tiles.close()
        if is_sound:
            raise  # so it is the log
        raise BadTiles(f"{path}: {error}") from None
    except BaseException:
        tiles.close()
        raise
    return tiles


def root_at(
    log: Reading, newest: Checkpoint | None, told: Checkpoint, progress: Progress = unwatched
) -> tuple[int, bytes | None]:
    """How many events there are, and the root over as many as somebody else's checkpoint covers; None for fewer.

    Tiles that do not come to its root are hashed again before anybody is accused. Raises NotTheLog.
    """
    for anew in (False, True):
        with caught_up(log, newest, progress, anew=anew) as tiles:
            size = tiles.size
            if told.size > size:
                return size, None
            try:
                made = tiles.root(told.size)
            except (BadTiles, Unusable):
                continue
        if anew or made == told.root:
            return size, made
    raise AssertionError("tiles just made can be read")


def catch_up(tiles: Tiles, log: Reading, last: int, newest: Checkpoint | None, progress: Progress) -> None:
    """Take in the events up to position `last`, a batch of them at a time. Raises NotTheLog."""
    with tiles.writing():
        _keep_what_holds(tiles, log, newest)
    _take_all(tiles, log, last, progress)
    if newest is None or _stands(tiles, newest):
        return
    with tiles.writing():  # it may be the tiles that are wrong
        tiles.cut(0)
    _take_all(tiles, log, last, progress)
    if not _stands(tiles, newest):
        raise NotTheLog(f"the first {newest.size} events are not those of the newest checkpoint", "see_verify")


def _keep_what_holds(tiles: Tiles, log: Reading, newest: Checkpoint | None) -> None:
    """Drop the tiles of events that are not in this log; what a checkpoint covers is not dropped but refused."""
    size = tiles.size
    if size == 0 or _is_at(log, tiles, size):
        return
    if newest is None or newest.size > size or not _stands(tiles, newest):
        tiles.cut(0)
    elif newest.size and not _is_at(log, tiles, newest.size):
        raise NotTheLog(f"event {newest.size} is not the one that the newest checkpoint covers", "see_verify")
    else:
        tiles.cut(newest.size)


def _stands(tiles: Tiles, signed: Checkpoint) -> bool:
    try:
        return tiles.root(signed.size) == signed.root
    except BadTiles:
        return False


def _is_at(log: Reading, tiles: Tiles, position: int) -> bool:
    stored = log.at(position)
    try:
        return stored is not None and hash_of(stored) == tiles.leaf(position - 1)
    except (BadTiles, BadEvents):
        return False


def _take_all(tiles: Tiles, log: Reading, last: int, progress: Progress) -> None:
    while True:
        with tiles.writing():  # somebody else may be catching up as well
            size = tiles.size
            progress(size)
            if size >= last:
                return
            _take(tiles, list(log.events_between(size, min(size + EVENTS_AT_ONCE, last))), size)


def _take(tiles: Tiles, rows: list[Stored], size: int) -> None:
    for expected, row in enumerate(rows, start=size + 1):
        if row.position != expected:
            raise NotTheLog(f"there is no event at position {expected}", "see_verify")
    if not rows:
        raise NotTheLog(f"there is no event at position {size + 1}", "see_verify")
    tiles.append([hash_of(row) for row in rows], [Name(row.account, row.version) for row in rows])


def hash_of(row: Stored) -> bytes:
    """The leaf hash of a stored event. Raises BadEvents."""
    return event_hash(row.account, row.version, row.topic, row.state)
