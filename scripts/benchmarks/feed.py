"""Feed: `obnovi feed` of a simulated operator, durable; beside the same rows written by SQLite alone."""

from pathlib import Path

import msgspec

from scripts.app.feed import Counts
from scripts.benchmarks import operator, raw, traffic
from scripts.benchmarks.row import Goal, Measured, Row, run
from scripts.cli.lines import BATCH_LINES_MAX


def measure(folder: Path, quick: bool) -> Measured:
    """Inputs per second of the whole command, its start included; memory of that process."""
    inputs, repeats = (60_000, 3) if quick else (1_000_000, 1)
    file = folder / "feed.jsonl"
    accounts = operator.write(file, inputs)
    figures, limits, peaks = [], [], []
    for number in range(repeats):
        ledger = folder / f"{number}.db"
        elapsed, peak, printed = run(
            [traffic.OBNOVI, "--ledger", ledger, "feed", file, "--json"],
        )
        counts = msgspec.json.decode(printed, type=Counts)
        assert counts.applied + counts.refused + counts.duplicates == inputs, counts
        figures.append(inputs / elapsed)
        peaks.append(peak)
        batches = raw.batches(ledger, -(-inputs // BATCH_LINES_MAX))
        limits.append(inputs / sum(raw.seconds_to_write(ledger, folder / f"{number}-raw.db", batches)))
    return Measured(f"{inputs:,} inputs, {accounts:,} accounts", figures, limits, max(peaks))


ROW = Row(
    "feed",
    "inputs/s",
    "SQLite writes the same rows",
    measure,
    goal=Goal(figure=20_000, peak_bytes=500 * 1024 * 1024, of_raw=0.4),
)
