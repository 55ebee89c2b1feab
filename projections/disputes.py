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
    """One claim; dates are local, `overdue` as of the day asked about, `version` that of its opening."""

    dispute: str
    account: str
    event: int
    opened: str
    answer_due: str
    premium: bool
    overdue: bool
    state: str
    version: int


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
    """The queue: premium plans first, then by due date (R-11.4)."""
    return [row for row in rows(db, today=today) if row.state == "open"]


def rows(db: Any, *, today: date, dispute: str | None = None) -> list[DisputeRow]:
    """Every claim, or those of one id: open ones first, then premium plans, then by due date."""
    where, values = ("WHERE id = ?", (dispute,)) if dispute is not None else ("", ())
    found = db.execute(
        f"SELECT id, account, event, opened, answer_due, premium, state, opened_version FROM disputes {where} "
        "ORDER BY state <> 'open', premium DESC, answer_due, account, opened_version",
        values,
    )
    return [
        DisputeRow(
            id, account, event, opened, due, bool(premium), state == "open" and due < today.isoformat(), state, version
        )
        for id, account, event, opened, due, premium, state, version in found
    ]
