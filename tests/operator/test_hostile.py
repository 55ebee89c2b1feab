"""Files that somebody made to harm: each is refused before it costs anything."""

import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from projections.operator import files
from projections.operator.model import BadStatement
from tests.operator.support import FREE, page, pdf_text, xml

ENTITIES = b'<!DOCTYPE Report [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("statement.xml")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def lying(data: bytes, size: int) -> bytes:
    """A zip that says of its one file that it has `size` bytes."""
    made = bytearray(zipped(("statement.xml", data)))
    central = made.rindex(b"PK\x01\x02")
    made[22:26] = made[central + 24 : central + 28] = struct.pack("<I", size)
    return bytes(made)


def refusal(path: Path) -> str:
    with pytest.raises(BadStatement) as refused:
        files.read(path)
    said = str(refused.value)
    assert "\n" not in said
    return said


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "statement"


@pytest.mark.parametrize("data", [xml(FREE), page()])
def test_a_zip_with_one_statement_is_read(file: Path, data: bytes) -> None:
    file.write_bytes(zipped(("a folder/statement", data)))
    assert files.read(file) == files.parse(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (zipped(), "0 entries"),
        (zipped(("a.xml", xml()), ("b.xml", xml())), "2 entries"),
        (zipped(("../a.xml", xml())), "wants to be elsewhere: '../a.xml'"),
        (zipped(("x/../../a.xml", xml())), "wants to be elsewhere"),
        (zipped(("..\\a.xml", xml())), "wants to be elsewhere"),
        (zipped(("/etc/passwd", xml())), "wants to be elsewhere"),
        (zipped(("C:a.xml", xml())), "wants to be elsewhere"),
        (zipped(("folder/", b"")), "a folder or a link"),
        (zipped((link(), b"/etc/passwd")), "a folder or a link"),
        (zipped(("a.xml", zipped(("a.xml", xml())))), "a zip in a zip"),
        (zipped(("a.xml", b" " * (files.BYTES_MAX + 1))), "would have 16777217 bytes"),
        (zipped(("a.xml", b" " * files.BYTES_MAX)), "a zip bomb"),
        (lying(b" " * (files.BYTES_MAX + 1), 100), "cut off or damaged"),
        (zipped(("a.xml", xml()))[:-30], "cut off or damaged"),
        (zipped(("a.xml", xml()))[:40], "cut off or damaged"),
        (b"PK" + b"\0" * files.ZIP_BYTES_MAX, "at most 4194304"),
        (zipped(("a.xml", b"\x00" * 100)), "no text"),
    ],
    ids=range(19),
)
def test_archives_with_anything_else_are_refused(file: Path, data: bytes, said: str) -> None:
    file.write_bytes(data)
    assert said in refusal(file)


def test_a_byte_changed_in_a_zip_is_noticed(file: Path) -> None:
    data = bytearray(zipped(("a.xml", xml(FREE))))
    data[data.index(b"a.xml") + 20] ^= 1
    file.write_bytes(data)
    assert "damaged" in refusal(file)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'<?xml version="1.0"?>\n' + ENTITIES + b"<Report>&b;</Report>", "line 2: a document type or an entity"),
        (b'<!DOCTYPE Report SYSTEM "file:///etc/passwd"><Report/>', "a document type or an entity"),
        (ENTITIES.replace(b"Report", b"html") + b"<html>&b;</html>", "an entity"),
        (b"<Report>&unknown;</Report>", "Entity 'unknown' not defined"),
        (b"<Report>" + b"<a>" * 1000 + b"</a>" * 1000 + b"</Report>", "Excessive depth"),
        (b"<html>" + b"<div>" * 1000 + b"</html>", "nested too deeply"),
        (b"<Report>" + b"<i/>" * (files.MARKS_MAX + 1), "more than 1000000 elements"),
        (b'<Report a="' + b"a" * 12_000_000 + b'"></Report>', "cut off or damaged"),
        (b"<?xml version='1.0' encoding='utf-7'?>+ADw-Report/+AD4-", "cut off or damaged"),
    ],
    ids=range(9),
)
def test_markup_that_would_grow_is_refused(file: Path, data: bytes, said: str) -> None:
    file.write_bytes(data)
    assert said in refusal(file)


@pytest.mark.parametrize("filler", [" ", "a ", "· ", "\t"])
def test_long_lines_of_a_text_are_no_work(file: Path, filler: str) -> None:
    """The place of the row is told; the patterns see its beginning only."""
    long = f"01.01.2020 0:00:46 +03:00 9{filler * 3_000_000}9 sms o 1 0,0000"
    file.write_bytes(pdf_text(long, "01.01.2020  0:00:47", "+03:00  900", "sms o", "1", " 0,0000"))
    read = files.read(file)
    assert [row.cell for row in read.rows] == ["900"]
    assert [(bad.number, bad.line) for bad in read.bad_rows] == [(1, 6)]


def test_a_gigabyte_is_refused_unread(file: Path) -> None:
    with file.open("wb") as sparse:
        sparse.truncate(1 << 30)
    assert refusal(file) == "1073741824 bytes; a statement has at most 16777216"


def test_a_file_without_an_end_is_refused() -> None:
    assert "more than 16777216 bytes" in refusal(Path("/dev/zero"))


def test_a_pipe_is_read_like_a_file(file: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, xml(FREE))
    os.close(writer)
    assert files.read(Path(f"/dev/fd/{reader}")) == files.parse(xml(FREE))
    os.close(reader)
