"""Connections to a ledger's file: they look at it before they touch it, and keep what is committed."""

import sqlite3
import time
from pathlib import Path
from typing import Final, TypeAlias

from eventsourcing.sqlite import SQLiteConnection, SQLiteConnectionPool, SQLiteDatastore

from ledger.log.errors import FileLost, StoreError
from ledger.log.sqlite.connect import LOCK_TIMEOUT_SECONDS, application_id, application_id_in, connect
from ledger.log.sqlite.errors import damaged, no_ledger, opening_error
from ledger.log.sqlite.schema import APPLICATION_ID, SCHEMA_VERSION

CACHE_KIB: Final = 128 * 1024
WAL_CHECKPOINT_PAGES: Final = 16_384
LOOK_AGAIN_SECONDS: Final = 0.05
LOOKS_AT_WHAT_IS_BEGUN: Final = 40

_Identity: TypeAlias = tuple[int, int]


class Datastore(SQLiteDatastore):
    """The library's datastore over connections of our own; accounts are text."""

    pool: "Pool"

    def __init__(self, path: Path, *, create: bool) -> None:
        self.pool = Pool(path, create=create)
        self.single_row_tracking = True
        self.originator_id_type = "text"


class Pool(SQLiteConnectionPool):
    """Connections to one file, which is the same for all of them."""

    def __init__(self, path: Path, *, create: bool) -> None:
        self.path = path
        self.create = create
        self._identity: _Identity | None = None
        super().__init__(db_name=str(path), lock_timeout=LOCK_TIMEOUT_SECONDS)

    def check_place(self) -> None:
        """Raise FileLost where the opened file is no longer the one of this name: what is written to it is lost."""
        if _identity(self.path) != self._identity:
            raise FileLost(
                f"{self.path} was moved, deleted or replaced while it was in use; nothing more was booked: "
                "bring the file back and run the command again"
            )

    def _create_connection(self) -> SQLiteConnection:
        before = _identity(self.path)
        try:
            db = connect(self.path, "rwc" if self.create else "rw")
            check_file(db, self.path, create=self.create)
            if self._identity is None:
                self._identity = before or _identity(self.path)
            self.check_place()
            set_durability(db, self.path)
        except sqlite3.DatabaseError as error:
            raise opening_error(error, self.path) from error
        db.row_factory = sqlite3.Row
        return SQLiteConnection(sqlite_conn=db, max_age=None)


def has_tables(db: sqlite3.Connection) -> bool:
    """Whether there is anything in a file."""
    return db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None


def names_itself_ledger(path: Path) -> bool:
    """Whether the header of a file says that it is a ledger; nothing is opened that could be in use."""
    return application_id(path) == APPLICATION_ID


def is_ledger_header(content: bytes) -> bool:
    """Whether a file that begins like this says that it is a ledger."""
    return application_id_in(content) == APPLICATION_ID


def check_file(db: sqlite3.Connection, path: Path, *, create: bool) -> None:
    """Refuse a file that is not ours before anything is written into it; a ledger that is being made is waited for."""
    try:
        found, empty, begun = _state(db)
        for _ in range(0 if create else LOOKS_AT_WHAT_IS_BEGUN):
            if not begun:
                break
            time.sleep(LOOK_AGAIN_SECONDS)
            found, empty, begun = _state(db)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        if "malformed" in str(error) and names_itself_ledger(path):  # its table of tables is damaged
            raise damaged(str(error), path) from error
        raise no_ledger(path, f" ({error})") from error
    if found != APPLICATION_ID and not (empty and create and found == 0):
        raise no_ledger(path)
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise StoreError(f"{path} was written by a newer program (schema {version}); update Obnovi to read it")


def set_durability(db: sqlite3.Connection, path: Path) -> None:
    """Write-ahead log and full sync, both checked: a committed booking survives a power cut."""
    for attempt in range(100):
        try:
            db.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError:  # another process is switching it at this moment
            if attempt == 99:
                raise
            time.sleep(0.05)
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA recursive_triggers = ON")  # so that REPLACE meets the trigger against DELETE
    db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    db.execute(f"PRAGMA wal_autocheckpoint = {WAL_CHECKPOINT_PAGES}")
    mode = db.execute("PRAGMA journal_mode").fetchone()[0]
    synchronous = db.execute("PRAGMA synchronous").fetchone()[0]
    if (mode, synchronous) != ("wal", 2):
        raise StoreError(
            f"{path}: no durable writing here (journal {mode}, synchronous {synchronous}); use a local disk"
        )


def _identity(path: Path) -> _Identity | None:
    """What tells the file of a name from another one that gets the name later; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _state(db: sqlite3.Connection) -> tuple[int, bool, bool]:
    """What stands in a file at one moment: whose it says it is, whether it is empty, whether it is a ledger begun.

    Another process may be making the ledger at this moment: in a file that was there, tables and catalogue come one
    after the other.
    """
    db.execute("BEGIN")
    found = int(db.execute("PRAGMA application_id").fetchone()[0])
    empty = not has_tables(db)
    begun = empty if found != APPLICATION_ID else _has_no_catalogue(db)
    db.execute("ROLLBACK")
    return found, empty, begun


def _has_no_catalogue(db: sqlite3.Connection) -> bool:
    try:
        return db.execute("SELECT 1 FROM catalogues LIMIT 1").fetchone() is None
    except sqlite3.DatabaseError:  # damage of a ledger is told where it is met
        return False
