"""Append: decided events with their keys and heads into the log, durable; beside the same rows written alone."""

from pathlib import Path

from ledger.events import Event
from ledger.log.engines import open_store
from ledger.log.store import Head, KeyRow, Store
from ledger.log.store import Stored as StoredRow
from scripts.benchmarks import operator, raw, traffic
from scripts.benchmarks.row import Measured, Row, own_peak_bytes, run, seconds
from scripts.cli.lines import BATCH_LINES_MAX


def measure(folder: Path, quick: bool) -> Measured:
    """Events per second, in the batches of a feed."""
    inputs, repeats = (60_000, 3) if quick else (300_000, 3)
    ledger = folder / "ledger.db"
    operator.write(folder / "feed.jsonl", inputs)
    run([traffic.OBNOVI, "--ledger", ledger, "feed", folder / "feed.jsonl", "--json"])
    events = raw.last_position(ledger)
    count = -(-events // BATCH_LINES_MAX)
    figures, limits = [], []
    for number in range(repeats):
        made = open_store(folder / f"{number}.db", create=True)
        figures.append(events / sum(_seconds(made, batch) for batch in raw.batches(ledger, count)))
        made.close()
        limits.append(
            events / sum(raw.seconds_to_write(ledger, folder / f"{number}-raw.db", raw.batches(ledger, count)))
        )
    return Measured(f"{events:,} events in {count} batches", figures, limits, own_peak_bytes())


def _seconds(store: Store, batch: raw.Batch) -> float:
    """How long one batch of ready events takes; reading and decoding them is not counted."""
    events: list[tuple[str, Event]] = [(row[0], StoredRow(0, *row).event()) for row in batch.events]
    keys = [KeyRow(account, "", key, version, content) for key, account, version, content in batch.keys]
    heads = [Head(*row) for row in batch.heads]

    def append() -> None:
        with store.writing() as tx:
            tx.append(events, keys, heads, now=events[-1][1].recorded_at)

    return seconds(append)


ROW = Row("append", "events/s", "SQLite writes the same rows", measure)
