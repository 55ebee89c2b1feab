"""Payments: every top-up and refund of a channel, and by what a bank's own list of them is recognised (R-7.1, R-15.5).

The id of a payment is personal, and sealed in the log. Beside the rows stand tags, keyed digests of number and id, by
which a payment is found without opening any event; an erasure takes them away (R-15.9). They follow from the log and
the keys together, so that no audit of the views looks at them: what has no tag yet gets it before a question.
"""

import hashlib
from collections.abc import Sequence
from operator import itemgetter
from typing import Final

from ledger.contracts import ERASED, is_number
from ledger.events import Event, PersonalErased, Refunded, ToppedUp
from ledger.log.store import Reading, Stored
from ledger.periods import Instant
from ledger.units import Kopecks
from projections.cache import Cache, writing
from projections.event_context import EventContext

TABLES: Final = (
    "CREATE TABLE payments (account TEXT NOT NULL, version INTEGER NOT NULL, channel TEXT NOT NULL, "
    "at INTEGER NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (account, version)) WITHOUT ROWID",
    "CREATE INDEX payments_by_time ON payments (channel, at, amount)",
    "CREATE TABLE payment_tags (account TEXT NOT NULL, version INTEGER NOT NULL, tag BLOB, channel TEXT NOT NULL, "
    "at INTEGER NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (account, version)) WITHOUT ROWID",
    "CREATE INDEX payments_by_tag ON payment_tags (tag, channel, at, amount)",
    "CREATE TABLE payment_tags_of (keys BLOB NOT NULL)",
)
TAKES: Final = (ToppedUp, Refunded)


def other_channels(db: Cache, channel: str) -> list[str]:
    """Where nothing was ever paid by a channel: those by which something was."""
    if db.execute("SELECT 1 FROM payments WHERE channel = ? LIMIT 1", (channel,)).fetchone() is not None:
        return []
    return [name for (name,) in db.execute("SELECT DISTINCT channel FROM payments ORDER BY channel")]


"""The events it looks at."""
TAG_BYTES: Final = 16
TAGGED_AT_ONCE: Final = 10_000


def take(db: Cache, seen: EventContext, event: Event) -> None:
    """Note a payment."""
    if isinstance(event, TAKES):
        db.execute("INSERT INTO payments VALUES (?,?,?,?,?)", (seen.account.account, event.version, *_said(event)))


def _said(event: ToppedUp | Refunded) -> tuple[str, Instant, Kopecks]:
    """Channel, when it happened, and the amount; a refund is below zero."""
    return event.channel, event.occurred_at, event.amount if isinstance(event, ToppedUp) else -event.amount


class Tags:
    """Tags of payments under the keys at hand."""

    def __init__(self, log: Reading) -> None:
        self._log = log
        self._key = log.keyring.key_of_tags()
        self._followed: list[Stored] = []
        self._erased: list[tuple[str]] = []

    def of(self, number: str, id: str) -> bytes:
        """The tag of a payment."""
        return hashlib.blake2b(f"{number}\0{id}".encode(), digest_size=TAG_BYTES, key=self._key).digest()

    def follow(self, stored: Stored, event: Event) -> None:
        """Have an event tagged where it is a payment, or its contract's tags forgotten where that was erased."""
        if isinstance(event, TAKES):
            self._followed.append(stored)
        elif isinstance(event, PersonalErased):
            self._erased.append((stored.account,))

    def put(self, db: Cache) -> None:
        """Write what was followed, within a transaction."""
        self._fit(db)
        self._tag(db, self._followed)
        db.executemany("UPDATE payment_tags SET tag = NULL WHERE account = ?", self._erased)
        self._followed, self._erased = [], []

    def complete(self, db: Cache) -> None:
        """Tag what has no tag: what was folded and not followed, and contracts whose keys came back."""
        with writing(db):
            self._fit(db)
            if len({db.execute(f"SELECT COUNT(*) FROM {name}").fetchone() for name in _BOTH}) == 1:
                return
        untagged = db.execute(_UNTAGGED).fetchall()
        for start in range(0, len(untagged), TAGGED_AT_ONCE):
            some = [self._log.stored(*row) for row in untagged[start : start + TAGGED_AT_ONCE]]
            with writing(db):
                self._tag(db, [stored for stored in some if stored is not None])

    def _fit(self, db: Cache) -> None:
        """Drop tags that were made under other keys."""
        mark = hashlib.blake2b(b"keys of tags", digest_size=TAG_BYTES, key=self._key).digest()
        if db.execute("SELECT keys FROM payment_tags_of").fetchall() != [(mark,)]:
            db.execute("DELETE FROM payment_tags")
            db.execute("DELETE FROM payment_tags_of")
            db.execute("INSERT INTO payment_tags_of VALUES (?)", (mark,))

    def _tag(self, db: Cache, payments: Sequence[Stored]) -> None:
        contracts = self._log.contracts.named_all({each.account for each in payments})
        tagged = []
        for stored in payments:
            number = contracts[stored.account].number
            if not is_number(number) and number != ERASED:
                continue  # the key is not at hand
            event = self._log.opened(stored)
            assert isinstance(event, TAKES), "only payments are tagged"
            tag = self.of(number, event.input.id) if number != ERASED and event.input is not None else None
            tagged.append((stored.account, stored.version, tag, *_said(event)))
        db.executemany("INSERT OR REPLACE INTO payment_tags VALUES (?,?,?,?,?,?)", sorted(tagged, key=itemgetter(0, 1)))


_BOTH: Final = ("payment_tags", "payments")
_UNTAGGED: Final = (
    "SELECT account, version FROM payments WHERE NOT EXISTS (SELECT 1 FROM payment_tags AS tagged "
    "WHERE tagged.account = payments.account AND tagged.version = payments.version)"
)
