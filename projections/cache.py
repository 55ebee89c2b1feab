"""Caches: files of SQLite beside a ledger, of what follows from its log and can be made anew at any time.

Views and tiles are such files. Only this module knows what opens them, and what their errors mean.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import quote

LOCK_TIMEOUT_SECONDS: Final = 600
BEGINNING: Final = b"SQLite format 3\0"
"""What such a file begins with."""

Cache: TypeAlias = sqlite3.Connection
Row: TypeAlias = dict[str, Any]

CacheError: TypeAlias = sqlite3.Error
"""Whatever can go wrong with one."""
Unusable: TypeAlias = sqlite3.DatabaseError
"""The file is damaged or something else, or it is `Unavailable`; within a reading it may be the log that is."""
Unavailable: TypeAlias = sqlite3.OperationalError
"""The disk or another process is in the way; a table that is missing, too."""


def connect(
    path: Path,
    *,
    mode: Literal["ro", "rwc"] = "rwc",
    synchronous: Literal["OFF", "NORMAL", "FULL"] | None = None,
    cache_kib: int | None = None,
) -> Cache:
    """Open a file, or make it. `synchronous`, for whoever writes: how durable it is; it has no helpers at rest then.

    Raises CacheError.
    """
    db = sqlite3.connect(_uri(path, mode), uri=True, isolation_level=None, timeout=LOCK_TIMEOUT_SECONDS)
    try:
        if synchronous is not None:
            db.execute("PRAGMA journal_mode = DELETE")
            db.execute(f"PRAGMA synchronous = {synchronous}")
            db.execute("PRAGMA secure_delete = ON")  # what is forgotten is overwritten
        if cache_kib is not None:
            db.execute(f"PRAGMA cache_size = -{cache_kib}")
    except BaseException:
        db.close()
        raise
    return db


def _uri(path: Path, mode: str) -> str:
    return f"file:{quote(str(path.absolute()))}?mode={mode}"


def in_memory() -> Cache:
    """A cache that nobody keeps."""
    return sqlite3.connect(":memory:", isolation_level=None)


def temporary(*, cache_kib: int) -> Cache:
    """A cache that nobody keeps and that may become large: what does not fit is on the disk, in a nameless file."""
    db = sqlite3.connect("", uri=True, isolation_level=None)
    db.execute(f"PRAGMA cache_size = -{cache_kib}")
    return db


@contextmanager
def writing(db: Cache) -> Iterator[None]:
    """A transaction that holds the write lock from its beginning."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # SQLite itself rolls back where the file is broken
            db.execute("ROLLBACK")
        raise


def place(db: Cache) -> Path:
    """The file of a cache."""
    return next(Path(file) for _, name, file in db.execute("PRAGMA database_list") if name == "main")


@contextmanager
def attached_to_read(db: Cache, path: Path, name: str, *, cache_kib: int) -> Iterator[None]:
    """Another file, only to be read, under a name of its own in statements of a temporary cache."""
    db.execute(f"ATTACH ? AS {name}", (_uri(path, "ro"),))
    try:
        db.execute(f"PRAGMA {name}.cache_size = -{cache_kib}")
        yield
    finally:
        db.execute(f"DETACH {name}")


@contextmanager
def attached(db: Cache, path: Path, name: str) -> Iterator[None]:
    """Another file under a name of its own in statements."""
    db.execute(f"ATTACH ? AS {name}", (str(path),))
    try:
        yield
    finally:
        db.execute(f"DETACH {name}")


def form(db: Cache) -> list[tuple[str, str, str | None]]:
    """Type, name and text of everything a file has; nothing for an empty one."""
    return db.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2").fetchall()


def is_damage(error: BaseException) -> bool:
    """Whether it is the file itself that is wrong: damaged, of another form, or with rows that cannot be there."""
    return isinstance(error, Unusable) and not isinstance(error, Unavailable)


def is_sound(db: Cache) -> bool:
    """Whether SQLite finds nothing wrong with a file; it reads all of it."""
    try:
        return [row[0] for row in db.execute("PRAGMA quick_check(1)")] == ["ok"]
    except Unusable:
        return False


def rows_by_name(db: Cache) -> Cache:
    """The same, whose rows are dictionaries."""
    db.row_factory = lambda cursor, row: dict(zip((column[0] for column in cursor.description), row, strict=True))
    return db
