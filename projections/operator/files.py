"""Files: what kind of statement a file is, with limits on everything that somebody else decided about it."""

import io
import re
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Final

from projections.operator.model import UNDECODED, BadStatement, OperatorStatement

BYTES_MAX: Final = 16 * 1024 * 1024
"""A statement of half a year has a fifth of a megabyte."""
ZIP_BYTES_MAX: Final = 4 * 1024 * 1024
RATIO_MAX: Final = 250
"""Rows of a statement shrink to a twentieth; what shrinks more than this is no statement."""

MARKS_MAX: Final = 1_000_000
"""Of `<` in XML or HTML: a row of XML has one, a row of a page some thirty."""

_HTML = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!doctype\s+html[^>]*>\s*)?<html[\s>]", re.IGNORECASE)
_HEAD: Final = 4096
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_META = re.compile(rb"""<meta\s[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9._-]{1,40})""", re.IGNORECASE)
_ENCODINGS: Final = {"windows-1251": "cp1251", "cp1251": "cp1251", "x-cp1251": "cp1251"}
"""Declared encodings other than UTF-8 that are read; a text is never read in one that it does not declare."""
SPOILED_MAX: Final = 20
SPOILED_SHARE: Final = 200
"""Bytes that are no text spoil their rows if they are few, so many or one of so many; else it is another text."""
_UNDECODED = re.compile("[\udc80-\udcff]")
_ZIP: Final = b"PK"
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What `zipfile` raises, according to where the damage is."""
_NAMED: Final = "Сетевой ресурс"


def read(path: Path) -> OperatorStatement:
    """The statement in a file: XML, HTML, the text of a PDF, or a zip with one of these.

    Raises BadStatement, and OSError where the file cannot be read.
    """
    data = _content(path)
    if data.startswith(_ZIP):
        data = _unzipped(data)
    return parse(data)


def parse(data: bytes) -> OperatorStatement:
    """The statement in the bytes of a file that is no archive. Raises BadStatement."""
    if data.startswith(b"%PDF"):
        raise BadStatement("a PDF itself; turn it into text with `pdftotext FILE.pdf FILE.txt` and take that")
    text = _decoded(data)
    if "\0" in text:
        raise BadStatement(f"no text: byte {text.index(chr(0))} is zero")
    if text.count("<") > MARKS_MAX:
        raise BadStatement(f"more than {MARKS_MAX} elements; a statement has fewer")
    if _HTML.match(text[:_HEAD]):
        from projections.operator import html  # noqa: PLC0415  # lxml is slow to import

        return html.read(text)
    if text.lstrip().startswith("<"):
        from projections.operator import xml  # noqa: PLC0415  # lxml is slow to import

        return xml.read(text)
    if _NAMED in text:
        from projections.operator import pdf_text  # noqa: PLC0415  # only one form is read

        return pdf_text.read(text)
    raise BadStatement("no statement of the operator: neither XML nor HTML nor the text of a PDF")


def _decoded(data: bytes) -> str:
    """The text in the encoding that it declares, else in UTF-8. A byte that is none there spoils its row only."""
    declared = _DECLARED.match(data[:_HEAD]) or _META.search(data[:_HEAD])
    encoding = _ENCODINGS.get(declared[1].decode("ascii").lower(), "utf-8-sig") if declared else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        text, spoiled = _UNDECODED.subn(UNDECODED, data.decode(encoding, errors="surrogateescape"))
        if "\0" in text or spoiled > max(SPOILED_MAX, len(data) // SPOILED_SHARE):
            name = "UTF-8" if encoding == "utf-8-sig" else encoding
            raise BadStatement(f"no {name} text, so no statement: byte {error.start}") from None
        return text


def _content(path: Path) -> bytes:
    found = path.stat()
    if stat.S_ISREG(found.st_mode) and found.st_size > BYTES_MAX:
        raise BadStatement(f"{found.st_size} bytes; a statement has at most {BYTES_MAX}")
    with path.open("rb") as file:
        data = file.read(BYTES_MAX + 1)
    if len(data) > BYTES_MAX:
        raise BadStatement(f"more than {BYTES_MAX} bytes; a statement has fewer")
    if not data.strip():
        raise BadStatement("empty")
    return data


def _unzipped(data: bytes) -> bytes:
    """The one file in a zip; nothing is written anywhere, so its name only has to be harmless to be believed."""
    if len(data) > ZIP_BYTES_MAX:
        raise BadStatement(f"a zip of {len(data)} bytes; one with a statement has at most {ZIP_BYTES_MAX}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            member = _member(archive.infolist())
            with archive.open(member) as file:
                inside = file.read(BYTES_MAX + 1)
    except _DAMAGED as error:
        raise BadStatement(f"a zip that is cut off or damaged: {error}") from None
    if len(inside) > BYTES_MAX:
        raise BadStatement(f"a zip whose file has more than {BYTES_MAX} bytes, whatever it says")
    if inside.startswith(_ZIP):
        raise BadStatement("a zip in a zip; unpack the outer one first")
    return inside


def _member(members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    if len(members) != 1:
        raise BadStatement(f"a zip with {len(members)} entries; it takes exactly one statement")
    member = members[0]
    name = member.orig_filename
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if ".." in parts or name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name) or "\0" in name:
        raise BadStatement(f"a zip with a file that wants to be elsewhere: {name[:60]!a}")
    if member.is_dir() or stat.S_ISLNK(member.external_attr >> 16):
        raise BadStatement("a zip with a folder or a link and no statement")
    if member.flag_bits & 1:
        raise BadStatement("a zip with a password; unpack it first")
    if member.file_size > BYTES_MAX:
        raise BadStatement(f"a zip whose file would have {member.file_size} bytes; a statement has at most {BYTES_MAX}")
    if member.file_size > RATIO_MAX * max(member.compress_size, _HEAD):
        raise BadStatement(f"a zip bomb: {member.compress_size} bytes would become {member.file_size}")
    return member
