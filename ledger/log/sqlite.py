"""SQLite under the log: `eventsourcing`'s recorder with its own table, WAL, full sync, and writes that lock first."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from ledger.log.errors import FileLost, InvalidText, NoLedger, StoreError

APPLICATION_ID: Final = 0x4F424E56  # "OBNV"
APPLICATION_ID_AT: Final = 68
"""Where SQLite's file format has it, in the header of the database."""
SCHEMA_VERSION: Final = 1
LOCK_TIMEOUT_SECONDS: Final = 600
SMALLEST_DATABASE_BYTES: Final = 100  # SQLite takes less than its header for an empty database
CACHE_KIB: Final = 128 * 1024
WAL_CHECKPOINT_PAGES: Final = 16_384
LOOK_AGAIN_SECONDS: Final = 0.05
LOOKS_AT_WHAT_IS_BEGUN: Final = 40

_Identity: TypeAlias = tuple[int, int]
_ESCAPED: Final = partial(str, encoding="utf-8", errors="backslashreplace")

_EVENTS: Final = (
    "CREATE TABLE stored_events (position INTEGER PRIMARY KEY AUTOINCREMENT, originator_id TEXT NOT NULL, "
    "originator_version INTEGER NOT NULL, topic TEXT NOT NULL, state BLOB NOT NULL, "
    "UNIQUE (originator_id, originator_version))"
)
HEAD_PARTS: Final = (
    "CREATE TABLE head_parts (account TEXT NOT NULL, kind TEXT NOT NULL, number INTEGER NOT NULL, "
    "version INTEGER NOT NULL, state BLOB NOT NULL, PRIMARY KEY (account, kind, number)) WITHOUT ROWID"
)
_TABLES: Final = (
    "CREATE TABLE keys (key BLOB NOT NULL, account TEXT NOT NULL, version INTEGER NOT NULL, content BLOB NOT NULL, "
    "PRIMARY KEY (key, account)) WITHOUT ROWID",
    "CREATE TABLE sources (source TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE heads (account TEXT PRIMARY KEY, version INTEGER NOT NULL, next_at INTEGER, state BLOB NOT NULL)",
    "CREATE INDEX heads_by_next_at ON heads (next_at) WHERE next_at IS NOT NULL",
    HEAD_PARTS,
    "CREATE TABLE catalogues (number INTEGER PRIMARY KEY, position INTEGER NOT NULL, digest TEXT NOT NULL, "
    "toml TEXT NOT NULL, tzdata TEXT NOT NULL)",
    "CREATE TABLE used_versions (kind TEXT NOT NULL, id TEXT NOT NULL, effective_from TEXT NOT NULL, "
    "PRIMARY KEY (kind, id, effective_from)) WITHOUT ROWID",
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)
_APPEND_ONLY: Final = tuple(
    f"CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
    for table in ("stored_events", "catalogues")
    for verb in ("UPDATE", "DELETE")
)


SCHEMA_OF: Final = (
    "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1, 2"
)
"""Every table, index and trigger, but for what SQLite makes itself."""


def new_schema() -> list[tuple[str, str, str]]:
    """What a new ledger answers to SCHEMA_OF."""
    with closing(sqlite3.connect(":memory:")) as db:
        for statement in (_EVENTS, *_TABLES, *_APPEND_ONLY):
            db.execute(statement)
        return db.execute(SCHEMA_OF).fetchall()


class LogRecorder(SQLiteApplicationRecorder):
    """The library's recorder over a table whose positions are never reused."""

    def __init__(self, datastore: SQLiteDatastore) -> None:
        super().__init__(datastore)
        self.insert_events_statement = (
            "INSERT INTO stored_events (originator_id, originator_version, topic, state) VALUES (?,?,?,?)"
        )

    def construct_create_table_statements(self) -> list[str]:
        """The library's columns behind an explicit, never reused position."""
        return [_EVENTS]

    def create_ledger(self, c: SQLiteCursor) -> None:
        """Every table and trigger of a new ledger, within the caller's transaction."""
        for statement in (*self.create_table_statements, *_TABLES, *_APPEND_ONLY):
            c.execute(statement)
        c.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        c.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def append(self, c: SQLiteCursor, events: Sequence[StoredEvent]) -> None:
        """Insert events within the caller's transaction."""
        rows = [(e.originator_id, e.originator_version, e.topic, e.state) for e in events]
        c.executemany(self.insert_events_statement, rows)


class _Pool(SQLiteConnectionPool):
    """Connections that look at a file before they touch it, and keep what is committed."""

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
        mode = "rwc" if self.create else "rw"
        before = _identity(self.path)
        try:
            c = sqlite3.connect(
                f"file:{quote(str(self.path.absolute()))}?mode={mode}",
                uri=True,
                check_same_thread=False,
                isolation_level=None,
                timeout=LOCK_TIMEOUT_SECONDS,
            )
            _look(c, self.path, create=self.create)
            if self._identity is None:
                self._identity = before or _identity(self.path)
            self.check_place()
            _keep(c, self.path)
        except sqlite3.DatabaseError as error:
            raise StoreError(_told(error, self.path)) from error
        c.row_factory = sqlite3.Row
        return SQLiteConnection(sqlite_conn=c, max_age=None)


class _Datastore(SQLiteDatastore):
    """The library's datastore over those connections; accounts are text."""

    pool: _Pool

    def __init__(self, path: Path, *, create: bool) -> None:
        self.pool = _Pool(path, create=create)
        self.single_row_tracking = True
        self.originator_id_type = "text"


class Store:
    """One SQLite file: transactions for reading and, one at a time, for writing.

    Raises NoLedger where there is none and `create` is False, StoreError for a file that is no ledger.
    """

    def __init__(self, path: Path, *, create: bool) -> None:
        if path.is_dir():
            raise StoreError(f"{path} is a folder, not a ledger; name a file with --ledger")
        if not create and not path.exists():
            raise NoLedger(f"there is no ledger at {path}; name one with --ledger, or make it with `obnovi feed`")
        if path.exists() and 0 < path.stat().st_size < SMALLEST_DATABASE_BYTES:
            raise StoreError(f"{path} is not an Obnovi ledger; name another file with --ledger")
        if create and not path.parent.is_dir():
            raise StoreError(f"there is no folder {path.parent} to make a ledger in; create it or name another")
        self.path = path
        self._datastore = _Datastore(path, create=create)
        self.recorder = LogRecorder(self._datastore)
        if create:
            self._create()

    def close(self) -> None:
        """Close every connection."""
        self._datastore.close()

    @contextmanager
    def writing(self) -> Iterator[SQLiteConnection]:
        """A transaction that holds the write lock from its beginning, so what it reads stays true until it commits."""
        with self._transaction("BEGIN IMMEDIATE", commit=True) as connection:
            yield connection

    @contextmanager
    def reading(self, *, odd_texts: bool = False) -> Iterator[SQLiteConnection]:
        """A transaction that sees one state of the ledger, whatever others write meanwhile."""
        with self._transaction("BEGIN", commit=False) as connection:
            connection._sqlite_conn.text_factory = _ESCAPED if odd_texts else str
            yield connection

    @contextmanager
    def _transaction(self, begin: str, *, commit: bool) -> Iterator[SQLiteConnection]:
        with self._datastore.get_connection(commit=commit) as connection:
            try:
                connection.cursor().execute(begin)
                try:
                    yield connection
                    if commit:
                        self._datastore.pool.check_place()
                except BaseException:
                    connection.rollback()
                    raise
                if commit:
                    connection.commit()
                    self._datastore.pool.check_place()
                else:
                    connection.rollback()
            except FileLost:
                _take_the_log_along(connection)
                raise
            except sqlite3.DatabaseError as error:
                connection.rollback()
                raise _as_told(error, connection, self.path) from error

    def _create(self) -> None:
        with self.reading() as connection:
            if _has_tables(connection.cursor()):
                return
        with self.writing() as connection:
            c = connection.cursor()
            if not _has_tables(c):  # another process may have been first
                self.recorder.create_ledger(c)


def _identity(path: Path) -> _Identity | None:
    """What tells the file of a name from another one that gets the name later; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _take_the_log_along(connection: SQLiteConnection) -> None:
    """Move what was committed into the opened file, wherever it is now, so that nothing of it stays in `-wal`.

    That file has the name that the ledger had; SQLite would write it into whatever ledger has the name next.
    """
    with suppress(sqlite3.DatabaseError):
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _has_tables(c: Any) -> bool:
    c.execute("SELECT 1 FROM sqlite_master LIMIT 1")
    return c.fetchone() is not None


def _look(c: sqlite3.Connection, path: Path, *, create: bool) -> None:
    """Refuse a file that is not ours before anything is written into it; a ledger that is being made is waited for."""
    try:
        found, empty, begun = _state(c)
        for _ in range(0 if create else LOOKS_AT_WHAT_IS_BEGUN):
            if not begun:
                break
            time.sleep(LOOK_AGAIN_SECONDS)
            found, empty, begun = _state(c)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        if "malformed" in str(error) and says_ledger(path):  # its table of tables is damaged
            raise StoreError(_damaged(path, str(error))) from error
        raise StoreError(f"{path} is not an Obnovi ledger ({error}); name another file with --ledger") from error
    if found != APPLICATION_ID and not (empty and create and found == 0):
        raise StoreError(f"{path} is not an Obnovi ledger; name another file with --ledger")
    version = c.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise StoreError(f"{path} was written by a newer program (schema {version}); update Obnovi to read it")


def _state(c: sqlite3.Connection) -> tuple[int, bool, bool]:
    """What stands in a file at one moment: whose it says it is, whether it is empty, whether it is a ledger begun.

    Another process may be making the ledger at this moment: in a file that was there, tables and catalogue come one
    after the other.
    """
    c.execute("BEGIN")
    found = int(c.execute("PRAGMA application_id").fetchone()[0])
    empty = not _has_tables(c.cursor())
    begun = empty if found != APPLICATION_ID else _has_no_catalogue(c)
    c.execute("ROLLBACK")
    return found, empty, begun


def _has_no_catalogue(c: sqlite3.Connection) -> bool:
    try:
        return c.execute("SELECT 1 FROM catalogues LIMIT 1").fetchone() is None
    except sqlite3.DatabaseError:  # damage of a ledger is told where it is met
        return False


def _keep(c: sqlite3.Connection, path: Path) -> None:
    """Write-ahead log and full sync, both checked: a committed booking survives a power cut."""
    for attempt in range(100):
        try:
            c.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError:  # another process is switching it at this moment
            if attempt == 99:
                raise
            time.sleep(0.05)
    c.execute("PRAGMA synchronous = FULL")
    c.execute("PRAGMA recursive_triggers = ON")  # so that REPLACE meets the trigger against DELETE
    c.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    c.execute(f"PRAGMA wal_autocheckpoint = {WAL_CHECKPOINT_PAGES}")
    mode = c.execute("PRAGMA journal_mode").fetchone()[0]
    synchronous = c.execute("PRAGMA synchronous").fetchone()[0]
    if (mode, synchronous) != ("wal", 2):
        raise StoreError(
            f"{path}: no durable writing here (journal {mode}, synchronous {synchronous}); use a local disk"
        )


def _as_told(error: sqlite3.DatabaseError, connection: SQLiteConnection, path: Path) -> StoreError:
    """An error within a transaction; where something is damaged, whether it is the ledger or a file beside it."""
    text = str(error)
    if "Could not decode" in text:
        return InvalidText(f"{path}, or a file beside it, has a text that is no UTF-8 ({text}); see `obnovi verify`")
    if "malformed" not in text and "not a database" not in text:
        return StoreError(_told(error, path))
    if _is_sound(connection):
        return StoreError(f"{path} is sound, but its views or evidence are damaged ({text}); delete those files")
    return StoreError(_damaged(path, text))


def _damaged(path: Path, text: str) -> str:
    return f"{path}: the file is damaged ({text}); copy it away, `obnovi restore` makes a ledger of the last backup"


def says_ledger(path: Path) -> bool:
    """Whether the header of a file says that it is a ledger; nothing is opened that could be in use."""
    with path.open("rb") as file:
        start = file.read(APPLICATION_ID_AT + 4)
    return start[APPLICATION_ID_AT:] == APPLICATION_ID.to_bytes(4, "big")


def _is_sound(connection: SQLiteConnection) -> bool:
    """Whether SQLite finds nothing wrong with the file itself."""
    try:
        c = connection.cursor()
        c.execute("PRAGMA integrity_check(1)")  # the quick one does not look into indexes
        return bool(c.fetchone()[0] == "ok")
    except sqlite3.DatabaseError:
        return False


def _told(error: sqlite3.DatabaseError, path: Path) -> str:
    text = str(error)
    if "full" in text:
        return f"{path}: no room on the disk; free some and run the command again, nothing booked is lost"
    if "locked" in text:
        return f"{path}: another program holds the ledger; run the command again when it is done"
    if "readonly" in text or "unable to open" in text:
        where = "SQLite writes beside it even to read it: copy it into a folder of yours"
        return f"{path}: the ledger cannot be written or opened ({text}); {where}"
    return f"{path}: {text}; nothing committed is lost, run the command again"
