"""A ledger in PostgreSQL, written: what `Writing` adds, as SQL."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import chain, islice
from typing import Any, Final, TypeVar

import msgspec

from ledger.events import Event
from ledger.log.encoding import encode_events
from ledger.log.errors import Contended, StoreError
from ledger.log.keyring import Keyring
from ledger.log.postgres.connections import Connection
from ledger.log.postgres.reading import PostgresReading, is_due
from ledger.log.reach import Reach
from ledger.log.store import Head, KeyRow, PartRow, Stored, StoredKey, StoreRef
from ledger.periods import Instant

R = TypeVar("R", bound=tuple[Any, ...])
OPENING_LOCKS: Final = 128
"""So many groups of numbers are held while contracts are opened; the server has room for some thousand such locks."""
_EVENT_TYPES: Final = ("int8", "text", "int8", "text", "bytea")
_KEY_TYPES: Final = ("bytea", "text", "int8", "bytea")


class _Recorded(msgspec.Struct):
    """What is asked of an event's bytes."""

    recorded_at: int = 0


_recorded: Final = msgspec.json.Decoder(_Recorded)


class PostgresWriting(PostgresReading):
    """A `Writing` within a transaction."""

    def __init__(self, connection: Connection, ref: StoreRef, keyring: Keyring, lock: int) -> None:
        super().__init__(connection, ref, keyring)
        self._lock = lock
        self._catalogues_seen: int | None = None
        self.newest: Stored | None = None
        """The last event that was appended: by it is known whether a commit came through."""

    def hold_openings(self, numbers: Iterable[str]) -> None:
        groups = sorted({_group(number) for number in numbers})
        if groups:
            self._c.execute(
                "SELECT pg_advisory_xact_lock(%s, locked) FROM unnest(%b::int[]) AS locked", (self._lock, groups)
            )
            self.keyring.refresh()

    def hold(self, accounts: Iterable[str]) -> None:
        self._c.execute(
            "SELECT 1 FROM heads WHERE account = ANY(%b) ORDER BY account FOR NO KEY UPDATE", (sorted(accounts),)
        )

    def hold_due(self, until: Instant, limit: int, *, zone: str | None = None) -> list[Head]:
        where, parameters = is_due(until, zone)
        free = self._all(
            f"SELECT account, version, next_at, state FROM heads WHERE {where} ORDER BY next_at, account LIMIT %s "
            "FOR NO KEY UPDATE SKIP LOCKED",
            (*parameters, limit),
        )
        if free:
            return [Head(*row) for row in free]
        # Those that are left are being booked by others: they are waited for, in the order in which all are held.
        left = [head.account for head in self.due(until, limit, zone=zone)]
        rows = self._all(
            f"SELECT account, version, next_at, state FROM heads WHERE account = ANY(%b) AND {where} ORDER BY account "
            "FOR NO KEY UPDATE",
            (left, *parameters),
        )
        if left and not rows:  # others have done them; there may be more by now
            return self.hold_due(until, limit, zone=zone)
        return [Head(*row) for row in rows]

    def append(
        self, events: Iterable[tuple[str, Event]], keys: Iterable[KeyRow], heads: Iterable[Head], *, now: Instant
    ) -> None:
        booked = list(events)
        self.put_heads(heads)
        self._copy_keys((row.key, row.account, row.version, row.content) for row in keys)
        first, recorded_at = self._take_positions(len(booked), now)
        rows = encode_events(booked, self.keyring, recorded_at=recorded_at)
        self._copy_events(Stored(first + number, *row) for number, row in enumerate(rows))

    def append_stored(self, events: Iterable[Stored], keys: Iterable[StoredKey]) -> None:
        rows = list(events)
        self._copy_keys(keys)
        first, _ = self._take_positions(len(rows), max(map(_recorded_at, rows), default=0))
        self._copy_events(row._replace(position=first + number) for number, row in enumerate(rows))

    def _take_positions(self, count: int, now: Instant) -> tuple[int, Instant]:
        """The first of some positions that are ours now, and when what gets them is recorded.

        From here to the commit nobody else appends; that a catalogue was adopted meanwhile cannot be, and is looked at.
        """
        if not count:
            return 0, now
        last, recorded_at, catalogues = self._one(
            "UPDATE log SET last = last + %s, recorded_at = GREATEST(recorded_at, %s) "
            "RETURNING last, recorded_at, catalogues",
            (count, now),
        )
        if self._catalogues_seen not in (None, catalogues):
            raise Contended(f"{self.ref}: a catalogue was adopted meanwhile; run the command again")
        return last - count + 1, recorded_at

    def adopted_count(self) -> int:
        self._catalogues_seen = super().adopted_count()
        return self._catalogues_seen

    def _copy_events(self, rows: Iterable[Stored]) -> None:
        """The server takes the first of them in while the next are encoded."""
        copied = "COPY stored_events (position, account, version, topic, state) FROM STDIN BINARY"
        self.newest = self._copy(copied, _EVENT_TYPES, rows) or self.newest

    def _copy_keys(self, rows: Iterable[tuple[bytes, str, int, bytes]]) -> None:
        self._copy("COPY keys (key, account, version, content) FROM STDIN BINARY", _KEY_TYPES, rows)

    def _copy(self, statement: str, types: Sequence[str], rows: Iterable[R]) -> R | None:
        """Copy rows into a table; the last of them."""
        row = None
        if not (ahead := list(islice(rows := iter(rows), 1))):
            return None
        with self._c.copy(statement) as copy:
            copy.set_types(types)
            for row in chain(ahead, rows):
                copy.write_row(row)
        return row

    def put_heads(self, heads: Iterable[Head]) -> None:
        columns = tuple(zip(*heads, strict=True))
        if columns:
            self._c.execute(
                "INSERT INTO heads SELECT * FROM unnest(%b::text[], %b::bigint[], %b::bigint[], %b::bytea[]) "
                "ON CONFLICT (account) DO UPDATE SET "
                "version = excluded.version, next_at = excluded.next_at, state = excluded.state",
                [list(column) for column in columns],
            )

    def put_parts(self, rows: Iterable[PartRow]) -> None:
        columns = tuple(zip(*rows, strict=True))
        if columns:
            self._c.execute(
                "INSERT INTO head_parts SELECT * FROM "
                "unnest(%b::text[], %b::text[], %b::bigint[], %b::bigint[], %b::bytea[]) "
                "ON CONFLICT (account, kind, number) DO UPDATE SET version = excluded.version, state = excluded.state",
                [list(column) for column in columns],
            )

    def drop_parts(self, gone: Iterable[tuple[str, str, int]]) -> None:
        self._c.executemany("DELETE FROM head_parts WHERE account = %s AND kind = %s AND number = %s", list(gone))

    def drop_head(self, account: str) -> None:
        self._c.execute("DELETE FROM heads WHERE account = %s", (account,))
        self._c.execute("DELETE FROM head_parts WHERE account = %s", (account,))

    def drop_heads(self) -> None:
        self._c.execute("DELETE FROM heads")
        self._c.execute("DELETE FROM head_parts")

    def add_sources(self, sources: Iterable[str]) -> None:
        self._c.execute("INSERT INTO sources SELECT unnest(%b::text[]) ON CONFLICT DO NOTHING", (sorted(sources),))

    def add_used_versions(self, used: Iterable[tuple[str, str, str]]) -> None:
        columns = tuple(zip(*sorted(used), strict=True))
        if columns:
            self._c.execute(
                "INSERT INTO used_versions SELECT * FROM unnest(%b::text[], %b::text[], %b::text[]) "
                "ON CONFLICT DO NOTHING",
                [list(column) for column in columns],
            )

    def adopt(self, digest: str, toml: str, tzdata: str) -> None:
        last, number = self._one("UPDATE log SET catalogues = catalogues + 1 RETURNING last, catalogues")
        self._c.execute(
            "INSERT INTO catalogues (number, position, digest, toml, tzdata) VALUES (%s, %s, %s, %s, %s)",
            (number, last + 1, digest, toml, tzdata),
        )
        self._catalogues_seen = number

    def forget_adopted(self) -> None:
        if self.positions_used():
            raise StoreError(f"{self.ref} has events; its catalogues stay")
        self._c.execute("ALTER TABLE catalogues DISABLE TRIGGER append_only")
        self._c.execute("DELETE FROM catalogues")
        self._c.execute("ALTER TABLE catalogues ENABLE ALWAYS TRIGGER append_only")
        self._c.execute("UPDATE log SET catalogues = 0")
        self._catalogues_seen = None

    def set(self, name: str, value: str) -> None:
        self._c.execute(
            "INSERT INTO settings VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )

    def reach(self, reached: Mapping[str, Reach]) -> None:
        rows = sorted((name, reach.value) for name, reach in reached.items())  # all who come here lock in this order
        columns = tuple(zip(*rows, strict=True))
        if columns:
            self._c.execute(
                "INSERT INTO settings SELECT * FROM unnest(%b::text[], %b::text[]) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value "
                "WHERE split_part(excluded.value, ' ', 1)::bigint > split_part(settings.value, ' ', 1)::bigint",
                [list(column) for column in columns],
            )

    def unset(self, name: str) -> None:
        self._c.execute("DELETE FROM settings WHERE name = %s", (name,))


def _group(number: str) -> int:
    return int.from_bytes(blake2b(number.encode(), digest_size=2).digest()) % OPENING_LOCKS


def _recorded_at(row: Stored) -> int:
    try:
        return _recorded.decode(row.state).recorded_at
    except msgspec.DecodeError:
        return 0  # what cannot be read tells no time
