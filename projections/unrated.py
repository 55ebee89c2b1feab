"""Unrated: the records that nobody could rate yet (R-6.8, R-11.6)."""

from collections.abc import Sequence
from typing import Final

import msgspec

from ledger.contracts import Contract
from ledger.events import Event, InputRef, UsageCharged, UsageUnrated
from ledger.periods import Instant
from ledger.reasons import UnratedReason
from ledger.units import RecordQuantity
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


class UnratedRecord(msgspec.Struct, frozen=True):
    """The same with what its first event says besides.

    `quantity` is in seconds, pieces or bytes; `plan` the plan of its account at its time, whose prices it lacks.
    """

    row: UnratedRow
    direction: str
    quantity: RecordQuantity
    peer: str | None
    input: InputRef | None
    plan: str | None


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


def waiting(db: Cache) -> list[str]:
    """The contracts that have records which wait, by their ids."""
    return [id for (id,) in db.execute("SELECT DISTINCT account FROM unrated")]


def rows(db: Cache, contracts: Sequence[Contract]) -> list[UnratedRow]:
    """The records of some contracts that wait, contract by contract, each in order of version."""
    query = "SELECT version, reason, zone, service, occurred_at, clocks FROM unrated WHERE account = ? ORDER BY version"
    return [
        UnratedRow(contract, version, reason, zone, service, int(occurred_at), clocks)
        for contract in contracts
        for version, reason, zone, service, occurred_at, clocks in db.execute(query, (contract.id,))
    ]
