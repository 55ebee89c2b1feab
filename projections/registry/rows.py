"""Rows of a registry: payments and refunds to the kopeck, and what its own total line says of them."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple, NoReturn

import msgspec

from ledger.periods import Instant
from ledger.units import Kopecks
from projections.numbers import digits_of
from projections.registry import columns
from projections.registry.columns import REQUIRED, Columns, Named
from projections.tables import cells
from projections.tables.cells import DecimalMark
from projections.tables.problems import BadTable, Unsaid
from projections.tables.reading import Row

HEADER_ROWS_MAX: Final = 20
"""So many rows may stand before the first payment: a title, and the header."""
ID_CHARACTERS_MAX: Final = 64
TOTAL_MAX: Final = 10**18
"""Kopecks of a total line: many payments may come to more than one may have."""
_TOTAL_BEGINS: Final = frozenset(("", *" \tиИвВtT=сСчЧкКоО"))
_TOTAL: Final = re.compile(
    r"\s*(?:(?:итого|всего|total)\b.*|=\s*[0-9]*|"
    r"(?:общая )?(?:сумма|число|количество) (?:\w+ )?(?:платежей|возвратов|операций)\b[^:]*:.*)",
    re.IGNORECASE | re.DOTALL,
).fullmatch
_COUNT: Final = re.compile(r"\s*(?:число|количество)\b", re.IGNORECASE).match
_NAMED: Final = re.compile(r"^[^:0-9]*:")
_REFUNDS: Final = (
    "возврат", "отмен", "сторно", "аннул", "списан", "выплат", "refund", "reversal", "return", "cancel", "chargeback",
    "void", "payout",
)  # fmt: skip
_PAYMENTS: Final = (
    "плат", "оплат", "пополн", "зачисл", "поступ", "приход", "покуп", "продаж", "payment", "purchase", "charge", "sale",
    "top", "credit", "deposit",
)  # fmt: skip


class Listed(NamedTuple):
    """A payment as the file has it; a refund is below zero. `account` is as written where it is no number."""

    line: int
    id: str
    account: str
    at: Instant
    amount: Kopecks


class Sum(msgspec.Struct):
    """How many payments and refunds, and what they amount to; refunds below zero."""

    count: int = 0
    payments: Kopecks = 0
    refunds: Kopecks = 0

    def add(self, amount: Kopecks) -> None:
        """Count one."""
        self.count += 1
        if amount > 0:
            self.payments += amount
        else:
            self.refunds += amount


class TotalLine(msgspec.Struct):
    """What the file says of itself; None where it does not."""

    line: int
    count: int | None
    amount: Kopecks | None


class Registry:
    """A registry that is read: its payments in order, and when these are through, its total line."""

    def __init__(self, rows: Iterator[Row], said: Named, *, zone: str, decimal: DecimalMark | None = None) -> None:
        self.total: TotalLine | None = None
        self._rows = rows
        self._said = said
        self._zone = zone
        self._decimal = decimal

    def payments(self) -> Iterator[Listed]:
        """Every payment and refund. Raises BadTable."""
        placed: Columns | None = None
        before: list[Row] = []
        for row in self._rows:
            if placed is None:
                placed, is_header = self._placed(row, before)
                before.append(row)
                if placed is None or is_header:
                    continue
            if row[1][0][:1] in _TOTAL_BEGINS and _is_total(row.cells) and not self._has_time(row, placed):
                self._take_total(row, placed)
                continue
            yield self._listed(row, placed)
        if placed is None and before:
            raise self._no_columns(before)

    def _placed(self, row: Row, before: list[Row]) -> tuple[Columns | None, bool]:
        """The columns as soon as they are known, and whether the row is but a header."""
        if self._said.numbers:
            placed = columns.by_number(self._said)
            if len(before) < HEADER_ROWS_MAX and not self._looks_paid(row, placed):
                return None, True
            return placed, False
        if len(before) >= HEADER_ROWS_MAX:
            raise self._no_columns(before)
        try:
            return columns.in_header(row.cells, self._said), True
        except BadTable as error:
            raise BadTable(error.problem, line=row.line, unsaid=error.unsaid) from None

    def _looks_paid(self, row: Row, placed: Columns) -> bool:
        """Whether a row is a payment, though maybe a damaged one, and no header: a sum or a time has digits."""
        texts = [_at_place(row.cells, place) for place in (placed.amount, placed.at)]
        return _is_total(row.cells) or any(letter.isdigit() for text in texts for letter in text)

    def _has_time(self, row: Row, placed: Columns) -> bool:
        """Whether a row says when it was, which no total does, though it may be of a payer called Total."""
        try:
            self._at(row, placed)
        except BadTable:
            return False
        return True

    def _no_columns(self, before: list[Row]) -> BadTable:
        best = min(before, key=lambda row: len(columns.missing_in(row.cells, self._said)))
        missing = columns.missing_in(best.cells, self._said)
        said = {role: self._said.by_role[role] for role in missing if role in self._said.by_role}
        which = ", ".join(f"{role} ({said[role]})" if role in said else role for role in missing)
        if self._said.numbers:
            problem = "no row has a sum or a time in the columns that are named"
            return BadTable(problem, line=before[0].line, unsaid="columns")
        if len(missing) == len(REQUIRED) and not said:
            problem = "no header that names the columns of id, account, at and amount"
            return BadTable(problem, line=before[0].line, unsaid="columns")
        return BadTable(f"the header has no column for {which}", line=best.line, unsaid="columns")

    def _listed(self, row: Row, placed: Columns) -> Listed:
        line, texts = row
        try:
            id, account = texts[placed.id].strip(), digits_of(texts[placed.account].strip())
            at = cells.instant(self._time(texts, placed), self._zone)
            amount = cells.kopecks(texts[placed.amount], decimal=self._decimal)
        except (IndexError, ValueError):
            self._refused(row, placed)
        if placed.kind is not None or amount == 0:
            amount = self._amount(row, placed)
        if not 1 <= len(id) <= ID_CHARACTERS_MAX:
            raise _bad(row, placed.id, "id", "an id has 1 to 64 characters" if id else "there is no id")
        if "+" in id or "+" in account:
            for place, role, text in ((placed.id, "id", id), (placed.account, "account", account)):
                if cells.is_rounded(text):
                    raise _bad(row, place, role, f"{text!r} was rounded by a spreadsheet; export the column as text")
        return Listed(line, id, account, at, amount)

    def _refused(self, row: Row, placed: Columns) -> NoReturn:
        """Say which cell it is that cannot be read."""
        for place, role in ((placed.id, "id"), (placed.account, "account")):
            _cell(row, place, role)
        self._at(row, placed)
        self._amount(row, placed)
        raise AssertionError("one of them cannot be read")

    def _time(self, texts: list[str], placed: Columns) -> str:
        return texts[placed.at] if placed.time is None else f"{texts[placed.at].strip()} {texts[placed.time].strip()}"

    def _amount(self, row: Row, placed: Columns) -> Kopecks:
        text = _cell(row, placed.amount, "amount")
        try:
            amount = cells.kopecks(text, decimal=self._decimal)
        except ValueError as error:
            unsaid: Unsaid | None = "decimal" if isinstance(error, cells.Ambiguous) else None
            problem = str(error) if text.strip() else "there is no sum"
            raise _bad(row, placed.amount, "amount", problem, unsaid) from None
        if amount == 0:
            raise _bad(row, placed.amount, "amount", "a payment of 0")
        if placed.kind is not None and amount > 0 and self._is_refund(row, placed.kind, placed.is_sure_of_kind):
            return -amount
        return amount

    def _is_refund(self, row: Row, place: int, is_sure: bool) -> bool:
        text = _cell(row, place, "kind")
        said = columns.plain(text)
        if any(said.startswith(word) or f" {word}" in said for word in _REFUNDS):
            return True
        if any(said.startswith(word) or f" {word}" in said for word in _PAYMENTS):
            return False
        if not is_sure:
            return False
        raise _bad(row, place, "kind", f"{text!r} is neither a payment nor a refund")

    def _at(self, row: Row, placed: Columns) -> Instant:
        for place, role in ((placed.at, "at"), (placed.time, "time")):
            if place is not None:
                _cell(row, place, role)
        try:
            return cells.instant(self._time(row.cells, placed), self._zone)
        except ValueError as error:
            raise _bad(row, placed.at, "at", str(error)) from None

    def _take_total(self, row: Row, placed: Columns) -> None:
        """What a total line says: a count and a sum behind each other, or a sum under the sums.

        Some say the sum on one line and the count on the next; what else follows are parts, as commissions.
        """
        texts = [text for cell in row.cells for text in _NAMED.sub("", cell).split("\t") if text.strip(" =")]
        numbers = [
            (text.strip(" ="), amount) for text in texts if (amount := self._maybe(text.strip(" ="))) is not None
        ]
        count, amount = None, self._maybe(_at_place(row.cells, placed.amount))
        if _COUNT(row.cells[0]) is not None and numbers:
            count = numbers[0][1] // 100
        elif amount is None and len(numbers) > 1 and numbers[0][0].isdecimal():
            count, amount = numbers[0][1] // 100, numbers[1][1]
        elif amount is None and numbers:
            amount = numbers[0][1]
        if self.total is None:
            self.total = TotalLine(row.line, count, amount)
        elif count is not None and self.total.count is None:
            self.total.count = count

    def _maybe(self, text: str) -> Kopecks | None:
        try:
            return cells.kopecks(text, decimal=self._decimal, most=TOTAL_MAX)
        except ValueError:
            return None


def _is_total(row: list[str]) -> bool:
    first = row[0] or next(filter(None, row))
    return first[0] in _TOTAL_BEGINS and _TOTAL(first) is not None


def _at_place(row: list[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _cell(row: Row, place: int, role: str) -> str:
    try:
        return row.cells[place]
    except IndexError:
        raise _bad(row, place, role, f"the row has {len(row.cells)} cells") from None


def _bad(row: Row, place: int, role: str, problem: str, unsaid: Unsaid | None = None) -> BadTable:
    return BadTable(problem, line=row.line, column=f"{place + 1} ({role})", unsaid=unsaid)
