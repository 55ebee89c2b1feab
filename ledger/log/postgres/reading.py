"""One state of a ledger in PostgreSQL, read: the questions of `Reading` as SQL."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any, Final, cast

import psycopg

from ledger.events import Event
from ledger.log import heads
from ledger.log.keyring import Keyring
from ledger.log.one_log import OneLog
from ledger.log.postgres import form
from ledger.log.postgres.connections import Connection
from ledger.log.postgres.errors import store_error
from ledger.log.store import Adopted, Flaw, Head, Key, PartRow, Share, Stored, StoredKey, StoreRef
from ledger.periods import Instant

ROWS_AT_ONCE: Final = 5_000
EVENTS_OF_AN_ACCOUNT_AT_ONCE: Final = 2_000
_COLUMNS: Final = "position, account, version, topic, state"
_HEAD: Final = "account, version, next_at, state"


class PostgresReading(OneLog):
    """A `Reading` within a transaction. With `until`, nothing behind that position is seen of events and catalogues."""

    def __init__(self, connection: Connection, ref: StoreRef, keyring: Keyring, *, until: int | None = None) -> None:
        super().__init__(ref, keyring)
        self._connection = connection
        self._c = connection.cursor(binary=True)
        self._until = until
        self._names = count()
        self._events, self._catalogues = "stored_events", "catalogues"
        if until is not None:
            self._events = f"(SELECT * FROM stored_events WHERE position <= {until:d}) AS stored_events"
            self._catalogues = f"(SELECT * FROM catalogues WHERE position <= {until + 1:d}) AS catalogues"

    @contextmanager
    def store_errors(self) -> Iterator[None]:
        try:
            with self._connection.transaction():  # a savepoint: what follows an error may go on
                yield
        except psycopg.Error as error:
            raise store_error(error, self.ref) from error

    def last_position(self) -> int:
        return int(self._one(f"SELECT COALESCE(MAX(position), 0) FROM {self._events}")[0])

    def positions_used(self) -> int:
        return int(self._one("SELECT last FROM log")[0])

    def count(self) -> int:
        return int(self._one(f"SELECT COUNT(*) FROM {self._events}")[0])

    def count_of(self, accounts: Sequence[str]) -> int:
        return int(self._one(f"SELECT COUNT(*) FROM {self._events} WHERE account = ANY(%b)", (list(accounts),))[0])

    def last_event(self) -> Event | None:
        newest = next(self._stored("ORDER BY position DESC LIMIT 1"), None)
        return newest.event() if newest is not None else None

    def newest_input(self) -> Event | None:
        rows = map(
            Stored._make, self._stream(f"SELECT {_COLUMNS} FROM {self._events} ORDER BY position DESC", few=True)
        )
        return next((event for row in rows if b'"input"' in row.state and (event := row.event()).input), None)

    def events(self, account: str, *, after_version: int = 0) -> Iterator[Stored]:
        where = f"WHERE account = %s AND version > %s ORDER BY version LIMIT {EVENTS_OF_AN_ACCOUNT_AT_ONCE}"
        while some := list(self._stored(where, (account, after_version))):
            yield from some
            if len(some) < EVENTS_OF_AN_ACCOUNT_AT_ONCE:
                return
            after_version = some[-1].version

    def all_events(self, first: str = "", before: str | None = None) -> Iterator[Stored]:
        where, parameters = _between(first, before)
        statement = f"SELECT {_COLUMNS} FROM {self._events} WHERE {where} ORDER BY account, version"
        return map(Stored._make, self._stream(statement, parameters))

    def accounts(self) -> list[str]:
        return list(self.each_account())

    def each_account(self) -> Iterator[str]:
        others = "UNION SELECT account FROM heads" if self._until is None else "GROUP BY account"
        return (row[0] for row in self._stream(f"SELECT account FROM {self._events} {others} ORDER BY 1"))

    def events_between(self, after: int, until: int) -> Iterator[Stored]:
        where = "WHERE position > %s AND position <= %s ORDER BY position"
        return map(Stored._make, self._stream(f"SELECT {_COLUMNS} FROM {self._events} {where}", (after, until)))

    def rows_between(self, after: int, until: int) -> list[tuple[int, str, int, str, bytes]]:
        where = "WHERE position > %s AND position <= %s ORDER BY position"
        return cast(
            "list[tuple[int, str, int, str, bytes]]",
            self._all(f"SELECT {_COLUMNS} FROM {self._events} {where}", (after, until)),
        )

    def stored(self, account: str, version: int) -> Stored | None:
        return next(self._stored("WHERE account = %s AND version = %s", (account, version)), None)

    def openings(self, accounts: Sequence[str]) -> Iterator[Stored]:
        return self._stored("WHERE account = ANY(%b) AND version = 1", (list(accounts),))

    def at(self, position: int) -> Stored | None:
        return next(self._stored("WHERE position = %s", (position,)), None)

    def newest_versions(self, accounts: Sequence[str]) -> dict[str, int]:
        newest = f"SELECT version FROM {self._events} WHERE account = wanted.account ORDER BY version DESC LIMIT 1"
        rows = self._all(
            "SELECT account, version FROM unnest(%b::text[]) AS wanted (account) "
            f"CROSS JOIN LATERAL ({newest}) AS newest",
            (list(accounts),),
        )
        return dict(rows)

    def head(self, account: str) -> Head | None:
        row = self._one(f"SELECT {_HEAD} FROM heads WHERE account = %s", (account,))
        return Head(*row) if row else None

    def heads_of(self, accounts: Sequence[str]) -> Iterator[Head]:
        return map(Head._make, self._all(f"SELECT {_HEAD} FROM heads WHERE account = ANY(%b)", (list(accounts),)))

    def heads(self, first: str = "", before: str | None = None) -> Iterator[Head]:
        where, parameters = _between(first, before)
        return map(Head._make, self._stream(f"SELECT {_HEAD} FROM heads WHERE {where} ORDER BY account", parameters))

    def accounts_with_head(self) -> Iterator[str]:
        return (row[0] for row in self._stream("SELECT account FROM heads ORDER BY account"))

    def has_heads(self) -> bool:
        return self._one("SELECT 1 FROM heads LIMIT 1") is not None

    def part(self, account: str, kind: str, number: int) -> PartRow | None:
        where = "account = %s AND kind = %s AND number = %s"
        row = self._one(
            f"SELECT account, kind, number, version, state FROM head_parts WHERE {where}", (account, kind, number)
        )
        return PartRow(*row) if row else None

    def parts(self, account: str) -> list[PartRow]:
        rows = self._all(
            "SELECT account, kind, number, version, state FROM head_parts WHERE account = %s ORDER BY kind, number",
            (account,),
        )
        return [PartRow(*row) for row in rows]

    def due(self, until: Instant, limit: int, *, zone: str | None = None) -> list[Head]:
        where, parameters = is_due(until, zone)
        statement = f"SELECT {_HEAD} FROM heads WHERE {where} ORDER BY next_at, account LIMIT %s"
        return [Head(*row) for row in self._all(statement, (*parameters, limit))]

    def due_accounts(self, until: Instant) -> list[str]:
        return [row[0] for row in self._all("SELECT account FROM heads WHERE next_at <= %s ORDER BY account", (until,))]

    def count_due(self, until: Instant, *, zone: str | None = None) -> int:
        where, parameters = is_due(until, zone)
        return int(self._one(f"SELECT COUNT(*) FROM heads WHERE {where}", parameters)[0])

    def keys(self, wanted: Sequence[tuple[str, bytes]]) -> dict[tuple[str, bytes], Key]:
        rows = self._all(
            "SELECT account, key, version, content FROM unnest(%b::text[], %b::bytea[]) AS wanted (account, key) "
            "JOIN keys USING (key, account)",
            ([account for account, _ in wanted], [key for _, key in wanted]),
        )
        return {(account, key): Key(version, content) for account, key, version, content in rows}

    def accounts_with(self, key: bytes) -> list[tuple[str, int]]:
        rows = self._all("SELECT account, version FROM keys WHERE key = %s ORDER BY account", (key,))
        return [(account, version) for account, version in rows]

    def all_keys(self) -> Iterator[StoredKey]:
        rows = self._stream("SELECT key, account, version, content FROM keys ORDER BY key, account")
        return map(StoredKey._make, rows)

    def keys_in(self, share: Share) -> Iterator[StoredKey]:
        where, parameters = _between(share.first, share.before)
        statement = f"SELECT key, account, version, content FROM keys WHERE {where} ORDER BY account"
        return map(StoredKey._make, self._stream(statement, parameters))

    def count_keys(self) -> int:
        return int(self._one("SELECT COUNT(*) FROM keys")[0])

    def sources(self) -> list[str]:
        return [row[0] for row in self._all("SELECT source FROM sources ORDER BY source")]

    def adopted(self) -> list[Adopted]:
        rows = self._all(f"SELECT position, digest, toml, tzdata FROM {self._catalogues} ORDER BY number")
        return [Adopted(*row) for row in rows]

    def adopted_count(self) -> int:
        return int(self._one(f"SELECT COUNT(*) FROM {self._catalogues}")[0])

    def used_versions(self) -> set[tuple[str, str, str]]:
        rows = self._all("SELECT kind, id, effective_from FROM used_versions")
        return {(kind, id, since) for kind, id, since in rows}

    def setting(self, name: str) -> str | None:
        row = self._one("SELECT value FROM settings WHERE name = %s", (name,))
        return str(row[0]) if row else None

    def settings(self) -> dict[str, str]:
        return dict(self._all("SELECT name, value FROM settings ORDER BY name"))

    def flaws(self) -> Iterator[Flaw]:
        yield from form.flaws(self._connection)

    def _stored(self, tail: str, parameters: tuple[object, ...] = ()) -> Iterator[Stored]:
        return map(Stored._make, self._all(f"SELECT {_COLUMNS} FROM {self._events} {tail}", parameters))

    def _stream(self, statement: str, parameters: tuple[object, ...] = (), *, few: bool = False) -> Iterator[Any]:
        """Rows of a cursor of the server's, some at a time, so that other look-ups may happen meanwhile."""
        with self._connection.cursor(f"stream_{next(self._names)}") as rows:
            rows.itersize = 10 if few else ROWS_AT_ONCE
            rows.execute(statement, parameters, binary=True)
            yield from rows

    def _all(self, statement: str, parameters: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        self._c.execute(statement, parameters)
        return self._c.fetchall()

    def _one(self, statement: str, parameters: tuple[object, ...] = ()) -> Any:
        self._c.execute(statement, parameters)
        return self._c.fetchone()


def _between(first: str, before: str | None) -> tuple[str, tuple[object, ...]]:
    if before is None:
        return "account >= %s", (first,)
    return "account >= %s AND account < %s", (first, before)


def is_due(until: Instant, zone: str | None) -> tuple[str, tuple[object, ...]]:
    """What chooses the heads that are due. Their zone stands first in their state; without one they are in all."""
    if zone is None:
        return "next_at <= %s", (until,)
    told, form = heads.beginning(zone), heads.FORM
    return (
        "next_at <= %s AND (substring(state FOR %s) = %s::bytea OR substring(state FOR %s) <> %s::bytea)",
        (until, len(told), told, len(form), form),
    )
