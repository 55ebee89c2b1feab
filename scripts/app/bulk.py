"""Statements in bulk: whole files on every core, a manifest beside them, and nothing made twice that is there."""

import errno
import fcntl
import hashlib
import os
import re
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date
from functools import partial
from io import BufferedReader
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from ledger.hints import Hinted, HintedError
from ledger.inputs import ACCOUNT
from ledger.json_line import quoted
from ledger.log import files
from ledger.log.store import Reading, StoreRef
from ledger.progress import Progress, unwatched
from ledger.snapshot import Snapshot
from projections.canonical import statement_id
from projections.shares import in_processes
from projections.statement import statement
from scripts import collector
from scripts.app.errors import AppError
from scripts.app.statements import Layout, footer, keys_for

ACCOUNTS_FOR_PROCESSES: Final = 64
"""Below this, starting processes costs more than they save."""
BATCH_MAX: Final = 32
LINE_BYTES_MAX: Final = 4096
"""Of the manifest: a line has some 250."""


class Order(msgspec.Struct, frozen=True):
    """What is wanted: which range of local dates, how laid out, and where; the folder of keys, for the foot."""

    folder: str
    since: date
    until: date
    layout: Layout
    keys: Path

    @property
    def name(self) -> str:
        """What files of such statements are called behind the account."""
        return ".".join([f"{self.since:%Y-%m}", *self.layout.options.values(), self.layout.form])

    def file(self, account: str) -> str:
        """The name of an account's file."""
        return f"{account}-{self.name}"

    @property
    def manifest(self) -> Path:
        """Where the files of this order are listed."""
        return Path(self.folder) / f"manifest-{self.name}.jsonl"


class Entry(msgspec.Struct, frozen=True):
    """A line of the manifest: one file and what it is; `statement` is the statement's id (R-13.5)."""

    account: str
    file: str
    statement: str
    sha256: str
    final: bool


class Failure(msgspec.Struct, frozen=True):
    """An account whose statement could not be made, and why; `error` is what kind of error it was, if it was one."""

    account: str
    reason: Hinted
    error: str = ""


class Summary(msgspec.Struct):
    """What a run came to, in accounts."""

    written: int = 0
    skipped: int = 0
    failed: int = 0
    seconds: float = 0
    failures: list[Failure] = msgspec.field(default_factory=list)


Asked: TypeAlias = tuple[str, Entry | None]
"""An account, and what the manifest says of its file."""
Told: TypeAlias = tuple[Entry | Failure, bool]
"""What became of an account, and whether its file was there already."""


def write_statements(
    log: Reading, order: Order, accounts: Sequence[str], *, workers: int, progress: Progress = unwatched
) -> Summary:
    """Write the accounts' statements, each file whole or not at all, and list them in the manifest.

    A file is left as it is if the manifest has it, its bytes are those of the manifest, and the statement is still the
    same: a provisional one may have become another. Interrupted, the run leaves whole files and their lines in the
    manifest, and the next one goes on from there; runs at the same time add to one manifest. An account that fails
    stops no other.
    """
    began = time.monotonic()
    summary = Summary()
    known = _read(order.manifest)
    asked = [(account, known.get(account)) for account in accounts]
    if len(asked) < ACCOUNTS_FOR_PROCESSES:
        workers = 1
    size = 1 if workers == 1 else max(1, min(BATCH_MAX, len(asked) // (workers * 8)))
    with files.workplace(order.manifest) as place:
        jobs = [partial(_some, order, place, asked[start : start + size]) for start in range(0, len(asked), size)]
        with closing(in_processes(jobs, log, workers=workers, finish=True)) as told:
            for some in told:
                _note(order, place, some, summary, log.ref)
                progress(summary.written + summary.skipped + summary.failed)
    with _alone(order.folder):
        _rewrite(order, log.ref)
    summary.failures.sort(key=lambda failure: failure.account)
    summary.seconds = round(time.monotonic() - began, 3)
    return summary


def _note(order: Order, place: Path, told: Sequence[Told], summary: Summary, ref: StoreRef) -> None:
    """Give finished files their names and lines in the manifest, and count what became of accounts."""
    lines = []
    with _alone(order.folder):
        for result, was_there in told:
            if isinstance(result, Failure):
                summary.failures.append(result)
            elif was_there:
                summary.skipped += 1
            elif failure := _moved(place, Path(order.folder), result):
                summary.failures.append(failure)
            else:
                lines.append(msgspec.json.encode(result) + b"\n")
                summary.written += 1
        _append(order.manifest, lines, ref.like)
    summary.failed = len(summary.failures)


def _some(order: Order, place: Path, asked: Sequence[Asked], log: Reading) -> list[Told]:
    collector.tune_gc()
    snapshot = Snapshot(log)
    return [_one(order, place, snapshot, *each) for each in asked]


def _one(order: Order, place: Path, snapshot: Snapshot, account: str, known: Entry | None) -> Told:
    """One account's file: made in the workplace, or left as it is, or the reason why not."""
    try:
        with snapshot.log.store_errors():
            return _write(order, place, snapshot, account, known)
    except Exception as error:
        hint, facts = (error.hint, error.facts) if isinstance(error, HintedError) else (None, {})
        text = str(error.facts["reason"]) if isinstance(error, AppError) else str(error)
        return Failure(account, Hinted(" ".join(text.split()), hint, facts), type(error).__name__), False


def _write(order: Order, place: Path, snapshot: Snapshot, account: str, known: Entry | None) -> Told:
    if re.fullmatch(ACCOUNT, account) is None:  # nor can it be the name of a file elsewhere
        return Failure(quoted(account), Hinted("no account: one is 79 and nine digits, like 79161234567")), False
    found = snapshot.account(account)
    if found is None:
        return Failure(account, Hinted("no such account in this ledger")), False
    made = statement(found, snapshot.events(account), snapshot.catalogues, since=order.since, until=order.until)
    path = Path(order.folder) / order.file(account)
    id = statement_id(made)
    if known is not None and known.statement == id and _digest(path) == known.sha256:
        return known, True
    keys = keys_for(order.layout, order.keys)
    checkpoint = None if keys is None else footer(snapshot, found, keys, until=order.until)
    content = order.layout.render(made, checkpoint)
    like = snapshot.log.ref.like
    with open(files.create(place / path.name, replacing=path, like=like), "wb") as file:
        file.write(content)
    return Entry(account, path.name, id, hashlib.sha256(content).hexdigest(), made.final), False


def _moved(place: Path, folder: Path, entry: Entry) -> Failure | None:
    """Give a finished file its name; a link of that name is replaced, whatever it leads to."""
    try:
        os.replace(place / entry.file, folder / entry.file)
    except OSError as error:
        return Failure(entry.account, Hinted(f"{error.filename2 or error.filename}: {error.strerror}"))
    return None


def _digest(path: Path) -> str | None:
    """The digest of a file that lies in the folder itself; None where there is none, or a link."""
    try:
        with _opened(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _opened(path: Path) -> BufferedReader:
    """A file that is no link, pipe or device. Raises OSError."""
    if not stat.S_ISREG(path.lstat().st_mode):
        raise FileNotFoundError(errno.ENOENT, "no file of its own", str(path))
    return open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")


@contextmanager
def _alone(folder: str) -> Iterator[None]:
    """One run at a time: a file and its line in the manifest change together."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read(manifest: Path) -> dict[str, Entry]:
    """The manifest by account, the last line of each; lines that an interrupted run left half are none."""
    known = {}
    with suppress(FileNotFoundError), _opened(manifest) as lines:
        while line := lines.readline(LINE_BYTES_MAX):
            with suppress(msgspec.DecodeError, UnicodeDecodeError):
                entry = msgspec.json.decode(line, type=Entry)
                known[entry.account] = entry
    return known


def _append(manifest: Path, lines: Sequence[bytes], like: Path | None) -> None:
    """Add lines to the manifest, which must be held alone; a link in its place is removed first."""
    if not lines:
        return
    if manifest.is_symlink():
        manifest.unlink()
    try:
        descriptor = files.create(manifest, like=like)
    except FileExistsError:
        descriptor = os.open(manifest, os.O_RDWR | os.O_NOFOLLOW)
    with open(descriptor, "r+b") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(end - 1, 0))
        half = end and file.read(1) != b"\n"  # an interrupted run may have left half a line
        file.seek(0, os.SEEK_END)
        file.write(b"\n" * bool(half) + b"".join(lines))


def _rewrite(order: Order, ref: StoreRef) -> None:
    """The manifest in order of account, of the files that are there."""
    there = {each.name for each in os.scandir(order.folder)}
    known = sorted(_read(order.manifest).items())
    if order.manifest.is_symlink():
        order.manifest.unlink()
    with files.whole(order.manifest, like=ref.like, durable=False) as manifest:
        manifest.writelines(msgspec.json.encode(entry) + b"\n" for _, entry in known if entry.file in there)
