"""Printing: statements drawn by chance, made one by one with their JSON from an open ledger, each timed.

A script by itself, for it runs with the code of whichever build is measured, found by PYTHONPATH; what an old build
calls otherwise stands in `_by_number`.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ledger.service import Ledger
from scripts import collector
from scripts.benchmarks import statement as row
from scripts.wiring import now


class Took(msgspec.Struct):
    """Seconds of each statement."""

    seconds: list[float]
    cpu_seconds: list[float]


class Printer(NamedTuple):
    """Whose statements there may be, in order of their numbers, and what makes one."""

    names: list[str]
    print_one: Callable[[str], object]


def main(path: Path, count: int) -> None:
    """Print the times as JSON."""
    took = Took([], [])
    with (_by_contract if hasattr(row, "print_statement") else _by_number)(path) as printer:
        for name in random.Random(929).choices(printer.names, k=count):
            start, cpu_start = time.perf_counter(), time.process_time()
            printer.print_one(name)
            took.cpu_seconds.append(time.process_time() - cpu_start)
            took.seconds.append(time.perf_counter() - start)
    sys.stdout.buffer.write(msgspec.json.encode(took))


@contextmanager
def _by_contract(path: Path) -> Iterator[Printer]:
    from ledger.log.engines import store_ref  # noqa: PLC0415  # an old build has none

    collector.tune_gc()
    with Ledger(store_ref(path), now=now, access="read") as ledger:
        with ledger.snapshot() as snapshot:
            names = [contract.id for contract in snapshot.contracts.all()]
        yield Printer(names, partial(row.print_statement, ledger))


@contextmanager
def _by_number(path: Path) -> Iterator[Printer]:
    """The way of a build without contracts, as its own benchmark goes it."""
    old: Any = row
    old_collector: Any = collector
    ledger: Any
    old_collector.spare()
    with Ledger(path, now=now, access="read") as ledger:  # type: ignore[arg-type]
        catalogues = ledger.catalogues()
        with ledger.journal.reading() as log:
            names = log.accounts()

        def print_one(name: str) -> None:
            account, events = ledger.account(name), ledger.events(name)
            old.statement(account, events, catalogues, since=row.SINCE, until=row.UNTIL).json()

        yield Printer(names, print_one)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
