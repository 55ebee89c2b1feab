"""Replay: `obnovi replay` rebuilds every view on every core; beside decoding the same events on one."""

from pathlib import Path

import msgspec

from ledger.log.engines import store_ref
from ledger.service import Ledger
from scripts.benchmarks import operator, traffic
from scripts.benchmarks.row import Goal, Measured, Row, run, seconds
from scripts.wiring import now


def measure(folder: Path, quick: bool) -> Measured:
    """Events per second of the whole command: fold, compare with the old views, swap; memory of its first process."""
    inputs, repeats = (60_000, 3) if quick else (1_000_000, 3)
    ledger = folder / "ledger.db"
    subscribers = operator.write(folder / "feed.jsonl", inputs)
    run([traffic.OBNOVI, "--ledger", ledger, "feed", folder / "feed.jsonl", "--json"])
    run([traffic.OBNOVI, "--ledger", ledger, "unrated", "--json"])  # the views that are compared
    figures, limits, peaks = [], [], []
    with Ledger(store_ref(ledger), now=now, access="read") as opened, opened.store.reading() as log:
        for _ in range(repeats):
            elapsed, peak, printed = run([traffic.OBNOVI, "--ledger", ledger, "replay", "--json"])
            told = msgspec.json.decode(printed)
            assert told["differences"] == 0, told
            figures.append(told["events"] / elapsed)
            peaks.append(peak)
            limits.append(told["events"] / seconds(lambda: sum(bool(row.event()) for row in log.all_events())))
    return Measured(f"{told['events']:,} events, {subscribers:,} accounts", figures, limits, max(peaks))


ROW = Row("replay", "events/s", "decoding them on one core", measure, goal=Goal(figure=250_000))
