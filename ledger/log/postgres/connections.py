"""Connections to a server: what it is set to is looked at before anything is written, and idle ones are used again."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

import psycopg

from ledger.log.errors import ServerAway, StoreError
from ledger.log.postgres.errors import no_ledger, opening_error
from ledger.log.postgres.place import Place
from ledger.log.postgres.schema import SCHEMA_VERSION

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

CONNECT_SECONDS: Final = 10
LOCK_SECONDS_MAX: Final = 600
VERSION_MIN: Final = 140_000
IDLE_MAX: Final = 8
BACK_SECONDS: Final = 20
"""For how long a server that went away is waited for, where it must be known what it did."""

_SESSION: Final = f"""
SELECT set_config('search_path', quote_ident(%s), false), set_config('lock_timeout', '{LOCK_SECONDS_MAX}s', false),
    set_config('TimeZone', 'UTC', false), set_config('jit', 'off', false),
    set_config('cursor_tuple_fraction', '1', false),
    set_config('synchronous_commit',
        CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END,
        false)
"""
"""Streams are read to their end; and what was committed survives a power cut, whatever the role's default is."""
_DURABLE: Final = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "local", "remote_write", "remote_apply"),
}


class Connections:
    """Connections to the schema of a place, which is a ledger of today's form."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._idle: deque[Connection] = deque()

    def take(self) -> Connection:
        """One that nobody uses, or a new one. Raises StoreError."""
        while True:
            try:
                found = self._idle.pop()
            except IndexError:
                return self._connect()
            if not found.closed:
                return found

    def give_back(self, connection: Connection) -> None:
        """Nobody uses it any more; one with a transaction open or broken is closed."""
        idle = not connection.closed and connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        if idle and len(self._idle) < IDLE_MAX:
            self._idle.append(connection)
        else:
            connection.close()

    def drop(self) -> None:
        """Close those that nobody uses: the server may have gone away since."""
        while self._idle:
            self._idle.pop().close()

    def take_new(self) -> Connection:
        """A new one, also to a server that is starting again. Raises ServerAway where it does not come back."""
        self.drop()
        until = time.monotonic() + BACK_SECONDS
        while True:
            try:
                return self._connect()
            except ServerAway:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def _connect(self) -> Connection:
        connection = connect(self.place)
        try:
            check_ledger(connection, self.place)
        except BaseException:
            connection.close()
            raise
        return connection


def connect(place: Place) -> Connection:
    """A connection that begins its transactions itself, set as every one of ours. Raises StoreError."""
    try:
        connection = psycopg.connect(
            place.conninfo,
            autocommit=True,
            client_encoding="utf8",
            connect_timeout=CONNECT_SECONDS,
            fallback_application_name="obnovi",
        )
    except psycopg.Error as error:
        raise opening_error(error, place) from error
    try:
        connection.execute(_SESSION, (place.schema,))
        _check_server(connection, place)
    except psycopg.Error as error:
        connection.close()
        raise opening_error(error, place) from error
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def connected(place: Place) -> Iterator[Connection]:
    """The same, closed when the block ends."""
    connection = connect(place)
    try:
        yield connection
    finally:
        connection.close()


def enter(connection: Connection, place: Place) -> None:
    """From now on unqualified names are those of this place's schema."""
    connection.execute("SELECT set_config('search_path', quote_ident(%s), false)", (place.schema,))


def check_ledger(connection: Connection, place: Place) -> None:
    """Refuse a schema that is no ledger, or one of a newer program. Raises NoLedger and StoreError."""
    try:
        if not has_ledger(connection, place.schema):
            raise no_ledger(place)
        row = connection.execute("SELECT form FROM log").fetchone()
    except psycopg.Error as error:
        raise opening_error(error, place) from error
    form = row[0] if row else 0
    if form > SCHEMA_VERSION:
        raise StoreError(f"{place} was written by a newer program (schema {form}); update Obnovi to read it")
    if form < SCHEMA_VERSION:
        raise StoreError(f"{place} has tables of an older form ({form})", "upgrade_ledger", url=str(place))


def has_ledger(connection: Connection, schema: str) -> bool:
    """Whether a schema has the table of a ledger."""
    found = connection.execute("SELECT to_regclass(quote_ident(%s) || '.log') IS NOT NULL", (schema,)).fetchone()
    return bool(found and found[0])


def _check_server(connection: Connection, place: Place) -> None:
    if connection.info.server_version < VERSION_MIN:
        raise StoreError(f"{place}: PostgreSQL {VERSION_MIN // 10_000} or newer is needed")
    row = connection.execute(
        "SELECT current_setting('server_encoding'), current_setting('fsync'), current_setting('full_page_writes'), "
        "current_setting('synchronous_commit')"
    ).fetchone()
    assert row is not None, "a SELECT without FROM has a row"
    encoding, *durable = row
    if encoding != "UTF8":
        raise StoreError(f"{place}: the database is in {encoding}; a ledger needs one in UTF8")
    for (name, wanted), found in zip(_DURABLE.items(), durable, strict=True):
        if found not in wanted:
            raise StoreError(f"{place}: no durable writing here ({name} is {found}); set it to {wanted[0]}")
