"""The statement (детализация): usage and ledger, never mixed, and what is left (R-13, contract §5)."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from operator import attrgetter

import msgspec

from ledger import events as ev
from ledger import periods
from ledger.account import Account
from ledger.contracts import Contract
from ledger.events import Event
from ledger.evolve import evolve
from ledger.periods import Instant
from ledger.rules import tariff
from ledger.timeline import CatalogueTimeline
from ledger.units import Kopecks, TenThousandths
from projections.ledger_line import Broken, Line, ledger_line
from projections.months import Month, Months
from projections.next_charges import NextCharges, next_charges
from projections.packages import BucketRow, rows
from projections.summary import Summary, Tally
from projections.unrated_record import UnratedRecord, unrated_record
from projections.usage_row import UsageRow, usage_row

_NAMING = (ev.PlanConnected, ev.MonthlyFeeCharged, ev.DailyFeeCharged, ev.PackagesRefreshed)
"""Events that say what the plan is called, so that no later catalogue renames it (R-3.6)."""


class UsageTotal(msgspec.Struct, frozen=True):
    """Sums of the usage rows; the one without VAT adds rounded rows (R-1.6)."""

    amount: Kopecks
    amount_ex_vat: TenThousandths


class Statement(msgspec.Struct, frozen=True, kw_only=True, weakref=True):
    """What a contract did in local dates `[since, until]`, and what it had at the end of them.

    `zone` is that of its dates. `plan_name` is what the plan was called by then, None before the first one; `unrated`
    are the records that were booked without a price (R-13.6). `waiting` is what the schedule books next from there on.
    `former_id` is the id it had before its personal data were destroyed, where that was kept (R-15.9). Where they were
    asked for, `summary` says what it comes to, and `months` are the newest ones up to its end; no id depends on them.
    """

    contract: Contract
    zone: str
    since: date
    until: date
    final: bool
    opening: Kopecks
    closing: Kopecks
    lines: list[Line]
    usage: list[UsageRow]
    usage_total: UsageTotal
    unrated: list[UnratedRecord] = []
    left: list[BucketRow]
    mode: ev.Mode
    plan_name: str | None = None
    next_due: Instant | None
    next_fee: Kopecks | None
    waiting: NextCharges = NextCharges()
    former_id: str | None = None
    summary: Summary | None = None
    months: list[Month] = []


class Dates(msgspec.Struct, frozen=True):
    """The local dates of a statement, both included, and the id it had before an erasure, where that was kept.

    `summarised`: with its summary and months.
    """

    since: date
    until: date
    former_id: str | None = None
    summarised: bool = False


def statement(
    contract: Contract,
    account: Account,
    events: Iterable[tuple[int, Event]],
    catalogues: CatalogueTimeline,
    *,
    since: date,
    until: date,
    former_id: str | None = None,
    summarised: bool = False,
) -> Statement:
    """The statement of a contract over local dates `since` to `until`, both included, as of `statements`."""
    asked = Dates(since, until, former_id, summarised)
    (made,) = statements(contract, account, events, catalogues, [asked])
    return made


def statements(
    contract: Contract,
    account: Account,
    events: Iterable[tuple[int, Event]],
    catalogues: CatalogueTimeline,
    asked: Sequence[Dates],
) -> list[Statement]:
    """The statements of a contract over ranges of local dates, in their order, its events folded once for all.

    `events` are the contract's from the first one on, with their positions; they are read up to the end of the last
    range. A statement is final once something was booked at or behind its end, and then never changes (R-13.5). What
    comes next is decided by the catalogue of that booking, before there is one by the newest. Raises Broken.
    """
    zone = account.zone
    ranges = [_Range(dates, zone, catalogues) for dates in asked]
    months = Months(zone) if any(dates.summarised for dates in asked) else None
    earliest = min(part.begin for part in ranges)
    going_on = sorted(ranges, key=attrgetter("end"))
    reached = _Reached(months)
    known: dict[int, Line] = {}
    made: dict[_Range, Statement] = {}
    for position, event in events:
        booked_at = event.booked_at
        while going_on and going_on[0].end <= booked_at:
            ended = going_on.pop(0)
            made[ended] = _made(contract, zone, ended, reached, catalogues, final_at=position)
        if not going_on:
            break
        before = reached.wallet
        reached.state, reached.position = evolve(reached.state, event, account.account), position
        if isinstance(event, _NAMING):
            reached.plan_name = event.plan_name
        line = ledger_line(event, zone, known)
        if line is not None:
            known[event.version] = line
            if months is not None:
                months.add(line)
        if booked_at >= earliest:
            row, record = usage_row(event), unrated_record(event)
            for part in going_on:
                if booked_at >= part.begin:
                    part.add(before, line, row, record)
                    if part.tally is not None:
                        part.tally.add(position, event)
    made |= {part: _made(contract, zone, part, reached, catalogues) for part in going_on}
    return [made[part] for part in ranges]


class _Reached:
    """How far the events of a contract were followed: what they left, and what they called the plan.

    `months` are those up to there, where a range needs them.
    """

    def __init__(self, months: Months | None) -> None:
        self.months = months
        self.state: Account | None = None
        self.position = 0
        self.plan_name: str | None = None

    @property
    def wallet(self) -> Kopecks:
        return self.state.wallet if self.state is not None else 0


class _Range:
    """What the events of a range of dates have said so far."""

    def __init__(self, dates: Dates, zone: str, catalogues: CatalogueTimeline) -> None:
        self.dates = dates
        self.tally = Tally(catalogues) if dates.summarised else None
        self.begin = periods.day_start(dates.since, zone)
        self.end = periods.day_start(dates.until + timedelta(days=1), zone)
        self.opening: Kopecks | None = None
        self.lines: list[Line] = []
        self.usage: list[UsageRow] = []
        self.unrated: list[UnratedRecord] = []

    def add(self, before: Kopecks, line: Line | None, row: UsageRow | None, record: UnratedRecord | None) -> None:
        """One more event, and the wallet before it."""
        if self.opening is None:
            self.opening = before
        if line is not None:
            self.lines.append(line)
        if row is not None:
            self.usage.append(row)
        if record is not None:
            self.unrated.append(record)


def _made(
    contract: Contract,
    zone: str,
    part: _Range,
    reached: _Reached,
    catalogues: CatalogueTimeline,
    *,
    final_at: int | None = None,
) -> Statement:
    """The statement of a range whose events were all met; `final_at` is the position of the first one behind it."""
    state, usage = reached.state, part.usage
    made = Statement(
        contract=contract,
        zone=zone,
        since=part.dates.since,
        until=part.dates.until,
        final=final_at is not None,
        opening=reached.wallet if part.opening is None else part.opening,
        closing=reached.wallet,
        lines=part.lines,
        usage=usage,
        usage_total=UsageTotal(sum([row.amount for row in usage]), sum([row.amount_ex_vat for row in usage])),
        unrated=part.unrated,
        left=rows(state, at=part.end) if state else [],
        mode=state.mode if state else "none",
        plan_name=reached.plan_name,
        next_due=state.period.next_due if state and state.period else None,
        next_fee=_next_fee(state, catalogues, reached.position) if state else None,
        waiting=_waiting(state, catalogues, final_at),
        former_id=part.dates.former_id,
        summary=part.tally.made() if part.tally else None,
        months=_months(part, reached, zone, final=final_at is not None) if part.tally else [],
    )
    check(made)
    return made


def _months(part: _Range, reached: _Reached, zone: str, *, final: bool) -> list[Month]:
    """The months up to the end of a range, or up to the account's clock while that has not reached it."""
    if reached.months is None or reached.state is None:
        return []
    return reached.months.up_to(
        part.dates.until if final else periods.local_date(reached.state.clock, zone), over=final
    )


def _waiting(state: Account | None, catalogues: CatalogueTimeline, final_at: int | None) -> NextCharges:
    if state is None:
        return NextCharges()
    return next_charges(state, catalogues.newest() if final_at is None else catalogues.at(final_at))


def check(made: Statement) -> None:
    """Opening + lines = closing, each line's balance, and usage lines = usage rows; Broken otherwise (R-13.2)."""
    running = made.opening
    for line in made.lines:
        running += line.amount
        if running != line.balance:
            raise Broken(f"version {line.version}: the balance after it is {line.balance}, not {running}")
    if running != made.closing:
        raise Broken(f"opening and lines give {running}, the closing balance is {made.closing}")
    lines = -sum(line.amount for line in made.lines if line.kind == "usage")
    if lines != made.usage_total.amount:
        raise Broken(f"usage lines give {lines}, usage rows {made.usage_total.amount}")
    if made.summary is not None and made.opening + made.summary.moved != made.closing:
        raise Broken(
            f"opening and summary give {made.opening + made.summary.moved}, the closing balance is {made.closing}"
        )


def _next_fee(state: Account, catalogues: CatalogueTimeline, position: int) -> Kopecks | None:
    """The effective monthly fee on the local date of the next due instant, by the catalogue of the last event."""
    if state.period is None:
        return None
    day = periods.local_date(state.period.next_due, state.zone)
    plan = tariff.plan_version(state, catalogues.at(position), day)
    return tariff.effective_fee(state, plan.monthly_fee, day) if plan else None
