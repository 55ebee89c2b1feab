"""Fold: one account from its stored events; beside decoding them alone."""

from pathlib import Path

from scripts.benchmarks import history
from scripts.benchmarks.row import Measured, Row, own_peak_bytes, seconds


def measure(folder: Path, quick: bool) -> Measured:
    """Events per second: read, decoded and folded."""
    size, repeats = (2_000, 5) if quick else (10_000, 9)
    with history.ledger_of(folder, size) as ledger:
        rows = history.stored(ledger)
        figures = [len(rows) / seconds(lambda: history.fold(history.stored(ledger))) for _ in range(repeats)]
        limits = [len(rows) / seconds(lambda: [row.event() for row in rows]) for _ in range(repeats)]
    return Measured(f"one account of {len(rows):,} events", figures, limits, own_peak_bytes())


ROW = Row("fold", "events/s", "decoding them", measure)
