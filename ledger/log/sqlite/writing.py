"""The ledger's file to oneself: what `Writing` adds, as SQL."""

from collections.abc import Iterable, Mapping

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteConnection

from ledger.events import Event
from ledger.log.encoding import encode_events
from ledger.log.errors import StoreError
from ledger.log.keyring import Keyring
from ledger.log.reach import Reach
from ledger.log.sqlite.reading import SQLiteReading
from ledger.log.sqlite.recorder import Recorder
from ledger.log.sqlite.schema import HEAD_PARTS, refusal
from ledger.log.store import Head, KeyRow, PartRow, Stored, StoredKey, StoreRef
from ledger.periods import Instant


class SQLiteWriting(SQLiteReading):
    """A `Writing` within a transaction that has the write lock."""

    def __init__(self, connection: SQLiteConnection, ref: StoreRef, keyring: Keyring, recorder: Recorder) -> None:
        super().__init__(connection, ref, keyring)
        self._recorder = recorder

    def close(self) -> None:
        """Let go of the last statement: while somebody held it, the file would not be closed nor its log folded in."""
        self._c.sqlite_cursor.close()

    def hold_openings(self, numbers: Iterable[str]) -> None:
        pass  # the write lock holds everything

    def hold(self, accounts: Iterable[str]) -> None:
        pass

    def hold_due(self, until: Instant, limit: int, *, zone: str | None = None) -> list[Head]:
        return self.due(until, limit, zone=zone)

    def append(
        self, events: Iterable[tuple[str, Event]], keys: Iterable[KeyRow], heads: Iterable[Head], *, now: Instant
    ) -> None:
        newest = self.last_event()
        recorded_at = max(now, newest.recorded_at if newest else 0)
        rows = encode_events(events, self.keyring, recorded_at=recorded_at)
        self._recorder.append(self._c, [StoredEvent(*row) for row in rows])
        self._put_keys(StoredKey(row.key, row.account, row.version, row.content) for row in keys)
        self.put_heads(heads)

    def append_stored(self, events: Iterable[Stored], keys: Iterable[StoredKey]) -> None:
        self._recorder.append(self._c, [StoredEvent(*row[1:]) for row in events])
        self._put_keys(keys)

    def _put_keys(self, keys: Iterable[StoredKey]) -> None:
        in_order = sorted(keys)  # of the index: each of its pages is visited once
        self._c.executemany("INSERT INTO keys (key, account, version, content) VALUES (?,?,?,?)", in_order)

    def put_heads(self, heads: Iterable[Head]) -> None:
        self._c.executemany(
            "INSERT INTO heads (account, version, next_at, state) VALUES (?,?,?,?) ON CONFLICT (account) "
            "DO UPDATE SET version = excluded.version, next_at = excluded.next_at, state = excluded.state",
            heads,
        )

    def put_parts(self, rows: Iterable[PartRow]) -> None:
        self._c.executemany("INSERT OR REPLACE INTO head_parts VALUES (?,?,?,?,?)", rows)

    def drop_parts(self, gone: Iterable[tuple[str, str, int]]) -> None:
        self._c.executemany("DELETE FROM head_parts WHERE account = ? AND kind = ? AND number = ?", gone)

    def drop_head(self, account: str) -> None:
        self._c.execute("DELETE FROM heads WHERE account = ?", (account,))
        self._c.execute("DELETE FROM head_parts WHERE account = ?", (account,))

    def drop_heads(self) -> None:
        self._c.execute("DELETE FROM heads")
        # In an older ledger their parts have no table yet.
        self._c.execute(HEAD_PARTS.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"))
        self._c.execute("DELETE FROM head_parts")

    def add_sources(self, sources: Iterable[str]) -> None:
        self._c.executemany("INSERT OR IGNORE INTO sources VALUES (?)", [(source,) for source in sources])

    def add_used_versions(self, used: Iterable[tuple[str, str, str]]) -> None:
        self._c.executemany("INSERT OR IGNORE INTO used_versions VALUES (?,?,?)", list(used))

    def adopt(self, digest: str, toml: str, tzdata: str) -> None:
        self._c.execute(
            "INSERT INTO catalogues (position, digest, toml, tzdata) VALUES (?,?,?,?)",
            (self.last_position() + 1, digest, toml, tzdata),
        )

    def forget_adopted(self) -> None:
        if self.positions_used():
            raise StoreError(f"{self.ref} has events; its catalogues stay")
        self._c.execute("DROP TRIGGER catalogues_refuse_delete")
        self._c.execute("DELETE FROM catalogues")
        self._c.execute(refusal("catalogues", "DELETE"))

    def set(self, name: str, value: str) -> None:
        self._c.execute("INSERT OR REPLACE INTO settings VALUES (?,?)", (name, value))

    def reach(self, reached: Mapping[str, Reach]) -> None:
        self._c.executemany(
            "INSERT INTO settings VALUES (?,?) ON CONFLICT (name) DO UPDATE SET value = excluded.value "
            "WHERE CAST(excluded.value AS INTEGER) > CAST(settings.value AS INTEGER)",  # of the digits it begins with
            [(name, reach.value) for name, reach in reached.items()],
        )

    def unset(self, name: str) -> None:
        self._c.execute("DELETE FROM settings WHERE name = ?", (name,))
