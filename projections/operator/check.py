"""Check: an operator's statement against the rules, on its own, without a ledger; every departure is a finding."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Final, Literal, TypeAlias

import msgspec

from ledger.catalogue import Catalogue
from ledger.rules.refresh import SMS_NUMBER
from ledger.units import SECONDS_PER_MINUTE, Kopecks, RecordQuantity, TenThousandths, round_half_up, round_up
from projections.operator import figures
from projections.operator.model import Form, OperatorStatement, Row
from projections.words.money import ten_thousandths

Check: TypeAlias = Literal[
    "billed",
    "free",
    "quantity",
    "kopecks",
    "ex_vat",
    "vat_rate",
    "total",
    "total_ex_vat",
    "order",
    "twice",
    "changed_before",
    "changed_late",
    "cut_off",
    "unreadable",
]

FREE_SECONDS: Final = 3
_PER_KOPECK: Final = 100
"""Ten-thousandths of a ruble in a kopeck."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A departure: its row (None for a total), rule, what was expected and what stands there.

    `check` says more closely what was checked, `at` is the start of the row.
    """

    row: int | None
    rule: str
    check: Check
    expected: str
    found: str
    at: str | None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What came out: totals are sums of the rows, `total` in kopecks with VAT, beside those that were printed.

    `unknown` counts rows of services in no list, of which only the amounts and times could be checked.
    """

    account: str
    form: Form
    rows: int
    total: Kopecks
    total_ex_vat: TenThousandths
    printed_total: Kopecks | None
    printed_total_ex_vat: TenThousandths | None
    unknown: int
    findings: list[Finding]


def check(made: OperatorStatement, catalogue: Catalogue) -> Report:
    """Audit a statement; the catalogue gives the rates of VAT and the late window."""
    found = [
        *(finding for row in made.rows for finding in _row(row, catalogue)),
        *_order(made.rows),
        *_twice(made.form, made.rows),
        *(
            Finding(
                row=each.number,
                rule="R-13.1",
                check=each.why,
                expected="a whole row",
                found=each.text if each.why == "cut_off" else f"line {each.line}: {each.text}",
                at=None,
            )
            for each in made.bad_rows
        ),
    ]
    found.sort(key=lambda finding: finding.row or 0)
    total = sum(_with_vat(row, catalogue) for row in made.rows)
    total_ex_vat = sum(row.ex_vat for row in made.rows)
    found += _totals(made, total, total_ex_vat)
    return Report(
        account=made.account,
        form=made.form,
        rows=len(made.rows) + len(made.bad_rows),
        total=round_half_up(total, _PER_KOPECK),
        total_ex_vat=total_ex_vat,
        printed_total=None if made.total is None else round_half_up(made.total, _PER_KOPECK),
        printed_total_ex_vat=made.total_ex_vat,
        unknown=sum(row.service is None for row in made.rows),
        findings=found,
    )


def _row(row: Row, catalogue: Catalogue) -> Iterator[Finding]:
    yield from _billed(row)
    yield from _amounts(row, catalogue)
    yield from _changed(row, catalogue)


def _finding(row: Row, rule: str, check: Check, expected: str, found: str) -> Finding:
    return Finding(row=row.number, rule=rule, check=check, expected=expected, found=found, at=row.at.isoformat())


def _billed(row: Row) -> Iterator[Finding]:
    """Started minutes, up to three seconds free, incoming as measured and free (R-6.2)."""
    actual = _quantity(row, row.actual)
    if actual is None and row.service is not None and not (row.service == "data" and row.actual.isdigit()):
        yield _finding(row, "R-1.2", "quantity", f"a quantity of {row.service}", row.actual)
    free = _free(row, actual)
    if row.billed is not None:
        billed, expected = _quantity(row, row.billed), actual
        if row.service == "voice" and row.outward and actual is not None and actual > FREE_SECONDS:
            expected = RecordQuantity(round_up(actual, SECONDS_PER_MINUTE) * SECONDS_PER_MINUTE)
        alike = billed == expected if None not in (billed, expected) else row.billed == row.actual
        if not (alike or (free and row.outward and billed == 0)):
            written = row.actual if row.service is None or expected is None else figures.actual(row.service, expected)
            yield _finding(row, "R-6.2", "billed", written, row.billed)
    if free and (row.ex_vat or row.cost):
        yield _finding(row, "R-6.2", "free", ten_thousandths(0), ten_thousandths(row.cost or row.ex_vat))


def _quantity(row: Row, text: str) -> RecordQuantity | None:
    """What a cell measures; None where it is nothing of the row's service."""
    try:
        return None if row.service is None else figures.quantity_of(row.service, text)
    except ValueError:
        return None


def _free(row: Row, actual: RecordQuantity | None) -> bool:
    match row.service:
        case "voice":
            return not row.outward or (actual is not None and actual <= FREE_SECONDS)
        case "sms":
            return not row.outward or row.peer == SMS_NUMBER
        case _:
            return False


def _amounts(row: Row, catalogue: Catalogue) -> Iterator[Finding]:
    """Whole kopecks (R-1.1); the amount without VAT at the rate of the date, rounded in its row (R-1.6)."""
    rates = _rates(row, catalogue)
    if row.cost is None:
        if all(_ex_vat(_cost(row.ex_vat, rate), rate) != row.ex_vat for rate in rates):
            expected = ten_thousandths(_ex_vat(_cost(row.ex_vat, rates[0]), rates[0]))
            yield _finding(row, "R-1.6", "ex_vat", expected, ten_thousandths(row.ex_vat))
        return
    if row.cost % _PER_KOPECK:
        whole = round_half_up(row.cost, _PER_KOPECK) * _PER_KOPECK
        yield _finding(row, "R-1.1", "kopecks", ten_thousandths(whole), ten_thousandths(row.cost))
    if row.ex_vat in (_ex_vat(row.cost, rate) for rate in rates):
        return
    other = next((rate for rate in catalogue.vat_rates() if _ex_vat(row.cost, rate) == row.ex_vat), None)
    if other is not None:
        yield _finding(row, "R-1.6", "vat_rate", f"{rates[0]} %", f"{other} %")
    else:
        expected = ten_thousandths(_ex_vat(row.cost, rates[0]))
        yield _finding(row, "R-1.6", "ex_vat", expected, ten_thousandths(row.ex_vat))


def _rates(row: Row, catalogue: Catalogue) -> list[int]:
    """The rate on the date of the balance change; where that is not printed, of any date it may have had."""
    if row.changed is not None:
        return [catalogue.vat_rate(max(row.at, row.changed).date())]
    last = row.at + timedelta(hours=catalogue.settings.late_window_hours)
    return list(dict.fromkeys(catalogue.vat_rate(at.date()) for at in (row.at, last)))


def _ex_vat(cost: int, rate: int) -> int:
    """Ten-thousandths without VAT of ten-thousandths with it, as `units.ex_vat` has it of kopecks (R-1.6)."""
    return round_half_up(cost * 100, 100 + rate)


def _cost(ex_vat: int, rate: int) -> int:
    """Ten-thousandths with VAT, in the whole kopecks nearest to an amount without it."""
    return round_half_up(ex_vat * (100 + rate), 100 * _PER_KOPECK) * _PER_KOPECK


def _with_vat(row: Row, catalogue: Catalogue) -> int:
    """The row's amount with VAT; in forms without it, the one its rate gives."""
    if row.cost is not None:
        return row.cost
    rates = _rates(row, catalogue)
    fits = (rate for rate in rates if _ex_vat(_cost(row.ex_vat, rate), rate) == row.ex_vat)
    return _cost(row.ex_vat, next(fits, rates[0]))


def _changed(row: Row, catalogue: Catalogue) -> Iterator[Finding]:
    """The balance changes neither before the start (R-2.6) nor after the late window (R-6.5)."""
    if row.changed is None:
        return
    latest = row.at + timedelta(hours=catalogue.settings.late_window_hours)
    if row.changed < row.at:
        yield _finding(row, "R-2.6", "changed_before", f"≥ {row.at.isoformat()}", row.changed.isoformat())
    elif row.changed > latest:
        yield _finding(row, "R-6.5", "changed_late", f"≤ {latest.isoformat()}", row.changed.isoformat())


def _order(rows: tuple[Row, ...]) -> Iterator[Finding]:
    """Rows stand in the order of their start (R-13.1)."""
    for before, row in itertools.pairwise(rows):
        if row.at < before.at:
            yield _finding(row, "R-13.1", "order", f"≥ {before.at.isoformat()}", row.at.isoformat())


def _twice(form: Form, rows: tuple[Row, ...]) -> Iterator[Finding]:
    """What is alike in every column was told twice (R-12.2), unless one block says that both belong together.

    The text of a PDF has no blocks, so its messages are left out: the parts of one look alike.
    """
    seen: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        if form == "text" and row.service in ("sms", "ussd"):
            continue
        place = (row.at, row.at.utcoffset(), row.cell, row.zp, row.zv, row.word)
        alike = seen.setdefault((*place, row.actual, row.billed, row.ex_vat, row.cost, row.changed), [])
        earlier = next((other for other in alike if row.block is None or row.block != other.block), None)
        if earlier is not None:
            yield _finding(row, "R-12.2", "twice", "one row", f"the same as row {earlier.number}")
        alike.append(row)


def _totals(made: OperatorStatement, total: int, total_ex_vat: int) -> Iterator[Finding]:
    """Totals add rows that are already rounded (R-1.6)."""
    checks: tuple[tuple[Check, int, int | None], ...] = (
        ("total_ex_vat", total_ex_vat, made.total_ex_vat),
        ("total", total, made.total),
    )
    for name, expected, printed in checks:
        if printed is not None and printed != expected:
            yield Finding(
                row=None,
                rule="R-1.6",
                check=name,
                expected=ten_thousandths(expected),
                found=ten_thousandths(printed),
                at=None,
            )
