"""Statements in bulk: whole files on every core, a manifest beside them, and nothing made twice that is there."""

import errno
import fcntl
import hashlib
import os
import re
import signal
import stat
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from io import BufferedReader
from multiprocessing import get_context
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from ledger.hints import HintedError
from ledger.inputs import ACCOUNT
from ledger.json_line import quoted
from ledger.log import files
from ledger.progress import Progress, unwatched
from ledger.service import Ledger
from projections.pool import end_with_parent
from projections.statement import statement
from scripts import collector
from scripts.cli.messages import worded
from scripts.cli.statement import foot, written
from scripts.wiring import Settings, ledger_ref, open_ledger

ACCOUNTS_FOR_A_POOL: Final = 64
"""Below this, starting processes costs more than they save."""
BATCH_MAX: Final = 32
LINE_BYTES_MAX: Final = 4096
"""Of the manifest: a line has some 250."""


class Order(msgspec.Struct, frozen=True):
    """What is wanted: which range of local dates, in which form, and where."""

    settings: Settings
    folder: str
    name: str
    since: date
    until: date
    form: str
    options: dict[str, str]

    def file(self, account: str) -> str:
        """The name of an account's file."""
        return f"{account}-{self.name}"

    @property
    def manifest(self) -> Path:
        """Where the files of this order are listed."""
        return Path(self.folder) / f"manifest-{self.name}.jsonl"

    @property
    def like(self) -> Path:
        """No file is more readable than the ledger."""
        return ledger_ref(self.settings).like


class Entry(msgspec.Struct, frozen=True):
    """A line of the manifest: one file and what it is; `statement` is the statement's id (R-13.5)."""

    account: str
    file: str
    statement: str
    sha256: str
    final: bool


class Failure(msgspec.Struct, frozen=True):
    """An account whose statement could not be made, and why."""

    account: str
    reason: str


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


def write_statements(order: Order, accounts: Sequence[str], *, workers: int, progress: Progress = unwatched) -> Summary:
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
    with files.workplace(order.manifest) as place:

        def note(told: list[Told]) -> None:
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
                _append(order.manifest, lines, order.like)
            summary.failed = len(summary.failures)
            progress(summary.written + summary.skipped + summary.failed)

        _work(order, place, asked, workers, note)
    with _alone(order.folder):
        _rewrite(order)
    summary.failures.sort(key=lambda failure: failure.account)
    summary.seconds = round(time.monotonic() - began, 3)
    return summary


def _work(order: Order, place: Path, asked: Sequence[Asked], workers: int, note: Callable[[list[Told]], None]) -> None:
    """Note what becomes of every account, in this process or in several."""
    if workers == 1 or len(asked) < ACCOUNTS_FOR_A_POOL:
        with open_ledger(order.settings) as ledger:
            for each in asked:
                note([_one(order, place, ledger, *each)])
        return
    size = max(1, min(BATCH_MAX, len(asked) // (workers * 8)))
    # Processes begin anew: a copy of this one would lack the threads that a layout made here may have started.
    with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (order, place, os.getpid())) as pool:
        with _uninterrupted():
            jobs = [pool.submit(_some, asked[i : i + size]) for i in range(0, len(asked), size)]
        waiting = set(jobs)
        try:
            for job in as_completed(jobs):
                waiting.discard(job)
                note(job.result())
        except BaseException:
            pool.shutdown(cancel_futures=True)  # what is being written is finished
            for job in waiting:
                if not job.cancelled() and job.exception() is None:
                    note(job.result())
            raise


_working: tuple[Order, Path, Ledger] | None = None
"""In a process of the pool: its order, where it writes, and the ledger it keeps open."""
_open: Final = ExitStack()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Processes that are started here leave interruptions to this one, from their first instant."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begin(order: Order, place: Path, parent: int) -> None:
    """A process of the pool begins; it does not outlive its parent, which may be gone already."""
    global _working  # noqa: PLW0603  # that is how a pool hands things to its processes
    end_with_parent(parent)
    collector.tune_gc()
    _working = order, place, _open.enter_context(open_ledger(order.settings))


def _some(part: Sequence[Asked]) -> list[Told]:
    assert _working is not None
    order, place, ledger = _working
    return [_one(order, place, ledger, *each) for each in part]


def _one(order: Order, place: Path, ledger: Ledger, account: str, known: Entry | None) -> Told:
    """One account's file: made in the workplace, or left as it is, or the reason why not."""
    try:
        if re.fullmatch(ACCOUNT, account) is None:  # nor can it be the name of a file elsewhere
            return Failure(quoted(account), "no account: one is 79 and nine digits, like 79161234567"), False
        found = ledger.account(account)
        if found is None:
            return Failure(account, "no such account in this ledger"), False
        made = statement(found, ledger.events(account), ledger.catalogues(), since=order.since, until=order.until)
        file = order.file(account)
        id = made.id
        if known is not None and known.statement == id and _digest(Path(order.folder) / file) == known.sha256:
            return known, True
        options = order.options | foot(order.settings, ledger, found, order.until, order.form)
        content = written(made, order.form, options)
        with open(files.create(place / file, replacing=Path(order.folder) / file, like=order.like), "wb") as made_file:
            made_file.write(content)
    except Exception as error:
        what = f"{type(error).__name__}: {worded(error) if isinstance(error, HintedError) else error}"
        return Failure(account, " ".join(what.split())), False
    return Entry(account, file, id, hashlib.sha256(content).hexdigest(), made.final), False


def _moved(place: Path, folder: Path, entry: Entry) -> Failure | None:
    """Give a finished file its name; a link of that name is replaced, whatever it leads to."""
    try:
        os.replace(place / entry.file, folder / entry.file)
    except OSError as error:
        return Failure(entry.account, f"{error.filename2 or error.filename}: {error.strerror}")
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


def _append(manifest: Path, lines: Sequence[bytes], like: Path) -> None:
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


def _rewrite(order: Order) -> None:
    """The manifest in order of account, of the files that are there."""
    there = {each.name for each in os.scandir(order.folder)}
    known = sorted(_read(order.manifest).items())
    if order.manifest.is_symlink():
        order.manifest.unlink()
    with files.whole(order.manifest, like=order.like, durable=False) as manifest:
        manifest.writelines(msgspec.json.encode(entry) + b"\n" for _, entry in known if entry.file in there)
