"""Unrated: the records that nobody could rate yet (R-6.8, R-11.6)."""

from typing import Any, Final

import msgspec

from ledger import periods
from ledger.events import Event, UsageCharged, UsageUnrated
from ledger.reasons import UnratedReason
from projections.event_context import EventContext

TABLES = (
    "CREATE TABLE unrated (account TEXT NOT NULL, version INTEGER NOT NULL, reason TEXT NOT NULL, zone TEXT NOT NULL, "
    "service TEXT NOT NULL, occurred_at TEXT NOT NULL, PRIMARY KEY (account, version)) WITHOUT ROWID",
)
TAKES: Final = (UsageUnrated, UsageCharged)
"""The events it looks at."""


class UnratedRow(msgspec.Struct, frozen=True):
    """One record that waits for a price; `version` is its first event, `occurred_at` local."""

    account: str
    version: int
    reason: UnratedReason
    zone: str
    service: str
    occurred_at: str


def take(db: Any, seen: EventContext, event: Event) -> None:
    """Note an unrated record; forget it when it has been rated again."""
    match event:
        case UsageUnrated(record=None):
            occurred_at = periods.local_text(event.occurred_at, seen.account.zone)
            db.execute(
                "INSERT INTO unrated VALUES (?,?,?,?,?,?)",
                (seen.account.account, event.version, event.reason, event.zone, event.service, occurred_at),
            )
        case UsageUnrated(record=int(version)):
            key = (event.reason, seen.account.account, version)
            db.execute("UPDATE unrated SET reason = ? WHERE account = ? AND version = ?", key)
        case UsageCharged(record=int(version)):
            db.execute("DELETE FROM unrated WHERE account = ? AND version = ?", (seen.account.account, version))
        case _:
            pass


def rows(db: Any) -> list[UnratedRow]:
    """Every record that waits, by account and version."""
    found = db.execute("SELECT account, version, reason, zone, service, occurred_at FROM unrated ORDER BY 1, 2")
    return [UnratedRow(*row) for row in found]
