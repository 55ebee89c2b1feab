"""Statement: one subscriber's month among very many events, in process; beside folding the same accounts."""

import random
import statistics
from datetime import date
from pathlib import Path

from ledger.evolve import fold
from ledger.log.engines import store_ref
from ledger.service import Ledger
from projections import canonical
from projections.statement import Statement, statement
from scripts.benchmarks import copies
from scripts.benchmarks.row import Goal, Measured, Row, own_peak_bytes, seconds
from scripts.wiring import now

PRINTED = 500
SINCE, UNTIL = date(2026, 1, 1), date(2026, 1, 31)


def measure(folder: Path, quick: bool) -> Measured:
    """Milliseconds a statement with its JSON, from an open ledger, of accounts drawn by chance."""
    inputs, events = (30_000, 100_000) if quick else (350_000, 10_000_000)
    path = copies.make(folder, inputs=inputs, events=events)
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
        for name in random.Random(929).choices(accounts, k=PRINTED):
            figures.append(seconds(lambda name=name: print_one(name)) * 1000)  # type: ignore[misc]
            limits.append(seconds(lambda name=name: fold_one(name)) * 1000)  # type: ignore[misc]
    p99 = statistics.quantiles(figures, n=100)[98]
    size = f"{statistics.median(rows):.0f} rows among {count:,} events; p99 {p99:.1f} ms"
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


ROW = Row("statement", "ms", "folding the same account", measure, goal=Goal(figure=5))
