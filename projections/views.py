"""Views: the file beside the ledger in which everything that crosses accounts is kept ready to be asked."""

import hashlib
import os
from contextlib import AbstractContextManager, closing, suppress
from functools import cache
from glob import escape
from pathlib import Path
from typing import Final

from ledger.log import files
from ledger.log.store import Reading, StoreRef
from projections import disputes, payments, refusals, totals, unrated
from projections.cache import Cache, Unusable, attached, form, in_memory, writing
from projections.cache import connect as connect_cache

SCHEMA: Final = 9
CACHE_KIB: Final = 64 * 1024
PARTS: Final = (disputes, payments, refusals, totals, unrated)
TABLE_NAMES: Final = ("disputes", "payments", "refusals", "totals", "unrated")


def place(ref: StoreRef) -> Path:
    """The views file of a ledger: its newest generation, or the name of the first.

    A rebuild makes a new generation beside the old one. Whoever still has the old one open goes on with a file (and a
    rollback journal) of another name, so nothing of it can reach the new one.
    """
    numbers = [_number(path) for path in _generations(ref)]
    return _generation(ref, max(numbers, default=1))


def publish(new: Path, ref: StoreRef) -> None:
    """Make a finished views file the newest generation, and remove the older ones.

    Of several at once, each becomes a generation of its own: none takes the place of one that is open somewhere.
    """
    files.fsync_path(new)
    while True:
        number = max(map(_number, _generations(ref)), default=0) + 1
        with suppress(FileExistsError):  # somebody else was faster
            os.link(new, _generation(ref, number))
            break
    for path in _generations(ref):
        if _number(path) < number:
            path.unlink(missing_ok=True)


def remove_older(ref: StoreRef) -> None:
    """Remove the generations that a killed rebuild left, and what rollbacks of them have no file for any more."""
    newest = place(ref)
    for path in _generations(ref):
        if path != newest:
            path.unlink(missing_ok=True)
    for journal in newest.parent.glob(f"{escape(ref.companion('views').name)}-*-journal"):
        if not journal.with_name(journal.name.removesuffix("-journal")).exists():
            journal.unlink(missing_ok=True)


def begin_anew(ref: StoreRef) -> None:
    """A new generation that has seen nothing, in place of views that are of no use."""
    with workplace(ref) as place:
        connect(place / "new", ref).close()
        publish(place / "new", ref)


def workplace(ref: StoreRef) -> AbstractContextManager[Path]:
    """A folder for the files of a rebuild; what a killed one left is removed."""
    return files.workplace(ref.companion("views"))


def _generations(ref: StoreRef) -> list[Path]:
    views = ref.companion("views")
    named = views.parent.glob(f"{escape(views.name)}-*")
    return [path for path in named if path.name.rpartition("-")[2].isdecimal()]


def _generation(ref: StoreRef, number: int) -> Path:
    return ref.companion(f"views-{number}")


def _number(path: Path) -> int:
    return int(path.name.rpartition("-")[2])


def connect(path: Path, ref: StoreRef, *, unfinished: bool = False) -> Cache:
    """A views file, made with its tables where there is none: no more readable than the ledger, no helpers at rest.

    An `unfinished` one is never used, so it need not be durable. Raises CacheError, of the kind of `is_damage` for a
    file that is none or has other tables.
    """
    files.beside(path, ref.like)
    db = connect_cache(path, synchronous="OFF" if unfinished else "NORMAL", cache_kib=CACHE_KIB)
    try:
        with writing(db):
            if not form(db):
                create(db, shards=len(ref.parts))
            if form(db) != _form_of_today():
                raise Unusable(f"{path} has other tables than views")
    except BaseException:
        db.close()
        raise
    return db


@cache
def _form_of_today() -> list[tuple[str, str, str | None]]:
    with closing(in_memory()) as db:
        create(db)
        return form(db)


def create(db: Cache, *, shards: int = 1) -> None:
    """The tables of an empty views file, which has seen nothing of any shard."""
    db.execute(
        "CREATE TABLE seen (shard INTEGER NOT NULL, position INTEGER NOT NULL, digest TEXT NOT NULL, "
        "schema INTEGER NOT NULL)"
    )
    db.executemany("INSERT INTO seen VALUES (?, 0, '', ?)", [(number, SCHEMA) for number in range(shards)])
    for part in PARTS:
        for statement in part.TABLES:
            db.execute(statement)


def seen_positions(db: Cache, log: Reading) -> tuple[int, ...] | None:
    """The position of each shard up to which a views file has followed this ledger.

    None for one of another ledger or older form.
    """
    if [number for (number,) in db.execute("SELECT shard FROM seen ORDER BY shard")] != list(range(len(log.shards))):
        return None
    found = [seen_position(db, number, shard) for number, shard in enumerate(log.shards)]
    positions = tuple(position for position in found if position is not None)
    return positions if len(positions) == len(found) else None


def seen_position(db: Cache, number: int, shard: Reading) -> int | None:
    """The same of one shard."""
    match db.execute("SELECT position, digest, schema FROM seen WHERE shard = ?", (number,)).fetchall():
        case [(0, "", schema)] if schema == SCHEMA:
            return 0
        case [(int(position), digest, schema)] if (
            schema == SCHEMA and digest and digest == _digest_now(shard, position)
        ):
            return position
        case _:
            return None


def note_position(db: Cache, number: int, shard: Reading, position: int) -> None:
    """Remember how far the views have followed a shard."""
    digest = digest_at(shard, position)
    db.execute("UPDATE seen SET position = ?, digest = ? WHERE shard = ?", (position, digest, number))


def _digest_now(log: Reading, position: int) -> str:
    """The digest at a position that others may have followed to since this state of the log was read."""
    if position <= log.last_position():
        return digest_at(log, position)
    with closing(log.ref.open()) as store, store.reading() as newest:
        return digest_at(newest, position)


def digest_at(log: Reading, position: int) -> str:
    """What tells one ledger from another: a digest of the event at a position; empty where there is none."""
    stored = log.at(position)
    if stored is None:
        return ""
    state = stored.state if isinstance(stored.state, bytes) else str(stored.state).encode()
    return hashlib.sha256(f"{stored.account}\0{stored.version}\0{stored.topic}\0".encode() + state).hexdigest()


def count(db: Cache) -> int:
    """How many rows there are."""
    return sum(db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in TABLE_NAMES)


def differences(new: Cache, old: Path) -> int:
    """How many rows stand in only one of two views files."""
    with attached(new, old, "old"):
        counted = 0
        for table in TABLE_NAMES:
            for here, there in (("main", "old"), ("old", "main")):
                only = f"SELECT * FROM {here}.{table} EXCEPT SELECT * FROM {there}.{table}"
                counted += new.execute(f"SELECT COUNT(*) FROM ({only})").fetchone()[0]
        return counted
