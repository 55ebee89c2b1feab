"""Convert: records of calls and payments in somebody's table as inputs, by a map."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import BinaryIO, Final

from projections.cache import temporary
from projections.maps.inputs import Conversion
from projections.maps.model import Map
from projections.tables import reading, workbook
from projections.tables.problems import BadTable
from projections.tables.reading import Form, Row

CACHE_KIB: Final = 64 * 1024


@contextmanager
def converted(file: BinaryIO, map: Map, *, sheet: str | None = None) -> Iterator[Conversion]:
    """The inputs of a table, CSV or a workbook, in a file that can be read twice; made as they are asked for.

    Raises BadTable, then or while they are made.
    """
    with (
        closing(_rows(file, map, sheet)) as rows,
        closing(temporary(cache_kib=CACHE_KIB)) as work,
    ):
        yield Conversion(map, rows, work)


def _rows(file: BinaryIO, map: Map, sheet: str | None) -> Generator[Row]:
    if reading.begins_with(file, workbook.WORKBOOK):
        return workbook.rows_of_sheet(file, sheet)
    if sheet is not None:
        raise BadTable("no workbook, so it has no sheets")
    found = reading.form_of(file, encoding=map.table.encoding)
    return reading.rows_of(file, Form(found.encoding, map.table.delimiter or found.delimiter))
