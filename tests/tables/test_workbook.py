"""Workbooks: what would fill the memory once unpacked is not unpacked."""

import io

import pytest
from openpyxl import Workbook

from projections.tables import workbook
from projections.tables.problems import BadTable


def test_a_workbook_that_is_too_much_once_unpacked_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    book, file = Workbook(), io.BytesIO()
    book.active.append(["p1"])  # type: ignore[union-attr]  # a new one has a sheet
    book.save(file)
    assert [row.cells for row in workbook.rows_of_sheet(file, None)] == [["p1"]]
    monkeypatch.setattr(workbook, "UNPACKED_BYTES_MAX", 100)
    with pytest.raises(BadTable, match="bytes unpacked; save it as CSV"):
        list(workbook.rows_of_sheet(file, None))
