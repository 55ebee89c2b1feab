"""Readers of cells: each part of a map made into a function of a row, once, before the first row comes."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

from ledger import periods
from ledger.periods import Instant
from ledger.units import Kopecks, RecordQuantity, round_half_up, round_up
from projections.maps.model import Column, Columns, Condition, Money, Quantity, Text, Time
from projections.numbers import digits_of
from projections.tables import cells
from projections.tables.cells import DecimalMark
from projections.tables.problems import BadTable

Cells: TypeAlias = Sequence[str]
Reader: TypeAlias = Callable[[Cells], str]

EXCEL_BEGAN: Final = datetime(1899, 12, 30)  # noqa: DTZ001  # as the clocks of the table showed it
_FACTORS: Final = {
    "s": Decimal(1),
    "ms": Decimal("0.001"),
    "min": Decimal(60),
    "b": Decimal(1),
    "kb": Decimal(1024),
    "mb": Decimal(1024**2),
    "gb": Decimal(1024**3),
}
_CLOCK: Final = re.compile(r"(?:([0-9]{1,4}):)?([0-9]{1,5}):([0-5][0-9])").fullmatch
_SERIAL: Final = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,15})?").fullmatch
_EPOCH: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?").fullmatch


class BadCell(ValueError):
    """A cell that cannot be read, in a column that is called like this."""

    def __init__(self, column: Column, problem: str) -> None:
        super().__init__(f"column {column}: {problem}")


class Places:
    """Where the columns of a map are in a table. Raises BadTable where the header has none of that name, or two."""

    def __init__(self, header: Cells | None, line: int | None) -> None:
        self._header = None if header is None else [cell.strip() for cell in header]
        self._line = line

    def of(self, column: Column) -> int:
        """The place of a column, from 0."""
        if isinstance(column, int):
            return column - 1
        if self._header is None:
            raise BadTable(f"the map names column {column!r}, and the table has no header (table.header = false)")
        if (count := self._header.count(column)) != 1:
            problem = f"the header has no column {column!r}" if not count else f"two columns are called {column!r}"
            raise BadTable(problem, line=self._line)
        return self._header.index(column)

    def cell(self, column: Column) -> Reader:
        """The stripped text of a column. The reader raises BadCell for a row that is too short."""
        place = self.of(column)

        def read(row: Cells) -> str:
            try:
                return row[place].strip()
            except IndexError:
                raise BadCell(column, f"the row has {len(row)} cells") from None

        return read

    def first_of(self, columns: Columns) -> tuple[Column, Reader]:
        """The first of some columns that is not empty, and what to call them."""
        if not isinstance(columns, list):
            return columns, self.cell(columns)
        readers = [self.cell(column) for column in columns]
        return columns[0], lambda row: next((text for read in readers if (text := read(row))), "")


def text(said: str | Text, places: Places) -> Reader:
    """A text of a row, or one that is the same for all."""
    if isinstance(said, str):
        return lambda row: said
    column, cell = places.first_of(said.column)
    pattern = re.compile(said.pattern) if said.pattern is not None else None
    lookup = _lookup(said)

    def read(row: Cells) -> str:
        found = cell(row)
        if pattern is not None and found:
            match = pattern.search(found)
            found = "" if match is None else (match[1] or "" if pattern.groups else match[0])
        if lookup is not None and found:
            known = lookup(found)
            if known is None and said.default is None:
                raise BadCell(column, f"the map has no value for {found!r}")
            found = known or ""
        if not found and said.default is not None:
            return said.default
        if said.number:
            found = digits_of(found)
        if cells.is_rounded(found) and "+" in found:
            raise BadCell(column, f"{found!r} was rounded by a spreadsheet; export the column as text")
        return found

    return read


def _lookup(said: Text) -> Callable[[str], str | None] | None:
    if said.values is not None:
        return said.values.get
    if said.prefixes is None:
        return None
    prefixes = said.prefixes
    lengths = sorted({len(prefix) for prefix in prefixes}, reverse=True)

    def longest(found: str) -> str | None:
        return next((prefixes[found[:length]] for length in lengths if found[:length] in prefixes), None)

    return longest


def money(said: Money, places: Places, decimal: DecimalMark | None) -> Callable[[Cells], Kopecks]:
    """A sum of a row."""
    column, cell = places.first_of(said.column)

    def read(row: Cells) -> Kopecks:
        found = cell(row)
        try:
            amount = cells.kopecks(found, decimal=decimal)
        except ValueError as error:
            raise BadCell(column, str(error) if found else "there is no sum") from None
        if said.unit == "kop":
            if amount % 100:
                raise BadCell(column, f"{found!r} has a part of a kopeck")
            amount //= 100
        return abs(amount) if said.absolute else amount

    return read


def quantity(said: Quantity | int, places: Places, decimal: DecimalMark | None) -> Callable[[Cells], RecordQuantity]:
    """How much a record of a row was."""
    if isinstance(said, int):
        fixed = RecordQuantity(said)
        return lambda row: fixed
    column, cell = places.first_of(said.column)

    def read(row: Cells) -> RecordQuantity:
        found = cell(row)
        try:
            return _clock(found) if said.unit == "clock" else _measured(found, said, decimal)
        except (ValueError, InvalidOperation):
            raise BadCell(column, f"{found!r} is no amount in {said.unit}" if found else "there is no amount") from None

    return read


def _clock(found: str) -> RecordQuantity:
    match = _CLOCK(found)
    if match is None or (match[1] and int(match[2]) > 59):
        raise ValueError
    return RecordQuantity(int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3]))


def _measured(found: str, said: Quantity, decimal: DecimalMark | None) -> RecordQuantity:
    bare = found.replace("\u00a0", "").replace(" ", "")
    if "," in bare and decimal != "point":
        bare = bare.replace(",", ".")
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", bare, re.ASCII):
        raise ValueError
    exact = Decimal(bare) * _FACTORS.get(said.unit, Decimal(1))
    numerator, denominator = exact.as_integer_ratio()
    if denominator != 1 and said.round is None:
        raise ValueError
    if said.round == "up":
        return RecordQuantity(round_up(numerator, denominator))
    return RecordQuantity(round_half_up(numerator, denominator))


def time(said: Time, places: Places, zone: str) -> Callable[[Cells], Instant]:
    """When something of a row was."""
    columns = said.column if isinstance(said.column, list) else [said.column]
    readers = [places.cell(column) for column in columns]
    offset = None if said.offset is None else places.cell(said.offset)
    zone_of = text(zone if said.zone is None else said.zone, places)

    def read(row: Cells) -> Instant:
        found = " ".join(text for cell in readers if (text := cell(row)))
        try:
            if offset is not None:
                ahead = cells.offset(offset(row))
                if ahead is None:
                    raise BadCell(said.offset or "", "there is no offset")
                return _instant(found, said.format, "UTC") - ahead
            return _instant(found, said.format, zone_of(row))
        except BadCell:
            raise
        except ValueError as error:
            raise BadCell(columns[0], str(error)) from None

    return read


def _instant(found: str, form: str | None, zone: str) -> Instant:
    if form is None:
        return cells.instant(found, zone)
    if form in ("unix", "unix_ms"):
        if not _EPOCH(found):
            raise ValueError(f"{found!r} is no time in seconds since 1970")
        return int(Decimal(found) * (1_000_000 if form == "unix" else 1_000))
    if form == "excel":
        if not _SERIAL(found):
            raise ValueError(f"{found!r} is no date as Excel counts")
        seconds = round_half_up(*(Decimal(found) * 86_400).as_integer_ratio())
        return cells.on_clocks(EXCEL_BEGAN + timedelta(seconds=seconds), zone)
    try:
        read = datetime.strptime(found, form)  # noqa: DTZ007  # its clocks are those of the zone
    except ValueError:
        raise ValueError(f"{found!r} is no time like {form}") from None
    return periods.from_datetime(read.astimezone(UTC)) if read.tzinfo is not None else cells.on_clocks(read, zone)


def condition(said: Condition, places: Places) -> Callable[[Cells], bool]:
    """Whether a row says something; a cell that is not there is empty."""
    place = places.of(said.column)
    pattern = re.compile(said.pattern) if said.pattern is not None else None
    values = frozenset(said.values if said.values is not None else said.not_values or ())

    def holds(row: Cells) -> bool:
        found = row[place].strip() if place < len(row) else ""
        if pattern is not None:
            return pattern.search(found) is not None
        if said.empty is not None:
            return (found == "") is said.empty
        return (found in values) is (said.values is not None)

    return holds


def skip(said: Condition, places: Places) -> Callable[[Cells], bool]:
    """Whether a row is to be skipped; one that is cut off before the cell may be of any value, so it is not."""
    place, holds = places.of(said.column), condition(said, places)
    return lambda row: place < len(row) and holds(row)


def all_of(conditions: Sequence[Condition], places: Places) -> Callable[[Cells], bool]:
    """Whether a row says all of some things."""
    readers = [condition(each, places) for each in conditions]
    return lambda row: all(holds(row) for holds in readers)


def fields(said: Mapping[str, str | Text | None], places: Places) -> dict[str, Reader]:
    """Readers of the texts that are said."""
    return {name: text(each, places) for name, each in said.items() if each is not None}
