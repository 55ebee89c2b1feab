"""Bills: the calendar months of a contract as a bill has them, each with the charges that it is made of (R-13)."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from typing import NamedTuple

from ledger import periods, units
from ledger.account import Account
from ledger.contracts import NO_KEY, Contract
from ledger.events import ChargeReversed, Event
from ledger.periods import Instant
from ledger.snapshot import Snapshot
from ledger.units import Kopecks, TenThousandths
from projections.ledger_line import Broken, Line
from projections.statement import Dates, Statement, statements
from scripts.app.accounts import require_account
from scripts.app.errors import Declined

PAYMENTS = frozenset({"top_up", "refund"})
"""Lines that are no charges: money that came in, or was paid out."""


class Charge(NamedTuple):
    """A line of a bill; `amount` is what the subscriber pays, less than nothing where it was given back.

    `vat_rate` is that of its event, of a reversal that of what it reverses; None where none is known, then `ex_vat` is
    the same money.
    """

    line: Line
    amount: Kopecks
    ex_vat: TenThousandths
    vat_rate: int | None


class Bill(NamedTuple):
    """A month, or other local dates: the statement, and the charges in it."""

    statement: Statement
    charges: list[Charge]

    @property
    def amount(self) -> Kopecks:
        """What the charges come to."""
        return sum(each.amount for each in self.charges)

    @property
    def ex_vat(self) -> TenThousandths:
        """The same without VAT, a sum of rounded lines (R-1.6)."""
        return sum(each.ex_vat for each in self.charges)


def months_of(account: Account, now: Instant) -> list[date]:
    """The first days of the months of a contract, from its opening to its end, or to now."""
    first = periods.local_date(account.opened_at, account.zone).replace(day=1)
    end = now if account.closed_at is None else account.closed_at
    last = max(first, periods.local_date(max(end, account.clock), account.zone).replace(day=1))
    count = 12 * (last.year - first.year) + last.month - first.month + 1
    return [periods.months_after(first, later) for later in range(count)]


def month_ending(first: date) -> date:
    """The last day of a month."""
    return periods.months_after(first, 1) - timedelta(days=1)


def bills(snapshot: Snapshot, contract: Contract, ranges: Sequence[tuple[date, date]]) -> list[Bill]:
    """The bills of local dates, both included, in their order, made in one reading. Raises Declined."""
    if not ranges:
        return []
    if contract.number == NO_KEY:
        raise Declined("NO_KEY_TO_READ", account=str(contract), folder=snapshot.log.keyring.place.folder)
    account = require_account(snapshot, contract.id)
    rates: dict[int, int | None] = {}
    try:
        with closing(snapshot.events(contract.id)) as events:
            made = statements(
                contract, account, _noting(events, rates), snapshot.catalogues, [Dates(*each) for each in ranges]
            )
    except Broken as error:
        raise Declined("UNSOUND_STATEMENT", account=str(contract), reason=error) from None
    return [Bill(each, [_charge(line, rates) for line in each.lines if line.kind not in PAYMENTS]) for each in made]


def _noting(events: Iterable[tuple[int, Event]], rates: dict[int, int | None]) -> Iterator[tuple[int, Event]]:
    """Events as they come, the rates of VAT of them noted by version."""
    for position, event in events:
        reversed_rate = rates.get(event.event) if isinstance(event, ChargeReversed) else None
        rates[event.version] = getattr(event, "vat_rate", reversed_rate)
        yield position, event


def _charge(line: Line, rates: dict[int, int | None]) -> Charge:
    rate, amount = rates[line.version], -line.amount
    return Charge(line, amount, amount * 100 if rate is None else units.ex_vat(amount, rate), rate)
