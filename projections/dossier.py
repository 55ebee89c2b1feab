"""The dossier of a claim: the charge as printed and explained, what stands around it, what was done since (R-11)."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from ledger import periods
from ledger.account import Account
from ledger.events import (
    Adjusted,
    ChargeReversed,
    DisputeOpened,
    DisputeResolved,
    Event,
    OptionConnected,
    OptionFeeCharged,
    RefreshRefused,
    UsageCharged,
    UsageUnrated,
)
from ledger.evolve import BrokenLog
from ledger.log.store import Reading
from ledger.periods import Instant
from ledger.rules.disputes import CLAIM_MONTHS
from ledger.rules.refresh import Reply
from ledger.timeline import CatalogueTimeline
from ledger.units import Kopecks
from projections.balances import Balance, balance
from projections.disputes import DisputeRow
from projections.explain.explain import Explanation, explain
from projections.ledger_line import Line, printed_lines
from projections.replies import Replies
from projections.returned import SoFar, so_far
from projections.usage_row import UsageRow, usage_row

AROUND: Final = 4
"""Events shown on each side of the disputed one."""
EARLIER_MAX: Final = 6


class Happened(msgspec.Struct, frozen=True):
    """An event, what it answered to a request for a refresh, and the line that a statement prints of it, if it does."""

    event: Event
    reply: Reply | None
    line: Line | None


class Month(msgspec.Struct, frozen=True):
    """The same charge in one calendar month: its first day, how often, and what it moved on the wallet in kopecks."""

    month: date
    count: int
    amount: Kopecks
    versions: list[int]


class Answer(msgspec.Struct, frozen=True):
    """What was answered to the claim, when and by whom; `version` is that of its event."""

    outcome: str
    text: str
    by: str | None
    booked_at: Instant
    version: int


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one claim, on the clocks of `zone`.

    `line` and `row` are the disputed event as a statement prints it, if it does. `last_day` is the last local date on
    which it could be disputed, `days_left` how long an open claim can still be answered in time (below 0: overdue).
    `earlier` are lines of the same charge before it, the newest first, `months` the same by months, its own included
    as far as it had gone. `since` are the claims, answers, reversals and adjustments that cite the event; `given_back`
    and `left` say in kopecks how much of its money was reversed and how much still can be, `adjusted` is the sum of
    those adjustments, `so_far` what moved back by which of them, and why nothing is left where nothing is. `now` is
    what the account has behind its last event, `now_version`.
    """

    dispute: DisputeRow
    zone: str
    registered_at: Instant
    source: str
    by: str | None
    text: str
    last_day: date
    days_left: int | None
    answer: Answer | None
    line: Line | None
    row: UsageRow | None
    explanation: Explanation
    around: list[Happened]
    earlier: list[Line]
    months: list[Month]
    since: list[Happened]
    given_back: Kopecks
    adjusted: Kopecks
    left: Kopecks
    so_far: SoFar
    now: Balance
    now_version: int

    @property
    def gave(self) -> bool:
        """Whether the disputed event put money into the wallet: upholding the claim takes it back."""
        return self.line is not None and self.line.amount > 0 and self.so_far.state != "reversal"


def dossier(
    log: Reading, catalogues: CatalogueTimeline, account: Account, dispute: DisputeRow, *, today: date
) -> Dossier:
    """The dossier of a claim of an account, seen on a local date. Raises as `explain` does."""
    zone = account.zone
    events: dict[int, Event] = {}
    replies: dict[int, Reply | None] = {}
    told = Replies(account.account, catalogues)
    for stored in log.events(account.account):
        events[stored.version] = event = log.opened(stored)
        replies[stored.version] = told.behind(stored.position, event)
    disputed, opening = events[dispute.event], events[dispute.version]
    if not isinstance(opening, DisputeOpened) or opening.input is None:
        raise BrokenLog(f"account {dispute.contract}: version {dispute.version} opens no claim")
    lines = printed_lines(events.values(), zone)
    alike = [
        event
        for event in events.values()
        if event.version < disputed.version and _charge(event, lines) == _charge(disputed, lines)
    ]
    citing = [event for event in events.values() if disputed.version in _cites(event)]

    def happened(event: Event) -> Happened:
        return Happened(event, replies[event.version], lines.get(event.version))

    moved = so_far(account, events.values(), disputed, edition=catalogues.newest().edition)
    earlier = [lines[event.version] for event in alike if event.version in lines]
    return Dossier(
        dispute=dispute,
        zone=zone,
        registered_at=opening.booked_at,
        source=opening.input.source,
        by=opening.input.by,
        text=opening.personal.text or "",
        last_day=periods.months_after(periods.local_date(disputed.booked_at, zone), CLAIM_MONTHS),
        days_left=(dispute.answer_due - today).days if dispute.state == "open" else None,
        answer=_answer(citing, dispute.version),
        line=lines.get(disputed.version),
        row=usage_row(disputed),
        explanation=explain(log, catalogues, account.account, disputed.version),
        around=[happened(event) for event in events.values() if 0 < abs(event.version - disputed.version) <= AROUND],
        earlier=earlier[: -EARLIER_MAX - 1 : -1],
        months=_months(alike, lines, zone)[-EARLIER_MAX:],
        since=[happened(event) for event in citing],
        given_back=account.corrected_of(disputed.version).amount,
        adjusted=sum(event.amount for event in citing if isinstance(event, Adjusted)),
        left=moved.left,
        so_far=moved,
        now=balance(account),
        now_version=account.version,
    )


def _charge(event: Event, lines: dict[int, Line]) -> tuple[str, ...]:
    """What makes two events the same charge: usage of a service in a zone, a fee of its kind, or the event's type."""
    match event:
        case UsageCharged() | UsageUnrated():
            return "usage", event.service, event.direction, event.zone
        case OptionConnected() | OptionFeeCharged():
            return "option", event.option
        case RefreshRefused():
            return "refused", event.reason
        case _:
            line = lines.get(event.version)
            return (line.kind,) if line else (type(event).__name__,)


def _months(alike: Sequence[Event], lines: dict[int, Line], zone: str) -> list[Month]:
    found: dict[date, list[int]] = {}
    for event in alike:
        month = periods.local_date(event.booked_at, zone).replace(day=1)
        found.setdefault(month, []).append(event.version)
    return [
        Month(month, len(versions), sum(lines[each].amount for each in versions if each in lines), versions)
        for month, versions in found.items()
    ]


def _answer(citing: Sequence[Event], opened: int) -> Answer | None:
    for event in citing:
        if isinstance(event, DisputeResolved) and event.opened == opened:
            by = event.input.by if event.input else None
            return Answer(event.outcome, event.personal.text or "", by, event.booked_at, event.version)
    return None


def _cites(event: Event) -> tuple[int, ...]:
    match event:
        case ChargeReversed() | DisputeOpened() | DisputeResolved():
            return (event.event,)
        case Adjusted():
            return event.cites
        case _:
            return ()
