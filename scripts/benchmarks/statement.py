"""Statement: one subscriber's month among very many events, in process; beside folding the same accounts."""

import random
import statistics
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from ledger.evolve import fold
from ledger.log.engines import store_ref
from ledger.service import Ledger
from projections import canonical
from projections.statement import Statement, statement
from scripts.benchmarks import printing
from scripts.benchmarks.builds import Build, this_build
from scripts.benchmarks.compared import FULL, QUICK, Compared, Size, Sizes, Target, Turn
from scripts.benchmarks.kept import PARTS, Kept
from scripts.benchmarks.process import Ran
from scripts.benchmarks.row import Goal, Measured, Row, own_peak_bytes, seconds
from scripts.wiring import now

SINCE, UNTIL = date(2026, 1, 1), date(2026, 1, 31)


def begin(kept: Kept, build: Build, sizes: Sizes) -> Turn:
    """Statements with their JSON by a process that has the ledger open; the time is the 99th percentile of one."""
    ledger = kept.ledger(build, sizes.many_inputs, behind=PARTS - 1)

    def turn() -> Ran:
        done = build.run(build.python, "-P", printing.__file__, ledger, f"{sizes.statements}")
        took = msgspec.json.decode(done.printed, type=printing.Took)
        return done._replace(seconds=_p99(took.seconds), cpu_seconds=_p99(took.cpu_seconds))

    return turn


def measure(folder: Path, quick: bool) -> Measured:
    """Milliseconds a statement with its JSON, from an open ledger, of accounts drawn by chance."""
    sizes, build, kept = QUICK if quick else FULL, this_build(), Kept.beside(folder)
    path = kept.ledger(build, sizes.many_inputs, behind=PARTS - 1)
    with Ledger(store_ref(path), now=now, access="read") as ledger:
        with ledger.store.reading() as log:
            accounts, count = log.accounts(), log.count()
        rows: list[int] = []

        def print_one(name: str) -> None:
            rows.append(len(print_statement(ledger, name).usage))

        def fold_one(name: str) -> None:
            with ledger.snapshot() as snapshot:
                fold(name, (event for _, event in snapshot.events(name)))

        figures, limits = [], []
        for name in random.Random(929).choices(accounts, k=sizes.statements):
            figures.append(seconds(lambda name=name: print_one(name)) * 1000)  # type: ignore[misc]
            limits.append(seconds(lambda name=name: fold_one(name)) * 1000)  # type: ignore[misc]
    size = f"{statistics.median(rows):.0f} rows among {count:,} events; p99 {_p99(figures):.1f} ms"
    return Measured(size, figures, limits, own_peak_bytes())


def print_statement(ledger: Ledger, name: str) -> Statement:
    """The month of a contract, by its id, made with its JSON."""
    with ledger.snapshot() as snapshot:
        account = snapshot.account(name)
        assert account is not None
        contract, events = snapshot.contracts.named(name), snapshot.events(name)
        made = statement(contract, account, events, snapshot.catalogues, since=SINCE, until=UNTIL)
    canonical.statement(made)
    return made


def _p99(taken: Sequence[float]) -> float:
    return statistics.quantiles(taken, n=100)[98]


def _printed(sizes: Sizes) -> Size:
    return Size(sizes.statements, f"p99 of {sizes.statements} among events of {sizes.many_inputs:,} inputs")


ROW = Row("statement", "ms", "folding the same account", measure, goal=Goal(figure=5))
COMPARED: Final = (Compared("statement", "ms", _printed, begin, Target(3)),)
