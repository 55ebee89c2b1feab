"""The database of the server's state: a file of SQLite with a connection a thread, durable at every commit."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias
from urllib.parse import quote

from scripts.state import schema
from scripts.state.errors import StateUnusable
from scripts.state.place import StatePlace

LOCK_TIMEOUT_SECONDS: Final = 10

Connection: TypeAlias = sqlite3.Connection
Row: TypeAlias = tuple[Any, ...]


class Form(NamedTuple):
    """What a file of state is: what its name ends with, the mark it bears, and its tables in steps."""

    ending: str
    application_id: int
    steps: tuple[tuple[str, ...], ...]


class StateDatabase:
    """The state of one ledger, made and brought to today's tables when it is opened; threads may share it.

    Without a `form` it is what is asked for by key: tokens, sessions.

    Raises StateUnusable wherever the disk or another process is in the way, and for a file that is something else.
    """

    def __init__(self, place: StatePlace, form: Form | None = None) -> None:
        self._form = form or Form(".db", schema.APPLICATION_ID, schema.STEPS)
        self.path = place.make(self._form.ending)
        self._local = threading.local()
        self._all: list[Connection] = []
        self._lock = threading.Lock()
        try:
            self._upgrade()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the connections of all threads, none of which may be using theirs."""
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all = []
        self._local = threading.local()

    def __enter__(self) -> "StateDatabase":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def all(self, statement: str, *values: object) -> list[Row]:
        """The rows of one statement that reads."""
        with self._errors():
            return self._connection().execute(statement, values).fetchall()

    def one(self, statement: str, *values: object) -> Row | None:
        """The first of them, if any."""
        with self._errors():
            row: Row | None = self._connection().execute(statement, values).fetchone()
            return row

    def version(self) -> int:
        """A number that changes when another thread or process has changed the file; cheaper than any question."""
        try:
            return int(self._connection().execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error as error:
            raise StateUnusable(f"{self.path} cannot be used ({error})") from None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One state of all tables, for several statements."""
        with self._errors():
            connection = self._connection()
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """A transaction that has the write lock from its beginning, and of which nothing stands on a raise.

        It is on the disk when the block ends; what is not `durable` outlives the process, maybe not the machine.
        """
        with self._errors():
            connection = self._connection()
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def purge(self) -> None:
        """Leave nothing in the file, or in its log, of what was deleted (R-15.9)."""
        with self._errors():
            connection = self._connection()
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # Inside

    def _connection(self) -> Connection:
        """This thread's own."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = _connect(self.path)
            with self._lock:
                self._all.append(connection)
            self._local.connection = connection
        return connection

    def _upgrade(self) -> None:
        """Take the steps that the file lacks, each whole or not at all, whoever else does it at the same time."""
        with self._errors():
            self._check()
            self._connection().execute("PRAGMA journal_mode = WAL")  # stays so, also for the other threads
            while self._steps_taken() < len(self._form.steps):
                with self.writing() as db:
                    taken = self._steps_taken()
                    if taken == len(self._form.steps):
                        return
                    for statement in self._form.steps[taken]:
                        db.execute(statement)
                    db.execute(f"PRAGMA application_id = {self._form.application_id}")
                    db.execute(f"PRAGMA user_version = {taken + 1}")

    def _check(self) -> None:
        connection = self._connection()
        (is_used,) = connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        if is_used and application != self._form.application_id:
            raise StateUnusable(f"{self.path} is no state of the server; name another folder with OBNOVI_STATE")
        if self._steps_taken() > len(self._form.steps):
            raise StateUnusable(f"{self.path} was written by a newer program; update Obnovi to read it")

    def _steps_taken(self) -> int:
        return int(self._connection().execute("PRAGMA user_version").fetchone()[0])

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StateUnusable(f"{self.path} cannot be used ({error})") from None


def _connect(path: Path) -> Connection:
    """A connection that begins its transactions itself."""
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode=rw",
        uri=True,
        check_same_thread=False,  # whoever closes the database closes the connections of all threads
        isolation_level=None,
        timeout=LOCK_TIMEOUT_SECONDS,
    )
    try:
        for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection
