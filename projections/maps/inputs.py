"""Inputs of a table: every row is an input, is skipped by name, or is rejected with what is wrong; none is lost."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from ledger import inputs
from ledger.inputs import Malformed
from ledger.periods import EPOCH, SECOND, Instant, local_text
from projections.cache import Cache
from projections.maps import reading
from projections.maps.model import Id, Map, Record, Text
from projections.maps.reading import BadCell, Cells, Places
from projections.tables.cells import DecimalMark
from projections.tables.problems import BadTable
from projections.tables.reading import Row

DIGITS: Final = 24
_COUNTS: Final = "CREATE TABLE counts (name TEXT PRIMARY KEY, rows INTEGER NOT NULL) WITHOUT ROWID"
_COUNT: Final = "INSERT INTO counts VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET rows = rows + 1 RETURNING rows"


class Made(NamedTuple):
    """What a row became: an input as JSON has it, or what is wrong with it."""

    row: Row
    said: dict[str, Any] | None
    problem: str = ""


class Conversion:
    """A table that is converted; `work` is an empty temporary cache, that counts equal rows."""

    def __init__(self, map: Map, rows: Iterator[Row], work: Cache) -> None:
        self.skipped: Counter[str] = Counter()
        self._map = map
        self._rows = rows
        self._work = work

    def made(self) -> Iterator[Made]:
        """What every row became, but for the skipped ones, in order. Raises BadTable where the map does not fit."""
        header = next(self._rows, None) if self._map.table.header else None
        if self._map.table.header and header is None:
            raise BadTable("there is no header, nor anything else")
        places = Places(None if header is None else header.cells, None if header is None else header.line)
        skips = [(each.name, reading.skip(each, places)) for each in self._map.skip]
        makers = [(reading.all_of(each.when, places), self._maker(each, places)) for each in self._map.records]
        self._work.execute(_COUNTS)
        self._work.execute("BEGIN")
        for row in self._rows:
            if (name := next((name for name, holds in skips if holds(row.cells)), None)) is not None:
                self.skipped[name] += 1
                continue
            make = next((make for holds, make in makers if holds(row.cells)), None)
            if make is None:
                yield Made(row, None, "the map has no record for such a row")
                continue
            try:
                said = make(row.cells)
                inputs.check(said)
            except (BadCell, Malformed) as error:
                yield Made(row, None, str(error))
                continue
            yield Made(row, said)

    def _maker(self, record: Record, places: Places) -> Callable[[Cells], dict[str, Any]]:
        table = self._map.table
        named = {
            name: getattr(record, name)
            for name in ("account", "source", "service", "direction", "zone", "peer", "channel")
        }
        named["account"] = record.account.model_copy(update={"number": True})
        texts = reading.fields(named, places)
        at = reading.time(record.at, places, table.zone)
        received = None if record.received_at is None else reading.time(record.received_at, places, table.zone)
        numbers = _numbers(record, places, table.decimal)
        id_of = self._id(record.id, places)

        def make(row: Cells) -> dict[str, Any]:
            happened = at(row)
            said: dict[str, Any] = {"type": record.type, "id": id_of(row, happened)}
            said |= {name: read(row) for name, read in texts.items()}
            said["at"] = local_text(happened, table.zone)
            if received is not None:
                said["received_at"] = local_text(received(row), table.zone)
            said |= {name: read(row) for name, read in numbers.items()}
            return said

        return make

    def _id(self, said: Id, places: Places) -> Callable[[Cells, Instant], str]:
        if said.column is not None:
            cell = reading.text(Text(column=said.column), places)
            return lambda row, at: f"{said.prefix}{cell(row)}"
        cells = [places.cell(column) for column in said.digest or ()]

        def digest(row: Cells, at: Instant) -> str:
            text = "\0".join(cell(row) for cell in cells)
            name = f"{_second(at)}-{hashlib.sha256(text.encode()).hexdigest()[:DIGITS]}"
            (count,) = self._work.execute(_COUNT, (name,)).fetchone()
            return f"{said.prefix}{name}-{count}"

        return digest


def _numbers(record: Record, places: Places, decimal: DecimalMark | None) -> dict[str, Callable[[Cells], int]]:
    numbers: dict[str, Callable[[Cells], int]] = {}
    if record.quantity is not None:
        numbers["quantity"] = reading.quantity(record.quantity, places, decimal)
    if record.amount is not None:
        numbers["amount"] = reading.money(record.amount, places, decimal)
    return numbers


def _second(at: Instant) -> str:
    return f"{datetime.fromtimestamp(at // SECOND, EPOCH.tzinfo):%Y%m%dT%H%M%SZ}"


def as_text(cells: Sequence[str], delimiter: str) -> str:
    """A row as it may have stood in its file, for the rejects."""
    return delimiter.join(cells)
