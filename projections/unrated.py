"""Unrated: the records that nobody could rate yet (R-6.8, R-11.6)."""

from typing import Final

import msgspec

from ledger.contracts import Contract, Contracts
from ledger.events import Event, UsageCharged, UsageUnrated
from ledger.periods import Instant
from ledger.reasons import UnratedReason
from projections.cache import Cache
from projections.event_context import EventContext

TABLES = (
    "CREATE TABLE unrated (account TEXT NOT NULL, version INTEGER NOT NULL, reason TEXT NOT NULL, zone TEXT NOT NULL, "
    "service TEXT NOT NULL, occurred_at INTEGER NOT NULL, clocks TEXT NOT NULL, PRIMARY KEY (account, version)) "
    "WITHOUT ROWID",
)
TAKES: Final = (UsageUnrated, UsageCharged)
"""The events it looks at."""


class UnratedRow(msgspec.Struct, frozen=True):
    """One record that waits for a price; `version` is its first event, `clocks` the zone of its account."""

    contract: Contract
    version: int
    reason: UnratedReason
    zone: str
    service: str
    occurred_at: Instant
    clocks: str


def take(db: Cache, seen: EventContext, event: Event) -> None:
    """Note an unrated record; forget it when it has been rated again."""
    match event:
        case UsageUnrated(record=None):
            account = seen.account
            db.execute(
                "INSERT INTO unrated VALUES (?,?,?,?,?,?,?)",
                (
                    account.account,
                    event.version,
                    event.reason,
                    event.zone,
                    event.service,
                    event.occurred_at,
                    account.zone,
                ),
            )
        case UsageUnrated(record=int(version)):
            key = (event.reason, seen.account.account, version)
            db.execute("UPDATE unrated SET reason = ? WHERE account = ? AND version = ?", key)
        case UsageCharged(record=int(version)):
            db.execute("DELETE FROM unrated WHERE account = ? AND version = ?", (seen.account.account, version))
        case _:
            pass


def rows(db: Cache, contracts: Contracts) -> list[UnratedRow]:
    """Every record that waits, by contract and version."""
    query = "SELECT account, version, reason, zone, service, occurred_at, clocks FROM unrated"
    found = db.execute(query).fetchall()
    named = contracts.named_all({row[0] for row in found})
    waiting = [
        UnratedRow(named[id], version, reason, zone, service, int(occurred_at), clocks)
        for id, version, reason, zone, service, occurred_at, clocks in found
    ]
    return sorted(waiting, key=lambda row: (row.contract, row.version))
