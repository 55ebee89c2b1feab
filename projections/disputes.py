"""Disputes: the claims, open ones first by premium plan, then by the date the answer is due (R-11.4)."""

from datetime import date
from typing import Any, Final

import msgspec

from ledger import periods
from ledger.events import DisputeOpened, DisputeResolved, Event
from projections.seen import Seen

TABLES = (
    "CREATE TABLE disputes (account TEXT NOT NULL, opened_version INTEGER NOT NULL, id TEXT NOT NULL, event INTEGER "
    "NOT NULL, opened TEXT NOT NULL, answer_due TEXT NOT NULL, premium INTEGER NOT NULL, state TEXT NOT NULL, "
    "PRIMARY KEY (account, opened_version)) WITHOUT ROWID",
)
TAKES: Final = (DisputeOpened, DisputeResolved)
"""The events it looks at."""


class DisputeRow(msgspec.Struct, frozen=True):
    """One claim; dates are local, `overdue` as of the day asked about."""

    dispute: str
    account: str
    event: int
    opened: str
    answer_due: str
    premium: bool
    overdue: bool
    state: str


def take(db: Any, seen: Seen, event: Event) -> None:
    """Note a claim, and its answer. A claim is premium by the plan under which it was opened."""
    match event:
        case DisputeOpened():
            assert event.input is not None
            day = periods.local_date(event.booked_at, seen.account.zone)
            plan_id = seen.account.plan_of(event.version)
            plan = seen.catalogue.plan(plan_id, day) if plan_id else None
            db.execute(
                "INSERT INTO disputes VALUES (?,?,?,?,?,?,?,'open')",
                (
                    seen.account.account,
                    event.version,
                    event.input.id,
                    event.event,
                    day.isoformat(),
                    event.answer_due,
                    bool(plan and plan.premium),
                ),
            )
        case DisputeResolved():
            db.execute(
                "UPDATE disputes SET state = ? WHERE account = ? AND opened_version = ?",
                (event.outcome, seen.account.account, event.opened),
            )
        case _:
            pass


def open_rows(db: Any, *, today: date) -> list[DisputeRow]:
    """The queue: premium plans first, then by due date."""
    found = db.execute(
        "SELECT id, account, event, opened, answer_due, premium, state FROM disputes WHERE state = 'open' "
        "ORDER BY premium DESC, answer_due, account, opened_version"
    )
    return [
        DisputeRow(id, account, event, opened, due, bool(premium), due < today.isoformat(), state)
        for id, account, event, opened, due, premium, state in found
    ]
