"""Sealing: what booking and deciding again pay for it, in turns with the same in the clear."""

import os
from pathlib import Path
from typing import Final

from scripts.benchmarks import operator, traffic
from scripts.benchmarks.row import Goal, Measured, Row, run

WAYS: Final = ("sealed", "clear")


def measure_feed(folder: Path, quick: bool) -> Measured:
    """Inputs per second into a ledger that seals what is personal, in turns with one in the clear."""
    inputs, repeats = (30_000, 3) if quick else (150_000, 5)
    accounts = operator.write(folder / "feed.jsonl", inputs)
    figures: dict[str, list[float]] = {way: [] for way in WAYS}
    bytes_taken: dict[str, int] = {}
    peak = 0
    for number in range(repeats):
        for way in WAYS[:: 1 if number % 2 else -1]:
            home = folder / f"{way}-{number}"
            home.mkdir()
            elapsed, took, _ = run([*_obnovi(home, way), "feed", folder / "feed.jsonl", "--json"])
            figures[way].append(inputs / elapsed)
            bytes_taken[way] = (home / "ledger.db").stat().st_size
            peak = max(peak, took)
    size = f"{inputs:,} inputs, {accounts:,} accounts, {bytes_taken['sealed'] / bytes_taken['clear']:.2f} of the bytes"
    return Measured(size, figures["sealed"], figures["clear"], peak)


def measure_verify(folder: Path, quick: bool) -> Measured:
    """Events per second of a sealed ledger opened and decided again on one core, in turns with one in the clear."""
    inputs, repeats = (30_000, 3) if quick else (150_000, 5)
    operator.write(folder / "feed.jsonl", inputs)
    for way in WAYS:
        (folder / way).mkdir()
        run([*_obnovi(folder / way, way), "feed", folder / "feed.jsonl", "--json"])
    figures: dict[str, list[float]] = {way: [] for way in WAYS}
    peak = 0
    for number in range(repeats):
        for way in WAYS[:: 1 if number % 2 else -1]:
            elapsed, took, _ = run([*_obnovi(folder / way, way), "verify", "--workers", "1", "--json"])
            figures[way].append(inputs / elapsed)
            peak = max(peak, took)
    return Measured(f"events of {inputs:,} inputs, one core", figures["sealed"], figures["clear"], peak)


def _obnovi(home: Path, way: str) -> list[str | Path]:
    os.environ["OBNOVI_SEAL"] = "on" if way == "sealed" else "off"
    return [traffic.OBNOVI, "--ledger", home / "ledger.db"]


ROWS: Final = (
    Row("sealed-feed", "inputs/s", "the same in the clear", measure_feed, goal=Goal(of_raw=0.93)),
    Row("sealed-verify", "inputs/s", "the same in the clear", measure_verify, goal=Goal(of_raw=0.93)),
)
