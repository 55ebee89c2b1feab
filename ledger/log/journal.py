"""The journal: append-only events with their keys, heads and catalogues, in one transaction (design: the log).

Only `Reading` and `Writing` know the tables. Positions grow by one with every event and are never reused.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteConnection

from ledger.events import Event
from ledger.log import codec
from ledger.log.errors import BadEvents
from ledger.log.sqlite import HEAD_PARTS, SCHEMA_OF, Store
from ledger.periods import Instant

T = TypeVar("T")
LOOKED_UP_AT_ONCE: Final = 400
LAST_ACCOUNT: Final = "\U0010ffff"
"""Behind every account there can be."""


class Key(NamedTuple):
    """What is remembered of an input: the version of its first event, and the digest of its content."""

    version: int
    content: bytes


class StoredKey(NamedTuple):
    """The key of one booked input as stored: its digest, its account, the version of its first event, its content."""

    key: bytes
    account: str
    version: int
    content: bytes


class Head(NamedTuple):
    """An account's stored state: encoded, with its version and the next instant of its schedule."""

    account: str
    version: int
    next_at: Instant | None
    state: bytes


class PartRow(NamedTuple):
    """A part of an account's memory as stored: its kind and number, the version that changed it last, its things."""

    account: str
    kind: str
    number: int
    version: int
    state: bytes


class Adopted(NamedTuple):
    """A catalogue with the position from which it holds, and the zone data it came with (R-3.6)."""

    position: int
    digest: str
    toml: str
    tzdata: str


class Stored(NamedTuple):
    """One event as stored."""

    position: int
    account: str
    version: int
    topic: str
    state: bytes

    def event(self) -> Event:
        """The event itself. Raises BadEvents."""
        try:
            return codec.decode(self.topic, self.state)
        except codec.Undecodable as error:
            raise BadEvents(f"account {self.account}, version {self.version}: {error}; run `obnovi verify`") from None


class Reading:
    """One state of the ledger, read."""

    def __init__(self, connection: SQLiteConnection) -> None:
        self._connection = connection
        self._c = connection.cursor()

    def last_position(self) -> int:
        """The position of the newest event, 0 in an empty log."""
        return int(self._one("SELECT COALESCE(MAX(position), 0) FROM stored_events")[0])

    def positions_used(self) -> int:
        """The highest position ever given out, also to an event that is gone."""
        row = self._one("SELECT seq FROM sqlite_sequence WHERE name = 'stored_events'")
        return int(row[0]) if row else 0

    def count(self) -> int:
        """How many events there are."""
        return int(self._one("SELECT COUNT(*) FROM stored_events")[0])

    def count_of(self, accounts: Sequence[str]) -> int:
        """How many events some accounts have."""
        count = 0
        for some in _some(accounts):
            marks = ",".join("?" * len(some))
            statement = f"SELECT COUNT(*) FROM stored_events WHERE originator_id IN ({marks})"
            count += int(self._one(statement, tuple(some))[0])
        return count

    def last_event(self) -> Event | None:
        """The newest event."""
        row = self._one(
            "SELECT position, originator_id, originator_version, topic, state "
            "FROM stored_events ORDER BY position DESC LIMIT 1"
        )
        return Stored(*row).event() if row else None

    def newest_input(self) -> Event | None:
        """The newest event that an input caused, found behind those of the nights since, which are not decoded."""
        newest = self._stored("ORDER BY position DESC", ())
        return next((event for row in newest if b'"input"' in row.state and (event := row.event()).input), None)

    def events(self, account: str, *, after_version: int = 0) -> Iterator[Stored]:
        """An account's events in order of version."""
        return self._stored(
            "WHERE originator_id = ? AND originator_version > ? ORDER BY originator_version",
            (account, after_version),
        )

    def event(self, account: str, version: int) -> Event | None:
        """One event of an account."""
        stored = self.stored(account, version)
        return stored.event() if stored is not None else None

    def all_events(self, first: str = "", last: str = LAST_ACCOUNT) -> Iterator[Stored]:
        """Every event (of accounts `first` to `last`), account by account, each in order of version."""
        return self._stored(
            "WHERE originator_id BETWEEN ? AND ? ORDER BY originator_id, originator_version", (first, last)
        )

    def accounts(self) -> list[str]:
        """Every account that has events or a head, in order."""
        rows = self._stream("SELECT originator_id FROM stored_events UNION SELECT account FROM heads ORDER BY 1")
        return [row[0] for row in rows]

    def events_between(self, after: int, until: int) -> Iterator[Stored]:
        """Events of all accounts in order of position: those behind `after`, up to and with `until`."""
        return self._stored("WHERE position > ? AND position <= ? ORDER BY position", (after, until))

    def rows_between(self, after: int, until: int) -> list[tuple[int, str, int, str, bytes]]:
        """What `events_between` gives, at once and as bare rows, for those who read the whole log quickly."""
        columns = "position, originator_id, originator_version, topic, state"
        where = "WHERE position > ? AND position <= ? ORDER BY position"
        with self._connection.cursor() as rows:
            rows.row_factory = None
            rows.execute(f"SELECT {columns} FROM stored_events {where}", (after, until))
            return rows.fetchall()

    def stored(self, account: str, version: int) -> Stored | None:
        """One event of an account as stored."""
        return next(self._one_event(account, version), None)

    def events_of_range(self, first: str, last: str, until: int) -> Iterator[Stored]:
        """Events up to a position of the accounts `first` to `last`, account by account, in order of version."""
        return self._stored(
            "WHERE originator_id BETWEEN ? AND ? AND position <= ? ORDER BY originator_id, originator_version",
            (first, last, until),
        )

    def at(self, position: int) -> Stored | None:
        """The event of a position."""
        return next(self._stored("WHERE position = ?", (position,)), None)

    def newest_versions(self, accounts: Sequence[str]) -> dict[str, int]:
        """The version of the newest event of accounts, where they have any: a look-up in the index for each."""
        found: dict[str, int] = {}
        for some in _some(accounts):
            wanted = ",".join(["(?)"] * len(some))
            newest = "SELECT MAX(originator_version) FROM stored_events WHERE originator_id = wanted.column1"
            rows = self._stream(f"SELECT column1, ({newest}) FROM (VALUES {wanted}) AS wanted", tuple(some))
            found.update({account: version for account, version in rows if version is not None})
        return found

    def head(self, account: str) -> Head | None:
        """An account's head as stored; None for an account that nobody opened, or whose head was lost."""
        row = self._one("SELECT account, version, next_at, state FROM heads WHERE account = ?", (account,))
        return Head(*row) if row else None

    def heads_of(self, accounts: Sequence[str]) -> Iterator[Head]:
        """The heads of accounts, where they have one."""
        for some in _some(accounts):
            marks = ",".join("?" * len(some))
            columns = "account, version, next_at, state"
            yield from map(
                Head._make, self._stream(f"SELECT {columns} FROM heads WHERE account IN ({marks})", tuple(some))
            )

    def heads(self, first: str = "", last: str = LAST_ACCOUNT) -> Iterator[Head]:
        """All heads (of accounts `first` to `last`) in order of account."""
        where = "WHERE account BETWEEN ? AND ? ORDER BY account"
        return map(
            Head._make, self._stream(f"SELECT account, version, next_at, state FROM heads {where}", (first, last))
        )

    def part(self, account: str, kind: str, number: int) -> PartRow | None:
        """A part of an account's memory that is a row of its own."""
        columns = "account, kind, number, version, state"
        where = "account = ? AND kind = ? AND number = ?"
        row = self._one(f"SELECT {columns} FROM head_parts WHERE {where}", (account, kind, number))
        return PartRow(*row) if row else None

    def parts(self, account: str) -> list[PartRow]:
        """The parts of an account's memory that are rows of their own, in order."""
        columns = "account, kind, number, version, state"
        rows = self._stream(f"SELECT {columns} FROM head_parts WHERE account = ? ORDER BY kind, number", (account,))
        return [PartRow(*row) for row in rows]

    def has_heads(self) -> bool:
        """Whether there is any head at all."""
        return self._one("SELECT 1 FROM heads LIMIT 1") is not None

    def due(self, until: Instant, limit: int, *, zone: str | None = None) -> list[Head]:
        """Accounts (of a zone) whose next scheduled instant has come, the earliest first."""
        where, parameters = _due(until, zone)
        self._c.execute(
            f"SELECT account, version, next_at, state FROM heads {where} ORDER BY next_at, account LIMIT ?",
            (*parameters, limit),
        )
        return [Head(*row) for row in self._c.fetchall()]

    def due_accounts(self, until: Instant) -> list[str]:
        """All accounts whose next scheduled instant has come, in order of account."""
        self._c.execute("SELECT account FROM heads WHERE next_at <= ? ORDER BY account", (until,))
        return [row[0] for row in self._c.fetchall()]

    def count_due(self, until: Instant, *, zone: str | None = None) -> int:
        """How many accounts (of a zone) are due by an instant."""
        where, parameters = _due(until, zone)
        return int(self._one(f"SELECT COUNT(*) FROM heads {where}", parameters)[0])

    def keys(self, wanted: Sequence[tuple[str, bytes]]) -> dict[tuple[str, bytes], Key]:
        """What is remembered of inputs, by their accounts and keys."""
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
        """The accounts that had an input of this key, with the version of its first event."""
        self._c.execute("SELECT account, version FROM keys WHERE key = ? ORDER BY account", (key,))
        return [(row[0], row[1]) for row in self._c.fetchall()]

    def all_keys(self) -> Iterator[StoredKey]:
        """The key of every booked input, in order of digest and account."""
        yield from map(
            StoredKey._make, self._stream("SELECT key, account, version, content FROM keys ORDER BY key, account")
        )

    def count_keys(self) -> int:
        """How many inputs were ever booked."""
        return int(self._one("SELECT COUNT(*) FROM keys")[0])

    def sources(self) -> list[str]:
        """Every source that inputs ever named."""
        self._c.execute("SELECT source FROM sources ORDER BY source")
        return [row[0] for row in self._c.fetchall()]

    def adopted(self) -> list[Adopted]:
        """Every catalogue the ledger was given, in order; of several at one position the last one holds."""
        self._c.execute("SELECT position, digest, toml, tzdata FROM catalogues ORDER BY number")
        return [Adopted(*row) for row in self._c.fetchall()]

    def adopted_count(self) -> int:
        """How many catalogues there are."""
        return int(self._one("SELECT COUNT(*) FROM catalogues")[0])

    def used_versions(self) -> set[tuple[str, str, str]]:
        """Plan and option versions that some event cites: kind, id, `effective_from`."""
        self._c.execute("SELECT kind, id, effective_from FROM used_versions")
        return {(row[0], row[1], row[2]) for row in self._c.fetchall()}

    def setting(self, name: str) -> str | None:
        """A value the ledger keeps about itself."""
        row = self._one("SELECT value FROM settings WHERE name = ?", (name,))
        return str(row[0]) if row else None

    def settings(self) -> dict[str, str]:
        """Every value the ledger keeps about itself."""
        self._c.execute("SELECT name, value FROM settings ORDER BY name")
        return {row[0]: row[1] for row in self._c.fetchall()}

    def schema(self) -> list[tuple[str, str, str]]:
        """Type, name and text of every table, index and trigger."""
        self._c.execute(SCHEMA_OF)
        return [(row[0], row[1], row[2]) for row in self._c.fetchall()]

    def schema_version(self) -> int:
        """The version of the form of the tables."""
        return int(self._one("PRAGMA user_version")[0])

    def problems_of_file(self) -> list[str]:
        """What SQLite itself finds broken."""
        self._c.execute("PRAGMA quick_check(10)")
        return [row[0] for row in self._c.fetchall() if row[0] != "ok"]

    def _one_event(self, account: str, version: int) -> Iterator[Stored]:
        return self._stored("WHERE originator_id = ? AND originator_version = ?", (account, version))

    def _stored(self, tail: str, parameters: tuple[object, ...]) -> Iterator[Stored]:
        columns = "position, originator_id, originator_version, topic, state"
        yield from map(Stored._make, self._stream(f"SELECT {columns} FROM stored_events {tail}", parameters))

    def _stream(self, statement: str, parameters: tuple[object, ...] = ()) -> Iterator[Any]:
        """Rows of a cursor of their own, so that other look-ups may happen meanwhile.

        Map them, never `yield from` them: that closes the cursor with the stream, which may outlive the connection.
        """
        rows = self._connection.cursor().sqlite_cursor
        rows.row_factory = None
        return rows.execute(statement, parameters)

    def _one(self, statement: str, parameters: tuple[object, ...] = ()) -> Any:
        self._c.execute(statement, parameters)
        return self._c.fetchone()


def _due(until: Instant, zone: str | None) -> tuple[str, tuple[object, ...]]:
    """What chooses the heads that are due. Their zone stands in the account's state; without one they are in all."""
    if zone is None:
        return "WHERE next_at <= ?", (until,)
    state = "CAST(state AS TEXT)"
    told = f"CASE WHEN json_valid({state}) THEN COALESCE(json_extract({state}, '$.zone'), '') ELSE '' END"
    return f"WHERE next_at <= ? AND {told} IN (?, '')", (until, zone)


def _some(all_of_them: Sequence[T]) -> Iterator[Sequence[T]]:
    """Some hundred at a time: one look-up for all of them costs a fraction of one each."""
    for start in range(0, len(all_of_them), LOOKED_UP_AT_ONCE):
        yield all_of_them[start : start + LOOKED_UP_AT_ONCE]


@dataclass(slots=True)
class KeyRow:
    """The key of one booked input, to be stored with its events."""

    account: str
    source: str
    key: bytes
    version: int
    content: bytes


class Writing(Reading):
    """A transaction under the write lock: what it reads stays true until it commits; all or nothing."""

    def __init__(self, connection: SQLiteConnection, store: Store) -> None:
        super().__init__(connection)
        self._recorder = store.recorder

    def append(self, events: Iterable[tuple[str, Event]], keys: Iterable[KeyRow], heads: Iterable[Head]) -> None:
        """Add events of accounts in this order, with the keys of their inputs and the heads behind them."""
        stored = [StoredEvent(account, event.version, *codec.encode(event)) for account, event in events]
        self._recorder.append(self._c, stored)
        self._put_keys(StoredKey(row.key, row.account, row.version, row.content) for row in keys)
        self.put_heads(heads)

    def append_stored(self, events: Iterable[Stored], keys: Iterable[StoredKey]) -> None:
        """Add events and keys with the bytes they were stored with elsewhere; heads are to be rebuilt."""
        self._recorder.append(self._c, [StoredEvent(*row[1:]) for row in events])
        self._put_keys(keys)

    def _put_keys(self, keys: Iterable[StoredKey]) -> None:
        self._c.executemany("INSERT INTO keys (key, account, version, content) VALUES (?,?,?,?)", list(keys))

    def put_heads(self, heads: Iterable[Head]) -> None:
        """Store heads, in place of those there are."""
        self._c.executemany(
            "INSERT INTO heads (account, version, next_at, state) VALUES (?,?,?,?) ON CONFLICT (account) "
            "DO UPDATE SET version = excluded.version, next_at = excluded.next_at, state = excluded.state",
            heads,
        )

    def put_parts(self, rows: Iterable[PartRow]) -> None:
        """Store parts of memories, in place of those there are."""
        self._c.executemany("INSERT OR REPLACE INTO head_parts VALUES (?,?,?,?,?)", rows)

    def drop_parts(self, gone: Iterable[tuple[str, str, int]]) -> None:
        """Forget parts of memories, by account, kind and number."""
        self._c.executemany("DELETE FROM head_parts WHERE account = ? AND kind = ? AND number = ?", gone)

    def drop_head(self, account: str) -> None:
        """Forget an account's head with its parts."""
        self._c.execute("DELETE FROM heads WHERE account = ?", (account,))
        self._c.execute("DELETE FROM head_parts WHERE account = ?", (account,))

    def drop_heads(self) -> None:
        """Forget every head; they are rebuilt from the log. In an older ledger their parts have no table yet."""
        self._c.execute("DELETE FROM heads")
        self._c.execute(HEAD_PARTS.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"))
        self._c.execute("DELETE FROM head_parts")

    def add_sources(self, sources: Iterable[str]) -> None:
        """Remember sources that inputs named."""
        self._c.executemany("INSERT OR IGNORE INTO sources VALUES (?)", [(source,) for source in sources])

    def add_used_versions(self, used: Iterable[tuple[str, str, str]]) -> None:
        """Remember plan and option versions that events cite."""
        self._c.executemany("INSERT OR IGNORE INTO used_versions VALUES (?,?,?)", list(used))

    def adopt(self, digest: str, toml: str, tzdata: str) -> None:
        """Let a catalogue hold from the next position on."""
        self._c.execute(
            "INSERT INTO catalogues (position, digest, toml, tzdata) VALUES (?,?,?,?)",
            (self.last_position() + 1, digest, toml, tzdata),
        )

    def set(self, name: str, value: str) -> None:
        """Keep a value about the ledger itself."""
        self._c.execute("INSERT OR REPLACE INTO settings VALUES (?,?)", (name, value))


class Journal:
    """The log in one SQLite file."""

    def __init__(self, path: Path, *, create: bool) -> None:
        self._store = Store(path, create=create)
        self.path = path

    @contextmanager
    def reading(self, *, odd_texts: bool = False) -> Iterator[Reading]:
        """One state of the ledger to read.

        A text that is no UTF-8 raises InvalidText when the block ends; with `odd_texts` its odd bytes are escaped
        instead, which takes longer.
        """
        with self._store.reading(odd_texts=odd_texts) as connection:
            yield Reading(connection)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """The write lock, until the block ends; commits then, rolls back on any exception."""
        with self._store.writing() as connection:
            yield Writing(connection, self._store)

    def close(self) -> None:
        """Close the file."""
        self._store.close()
