"""Opening a table: the rows of whatever it is, CSV or a workbook."""

from collections.abc import Generator
from typing import BinaryIO

from projections.tables import reading, workbook
from projections.tables.problems import BadTable
from projections.tables.reading import Row


def rows_of_table(
    file: BinaryIO, *, sheet: str | None = None, encoding: str | None = None, delimiter: str | None = None
) -> Generator[Row]:
    """The rows of a file that can be read twice, from the beginning on. Raises BadTable, also while they are read.

    What is None is found out; a workbook has neither encoding nor delimiter, and of its sheets the first is read.
    """
    if reading.begins_with(file, workbook.WORKBOOK):
        return workbook.rows_of_sheet(file, sheet)
    if sheet is not None:
        raise BadTable("no workbook, so it has no sheets")
    return reading.rows_of(file, reading.form_of(file, encoding=encoding, delimiter=delimiter))
