"""A ledger in one SQLite file: transactions for reading and, one at a time, for writing."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from eventsourcing.sqlite import SQLiteConnection

from ledger.log import files
from ledger.log.errors import FileLost, NoLedger, StoreError
from ledger.log.facts import StoreFacts
from ledger.log.keyring import Keyring, KeysPlace
from ledger.log.sqlite import copy, schema
from ledger.log.sqlite.connect import LOCK_TIMEOUT_SECONDS
from ledger.log.sqlite.connections import Datastore, has_tables, names_itself_ledger
from ledger.log.sqlite.errors import no_ledger, transaction_error
from ledger.log.sqlite.reading import SQLiteReading
from ledger.log.sqlite.recorder import Recorder
from ledger.log.sqlite.writing import SQLiteWriting
from ledger.log.store import LogRef, Mark, Store

HELPERS: Final = ("-wal", "-shm", "-journal")
TIDY_SECONDS_MAX: Final = 5
SMALLEST_DATABASE_BYTES: Final = 100  # SQLite takes less than its header for an empty database
_ESCAPED: Final = partial(str, encoding="utf-8", errors="backslashreplace")


@dataclass(frozen=True, slots=True)
class SQLiteRef:
    """A ledger's file by its path. A store that can be copied, and is a file (`Copyable`, `FileBased`)."""

    path: Path
    keys: KeysPlace | None = None

    def __str__(self) -> str:
        """The path as it was given."""
        return str(self.path)

    @property
    def is_made_by_use(self) -> bool:
        """A file is."""
        return True

    @property
    def like(self) -> Path:
        """The file itself."""
        return self.path

    @property
    def folder(self) -> Path:
        """Where the file lies."""
        return self.path.parent

    @property
    def keys_place(self) -> KeysPlace:
        """The one that was named, else the folder `keys` beside the file."""
        return self.keys or KeysPlace(self.folder / "keys")

    def with_keys(self, keys: KeysPlace) -> "SQLiteRef":
        """The same file with its keys there."""
        return replace(self, keys=keys)

    @property
    def parts(self) -> Sequence[LogRef]:
        """A file is one log."""
        return (self,)

    def files(self) -> list[Path]:
        """The file with its helpers."""
        return [self.path, *self.helpers()]

    def companion(self, name: str) -> Path:
        """The file beside it whose name goes on with this."""
        return Path(f"{self.path}.{name}")

    def exists(self) -> bool:
        """Whether anything has the name."""
        return self.path.exists()

    def facts(self) -> StoreFacts:
        """What it is kept in. Raises StoreError."""
        with closing(SQLiteStore(self, create=False)) as store, store.reading() as log:
            form = log.form()
        size = sum(file.stat().st_size for file in self.files() if file.exists())
        return StoreFacts("sqlite", None, sqlite3.sqlite_version, form, size)

    def open(self, *, create: bool = False) -> "SQLiteStore":
        """Open the file, or make a ledger in it."""
        return SQLiteStore(self, create=create)

    @contextmanager
    def new(self, *, like: Path | None = None) -> Iterator["SQLiteRef"]:
        """An empty file in a place of its own, which is linked to the name at the end."""
        with files.new(self.path, like=like) as made:
            yield SQLiteRef(made, self.keys_place)

    def copy_to(self, target: Path) -> int:
        """A copy by SQLite's own backup."""
        return copy.copy(self.path, target)

    def helpers(self) -> list[Path]:
        """The write-ahead log, its index, and what a rollback needs."""
        return [Path(f"{self.path}{end}") for end in HELPERS]

    def is_ledger(self) -> bool:
        """Whether its header says so, or it has none yet."""
        return self.path.stat().st_size == 0 or names_itself_ledger(self.path)


class SQLiteStore:
    """One open file.

    Raises NoLedger where there is none and `create` is False, StoreError for a file that is no ledger.
    """

    def __init__(self, ref: SQLiteRef, *, create: bool) -> None:
        path = ref.path
        if path.is_dir():
            raise StoreError(f"{path} is a folder, not a ledger", "name_ledger")
        if not create and not path.exists():
            raise NoLedger(f"there is no ledger at {path}", "name_or_feed_ledger")
        if path.exists() and 0 < path.stat().st_size < SMALLEST_DATABASE_BYTES:
            raise no_ledger(path)
        if create and not path.parent.is_dir():
            raise StoreError(f"there is no folder {path.parent} to make a ledger in; create it or name another")
        self.ref = ref
        self.keyring = Keyring(ref.keys_place)
        self._datastore = Datastore(path, create=create)
        self._recorder = Recorder(self._datastore)
        if create:
            self._create()

    def close(self) -> None:
        """Close every connection."""
        self.keyring.close()
        self._datastore.close()

    @property
    def shards(self) -> Sequence[Store]:
        """A file is one log."""
        return (self,)

    def shard_of(self, number: str) -> int:
        """The only one."""
        return 0

    @contextmanager
    def writing(self) -> Iterator[SQLiteWriting]:
        """A transaction that holds the write lock from its beginning, so what it reads stays true until it commits."""
        with self._transaction("BEGIN IMMEDIATE", commit=True) as connection:
            tx = SQLiteWriting(connection, self.ref, self.keyring, self._recorder)
            try:
                yield tx
            finally:
                tx.close()

    def booking(self) -> AbstractContextManager[SQLiteWriting]:
        """The same: SQLite knows one writer."""
        return self.writing()

    @contextmanager
    def reading(self, *, until: Mark | None = None, escape_invalid_text: bool = False) -> Iterator[SQLiteReading]:
        """A transaction that sees one state of the ledger, whatever others write meanwhile."""
        assert not isinstance(until, tuple), "the mark of one log is a position"
        with self._transaction("BEGIN", commit=False) as connection:
            connection._sqlite_conn.text_factory = _ESCAPED if escape_invalid_text else str
            yield SQLiteReading(connection, self.ref, self.keyring, until=until)

    @contextmanager
    def _transaction(self, begin: str, *, commit: bool) -> Iterator[SQLiteConnection]:
        with self._datastore.get_connection(commit=commit) as connection:
            try:
                connection.cursor().execute(begin)
                try:
                    self.keyring.refresh()
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
                raise transaction_error(error, connection._sqlite_conn, self.ref) from error

    def tidy(self) -> None:
        """Move the write-ahead log into the file and empty it; who reads for long is not waited for."""
        with self._datastore.get_connection(commit=False) as connection:
            try:
                connection.cursor().execute(f"PRAGMA busy_timeout = {TIDY_SECONDS_MAX * 1000}")
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.cursor().execute(f"PRAGMA busy_timeout = {LOCK_TIMEOUT_SECONDS * 1000}")
            except sqlite3.DatabaseError as error:
                raise transaction_error(error, connection._sqlite_conn, self.ref) from error

    def _create(self) -> None:
        with self._transaction("BEGIN", commit=False) as connection:
            if has_tables(connection._sqlite_conn):
                return
        with self._transaction("BEGIN IMMEDIATE", commit=True) as connection:
            if not has_tables(connection._sqlite_conn):  # another process may have been first
                schema.create(connection._sqlite_conn)


def _take_the_log_along(connection: SQLiteConnection) -> None:
    """Move what was committed into the opened file, wherever it is now, so that nothing of it stays in `-wal`.

    That file has the name that the ledger had; SQLite would write it into whatever ledger has the name next.
    """
    with suppress(sqlite3.DatabaseError):
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
