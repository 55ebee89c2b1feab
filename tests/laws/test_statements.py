"""Laws of statements: they tile, they add up, and a final one never changes (R-13)."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledger import periods
from ledger.inputs import Input
from ledger.service import Ledger
from projections import canonical
from projections.statement import Statement, statement
from tests.laws.feeds import accounts_of, advance, end_of, fed, feeds, folder, log_of, moderate, opened
from tests.support import account_of, catalogues_of, contract_of, events_of


def _statement(ledger: Ledger, account: str, since: date, until: date) -> Statement:
    found = account_of(ledger, account)
    assert found is not None
    contract = contract_of(ledger, account)
    return statement(contract, found, events_of(ledger, account), catalogues_of(ledger), since=since, until=until)


def _month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _months(ledger: Ledger, account: str) -> list[tuple[date, date]]:
    """Calendar months from the one before the opening to the one after the last event."""
    found = account_of(ledger, account)
    assert found is not None
    opened_at = log_of(ledger, account)[0].booked_at
    first = (periods.local_date(opened_at, found.zone).replace(day=1) - timedelta(days=1)).replace(day=1)
    last = _month_after(periods.local_date(found.clock, found.zone).replace(day=1))
    months = []
    while first <= last:
        months.append((first, _month_after(first) - timedelta(days=1)))
        first = _month_after(first)
    return months


@moderate(40)
@given(feed=feeds())
def test_statements_of_consecutive_months_tile(feed: list[Input]) -> None:
    """R-13.2: closing of one = opening of the next, and no event stands in two or in none."""
    with fed(feed) as ledger:
        for account in accounts_of(feed):
            before = 0
            lines: list[int] = []
            records: list[int] = []
            for since, until in _months(ledger, account):
                made = _statement(ledger, account, since, until)
                assert made.opening == before
                assert made.opening + sum(line.amount for line in made.lines) == made.closing
                paid = sum(line.amount for line in made.lines if line.kind == "usage")
                assert -paid == made.usage_total.amount == sum(row.amount for row in made.usage)
                before = made.closing
                lines += [line.version for line in made.lines]
                records += [row.version for row in made.usage]
            found = account_of(ledger, account)
            assert found is not None
            assert before == found.wallet
            moving = [
                event.version
                for event in log_of(ledger, account)
                if any(entry.unit == "kop" for entry in event.entries)
                or type(event).__name__ in ("MonthlyFeeCharged", "PackagesRefreshed")  # also at 0
            ]
            assert lines == moving
            assert len(set(records)) == len(records)


@moderate(25)
@given(feed=feeds(accounts_max=1), cut=st.integers(0, 40))
def test_a_month_is_the_sum_of_its_days(feed: list[Input], cut: int) -> None:
    with fed(feed) as ledger:
        (account,) = accounts_of(feed)
        months = _months(ledger, account)
        since, until = months[cut % len(months)]
        whole = _statement(ledger, account, since, until)
        days = [
            _statement(ledger, account, day, day)
            for day in (since + timedelta(days=n) for n in range((until - since).days + 1))
        ]
        assert [line for day in days for line in day.lines] == whole.lines
        assert [row for day in days for row in day.usage] == whole.usage
        assert (days[0].opening, days[-1].closing, days[-1].left) == (whole.opening, whole.closing, whole.left)


@moderate(25)
@given(feed=feeds(), cut=st.integers(3, 60))
def test_a_final_statement_never_changes(feed: list[Input], cut: int) -> None:
    """R-13.5: whatever is fed later, its bytes are the same; a provisional one may still grow."""
    kept: dict[tuple[str, date, date], bytes] = {}
    with folder() as where:
        with opened(where) as ledger:
            ledger.apply(feed[:cut])
            for account in accounts_of(feed[:cut]):
                for since, until in _months(ledger, account):
                    made = _statement(ledger, account, since, until)
                    if made.final:
                        kept[account, since, until] = canonical.statement(made)
        with opened(where) as ledger:
            ledger.apply(feed[cut:])
            advance(ledger, end_of(feed))
            for (account, since, until), printed in kept.items():
                assert canonical.statement(_statement(ledger, account, since, until)) == printed
