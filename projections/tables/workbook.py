"""Workbooks: the rows of a sheet as text, with what Excel has of a number, which is fifteen digits, and no more."""

from collections.abc import Generator
from datetime import date, datetime, time, timedelta
from typing import BinaryIO, Final
from zipfile import BadZipFile, ZipFile

from projections.tables.problems import BadTable
from projections.tables.reading import Row

WORKBOOK: Final = b"PK\x03\x04"
"""What a workbook begins with."""
UNPACKED_BYTES_MAX: Final = 512 * 1024 * 1024
"""A workbook is packed, and its texts are all held: a small file may be one that fills the memory."""
EXACT_BELOW: Final = 10**15
"""Excel keeps fifteen digits of a number; of a longer one the last are gone."""


def rows_of_sheet(file: BinaryIO, sheet: str | None) -> Generator[Row]:
    """The rows of a sheet, by default of the first, that are not empty; read as they are asked for. Raises BadTable."""
    try:
        from openpyxl import load_workbook  # noqa: PLC0415  # only for workbooks, and an extra
    except ImportError:
        raise BadTable("a workbook, which takes openpyxl: pip install 'obnovi[tables]'; or save it as CSV") from None
    file.seek(0)
    try:
        with ZipFile(file) as packed:
            size = sum(each.file_size for each in packed.infolist())
        if size > UNPACKED_BYTES_MAX:
            raise BadTable(f"a workbook of {size} bytes unpacked; save it as CSV")
        file.seek(0)
        book = load_workbook(file, read_only=True, data_only=True)
    except (BadZipFile, KeyError, ValueError, OSError) as error:
        raise BadTable(f"no workbook that can be read ({error})") from None
    try:
        if sheet is not None and sheet not in book.sheetnames:
            raise BadTable(f"there is no sheet {sheet!r}; there are {', '.join(book.sheetnames)}")
        chosen = book[sheet or book.sheetnames[0]]
        if not hasattr(chosen, "iter_rows"):
            raise BadTable(f"sheet {chosen.title!r} has a chart and no rows")
        for number, cells in enumerate(chosen.iter_rows(values_only=True), 1):
            texts = [_text(value) for value in cells]
            if any(texts):
                yield Row(number, texts)
    finally:
        book.close()


def _text(value: object) -> str:
    """A cell as somebody would write it; a number whose digits Excel has lost keeps its power of ten."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case int() | float() if abs(value) < EXACT_BELOW:
            return f"{value:.15g}" if isinstance(value, float) and abs(value) < 1e-4 else _plain(value)
        case int() | float():
            return f"{value:E}"
        case datetime():
            return value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case timedelta():
            seconds = value // timedelta(seconds=1)
            return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        case _:
            return str(value)


def _plain(value: float) -> str:
    """A number without a power of ten, in fifteen digits."""
    if isinstance(value, int):
        return str(value)
    text = f"{value:.15g}"
    return text if "e" not in text else f"{value:.0f}"
