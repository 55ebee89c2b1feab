"""Lines: a feed cut into batches of numbered lines, from files of any size and from pipes that pause."""

import os
import select
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ledger.inputs import LINE_BYTES_MAX
from scripts.app.feed import RawLine
from scripts.errors import UsageError

CHUNK_BYTES: Final = 1024 * 1024
BATCH_LINES_MAX: Final = 10_000
BATCH_BYTES_MAX: Final = 8 * 1024 * 1024
PAUSE_SECONDS: Final = 0.2
SHOWN_OF_LONG_LINE: Final = 1000
_GZIP: Final = b"\x1f\x8b"
_BOM: Final = b"\xef\xbb\xbf"


@contextmanager
def opened(name: str) -> Iterator[int]:
    """The file descriptor of a feed file, or of stdin for `-`. Raises UsageError for what cannot be a feed."""
    if name == "-":
        _refuse_endless(0, name)
        yield 0
        return
    path = Path(name)
    if path.is_dir():
        raise UsageError(f"{name} is a folder, not a feed; name its files")
    try:
        fd = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        raise UsageError(f"there is no file {name}") from None
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from None
    try:
        _refuse_endless(fd, name)
        yield fd
    finally:
        os.close(fd)


def _refuse_endless(fd: int, name: str) -> None:
    """Raise UsageError for a device that gives bytes for ever and no line; a terminal is none, nor `/dev/null`."""
    status = os.fstat(fd)
    silent = os.isatty(fd) or status.st_rdev == os.stat(os.devnull).st_rdev
    if stat.S_ISBLK(status.st_mode) or (stat.S_ISCHR(status.st_mode) and not silent):
        raise UsageError(f"{'stdin' if name == '-' else name} is a device, not a feed; name a file or a pipe")


def batches(fd: int, name: str) -> Iterator[list[RawLine]]:
    """The lines of a feed in batches; a pipe that pauses gives what it has (after 0.2 s).

    Raises UsageError for a gzip file before the first batch.
    """
    live = not stat.S_ISREG(os.fstat(fd).st_mode)
    batch: list[RawLine] = []
    batch_bytes = 0
    since = time.monotonic()
    for line in _lines(fd, name, live):
        if line is not None:
            if not batch:
                since = time.monotonic()
            batch.append(line)
            batch_bytes += len(line.text)
        full = len(batch) >= BATCH_LINES_MAX or batch_bytes >= BATCH_BYTES_MAX
        if batch and (full or line is None or (live and time.monotonic() - since >= PAUSE_SECONDS)):
            yield batch
            batch, batch_bytes = [], 0
    if batch:
        yield batch


def _lines(fd: int, name: str, live: bool) -> Iterator[RawLine | None]:
    """Numbered lines; None where a live feed pauses."""
    number = 0
    rest = b""
    dropped = 0  # bytes of a line over the limit that are no longer kept
    for chunk in _chunks(fd, name, live):
        if chunk is None:
            yield None
            continue
        pieces = chunk.split(b"\n")
        for piece in pieces[:-1]:
            number += 1
            size = dropped + len(rest) + len(piece)
            yield RawLine(number, (rest + piece)[: None if size <= LINE_BYTES_MAX else SHOWN_OF_LONG_LINE], size)
            rest, dropped = b"", 0
        rest += pieces[-1]
        if dropped or len(rest) > LINE_BYTES_MAX:
            dropped += len(rest) - SHOWN_OF_LONG_LINE
            rest = rest[:SHOWN_OF_LONG_LINE]
    if rest:
        yield RawLine(number + 1, rest[: SHOWN_OF_LONG_LINE if dropped else None], dropped + len(rest))


def _chunks(fd: int, name: str, live: bool) -> Iterator[bytes | None]:
    """What can be read at once; None where nothing came for a while."""
    first = True
    while True:
        if live and not select.select([fd], [], [], PAUSE_SECONDS)[0]:
            yield None
            continue
        chunk = os.read(fd, CHUNK_BYTES)
        if not chunk:
            return
        if first:
            first = False
            if chunk.startswith(_GZIP):
                raise UsageError(f"{name} is compressed; feed it with `gunzip -c {name} | obnovi feed -`")
            chunk = chunk.removeprefix(_BOM)
        yield chunk
