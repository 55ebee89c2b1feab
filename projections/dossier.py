"""The dossier of a claim: the charge as printed and explained, what stands around it, what was done since (R-11)."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import msgspec

from ledger import periods
from ledger.account import Account
from ledger.events import Adjusted, ChargeReversed, DisputeOpened, DisputeResolved, Event
from ledger.log.journal import Reading
from ledger.rules.disputes import CLAIM_MONTHS
from ledger.timeline import CatalogueTimeline
from projections.audit.explain import Explanation, explain
from projections.disputes import DisputeRow
from projections.events import shown
from projections.statement import Line, Statement, UsageRow, statement

AROUND: Final = 3
"""Events shown on each side of the disputed one."""
EARLIER_MAX: Final = 6


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one claim. `line` and `row` are the disputed charge as a statement prints it, if it does.

    `last_day` is the last local date on which the event can be disputed; `earlier` are lines of the same kind before
    it, the newest first; `since` are the claims, answers, reversals and adjustments that cite the event.
    """

    dispute: DisputeRow
    text: str
    by: str | None
    last_day: str
    line: Line | None
    row: UsageRow | None
    explanation: Explanation
    around: list[dict[str, Any]]
    earlier: list[Line]
    since: list[dict[str, Any]]


def dossier(log: Reading, catalogues: CatalogueTimeline, account: Account, dispute: DisputeRow) -> Dossier:
    """The dossier of a claim of an account."""
    events = [(stored.position, stored.event()) for stored in log.events(account.account)]
    by_version = {event.version: event for _, event in events}
    disputed, opening = by_version[dispute.event], by_version[dispute.version]
    assert isinstance(opening, DisputeOpened)
    day = periods.local_date(disputed.booked_at, account.zone)
    printed = _printed(account, events, catalogues, day)
    line = next((each for each in printed.lines if each.version == dispute.event), None)
    return Dossier(
        dispute=dispute,
        text=opening.personal.text or "",
        by=opening.input.by if opening.input else None,
        last_day=periods.months_after(day, CLAIM_MONTHS).isoformat(),
        line=line,
        row=next((each for each in printed.usage if each.version == dispute.event), None),
        explanation=explain(log, catalogues, account.account, dispute.event),
        around=[
            shown(account.account, account.zone, event)
            for _, event in events
            if abs(event.version - dispute.event) <= AROUND and event.version != dispute.event
        ],
        earlier=_earlier(printed.lines, line),
        since=[shown(account.account, account.zone, event) for _, event in events if _cites(event, dispute.event)],
    )


def _printed(
    account: Account, events: Sequence[tuple[int, Event]], catalogues: CatalogueTimeline, day: date
) -> Statement:
    """The statement from the opening to the day of the charge: the charge as printed, and those before it."""
    since = periods.local_date(events[0][1].booked_at, account.zone)
    return statement(account, events, catalogues, since=since, until=day)


def _earlier(lines: list[Line], line: Line | None) -> list[Line]:
    if line is None:
        return []
    alike = [each for each in lines if each.kind == line.kind and each.version < line.version]
    return alike[: -EARLIER_MAX - 1 : -1]


def _cites(event: Event, version: int) -> bool:
    match event:
        case ChargeReversed() | DisputeOpened() | DisputeResolved():
            return event.event == version
        case Adjusted():
            return version in event.cites
        case _:
            return False
