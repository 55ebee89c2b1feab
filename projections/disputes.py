"""Disputes: the claims, open ones first by premium plan, then by the date the answer is due (R-11.4)."""

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec

from ledger import periods
from ledger.contracts import Contract
from ledger.events import DisputeOpened, DisputeResolved, Event, InputRef
from ledger.log.sealed_form import stand_in
from ledger.log.store import Reading
from ledger.periods import Instant
from projections.cache import Cache
from projections.event_context import EventContext

TABLES = (
    "CREATE TABLE disputes (account TEXT NOT NULL, opened_version INTEGER NOT NULL, claim TEXT NOT NULL, event INTEGER "
    "NOT NULL, opened TEXT NOT NULL, answer_due TEXT NOT NULL, premium INTEGER NOT NULL, zone TEXT NOT NULL, state "
    "TEXT NOT NULL, PRIMARY KEY (account, opened_version)) WITHOUT ROWID",
)
TAKES: Final = (DisputeOpened, DisputeResolved)
"""The events it looks at."""


class DisputeRow(msgspec.Struct, frozen=True):
    """One claim; dates are local, `overdue` and `age_days` as of the day asked about, `version` that of its opening."""

    dispute: str
    contract: Contract
    event: int
    opened: date
    answer_due: date
    premium: bool
    overdue: bool
    state: str
    version: int
    age_days: int


def take(db: Cache, seen: EventContext, event: Event) -> None:
    """Note a claim, and its answer. A claim is premium by the plan under which it was opened.

    Of a sealed contract what stands for the claim's id is noted, not the id, which is personal (R-15.9).
    """
    match event:
        case DisputeOpened(input=InputRef(id=id)):
            day = periods.local_date(event.booked_at, seen.account.zone)
            plan_id = seen.account.plan_of(event.version)
            plan = seen.catalogue.plan(plan_id, day) if plan_id else None
            db.execute(
                "INSERT INTO disputes VALUES (?,?,?,?,?,?,?,?,'open')",
                (
                    seen.account.account,
                    event.version,
                    event.claim or id,
                    event.event,
                    day.isoformat(),
                    event.answer_due,
                    bool(plan and plan.premium),
                    seen.account.zone,
                ),
            )
        case DisputeResolved():
            db.execute(
                "UPDATE disputes SET state = ? WHERE account = ? AND opened_version = ?",
                (event.outcome, seen.account.account, event.opened),
            )
        case _:
            pass


def open_rows(db: Cache, log: Reading, *, today: date | Instant) -> list[DisputeRow]:
    """The queue: premium plans first, then by due date (R-11.4)."""
    return [row for row in rows(db, log, today=today) if row.state == "open"]


def rows(
    db: Cache, log: Reading, *, today: date | Instant, dispute: str | None = None, account_id: str | None = None
) -> list[DisputeRow]:
    """Every claim, or those of one id or contract: open ones first, then premium plans, then by due date.

    `today` is a date, or an instant whose local date counts for each account.
    """
    columns = "account, claim, event, opened, answer_due, premium, state, opened_version, zone"
    where, values = ("WHERE account = ?", (account_id,)) if account_id else ("", ())
    found = db.execute(f"SELECT {columns} FROM disputes {where}", values).fetchall()
    named = log.contracts.named_all({account for account, *_ in found})
    claims = []
    for account, claim, event, opened, due, premium, state, version, zone in found:
        if dispute is not None and not _is_called(log, account, claim, dispute):
            continue
        id = _id_of(log, account, version)
        claims.append(_row(named[account], id, event, opened, due, premium, state, version, zone, today=today))
    return sorted(claims, key=_urgency)


def _is_called(log: Reading, account: str, claim: str, id: str) -> bool:
    """Whether a contract's claim has an id; one that nobody can read is called by what stands for it."""
    name = log.keyring.claim_name(account)
    if name is not None:
        return claim == name(id)
    opener = log.keyring.opener(account)
    return id == claim or (isinstance(opener, str) and id == stand_in(opener, claim))


def _id_of(log: Reading, account: str, version: int) -> str:
    """The id of the claim that an event opened, or what stands for it."""
    opening = log.event(account, version)
    return opening.input.id if opening is not None and opening.input is not None else ""


def _urgency(row: DisputeRow) -> tuple[bool, bool, date, Contract, int]:
    return row.state != "open", not row.premium, row.answer_due, row.contract, row.version


def by_age(rows: Iterable[DisputeRow]) -> dict[str, int]:
    """How many open claims are how old, in days since they were registered; the overdue ones apart."""
    counted = dict.fromkeys(("0-7", "8-14", "15-30", "overdue"), 0)
    for row in rows:
        if row.state == "open":
            young = "0-7" if row.age_days <= 7 else "8-14" if row.age_days <= 14 else "15-30"
            counted["overdue" if row.overdue else young] += 1
    return counted


def _row(
    contract: Contract,
    id: str,
    event: int,
    opened: str,
    due: str,
    premium: int,
    state: str,
    version: int,
    zone: str,
    *,
    today: date | Instant,
) -> DisputeRow:
    day = today if isinstance(today, date) else periods.local_date(today, zone)
    answer_due, opened_on = date.fromisoformat(due), date.fromisoformat(opened)
    return DisputeRow(
        dispute=id,
        contract=contract,
        event=event,
        opened=opened_on,
        answer_due=answer_due,
        premium=bool(premium),
        overdue=state == "open" and answer_due < day,
        state=state,
        version=version,
        age_days=max((day - opened_on).days, 0),
    )
