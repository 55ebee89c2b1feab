"""What-if: everybody decided again on another plan, on every core; beside folding the same events on one."""

from pathlib import Path

import msgspec

from ledger.accounts import folded_accounts
from ledger.log.engines import store_ref
from ledger.service import Ledger
from scripts.benchmarks import operator, traffic
from scripts.benchmarks.row import Goal, Measured, Row, run, seconds
from scripts.wiring import now


def measure(folder: Path, quick: bool) -> Measured:
    """Inputs per second of the whole command; memory of its first process."""
    inputs, repeats = (60_000, 1) if quick else (1_000_000, 3)
    ledger = folder / "ledger.db"
    operator.write(folder / "feed.jsonl", inputs)
    run([traffic.OBNOVI, "--ledger", ledger, "feed", folder / "feed.jsonl", "--json"])
    figures, limits, peaks = [], [], []
    with Ledger(store_ref(ledger), now=now, access="read") as opened, opened.store.reading() as log:
        booked, accounts = log.count_keys(), len(log.accounts())
        for _ in range(repeats):
            elapsed, peak, printed = run(
                [traffic.OBNOVI, "--ledger", ledger, "what-if", "--all", "--set", "plan=smart", "--json"]
            )
            assert msgspec.json.decode(printed)["accounts"] == accounts
            figures.append(booked / elapsed)
            peaks.append(peak)
            limits.append(booked / seconds(lambda: sum(1 for _ in folded_accounts(log))))
    return Measured(f"{booked:,} inputs, {accounts:,} accounts", figures, limits, max(peaks))


ROW = Row("what-if", "inputs/s", "decoding and folding them", measure, goal=Goal(figure=100_000))
