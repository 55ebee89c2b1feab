"""Laws of summaries: they add up to the wallet's movement, to the usage table, and range by range to the whole."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledger.inputs import Input
from ledger.service import Ledger
from projections.statement import Dates, Statement, statements
from projections.summary import Summary
from tests.laws.feeds import accounts_of, fed, feeds, moderate
from tests.laws.test_statements import _months
from tests.support import account_of, catalogues_of, contract_of, events_of

COUNTED = ("count", "quantity", "measured", "from_packages", "unlimited", "without_packages", "amount")


def _statements(ledger: Ledger, account: str, ranges: list[tuple[date, date]]) -> list[Statement]:
    found = account_of(ledger, account)
    assert found is not None
    asked = [Dates(since, until, summarised=True) for since, until in ranges]
    log = events_of(ledger, account)
    return statements(contract_of(ledger, account), found, log, catalogues_of(ledger), asked)


def _added(summaries: list[Summary]) -> tuple[dict[tuple[object, ...], int], set[tuple[object, ...]]]:
    """Every figure of every row, by what names it; and the rows of which it is open what they would have cost."""
    sums: Counter[tuple[object, ...]] = Counter()
    unknown: set[tuple[object, ...]] = set()
    for row in (row for each in summaries for row in each.rows):
        key = (row.kind, row.service, row.direction, row.zone, row.channel, row.option, row.option_name, row.reverses)
        for name in COUNTED:
            if (figure := getattr(row, name)) is None:
                unknown.add(key)
            else:
                sums[(*key, name)] += figure
        for share in row.packages:
            sums[(*key, share.bucket)] += share.quantity
    for open_ in unknown:
        del sums[(*open_, "without_packages")]
    return dict(sums), unknown


@moderate(40)
@given(feed=feeds())
def test_a_summary_is_the_movement_of_the_wallet_and_its_usage_the_usage_table(feed: list[Input]) -> None:
    with fed(feed) as ledger:
        for account in accounts_of(feed):
            for made in _statements(ledger, account, _months(ledger, account)):
                assert made.summary is not None
                rows = made.summary.rows
                assert sum(row.amount for row in rows) == made.closing - made.opening
                kinds = Counter(line.kind for line in made.lines if line.kind not in ("usage", "reversal"))
                said = Counter({row.kind: 0 for row in rows})
                for row in rows:
                    said[row.kind] += row.count
                assert {kind: said[kind] for kind in kinds} == dict(kinds)
                usage = [row for row in rows if row.kind == "usage"]
                assert -sum(row.amount for row in usage) == made.usage_total.amount
                assert sum(row.count for row in usage) == len(made.usage)
                for name, told in (("billed", "quantity"), ("from_packages",) * 2, ("quantity", "measured")):
                    assert sum(getattr(row, name) for row in made.usage) == sum(getattr(row, told) for row in usage)
                for row in rows:
                    assert sum(share.quantity for share in row.packages) == row.from_packages
                    if row.kind == "usage":
                        assert row.from_packages + row.unlimited <= row.quantity
                        assert row.without_packages is None or row.without_packages >= -row.amount


@moderate(25)
@given(feed=feeds(accounts_max=1), cut=st.integers(0, 400))
def test_the_summaries_of_two_ranges_that_meet_add_to_that_of_both(feed: list[Input], cut: int) -> None:
    with fed(feed) as ledger:
        (account,) = accounts_of(feed)
        months = _months(ledger, account)
        since, until = months[0][0], months[-1][1]
        middle = since + timedelta(days=cut % (until - since).days)
        ranges = [(since, until), (since, middle), (middle + timedelta(days=1), until)]
        whole, *parts = (made.summary for made in _statements(ledger, account, ranges))
        assert whole is not None
        assert _added([whole]) == _added([part for part in parts if part is not None])


@moderate(25)
@given(feed=feeds(accounts_max=1))
def test_the_months_of_a_statement_are_those_of_its_lines_and_never_change_once_it_is_final(feed: list[Input]) -> None:
    """Each month that is told moved the wallet as its own statement says; the ranges before it see the same of it."""
    with fed(feed) as ledger:
        (account,) = accounts_of(feed)
        ranges = _months(ledger, account)
        made = _statements(ledger, account, ranges)
        moved = {(each.since.year, each.since.month): each.closing - each.opening for each in made}
        for each in made:
            for month in each.months:
                told = month.topped_up + month.other - month.spent
                assert told == moved.get((month.first.year, month.first.month), 0)
                assert month.first <= each.until
                assert month.until is None or not each.final
