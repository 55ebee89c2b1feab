"""Statements in bulk: whole files on every core, a manifest beside them, and nothing made twice that is there."""

import errno
import fcntl
import hashlib
import os
import re
import shutil
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date, timedelta
from functools import partial
from io import BufferedReader
from pathlib import Path
from secrets import token_hex
from typing import Final, NamedTuple, TypeAlias

import msgspec
from msgspec.structs import replace

from ledger import periods
from ledger.account import Account
from ledger.contracts import NO_KEY, Contract, is_number
from ledger.hints import Hinted, HintedError
from ledger.json_line import quoted
from ledger.log import files
from ledger.log.store import Reading, StoreRef
from ledger.progress import Progress, unwatched
from ledger.snapshot import Snapshot
from projections.canonical import statement_id
from projections.contract_fields import later_fields
from projections.engines.engine import Engine
from projections.former import erasure_of, former_id
from projections.statement import Dates, Statement, statements
from scripts import collector
from scripts.app.account_list import AccountList
from scripts.app.contracts import contracts_of
from scripts.app.errors import AppError, InvalidRequest
from scripts.app.statements import Layout, footer, keys_for

ACCOUNTS_FOR_PROCESSES: Final = 64
"""Below this, starting processes costs more than they save."""
BATCH_MAX: Final = 32
BATCH_ELSEWHERE_MAX: Final = 500
"""Another machine is told less often what to do."""
LINE_BYTES_MAX: Final = 4096
"""Of the manifest: a line has some 250."""
_FILE_NAME: Final = re.compile(r"[0-9A-Za-z_-]+")
_NOT_HERE: Final = "no such account in this ledger"
_NO_ACCOUNT: Final = "no account: one is 79 and nine digits, like 79161234567"


class Order(msgspec.Struct, frozen=True):
    """What is wanted of every contract: a range of local dates, how laid out, and where; the keys, for the foot."""

    folder: str
    since: date
    until: date
    layout: Layout
    keys: Path

    @property
    def name(self) -> str:
        """What files of such statements are called behind the contract: by their month, or by both dates."""
        is_month = self.since.day == 1 and self.until + timedelta(days=1) == periods.months_after(self.since, 1)
        dates = f"{self.since:%Y-%m}" if is_month else f"{self.since}_{self.until}"
        return ".".join([dates, *self.layout.options.values(), self.layout.form])

    def file(self, contract: Contract) -> str:
        """The name of a contract's file."""
        return f"{contract.file_name}-{self.name}"

    def absolute(self) -> "Order":
        """The same for a process that works in another folder."""
        return replace(self, folder=str(Path(self.folder).absolute()), keys=self.keys.absolute())

    @property
    def manifest(self) -> Path:
        """Where the files of this order are listed."""
        return Path(self.folder) / f"manifest-{self.name}.jsonl"


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of the manifest: one file and what it is; `statement` is the statement's id (R-13.5).

    `contract` is the id of one whose number is gone.
    """

    account: str
    holder: int = 1
    contract: str = ""
    file: str
    statement: str
    sha256: str
    final: bool


class Failure(msgspec.Struct, frozen=True):
    """What has no statement, and why; `error` is what kind of error it was, if it was one.

    `asked` is a contract, or what was asked for and is none.
    """

    asked: Contract | str
    reason: Hinted
    error: str = ""


class Summary(msgspec.Struct):
    """What a run came to, in statements; a contract of which none could be made is one failure."""

    written: int = 0
    skipped: int = 0
    failed: int = 0
    seconds: float = 0
    failures: list[Failure] = msgspec.field(default_factory=list)


class Wanted(msgspec.Struct, frozen=True):
    """The contracts whose statements are wanted, and what was asked for and is none."""

    contracts: list[Contract]
    failures: list[Failure]

    @property
    def count(self) -> int:
        """How many there are of both."""
        return len(self.contracts) + len(self.failures)


Asked: TypeAlias = tuple[Contract, list[Entry | None]]
"""A contract, and what the manifest of each order says of its file."""


Became: TypeAlias = tuple[Entry | Failure, bool]
"""What became of a file, and whether it was there already."""
Told: TypeAlias = tuple[Contract, Failure | list[Became]]
"""What became of a contract: of its file for each order, or why there is none of them."""


class _Some(NamedTuple):
    """What became of some contracts, and the folder of the workplace that has their files."""

    name: str
    told: list[Told]


def contracts_to_print(log: Reading, listed: AccountList | None = None) -> Wanted:
    """All contracts, or those of a list in its order; what it names and is not there fails, and stops nothing.

    Raises InvalidRequest for a list of none.
    """
    if listed is None:
        return Wanted(log.contracts.all(), [])
    if not listed.accounts:
        raise InvalidRequest("LIST_IS_EMPTY", file=listed.name)
    wanted: dict[Contract, None] = {}
    failures: list[Failure] = []
    for each in {str(each): each for each in listed.accounts}.values():
        asked, account, holder = str(each), each.account, each.holder
        try:
            with log.store_errors():
                found = contracts_of(log.contracts, account)
        except Exception as error:
            failures.append(_failure(asked, error))
            continue
        if not found and not is_number(account):
            failures.append(Failure(quoted(asked), Hinted(_NO_ACCOUNT)))
        elif not found:
            failures.append(Failure(asked, Hinted(_NOT_HERE)))
        elif not (of_holder := [contract for contract in found if holder in (None, contract.holder)]):
            failures.append(Failure(asked, Hinted("no such contract of this account")))
        else:
            wanted |= dict.fromkeys(of_holder)
    return Wanted(list(wanted), failures)


def write_statements(
    log: Reading, orders: Sequence[Order], wanted: Wanted, *, engine: Engine, progress: Progress = unwatched
) -> Summary:
    """Write the contracts' statements, each file whole or not at all, and list them in the manifests.

    The orders are of one folder; the events of a contract are read and folded once for all of them. A file is left as
    it is if the manifest has it, its bytes are those of the manifest, and the statement is still the same: a
    provisional one may have become another. Interrupted, the run leaves whole files and their lines in the manifests,
    and the next one goes on from there; runs at the same time add to one manifest. A contract that fails stops no
    other.
    """
    began = time.monotonic()
    summary = Summary(failures=list(wanted.failures))
    known = [_read(order.manifest) for order in orders]
    asked: list[Asked] = [
        (contract, [entries.get(order.file(contract)) for order, entries in zip(orders, known, strict=True)])
        for contract in _as_read(log, wanted.contracts)
    ]
    if engine.is_elsewhere:
        orders = [order.absolute() for order in orders]
    engine = engine.sized(enough=len(asked) >= ACCOUNTS_FOR_PROCESSES)
    size = _batch_size(engine, len(asked))
    until = log.mark() if log.has_only_events else None
    done = len(wanted.failures)
    with files.workplace(orders[0].manifest) as place:
        jobs = [partial(_some, orders, place, asked[start : start + size]) for start in range(0, len(asked), size)]
        with closing(engine.run(jobs, log, until=until, finish=True)) as told:
            for some in told:
                _note(orders, place / some.name, some.told, summary, log.ref)
                shutil.rmtree(place / some.name)  # with what could not be given its name
                done += len(some.told)
                progress(done)
    with _alone(orders[0].folder):
        for order in orders:
            _rewrite(order, log.ref)
    summary.failures.sort(key=_place)
    summary.failed = len(summary.failures)
    summary.seconds = round(time.monotonic() - began, 3)
    return summary


def _batch_size(engine: Engine, contracts: int) -> int:
    """How many contracts a job takes: one where nobody else waits for work."""
    if engine.workers == 1 and not engine.is_elsewhere:
        return 1
    most = BATCH_ELSEWHERE_MAX if engine.is_elsewhere else BATCH_MAX
    return max(1, min(most, contracts // (engine.workers * 8)))


def _as_read(log: Reading, contracts: Sequence[Contract]) -> list[Contract]:
    """The contracts in the order in which they are read fastest; the manifest is put in order at the end."""
    by_id = {contract.id: contract for contract in contracts}
    return [by_id[id] for id in log.as_read(list(by_id))]


def _place(failure: Failure) -> tuple[object, ...]:
    """Where a failure comes in their list: what is no contract, as one of that number."""
    return (failure.asked,) if isinstance(failure.asked, str) else failure.asked


def _note(orders: Sequence[Order], place: Path, told: Sequence[Told], summary: Summary, ref: StoreRef) -> None:
    """Give files that were finished in a place their names and lines in the manifests, and count what became of all."""
    lines: list[list[bytes]] = [[] for _ in orders]
    folder = Path(orders[0].folder)
    with _alone(orders[0].folder):
        for contract, became in told:
            if isinstance(became, Failure):
                summary.failures.append(became)
                continue
            for listed, (result, was_there) in zip(lines, became, strict=True):
                if isinstance(result, Failure):
                    summary.failures.append(result)
                elif was_there:
                    summary.skipped += 1
                elif failure := _moved(place, folder, contract, result):
                    summary.failures.append(failure)
                else:
                    listed.append(msgspec.json.encode(result) + b"\n")
                    summary.written += 1
        for order, listed in zip(orders, lines, strict=True):
            _append(order.manifest, listed, ref.like)
    summary.failed = len(summary.failures)


def _some(orders: Sequence[Order], place: Path, asked: Sequence[Asked], log: Reading) -> _Some:
    """Some contracts' files, in a place of their own: where a job was lost halfway, it is done once more."""
    collector.tune_gc()
    snapshot = Snapshot(log)
    own = place / token_hex(8)
    own.mkdir()
    return _Some(own.name, [_one(orders, own, snapshot, *each) for each in asked])


def _one(
    orders: Sequence[Order], place: Path, snapshot: Snapshot, contract: Contract, known: Sequence[Entry | None]
) -> Told:
    """One contract's files: made in the workplace, or left as they are, or the reason why not."""
    try:
        with snapshot.log.store_errors():
            found = _account(snapshot, contract)
            if isinstance(found, Failure):
                return contract, found
            made = _made(orders, snapshot, contract, found)
    except Exception as error:
        return contract, _failure(contract, error)
    became: list[Became] = []
    for order, entry in zip(orders, known, strict=True):
        try:
            became.append(_write(order, place, snapshot, found, made[order.since, order.until], entry))
        except Exception as error:
            became.append((_failure(contract, error), False))
    return contract, became


def _failure(asked: Contract | str, error: Exception) -> Failure:
    hint, facts = (error.hint, error.facts) if isinstance(error, HintedError) else (None, {})
    text = str(error.facts["reason"]) if isinstance(error, AppError) else str(error)
    return Failure(asked, Hinted(" ".join(text.split()), hint, facts), type(error).__name__)


def _account(snapshot: Snapshot, contract: Contract) -> Account | Failure:
    """The account of a contract that can have statements, or why it has none."""
    if _FILE_NAME.fullmatch(contract.file_name) is None:  # nor can it be the name of a file elsewhere
        return Failure(quoted(str(contract)), Hinted(_NO_ACCOUNT))
    if contract.number == NO_KEY:  # another document than the one it would be with its key
        return Failure(contract, Hinted("the key of this contract is not there", "restore_keys"))
    return snapshot.account(contract.id) or Failure(contract, Hinted(_NOT_HERE))


def _made(
    orders: Sequence[Order], snapshot: Snapshot, contract: Contract, account: Account
) -> dict[tuple[date, date], Statement]:
    """The statements of a contract that orders need, by their range."""
    erased = erasure_of(snapshot.log, account)
    ranges = dict.fromkeys((order.since, order.until) for order in orders)
    summarised = {(order.since, order.until) for order in orders if order.layout.summarised}
    asked = [
        Dates(since, until, former_id(erased, since=since, until=until), (since, until) in summarised)
        for since, until in ranges
    ]
    with closing(snapshot.events(contract.id)) as events:
        return dict(zip(ranges, statements(contract, account, events, snapshot.catalogues, asked), strict=True))


def _write(
    order: Order, place: Path, snapshot: Snapshot, account: Account, made: Statement, known: Entry | None
) -> Became:
    path = Path(order.folder) / order.file(made.contract)
    id = statement_id(made)
    if known is not None and known.statement == id and _digest(path) == known.sha256:
        return known, True
    keys = keys_for(order.layout, order.keys)
    checkpoint = None if keys is None else footer(snapshot, account, keys, until=order.until)
    content = order.layout.render(made, checkpoint)
    like = snapshot.log.ref.like
    with open(files.create(place / path.name, replacing=path, like=like), "wb") as file:
        file.write(content)
    digest = hashlib.sha256(content).hexdigest()
    entry = Entry(**later_fields(made.contract), file=path.name, statement=id, sha256=digest, final=made.final)
    return entry, False


def _moved(place: Path, folder: Path, contract: Contract, entry: Entry) -> Failure | None:
    """Give a finished file its name; a link of that name is replaced, whatever it leads to."""
    try:
        os.replace(place / entry.file, folder / entry.file)
    except OSError as error:
        return Failure(contract, Hinted(f"{error.filename2 or error.filename}: {error.strerror}"))
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
    """The manifest by file, the last line of each; lines that an interrupted run left half are none."""
    known = {}
    with suppress(FileNotFoundError), _opened(manifest) as lines:
        while line := lines.readline(LINE_BYTES_MAX):
            with suppress(msgspec.DecodeError, UnicodeDecodeError):
                entry = msgspec.json.decode(line, type=Entry)
                known[entry.file] = entry
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
    """The manifest in order of contract, of the files that are there."""
    there = {each.name for each in os.scandir(order.folder)}
    known = sorted(_read(order.manifest).values(), key=lambda entry: (entry.account, entry.holder, entry.file))
    if order.manifest.is_symlink():
        order.manifest.unlink()
    with files.whole(order.manifest, like=ref.like, durable=False) as manifest:
        manifest.writelines(msgspec.json.encode(entry) + b"\n" for entry in known if entry.file in there)
