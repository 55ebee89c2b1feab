"""The journal of reads: who read whose data, a line each, chained, and on the disk before the answer leaves.

Each line has the digest of the line before it, and the newest one stands in the state's database too: a line that was
changed, taken out or cut off is noticed. Whose data they were says the contract's id, which outlives an erasure without
telling anything (R-15.9). Threads and processes may write at the same time; those that wait for the disk share it.
"""

import fcntl
import hashlib
import os
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from ledger.periods import Instant, local_text, parse_instant
from scripts.state.database import StateDatabase
from scripts.state.errors import StateUnusable
from scripts.state.place import StatePlace

ENDING: Final = ".reads.jsonl"
LINE_BYTES_MAX: Final = 64 * 1024
_READ_AT_ONCE_BYTES: Final = 1 << 20
_CHECK: Final = "`obnovi access-log --check` says where"


class Read(NamedTuple):
    """What somebody is about to be told: who asks, in what role, whose data, by what question, on what ground.

    `whose` is a contract's id, None for what is about no contract or about all. `what` is the name of the question,
    `parameters` those of it that say nothing of a person. A ground may name somebody: of a contract it is `sealed`.
    """

    who: str
    role: str
    whose: str | None
    what: str
    parameters: Mapping[str, str] = {}
    ground: str | None = None
    sealed: str | None = None


class Line(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A line as it stands in the file. `time` is in UTC; `previous` is SHA-256 of the line before, with its end."""

    number: int
    time: str
    who: str
    role: str
    whose: str | None
    what: str
    previous: str
    parameters: dict[str, str] = {}
    ground: str | None = None
    sealed: str | None = None

    @property
    def at(self) -> Instant:
        """The instant of its time."""
        return parse_instant(self.time)


class End(NamedTuple):
    """Where a line ends: its number, the bytes up to there, its digest."""

    number: int
    size: int
    digest: bytes


BEGINNING: Final = End(0, 0, bytes(32))
"""Before the first line."""


class JournalBroken(StateUnusable):
    """A line of the journal is not as it was written, or lines are missing; `number` is the first of them."""

    def __init__(self, path: Path, number: int, problem: str) -> None:
        super().__init__(f"{path}, line {number}: {problem}")
        self.number = number


@dataclass(eq=False, slots=True)
class _Waiting:
    """What a caller has to write, and how it ended."""

    reads: Sequence[Read]
    now: Instant
    done: bool = False
    error: StateUnusable | None = field(default=None)


class ReadJournal:
    """The journal of one ledger's state. Raises StateUnusable, where nothing may be told to anybody."""

    def __init__(self, place: StatePlace, state: StateDatabase) -> None:
        self._path = place.make(ENDING)
        self._state = state
        self._end: End | None = None
        self._waiting: list[_Waiting] = []
        self._mutex = threading.Lock()
        self._writer = threading.Lock()
        self._file = self._opened()

    def close(self) -> None:
        """Close the file, which nobody may be writing."""
        os.close(self._file)

    def __enter__(self) -> "ReadJournal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, reads: Sequence[Read], *, now: Instant) -> None:
        """Write down what is about to be told; it is on the disk when this returns. Raises StateUnusable."""
        mine = _Waiting(reads, now)
        with self._mutex:
            self._waiting.append(mine)
        with self._writer:
            if not mine.done:
                self._write_all()
        if mine.error is not None:
            raise StateUnusable(*mine.error.args) from mine.error

    # Inside

    def _opened(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise StateUnusable(f"{self._path} cannot be opened ({error.strerror})") from None

    def _write_all(self) -> None:
        """Write what every caller waits for."""
        with self._mutex:
            group, self._waiting = self._waiting, []
        error: StateUnusable | None = None
        try:
            with _locked(self._file, fcntl.LOCK_EX):
                self._append(group)
        except StateUnusable as raised:
            error = raised
        except OSError as raised:
            error = StateUnusable(f"{self._path} cannot be written ({raised.strerror})")
        for each in group:
            each.done, each.error = True, error
        if error is not None:
            self._end = None  # whatever it left is looked at again

    def _append(self, group: Sequence[_Waiting]) -> None:
        end = self._end = self._current_end()
        lines = bytearray()
        for each in group:
            for read in each.reads:
                line = _encoded(read, each.now, end)
                if len(line) > LINE_BYTES_MAX:
                    raise StateUnusable(f"{self._path} takes no line of more than {LINE_BYTES_MAX} bytes")
                lines += line
                end = End(end.number + 1, end.size + len(line), hashlib.sha256(line).digest())
        try:
            written = os.pwrite(self._file, lines, self._end.size)
            if written < len(lines):
                raise OSError(0, "the disk took only a part of it")
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, self._end.size)
            raise
        _keep_head(self._state, end)
        self._end = end

    def _current_end(self) -> End:
        """The end of the newest line, once what others wrote since was seen to follow; what a kill left is cut off."""
        size = os.fstat(self._file).st_size
        known = self._end
        if known is None:
            known = _head(self._state)
            _require_head(self._path, self._file, known)
        if os.stat(self._path).st_ino != os.fstat(self._file).st_ino:
            raise StateUnusable(f"{self._path} was replaced while it was open; start again, {_CHECK}")
        if size < known.size:
            raise StateUnusable(f"{self._path} was cut off while it was open; {_CHECK}")
        newer = deque(_lines(self._path, self._file, known, size), maxlen=1)
        end = newer[0][1] if newer else known
        if end.size < size:
            os.ftruncate(self._file, end.size)
        return end


class Checked(NamedTuple):
    """What a check of the whole journal found: its lines, and the first problem."""

    reads: int
    problem: str | None


def check(place: StatePlace, state: StateDatabase) -> Checked:
    """Whether every line is as it was written, and none is missing, up to the newest known one."""
    count = 0
    try:
        for line in lines(place, state):
            count = line.number
    except JournalBroken as error:
        return Checked(count, str(error))
    return Checked(count, None)


def lines(place: StatePlace, state: StateDatabase) -> Iterator[Line]:
    """Every line there is by now, in order. Raises JournalBroken behind the last one that is right, StateUnusable."""
    path = place.file(ENDING)
    head = _head(state)
    try:
        with path.open("rb") as file:
            with _locked(file.fileno(), fcntl.LOCK_SH):
                size = os.fstat(file.fileno()).st_size
                head = _head(state)
            end = BEGINNING
            for line, end in _lines(path, file.fileno(), BEGINNING, size):
                if end.number == head.number and end != head:
                    raise JournalBroken(path, end.number, "is not the line that the database of the state knows")
                yield line
    except FileNotFoundError:
        end = BEGINNING
    except OSError as error:
        raise StateUnusable(f"{path} cannot be read ({error.strerror})") from None
    if end.number < head.number:
        missing = head.number - end.number
        raise JournalBroken(path, end.number + 1, f"{missing} line(s) from here on are missing: the file was cut off")


def _encoded(read: Read, now: Instant, end: End) -> bytes:
    line = Line(
        number=end.number + 1,
        time=local_text(now, "UTC"),
        who=read.who,
        role=read.role,
        whose=read.whose,
        what=read.what,
        previous=end.digest.hex(),
        parameters=dict(read.parameters),
        ground=read.ground,
        sealed=read.sealed,
    )
    return msgspec.json.encode(line) + b"\n"


def _lines(path: Path, file: int, end: End, size: int) -> Iterator[tuple[Line, End]]:
    """The whole lines between an end and a size, each with its own end; an unfinished last one is left out.

    What a machine that lost its power left is zeros, of a line that was never answered. Raises JournalBroken.
    """
    decoder = msgspec.json.Decoder(Line)
    rest, at = b"", end.size
    while at < size and (chunk := os.pread(file, min(_READ_AT_ONCE_BYTES, size - at), at)):
        at += len(chunk)
        *whole, rest = (rest + chunk).split(b"\n")
        for content in whole:
            number = end.number + 1
            try:
                line = decoder.decode(content)
            except msgspec.DecodeError:
                raise JournalBroken(path, number, "is no line of the journal") from None
            if (line.number, line.previous) != (number, end.digest.hex()):
                raise JournalBroken(path, number, "does not follow the line before it: one of them was changed")
            end = End(number, end.size + len(content) + 1, hashlib.sha256(content + b"\n").digest())
            yield line, end
        if len(rest) > LINE_BYTES_MAX and rest.strip(b"\0"):
            raise JournalBroken(path, end.number + 1, "is longer than any line")


def _require_head(path: Path, file: int, head: End) -> None:
    """Raise JournalBroken where the newest line that the database knows does not end where it should."""
    if head == BEGINNING:
        return
    before = max(0, head.size - LINE_BYTES_MAX - 1)
    content = os.pread(file, head.size - before, before)
    last = content[content.rfind(b"\n", 0, -1) + 1 :]
    if len(content) != head.size - before or hashlib.sha256(last).digest() != head.digest:
        raise JournalBroken(path, head.number, f"was changed, or is missing; {_CHECK}")


def _head(state: StateDatabase) -> End:
    row = state.one("SELECT number, size, digest FROM reads_head")
    return BEGINNING if row is None else End._make(row)


def _keep_head(state: StateDatabase, end: End) -> None:
    """Note the newest line beside the journal; the line itself is on the disk, so this may follow later."""
    with state.writing(durable=False) as db:
        db.execute("INSERT OR REPLACE INTO reads_head VALUES (1, ?, ?, ?)", end)


@contextmanager
def _locked(file: int, how: int) -> Iterator[None]:
    fcntl.flock(file, how)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
