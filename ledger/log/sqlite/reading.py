"""One state of a ledger's file, read: the questions of `Reading` as SQL."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, Final, TypeVar

from eventsourcing.sqlite import SQLiteConnection

from ledger.events import Event
from ledger.log import heads
from ledger.log.keyring import Keyring
from ledger.log.one_log import OneLog
from ledger.log.sqlite import schema
from ledger.log.sqlite.connections import CACHE_KIB
from ledger.log.sqlite.errors import transaction_error
from ledger.log.store import Adopted, Flaw, Head, Key, PartRow, Share, Stored, StoredKey, StoreRef
from ledger.periods import Instant

T = TypeVar("T")
COLUMNS: Final = "position, originator_id, originator_version, topic, state"
LOOKED_UP_AT_ONCE: Final = 400
ROWS_AT_ONCE: Final = 1_000
SMALL_SHARE: Final = 16
"""One sixteenth of the log: to look for each of its events costs about as much as to pass by all others."""
BULK_CACHE_KIB: Final = 8 * 1024
_BETWEEN: Final = f"SELECT {COLUMNS} FROM stored_events WHERE position > ? AND position <= ? ORDER BY position"
_as_stored: Final = partial(tuple.__new__, Stored)
"""What `Stored._make` does, in a third of the time: it is done for every event of the log."""


class SQLiteReading(OneLog):
    """A `Reading` within a transaction. With `until`, nothing behind that position is seen of events and catalogues."""

    SHARES_PER_WORKER = 1  # each takes a pass over the whole log

    def __init__(
        self, connection: SQLiteConnection, ref: StoreRef, keyring: Keyring, *, until: int | None = None
    ) -> None:
        super().__init__(ref, keyring)
        self._connection = connection
        self._c = connection.cursor()
        self._until = until
        self._events, self._catalogues = "stored_events", "catalogues"
        if until is not None:
            self._events = f"(SELECT * FROM stored_events WHERE position <= {until})"
            self._catalogues = f"(SELECT * FROM catalogues WHERE position <= {until + 1})"

    @contextmanager
    def store_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise transaction_error(error, self._connection._sqlite_conn, self.ref) from error

    def last_position(self) -> int:
        return int(self._one(f"SELECT COALESCE(MAX(position), 0) FROM {self._events}")[0])

    def positions_used(self) -> int:
        row = self._one("SELECT seq FROM sqlite_sequence WHERE name = 'stored_events'")
        return int(row[0]) if row else 0

    def count(self) -> int:
        return int(self._one(f"SELECT COUNT(*) FROM {self._events}")[0])

    def count_of(self, accounts: Sequence[str]) -> int:
        count = 0
        for some in _some(accounts):
            marks = ",".join("?" * len(some))
            statement = f"SELECT COUNT(*) FROM {self._events} WHERE originator_id IN ({marks})"
            count += int(self._one(statement, tuple(some))[0])
        return count

    def last_event(self) -> Event | None:
        newest = next(self._stored("ORDER BY position DESC LIMIT 1"), None)
        return newest.event() if newest is not None else None

    def newest_input(self) -> Event | None:
        newest = self._stored("ORDER BY position DESC")
        return next((event for row in newest if b'"input"' in row.state and (event := row.event()).input), None)

    def events(self, account: str, *, after_version: int = 0) -> Iterator[Stored]:
        return self._stored(
            "WHERE originator_id = ? AND originator_version > ? ORDER BY originator_version",
            (account, after_version),
        )

    def all_events(self, first: str = "", before: str | None = None) -> Iterator[Stored]:
        return self._stored(
            "WHERE originator_id >= ? AND originator_id < ? ORDER BY originator_id, originator_version",
            (first, _end(before)),
        )

    def whole_contracts(self, share: Share) -> Iterator[tuple[str, list[Stored]]]:
        """In the order of the file, and sorted then, on disk where there are many: no page is read twice.

        By the index each event is looked for at another place of the file. That is less only for a small part of it.
        """
        is_small = share.events * SMALL_SHARE < self.last_position()
        account, version = (
            ("originator_id", "originator_version") if is_small else ("+originator_id", "+originator_version")
        )
        where = f"WHERE {account} >= ? AND {account} < ? ORDER BY {account}, {version}"
        blocks = self._in_bulk(f"SELECT {COLUMNS} FROM {self._events} {where}", (share.first, _end(share.before)))
        contracts = groupby(chain.from_iterable(blocks), itemgetter(1))
        return ((contract, list(map(_as_stored, events))) for contract, events in contracts)

    def events_in(self, share: Share) -> Iterator[list[tuple[int, str, int, str, bytes]]]:
        """In the order of the file, which is that of versions in every contract."""
        where = "WHERE +originator_id >= ? AND +originator_id < ? ORDER BY position"
        statement = f"SELECT {COLUMNS} FROM {self._events} {where}"
        return self._in_bulk(statement, (share.first, _end(share.before)))

    def accounts(self) -> list[str]:
        return list(self.each_account())

    def each_account(self) -> Iterator[str]:
        others = "UNION SELECT account FROM heads" if self._until is None else "GROUP BY originator_id"
        rows = self._stream(f"SELECT originator_id FROM {self._events} {others} ORDER BY 1")
        return (row[0] for row in rows)

    def events_between(self, after: int, until: int) -> Iterator[Stored]:
        return map(Stored._make, self._stream(_BETWEEN, (after, self._not_beyond(until))))

    def rows_between(self, after: int, until: int) -> list[tuple[int, str, int, str, bytes]]:
        with self._connection.cursor() as rows:
            rows.row_factory = None
            rows.execute(_BETWEEN, (after, self._not_beyond(until)))
            return rows.fetchall()

    def _not_beyond(self, until: int) -> int:
        """One bound: of two, SQLite may take the mark's for the end of its search, and pass over all up to there."""
        return until if self._until is None else min(until, self._until)

    def stored(self, account: str, version: int) -> Stored | None:
        return next(self._stored("WHERE originator_id = ? AND originator_version = ?", (account, version)), None)

    def openings(self, accounts: Sequence[str]) -> Iterator[Stored]:
        for some in _some(accounts):
            marks = ",".join("?" * len(some))
            yield from self._stored(f"WHERE originator_id IN ({marks}) AND originator_version = 1", tuple(some))

    def at(self, position: int) -> Stored | None:
        return next(self._stored("WHERE position = ?", (position,)), None)

    def newest_versions(self, accounts: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for some in _some(accounts):
            wanted = ",".join(["(?)"] * len(some))
            newest = f"SELECT MAX(originator_version) FROM {self._events} WHERE originator_id = wanted.column1"
            rows = self._stream(f"SELECT column1, ({newest}) FROM (VALUES {wanted}) AS wanted", tuple(some))
            found.update({account: version for account, version in rows if version is not None})
        return found

    def head(self, account: str) -> Head | None:
        row = self._one("SELECT account, version, next_at, state FROM heads WHERE account = ?", (account,))
        return Head(*row) if row else None

    def heads_of(self, accounts: Sequence[str]) -> Iterator[Head]:
        for some in _some(accounts):
            marks = ",".join("?" * len(some))
            columns = "account, version, next_at, state"
            yield from map(
                Head._make, self._stream(f"SELECT {columns} FROM heads WHERE account IN ({marks})", tuple(some))
            )

    def heads(self, first: str = "", before: str | None = None) -> Iterator[Head]:
        where = "WHERE account >= ? AND account < ? ORDER BY account"
        range_ = (first, _end(before))
        return map(Head._make, self._stream(f"SELECT account, version, next_at, state FROM heads {where}", range_))

    def part(self, account: str, kind: str, number: int) -> PartRow | None:
        columns = "account, kind, number, version, state"
        where = "account = ? AND kind = ? AND number = ?"
        row = self._one(f"SELECT {columns} FROM head_parts WHERE {where}", (account, kind, number))
        return PartRow(*row) if row else None

    def parts(self, account: str) -> list[PartRow]:
        columns = "account, kind, number, version, state"
        rows = self._stream(f"SELECT {columns} FROM head_parts WHERE account = ? ORDER BY kind, number", (account,))
        return [PartRow(*row) for row in rows]

    def accounts_with_head(self) -> Iterator[str]:
        return (row[0] for row in self._stream("SELECT account FROM heads ORDER BY account"))

    def has_heads(self) -> bool:
        return self._one("SELECT 1 FROM heads LIMIT 1") is not None

    def due(self, until: Instant, limit: int, *, zone: str | None = None) -> list[Head]:
        where, parameters = _due(until, zone)
        self._c.execute(
            f"SELECT account, version, next_at, state FROM heads {where} ORDER BY next_at, account LIMIT ?",
            (*parameters, limit),
        )
        return [Head(*row) for row in self._c.fetchall()]

    def due_accounts(self, until: Instant) -> list[str]:
        self._c.execute("SELECT account FROM heads WHERE next_at <= ? ORDER BY account", (until,))
        return [row[0] for row in self._c.fetchall()]

    def count_due(self, until: Instant, *, zone: str | None = None) -> int:
        where, parameters = _due(until, zone)
        return int(self._one(f"SELECT COUNT(*) FROM heads {where}", parameters)[0])

    def keys(self, wanted: Sequence[tuple[str, bytes]]) -> dict[tuple[str, bytes], Key]:
        known: dict[tuple[str, bytes], Key] = {}
        for some in _some(wanted):
            pairs = ",".join(["(?,?)"] * len(some))
            found = self._stream(
                f"SELECT account, key, version, content FROM (VALUES {pairs}) AS wanted "
                "CROSS JOIN keys ON key = wanted.column2 AND account = wanted.column1",
                tuple(chain.from_iterable(some)),
            )
            known.update({(account, key): Key(version, content) for account, key, version, content in found})
        return known

    def accounts_with(self, key: bytes) -> list[tuple[str, int]]:
        self._c.execute("SELECT account, version FROM keys WHERE key = ? ORDER BY account", (key,))
        return [(row[0], row[1]) for row in self._c.fetchall()]

    def all_keys(self) -> Iterator[StoredKey]:
        yield from map(
            StoredKey._make, self._stream("SELECT key, account, version, content FROM keys ORDER BY key, account")
        )

    def keys_in(self, share: Share) -> Iterator[StoredKey]:
        where = "WHERE account >= ? AND account < ? ORDER BY account"
        range_ = (share.first, _end(share.before))
        blocks = self._in_bulk(f"SELECT key, account, version, content FROM keys {where}", range_)
        return map(StoredKey._make, chain.from_iterable(blocks))

    def count_keys(self) -> int:
        return int(self._one("SELECT COUNT(*) FROM keys")[0])

    def sources(self) -> list[str]:
        self._c.execute("SELECT source FROM sources ORDER BY source")
        return [row[0] for row in self._c.fetchall()]

    def adopted(self) -> list[Adopted]:
        self._c.execute(f"SELECT position, digest, toml, tzdata FROM {self._catalogues} ORDER BY number")
        return [Adopted(*row) for row in self._c.fetchall()]

    def adopted_count(self) -> int:
        return int(self._one(f"SELECT COUNT(*) FROM {self._catalogues}")[0])

    def used_versions(self) -> set[tuple[str, str, str]]:
        self._c.execute("SELECT kind, id, effective_from FROM used_versions")
        return {(row[0], row[1], row[2]) for row in self._c.fetchall()}

    def setting(self, name: str) -> str | None:
        row = self._one("SELECT value FROM settings WHERE name = ?", (name,))
        return str(row[0]) if row else None

    def settings(self) -> dict[str, str]:
        self._c.execute("SELECT name, value FROM settings ORDER BY name")
        return {row[0]: row[1] for row in self._c.fetchall()}

    def flaws(self) -> Iterator[Flaw]:
        for (line,) in self._stream("PRAGMA quick_check(10)"):
            if line != "ok":
                yield Flaw("file", "ok", line)
        expected, found = schema.new_schema(), schema.schema_of(self._c.sqlite_cursor)
        for kind, name in sorted(expected.keys() | found.keys()):
            should, does = expected.get((kind, name)), found.get((kind, name))
            if should != does:
                yield Flaw(f"{kind} {name}", should, does)
        if (version := self.form()) != schema.SCHEMA_VERSION:
            yield Flaw("version of the tables", schema.SCHEMA_VERSION, version)

    def form(self) -> int:
        """The version of the tables."""
        return int(self._one("PRAGMA user_version")[0])

    def _stored(self, tail: str, parameters: tuple[object, ...] = ()) -> Iterator[Stored]:
        yield from map(Stored._make, self._stream(f"SELECT {COLUMNS} FROM {self._events} {tail}", parameters))

    def _stream(self, statement: str, parameters: tuple[object, ...] = ()) -> sqlite3.Cursor:
        """Rows of a cursor of their own, so that other look-ups may happen meanwhile.

        Map them, never `yield from` them: that closes the cursor with the stream, which may outlive the connection.
        """
        rows = self._connection.cursor().sqlite_cursor
        rows.row_factory = None
        return rows.execute(statement, parameters)

    def _in_bulk(self, statement: str, parameters: tuple[object, ...]) -> Iterator[list[Any]]:
        """The same of very many, some at a time, in little memory: what is met once need not stay, a sort takes all."""
        self._c.execute(f"PRAGMA cache_size = -{BULK_CACHE_KIB}")
        try:
            rows = self._stream(statement, parameters)
            while some := rows.fetchmany(ROWS_AT_ONCE):
                yield some
        finally:
            with suppress(sqlite3.ProgrammingError):  # the connection may be closed by now
                self._c.execute(f"PRAGMA cache_size = -{CACHE_KIB}")

    def _one(self, statement: str, parameters: tuple[object, ...] = ()) -> Any:
        self._c.execute(statement, parameters)
        return self._c.fetchone()


def _end(before: str | None) -> str | bytes:
    """Where a range of accounts ends; SQLite has every text before any bytes."""
    return b"" if before is None else before


def _due(until: Instant, zone: str | None) -> tuple[str, tuple[object, ...]]:
    """What chooses the heads that are due. Their zone stands first in their state; without one they are in all."""
    if zone is None:
        return "WHERE next_at <= ?", (until,)
    told, form = heads.beginning(zone), heads.FORM
    where = "WHERE next_at <= ? AND (substr(state, 1, ?) = ? OR substr(state, 1, ?) <> ?)"
    return where, (until, len(told), told, len(form), form)


def _some(all_of_them: Sequence[T]) -> Iterator[Sequence[T]]:
    """Some hundred at a time: one look-up for all of them costs a fraction of one each."""
    for start in range(0, len(all_of_them), LOOKED_UP_AT_ONCE):
        yield all_of_them[start : start + LOOKED_UP_AT_ONCE]
