"""Audit: the arithmetic of a dataset in SQL, by DuckDB on two cores; beside deciding the same events again on two."""

from pathlib import Path
from typing import Final

import msgspec

from scripts.benchmarks.builds import this_build
from scripts.benchmarks.compared import FULL, QUICK
from scripts.benchmarks.kept import Kept
from scripts.benchmarks.process import Ran
from scripts.benchmarks.row import Goal, Measured, Missing, Row

REPEATS: Final = 3
CORES: Final = "2"


def measure(folder: Path, quick: bool) -> Measured:
    """Events per second of all checks together, in turns with `verify` from the same dataset."""
    try:
        import duckdb  # noqa: F401, PLC0415  # only this row, and those who audit, need it
    except ModuleNotFoundError:
        raise Missing("duckdb is not installed") from None
    build, sizes = this_build(), QUICK if quick else FULL
    ledger = Kept.beside(folder).ledger(build, sizes.many_inputs)
    dataset = folder / "dataset"
    events = msgspec.json.decode(build.obnovi("--ledger", ledger, "seal", dataset, "--json").printed)["events"]
    audit = ("--ledger", ledger, "audit", dataset, "--workers", CORES, "--json")
    verify = ("--ledger", ledger, "verify", "--from", dataset, "--workers", CORES, "--json")
    taken = [(_ok(build.obnovi(*audit)), _ok(build.obnovi(*verify))) for _ in range(REPEATS)]
    return Measured(
        f"{events:,} events, two cores",
        [events / audited.seconds for audited, _ in taken],
        [events / verified.seconds for _, verified in taken],
        max(audited.peak_bytes for audited, _ in taken),
    )


def _ok(done: Ran) -> Ran:
    assert msgspec.json.decode(done.printed)["ok"], done.printed[:500]
    return done


ROW = Row("audit", "events/s", "verify from the dataset", measure, goal=Goal(figure=3_000_000, peak_bytes=2 * 2**30))
