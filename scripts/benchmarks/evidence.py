"""Evidence: what booking pays for it, the log hashed again, and one event proved among a million."""

import os
import time
from functools import partial
from pathlib import Path
from typing import Final

from ledger.log.engines import open_store
from ledger.log.store import Store
from projections.evidence import catalogues, check, keys, proof
from projections.evidence.follow import caught_up
from projections.evidence.tiles import TILE_HASHES
from scripts.benchmarks import operator, traffic
from scripts.benchmarks.builds import this_build
from scripts.benchmarks.kept import Kept, copy
from scripts.benchmarks.row import Goal, Measured, Row, own_peak_bytes, run, seconds

PROOFS: Final = 100


def measure_feed(folder: Path, quick: bool) -> Measured:
    """Inputs per second into a ledger whose beginning is signed, in turns with one that has no evidence."""
    inputs, repeats = (30_000, 3) if quick else (150_000, 5)
    accounts = operator.write(folder / "feed.jsonl", inputs)
    traffic.write(folder / "first.jsonl", 1_000, 100)
    figures: list[float] = []
    limits: list[float] = []
    peak = 0
    for number in range(repeats):
        for place, measured in (("with", figures), ("without", limits))[:: 1 if number % 2 else -1]:
            home = folder / f"{place}-{number}"
            home.mkdir()
            obnovi: list[str | Path] = [traffic.OBNOVI, "--ledger", home / "ledger.db"]
            run([*obnovi, "feed", folder / "first.jsonl", "--json"])
            if place == "with":
                run([*obnovi, "keys", "create"])
                run([*obnovi, "checkpoint"])
            elapsed, took, _ = run([*obnovi, "feed", folder / "feed.jsonl", "--json"])
            measured.append(inputs / elapsed)
            peak = max(peak, took)
    return Measured(f"{inputs:,} inputs, {accounts:,} accounts", figures, limits, peak)


def measure_hashing(folder: Path, quick: bool) -> Measured:
    """Events per second of the log held against the newest checkpoint, on every core; beside reading the same rows."""
    path, kept, events = _signed(folder, quick)
    figures: list[float] = []
    limits: list[float] = []
    store = open_store(path)
    with store.reading() as log:
        for _ in range(3):
            limits.append(events / seconds(partial(_read, store, events)))
            figures.append(events / seconds(partial(check.check, log, kept, workers=os.cpu_count() or 1)))
        assert not check.check(log, kept).problems
    store.close()
    return Measured(f"{events:,} events", figures, limits, own_peak_bytes())


def measure_proof(folder: Path, quick: bool) -> Measured:
    """Milliseconds to make the proof of an event; beside those to check it."""
    path, kept, events = _signed(folder, quick)
    made: list[float] = []
    checked: list[float] = []
    store = open_store(path)
    with store.reading() as log, caught_up(log, kept.newest()) as tiles:
        for number in range(PROOFS):
            row = log.at(1 + number * (events - 1) // (PROOFS - 1))
            assert row is not None
            begin = time.perf_counter()
            content = proof.make_proof(row, tiles, kept)
            made.append(1_000 * (time.perf_counter() - begin))
            checked.append(1_000 * seconds(partial(proof.checked, content, kept.public)))
    store.close()
    return Measured(f"{events:,} events, {PROOFS} proofs", made, checked, own_peak_bytes())


def _signed(folder: Path, quick: bool) -> tuple[Path, keys.Keys, int]:
    """A ledger with checkpoints over a third of it and over all."""
    path = copy(Kept.beside(folder).crowd(this_build(), 30_000 if quick else 250_000), folder)
    kept = keys.create(folder / "keys")
    store = open_store(path)
    with store.reading() as log, caught_up(log, None) as tiles:
        events = tiles.size
        for size in (events // 3, events):
            kept.sign(size, tiles.root(size), catalogues.signed_of(catalogues.under(log, size)), like=path)
    store.close()
    return path, kept, events


def _read(store: Store, events: int) -> None:
    with store.reading() as log:
        for first in range(0, events, 64 * TILE_HASHES):
            log.rows_between(first, first + 64 * TILE_HASHES)


ROWS: Final = (
    Row("evidence-feed", "inputs/s", "the same without evidence", measure_feed, goal=Goal(of_raw=0.95)),
    Row("re-hash", "events/s", "reading the rows", measure_hashing, goal=Goal(figure=300_000)),
    Row("prove", "ms", "checking the proof", measure_proof, goal=Goal(figure=5)),
)
