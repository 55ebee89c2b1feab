"""Deciding: the least of what verify does, each event decoded and each booking decided again, and no more timed."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import msgspec

from ledger.account import Account
from ledger.log.engines import store_ref
from ledger.log.store import Reading, StoreRef
from ledger.reconstruct_input import reconstruct_input
from ledger.timeline import CatalogueTimeline, timeline_of
from projections.shares import cut
from projections.verify.redecide import decide_again, same_booking
from scripts import collector
from scripts.benchmarks.builds import Build
from scripts.benchmarks.process import Ran
from scripts.cli.options import print_json


class Spent(msgspec.Struct):
    """What a process spent on it."""

    seconds: float = 0
    cpu_seconds: float = 0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count what is done in the block."""
        start, cpu_start = time.perf_counter(), time.process_time()
        yield
        self.seconds += time.perf_counter() - start
        self.cpu_seconds += time.process_time() - cpu_start


def ran(build: Build, ledger: Path) -> Ran:
    """The ledger decided again in a process of its own; the time is that of decoding and deciding, on every core."""
    done = build.run(build.python, "-m", "scripts.benchmarks.deciding", ledger)
    spent = msgspec.json.decode(done.printed, type=list[Spent])
    return done._replace(
        seconds=max(each.seconds for each in spent), cpu_seconds=sum(each.cpu_seconds for each in spent)
    )


def _main(path: str) -> None:
    collector.tune_gc()
    workers = os.cpu_count() or 1
    ref = store_ref(path)
    with closing(ref.open()) as store, store.reading() as log:
        shares = cut(log.accounts(), workers)
    with ProcessPoolExecutor(workers) as pool:
        print_json(list(pool.map(partial(_spent, ref), shares)))


def _spent(ref: StoreRef, contracts: Sequence[str]) -> Spent:
    spent = Spent()
    with closing(ref.open()) as store, store.reading() as log:
        log.keyring.look_up_all(contracts)
        catalogues = timeline_of(log)
        for contract in contracts:
            _decide(log, contract, catalogues, spent)
    return spent


def _decide(log: Reading, contract: str, catalogues: CatalogueTimeline, spent: Spent) -> None:
    number = log.contracts.named(contract).number
    rows = list(log.events(contract))
    with spent.counted():
        events = [log.opened(row) for row in rows]
    bookings = [
        (event, reconstruct_input(number, event) if event.input is not None else None, catalogues.at(row.position))
        for row, before, event in zip(rows, [None, *events], events, strict=False)
        if before is None or not same_booking(before, event)
    ]
    account: Account | None = None
    with spent.counted():
        for first, input, catalogue in bookings:
            _, account = decide_again(contract, account, first, input, catalogue, partial(log.event, contract))


if __name__ == "__main__":
    _main(sys.argv[1])
