"""Verify: every booking decided again, on every core; beside decoding and folding the same events on one."""

import os
from pathlib import Path

from ledger.accounts import folded_accounts
from ledger.log.engines import store_ref
from ledger.service import Ledger
from projections.verify.verify import verify_store
from scripts.benchmarks import traffic
from scripts.benchmarks.row import Goal, Measured, Row, own_peak_bytes, run, seconds
from scripts.wiring import now


def measure(folder: Path, quick: bool) -> Measured:
    """Events per second, from a ledger's file."""
    inputs, accounts, repeats = (30_000, 1_000, 3) if quick else (300_000, 6_000, 3)
    traffic.write(folder / "feed.jsonl", inputs, accounts)
    run([traffic.OBNOVI, "--ledger", folder / "ledger.db", "feed", folder / "feed.jsonl", "--json"])
    figures, limits = [], []
    with Ledger(store_ref(folder / "ledger.db"), now=now, access="read") as ledger, ledger.store.reading() as log:
        events = log.count()

        def all_of_it() -> None:
            report = verify_store(ledger.store.ref, workers=os.cpu_count() or 1)
            assert report.ok, report.problems[:3]

        for _ in range(repeats):
            figures.append(events / seconds(all_of_it))
            limits.append(events / seconds(lambda: sum(1 for _ in folded_accounts(log))))
    return Measured(f"{events:,} events, {accounts:,} accounts", figures, limits, own_peak_bytes())


ROW = Row("verify", "events/s", "decoding and folding them", measure, goal=Goal(figure=200_000))
