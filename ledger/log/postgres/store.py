"""A ledger in a schema of PostgreSQL: readings of one state, writings to oneself, and bookings beside each other."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex
from typing import Final

import psycopg

from ledger.log.errors import ServerAway, StoreError
from ledger.log.facts import Repairs, StoreFacts
from ledger.log.keyring import Keyring, KeysPlace
from ledger.log.postgres import schema, upgrading
from ledger.log.postgres.connections import Connection, Connections, check_ledger, connected, enter, has_ledger
from ledger.log.postgres.errors import opening_error, store_error
from ledger.log.postgres.making import Rights, facts, make_ledgers, shard_settings
from ledger.log.postgres.place import Place
from ledger.log.postgres.reading import PostgresReading
from ledger.log.postgres.writing import PostgresWriting
from ledger.log.sharded.store import ShardedRef
from ledger.log.store import LogRef, Mark, Store, Stored, Writing

ALL: Final = -1
"""Beside the groups of numbers: the lock of whoever has the ledger to himself, shared by those who book."""
IDLE_SECONDS_MAX: Final = 600
"""So long a booking may decide without a word to the server, before it holds up others for nothing."""
_READING: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0"
_WRITING: Final = (
    f"BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS_MAX}s'; "
)


@dataclass(frozen=True, slots=True)
class PostgresRef:
    """A ledger's schema by its place. `keys` and `caches` are folders here, by default where the program runs."""

    place: Place
    keys: KeysPlace | None = None
    caches: Path = field(default=Path())

    def __str__(self) -> str:
        """The URL without the password."""
        return str(self.place)

    @property
    def is_made_by_use(self) -> bool:
        """A schema is not: it takes rights that those who book should not have."""
        return False

    @property
    def parts(self) -> Sequence[LogRef]:
        """A schema is one log."""
        return (self,)

    def with_keys(self, keys: KeysPlace) -> "PostgresRef":
        """The same with its keys there."""
        return replace(self, keys=keys)

    def whole(self) -> "PostgresRef | ShardedRef":
        """The ledger that this URL names: of all its shards, where the schema says that it is the first of several.

        Raises StoreError.
        """
        try:
            with connected(self.place) as connection:
                placing = shard_settings(connection, self.place)
        except psycopg.Error as error:
            raise opening_error(error, self.place) from error
        if placing.number or placing.shards == 1:
            return self
        shards = tuple(self.shard(number) for number in range(placing.shards))
        beside = self.caches / f"{self.place.file_name}.all"
        return ShardedRef(shards, str(self), beside, self.keys_place)

    def files(self) -> list[Path]:
        """None here."""
        return []

    @property
    def like(self) -> None:
        """There is no file."""
        return None

    @property
    def folder(self) -> Path:
        """Where the program runs."""
        return Path()

    @property
    def keys_place(self) -> KeysPlace:
        """The one that was named, else the folder `keys` here."""
        return self.keys or KeysPlace(self.folder / "keys")

    def companion(self, name: str) -> Path:
        """A file of the folder of caches, named after server, database and schema."""
        return self.caches / f"{self.place.file_name}.{name}"

    def exists(self) -> bool:
        """Whether there is a ledger. Raises StoreError where the server or the database cannot be reached."""
        with connected(self.place) as connection:
            return has_ledger(connection, self.place.schema)

    def shard(self, number: int) -> "PostgresRef":
        """One of its shards by its number; the ledger's own schema is the first."""
        return replace(self, place=self.place.shard(number))

    def make(
        self, shards: int, fill: Callable[[Writing, int], None], *, writer: str | None = None, reader: str | None = None
    ) -> None:
        """Make it of so many shards, each filled before anybody meets it; roles are given their rights.

        Raises PlaceTaken where one is, StoreError.
        """
        places = [self.place.shard(number) for number in range(shards)]

        def fill_place(connection: Connection, place: Place) -> None:
            fill(self._writing(connection, place), places.index(place))

        make_ledgers(places, fill_place, Rights(writer, reader))

    @contextmanager
    def writing_in_turn(self, shards: int) -> Iterator[Iterator[PostgresWriting]]:
        """Its shards to oneself, one after the other in one transaction: all that is written stands, or nothing.

        Raises NoLedger, StoreError.
        """
        places = [self.place.shard(number) for number in range(shards)]
        try:
            with connected(self.place) as connection:
                for place in places:
                    enter(connection, place)
                    check_ledger(connection, place)
                connection.execute(_WRITING)
                for place in places:
                    _hold(connection, place)
                yield (self._writing(connection, place) for place in places)
                connection.execute("COMMIT")
        except psycopg.Error as error:
            raise store_error(error, self.place) from error

    def _writing(self, connection: Connection, place: Place) -> PostgresWriting:
        enter(connection, place)
        return PostgresWriting(connection, replace(self, place=place), Keyring(self.keys_place), _lock_of(place))

    def facts(self) -> StoreFacts:
        """What the ledger's own schema is kept in. Raises StoreError."""
        return facts(self.place)

    def repairs(self) -> list[Repairs]:
        """What each of its shards lacks of today's form. Raises NoLedger, StoreError."""
        return upgrading.repairs(self.place)

    def mend(self) -> None:
        """Do what `repairs` says, for all shards or for none. Raises NoLedger, StoreError."""
        upgrading.mend(self.place, _hold)

    def open(self, *, create: bool = False) -> "PostgresStore":
        """Open the ledger, or make an empty one in a new schema."""
        if create:
            self._create()
        self.caches.mkdir(mode=0o700, parents=True, exist_ok=True)
        return PostgresStore(self)

    @contextmanager
    def new(self, *, like: Path | None = None) -> Iterator["PostgresRef"]:
        """A schema of another name, which gets this one's at the end."""
        name = f"{self.place.schema.encode()[:40].decode(errors='ignore')}_new_{token_hex(4)}"
        made = replace(self, place=self.place.in_schema(name), keys=self.keys_place)
        made._create()
        try:
            yield made
            with connected(self.place) as connection:
                _rename(connection, made.place.schema, self.place.schema)
        finally:
            with suppress(StoreError, psycopg.Error), connected(self.place) as connection:
                connection.execute(f"DROP SCHEMA IF EXISTS {_quoted(name)} CASCADE")

    def _create(self) -> None:
        try:
            with connected(self.place) as connection, connection.transaction():
                _hold(connection, self.place)
                if not has_ledger(connection, self.place.schema):  # another process may have been first
                    schema.create(connection, self.place.schema)
        except psycopg.Error as error:
            raise opening_error(error, self.place) from error


class PostgresStore:
    """One open ledger. Raises NoLedger where there is none, StoreError for what cannot be used as one."""

    def __init__(self, ref: PostgresRef) -> None:
        self.ref = ref
        self.keyring = Keyring(ref.keys_place)
        self._lock = _lock_of(ref.place)
        self._connections = Connections(ref.place)
        self._connections.give_back(self._connections.take())  # what is wrong is said now

    @property
    def shards(self) -> Sequence[Store]:
        """A schema is one log."""
        return (self,)

    def shard_of(self, number: str) -> int:
        """The only one."""
        return 0

    def close(self) -> None:
        """Close every connection."""
        self.keyring.close()
        self._connections.drop()

    def tidy(self) -> None:
        """Nothing to be done: what is replaced here holds nothing personal, and the server's vacuum removes it."""

    @contextmanager
    def writing(self) -> Iterator[PostgresWriting]:
        """Waits for those who book, and lets none begin."""
        begin = f"{_WRITING}SELECT pg_advisory_xact_lock({self._lock}, {ALL})"
        with self._transaction(begin) as connection:
            tx = PostgresWriting(connection, self.ref, self.keyring, self._lock)
            yield tx
            self._commit(connection, tx.newest)

    @contextmanager
    def booking(self) -> Iterator[PostgresWriting]:
        """Beside others who book; the schema itself is held against whoever wants it to himself."""
        begin = f"{_WRITING}SELECT pg_advisory_xact_lock_shared({self._lock}, {ALL})"
        with self._transaction(begin, booking=True) as connection:
            tx = PostgresWriting(connection, self.ref, self.keyring, self._lock)
            yield tx
            self._commit(connection, tx.newest)

    @contextmanager
    def reading(self, *, until: Mark | None = None, escape_invalid_text: bool = False) -> Iterator[PostgresReading]:
        """One snapshot of the server; it takes no text that is no UTF-8, so there is nothing to escape."""
        with self._transaction(_READING) as connection:
            assert not isinstance(until, tuple), "the mark of one log is a position"
            yield PostgresReading(connection, self.ref, self.keyring, until=until)

    @contextmanager
    def _transaction(self, begin: str, *, booking: bool = False) -> Iterator[Connection]:
        connection = self._connections.take()
        try:
            try:
                connection = self._begun(connection, begin)
                self.keyring.refresh()
                yield connection
            finally:
                with suppress(psycopg.Error):
                    connection.rollback()
        except psycopg.Error as error:
            raise store_error(error, self.ref, booking=booking) from error
        finally:
            self._connections.give_back(connection)

    def _begun(self, connection: Connection, begin: str) -> Connection:
        """The connection with a transaction begun; one that was idle while the server went away is replaced."""
        try:
            connection.execute(begin)
        except psycopg.OperationalError:
            if not connection.broken:
                raise
            self._connections.drop()
            connection = self._connections.take()
            connection.execute(begin)
        return connection

    def _commit(self, connection: Connection, newest: Stored | None) -> None:
        """Commit; where the acknowledgement is lost, look whether it came through.

        Raises ServerAway where it did not, or nobody can tell.
        """
        try:
            connection.execute("COMMIT")
        except psycopg.OperationalError as error:
            if not connection.broken:
                raise
            if newest is None or not self._is_stored(newest):
                raise ServerAway(
                    f"{self.ref}: the server went away while a booking was committed; run the command again: "
                    "what was booked is known by its keys"
                ) from error

    def _is_stored(self, newest: Stored) -> bool:
        """Whether an event is there, once nobody books any more whose connection was lost."""
        connection = self._connections.take_new()
        try:
            connection.execute(f"{_WRITING}SELECT pg_advisory_xact_lock({self._lock}, {ALL})")
            found = PostgresReading(connection, self.ref, self.keyring).stored(newest.account, newest.version)
            connection.rollback()
            return found == newest
        finally:
            self._connections.give_back(connection)


def _hold(connection: Connection, place: Place) -> None:
    """Until the end of the transaction nobody else writes there."""
    connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", (_lock_of(place), ALL))


def _rename(connection: Connection, made: str, schema: str) -> None:
    try:
        connection.execute(f"ALTER SCHEMA {_quoted(made)} RENAME TO {_quoted(schema)}")
    except psycopg.errors.DuplicateSchema:
        raise FileExistsError(schema) from None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _lock_of(place: Place) -> int:
    """The first half of the keys of this ledger's locks in its database."""
    return int.from_bytes(blake2b(place.schema.encode(), digest_size=4).digest(), signed=True)
