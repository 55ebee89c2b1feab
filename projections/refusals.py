"""Refusals: what a rule refused, with its reason and the facts it tested (R-5.3, R-12.1)."""

from typing import Any, Final

import msgspec

from ledger import periods
from ledger.events import Event, InputRefused, RefreshRefused
from ledger.reasons import RefusalReason
from projections.event_context import EventContext

TABLES = (
    "CREATE TABLE refusals (account TEXT NOT NULL, version INTEGER NOT NULL, input_type TEXT NOT NULL, reason TEXT "
    "NOT NULL, facts TEXT NOT NULL, booked_at TEXT NOT NULL, PRIMARY KEY (account, version)) WITHOUT ROWID",
)
TAKES: Final = (RefreshRefused, InputRefused)
"""The events it looks at."""


def take(db: Any, seen: EventContext, event: Event) -> None:
    """Note a refusal."""
    if isinstance(event, RefreshRefused | InputRefused):
        facts = msgspec.json.encode(event.facts, order="sorted").decode()
        booked_at = periods.local_text(event.booked_at, seen.account.zone)
        db.execute(
            "INSERT INTO refusals VALUES (?,?,?,?,?,?)",
            (seen.account.account, event.version, event.input_type, event.reason, facts, booked_at),
        )


class RefusalRow(msgspec.Struct, frozen=True):
    """One refusal with the facts it tested; `booked_at` is local."""

    account: str
    version: int
    input_type: str
    reason: RefusalReason
    facts: dict[str, Any]
    booked_at: str


def rows(db: Any, account: str | None = None) -> list[RefusalRow]:
    """Every refusal, or those of one account, by account and version."""
    where, values = ("WHERE account = ?", (account,)) if account else ("", ())
    found = db.execute(
        f"SELECT account, version, input_type, reason, facts, booked_at FROM refusals {where} ORDER BY 1, 2", values
    )
    return [
        RefusalRow(account, version, input_type, reason, msgspec.json.decode(facts), booked_at)
        for account, version, input_type, reason, facts, booked_at in found
    ]
