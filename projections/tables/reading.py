"""Reading a table: which encoding, which delimiter, and its rows with the lines they stand on, in flat memory."""

import codecs
import csv
import io
import re
from collections.abc import Generator
from typing import BinaryIO, Final, NamedTuple, TypeAlias

from projections.tables.problems import BadTable

DELIMITERS: Final = (";", "\t", "|", ",")
"""In this order: where semicolons part the cells, a comma is a decimal mark."""
_QUOTED: Final = re.compile(r'(?<![^;\t|,\r\n])"(?:[^"]|"")*"')
"""A cell in quotes: what stands in it parts no cells."""
SAMPLE_BYTES: Final = 64 * 1024
SAMPLE_LINES: Final = 40
CELL_CHARACTERS_MAX: Final = 100_000
_CHUNK_BYTES: Final = 1024 * 1024
_KINDS: Final = (
    (b"%PDF", "a PDF; ask for the same list as CSV"),
    (b"\x1f\x8b", "compressed; unpack it with gunzip"),
    (b"{", "JSON, no table"),
    (b"<", "XML or HTML, no table"),
    (b"\xd0\xcf\x11\xe0", "a workbook of an old Excel; save the sheet as CSV"),
)
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

Cells: TypeAlias = list[str]


class Row(NamedTuple):
    """The cells of a row, and the line on which it begins."""

    line: int
    cells: Cells


class Form(NamedTuple):
    """How a file of text is written."""

    encoding: str
    delimiter: str


def form_of(file: BinaryIO, *, encoding: str | None = None, delimiter: str | None = None) -> Form:
    """How a file is written, which can be read twice. Raises BadTable for what is no text.

    Text is UTF-8 where all of it can be, else windows-1251; UTF-16 only with a byte order mark.
    """
    file.seek(0)
    beginning = file.read(SAMPLE_BYTES)
    if not beginning:
        raise BadTable("the file is empty")
    for mark, what in _KINDS:
        if beginning.removeprefix(codecs.BOM_UTF8).startswith(mark):
            raise BadTable(what)
    if encoding is None:
        encoding = next((name for bom, name in _BOMS if beginning.startswith(bom)), None)
        if encoding is None and b"\0" in beginning:
            raise BadTable("no text: it has zero bytes")
        encoding = encoding or ("utf-8" if _is_utf_8(file) else "windows-1251")
    if delimiter is None:
        delimiter = _delimiter_in(codecs.getincrementaldecoder(encoding)(errors="replace").decode(beginning))
    return Form(encoding, delimiter)


def begins_with(file: BinaryIO, mark: bytes) -> bool:
    """Whether a file begins with some bytes."""
    file.seek(0)
    return file.read(len(mark)) == mark


def rows_of(file: BinaryIO, form: Form) -> Generator[Row]:
    """The rows that are not empty, from the beginning on. Raises BadTable."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=form.encoding, newline="")
    csv.field_size_limit(CELL_CHARACTERS_MAX)
    reader = csv.reader(text, delimiter=form.delimiter, strict=True)
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            if any(cells):
                yield Row(line, cells)
    except csv.Error as error:
        raise BadTable(_said(error), line=before + 1) from None
    except UnicodeError:
        raise BadTable(f"no {form.encoding} text", line=reader.line_num + 1, unsaid="encoding") from None
    finally:
        text.detach()


def _said(error: csv.Error) -> str:
    told = str(error)
    if "limit" in told or "unexpected end" in told:
        return "a quote that is opened here is not closed"
    return f"a quote within a quoted cell has to be doubled ({told})"


def _is_utf_8(file: BinaryIO) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(_CHUNK_BYTES):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter_in(text: str) -> str:
    """The first delimiter that stands in most lines of a beginning; semicolons where there is none."""
    lines = [line for line in _QUOTED.sub('""', text).splitlines()[:SAMPLE_LINES] if line.strip()]
    for delimiter in DELIMITERS:
        if 2 * sum(delimiter in line for line in lines) > len(lines):
            return delimiter
    return DELIMITERS[0]
