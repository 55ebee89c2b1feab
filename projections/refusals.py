"""Refusals: what a rule refused, with its reason and the facts it tested (R-5.3, R-12.1)."""

from typing import Any, Final

import msgspec

from ledger.contracts import Contract, Contracts
from ledger.events import Event, InputRefused, RefreshRefused
from ledger.periods import Instant
from ledger.reasons import RefusalReason
from projections.cache import Cache
from projections.event_context import EventContext

TABLES = (
    "CREATE TABLE refusals (account TEXT NOT NULL, version INTEGER NOT NULL, input_type TEXT NOT NULL, reason TEXT "
    "NOT NULL, facts TEXT NOT NULL, booked_at INTEGER NOT NULL, zone TEXT NOT NULL, PRIMARY KEY (account, version)) "
    "WITHOUT ROWID",
)
TAKES: Final = (RefreshRefused, InputRefused)
"""The events it looks at."""


def take(db: Cache, seen: EventContext, event: Event) -> None:
    """Note a refusal."""
    if isinstance(event, RefreshRefused | InputRefused):
        facts = msgspec.json.encode(event.facts, order="sorted").decode()
        account = seen.account
        db.execute(
            "INSERT INTO refusals VALUES (?,?,?,?,?,?,?)",
            (account.account, event.version, event.input_type, event.reason, facts, event.booked_at, account.zone),
        )


class RefusalRow(msgspec.Struct, frozen=True):
    """One refusal with the facts it tested; `zone` is that of its account."""

    contract: Contract
    version: int
    input_type: str
    reason: RefusalReason
    facts: dict[str, Any]
    booked_at: Instant
    zone: str


def rows(db: Cache, contracts: Contracts, account_id: str | None = None) -> list[RefusalRow]:
    """Every refusal, or those of one contract, by contract and version."""
    where, values = ("WHERE account = ?", (account_id,)) if account_id else ("", ())
    found = db.execute(
        f"SELECT account, version, input_type, reason, facts, booked_at, zone FROM refusals {where}", values
    ).fetchall()
    named = contracts.named_all({row[0] for row in found})
    refused = [
        RefusalRow(named[id], version, input_type, reason, msgspec.json.decode(facts), int(booked_at), zone)
        for id, version, input_type, reason, facts, booked_at, zone in found
    ]
    return sorted(refused, key=lambda row: (row.contract, row.version))
