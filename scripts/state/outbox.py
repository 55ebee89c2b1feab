"""The outbox: every notice once, in the order in which they are to be told, with how far the log was followed for them.

Nothing in it is personal: who is meant, a contract's id says, and words are made when somebody reads (R-15.9). Only a
one-time code stands in it, until it is of no use any more.
"""

import re
import secrets
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from ledger.periods import Instant
from projections.notices.notice import Notice
from scripts.state.database import Connection, Form, StateDatabase
from scripts.state.place import StatePlace

FORM: Final = Form(
    ".notices",
    0x4F424E4F,  # "OBNO"
    (
        (
            "CREATE TABLE outbox (name TEXT NOT NULL, swept INTEGER, catalogues INTEGER)",
            "INSERT INTO outbox VALUES (lower(hex(randomblob(6))), NULL, NULL)",
            "CREATE TABLE followed (shard INTEGER PRIMARY KEY, position INTEGER NOT NULL, digest TEXT NOT NULL)",
            "CREATE TABLE notices (seq INTEGER PRIMARY KEY AUTOINCREMENT, contract TEXT NOT NULL, version INTEGER NOT "
            "NULL, kind TEXT NOT NULL, at INTEGER NOT NULL, zone TEXT NOT NULL, key TEXT NOT NULL, facts TEXT NOT "
            "NULL, secret TEXT, UNIQUE (contract, kind, key))",
            "CREATE INDEX secrets ON notices (seq) WHERE secret IS NOT NULL",
            "CREATE TABLE targets (target TEXT PRIMARY KEY, seen INTEGER NOT NULL) WITHOUT ROWID",
            "CREATE TABLE pending (target TEXT NOT NULL REFERENCES targets, seq INTEGER NOT NULL, contract TEXT NOT "
            "NULL, attempts INTEGER NOT NULL, first_at INTEGER NOT NULL, next_at INTEGER NOT NULL, "
            "PRIMARY KEY (target, seq)) WITHOUT ROWID",
            "CREATE INDEX pending_by_contract ON pending (target, contract, seq)",
        ),
    ),
)
"""Its file; each target was sent everything up to `seen`, but for what is `pending`."""
_COLUMNS: Final = "seq, kind, contract, version, at, zone, key, facts, secret"
_TOKEN: Final = re.compile(r"([0-9a-f]{12})-([0-9]{1,18})")


class Followed(NamedTuple):
    """How far a shard was followed, and a digest of the event there, which tells its log from another."""

    position: int
    digest: str


class Swept(NamedTuple):
    """Up to when schedules were looked at, and how many catalogues the ledger had then."""

    at: Instant | None
    catalogues: int | None


class OutboxRow(NamedTuple):
    """A notice in its place; `secret` is that of a one-time code that may still be told."""

    seq: int
    notice: Notice
    secret: str | None


class Outbox:
    """The notices of one ledger; threads may share it. Raises StateUnusable as its database does."""

    def __init__(self, place: StatePlace) -> None:
        self.place = place
        self.db = StateDatabase(place, FORM)
        self.path = self.db.path
        self._name: str = self.db.all("SELECT name FROM outbox")[0][0]

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    def __enter__(self) -> "Outbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Following

    @property
    def is_begun(self) -> bool:
        """Whether it is known from where on the log is followed."""
        return bool(self.db.all("SELECT 1 FROM followed LIMIT 1"))

    def begin(self, shards: Sequence[Followed]) -> None:
        """Follow each shard from there on, unless somebody has begun already."""
        with self.db.writing() as db:
            rows = [(number, *each) for number, each in enumerate(shards)]
            if not db.execute("SELECT 1 FROM followed LIMIT 1").fetchall():
                db.executemany("INSERT INTO followed VALUES (?,?,?)", rows)

    def followed(self) -> list[Followed]:
        """How far each shard was followed, in order."""
        return [Followed(*row) for row in self.db.all("SELECT position, digest FROM followed ORDER BY shard")]

    def put(self, shard: int, was: Followed, is_now: Followed, notices: Iterable[Notice]) -> int | None:
        """Add what a stretch of a shard is told about, and how far that goes; how many notices were not there yet.

        Writes nothing where somebody else followed it meanwhile: None.
        """
        with self.db.writing() as db:
            moved = db.execute(
                "UPDATE followed SET position = ?, digest = ? WHERE shard = ? AND (position, digest) = (?, ?)",
                (*is_now, shard, *was),
            )
            return _added(db, notices) if moved.rowcount else None

    def swept(self) -> Swept:
        """Up to when schedules were looked at."""
        return Swept(*self.db.all("SELECT swept, catalogues FROM outbox")[0])

    def put_swept(self, followed: Sequence[Followed], swept: Swept, notices: Iterable[Notice]) -> int | None:
        """Add what schedules are told about, as they stood when so much was followed, and that they were looked at."""
        with self.db.writing() as db:
            rows = db.execute("SELECT position, digest FROM followed ORDER BY shard").fetchall()
            if rows != [tuple(each) for each in followed]:
                return None
            db.execute("UPDATE outbox SET swept = ?, catalogues = ?", swept)
            return _added(db, notices)

    # One-time codes

    def put_code(self, contract: str, code: str, *, zone: str, now: Instant, until: Instant) -> int:
        """Add a code for a contract, to be told until an instant and forgotten then; its place among the notices.

        `zone` is that of the clocks of whoever is told.
        """
        with self.db.writing() as db:
            made = db.execute(
                "INSERT INTO notices (contract, version, kind, at, zone, key, facts, secret) VALUES (?,?,?,?,?,?,?,?)",
                (contract, 0, "code", now, zone, secrets.token_hex(8), _encoded({"until": until}), code),
            )
            assert made.lastrowid is not None, "a row that was added has a number"
            return made.lastrowid

    def forget_codes(self, now: Instant) -> None:
        """Blank the codes that are of no use any more; nothing of them is left in the file or its log."""
        kept = self.db.all("SELECT seq, facts FROM notices WHERE secret IS NOT NULL")
        over = [(seq,) for seq, facts in kept if msgspec.json.decode(facts)["until"] <= now]
        if not over:
            return
        with self.db.writing() as db:
            db.executemany("UPDATE notices SET secret = NULL WHERE seq = ?", over)
        self.db.all("PRAGMA wal_checkpoint(TRUNCATE)")

    # Reading

    def rows(self, after: int, limit: int) -> list[OutboxRow]:
        """The next notices behind one, in order."""
        found = self.db.all(f"SELECT {_COLUMNS} FROM notices WHERE seq > ? ORDER BY seq LIMIT ?", after, limit)
        return [_row(*row) for row in found]

    def row(self, seq: int) -> OutboxRow | None:
        """One of them, if it is still there."""
        found = self.db.one(f"SELECT {_COLUMNS} FROM notices WHERE seq = ?", seq)
        return None if found is None else _row(*found)

    def last(self) -> int:
        """The newest notice there ever was, 0 for none."""
        rows = self.db.all("SELECT seq FROM sqlite_sequence WHERE name = 'notices'")
        return int(rows[0][0]) if rows else 0

    def token(self, seq: int) -> str:
        """What a notice is called outside."""
        return f"{self._name}-{seq}"

    def seq_of(self, token: str) -> int | None:
        """The notice that is called so; None where no notice of this outbox is."""
        found = _TOKEN.fullmatch(token)
        if found is None or found[1] != self._name or int(found[2]) > self.last():
            return None
        return int(found[2])


def _added(db: Connection, notices: Iterable[Notice]) -> int:
    """Add notices that were not told yet; how many that were."""
    before = db.total_changes
    db.executemany(
        "INSERT INTO notices (contract, version, kind, at, zone, key, facts) VALUES (?,?,?,?,?,?,?) "
        "ON CONFLICT DO NOTHING",
        [
            (each.contract, each.version, each.kind, each.at, each.zone, each.key, _encoded(each.facts))
            for each in notices
        ],
    )
    return db.total_changes - before


def _encoded(facts: object) -> str:
    return msgspec.json.encode(facts).decode()


def _row(
    seq: int, kind: Any, contract: str, version: int, at: int, zone: str, key: str, facts: str, secret: str | None
) -> OutboxRow:
    return OutboxRow(seq, Notice(kind, contract, version, at, zone, key, msgspec.json.decode(facts)), secret)
