"""Convert: records of calls and payments in somebody's table as inputs, by a map."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import BinaryIO, Final

from projections.cache import temporary
from projections.maps.inputs import Conversion
from projections.maps.model import Map
from projections.tables.opening import rows_of_table

CACHE_KIB: Final = 64 * 1024


@contextmanager
def converted(file: BinaryIO, map: Map, *, sheet: str | None = None) -> Iterator[Conversion]:
    """The inputs of a table, CSV or a workbook, in a file that can be read twice; made as they are asked for.

    Raises BadTable, then or while they are made.
    """
    with (
        closing(rows_of_table(file, sheet=sheet, encoding=map.table.encoding, delimiter=map.table.delimiter)) as rows,
        closing(temporary(cache_kib=CACHE_KIB)) as work,
    ):
        yield Conversion(map, rows, work)
