"""Datasets: `obnovi seal` of a whole ledger; beside one core that writes the same rows, which it has in memory."""

import shutil
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from ledger.log.dataset.parquet import ZSTD_LEVEL
from scripts.benchmarks import traffic
from scripts.benchmarks.builds import this_build
from scripts.benchmarks.compared import FULL, QUICK
from scripts.benchmarks.kept import Kept
from scripts.benchmarks.row import Goal, Measured, Row, run, seconds

REPEATS: Final = 3


def measure(folder: Path, quick: bool) -> Measured:
    """Events per second of the whole command, its start included, into an empty folder."""
    sizes = QUICK if quick else FULL
    ledger = Kept.beside(folder).ledger(this_build(), sizes.inputs)
    made = folder / "dataset"
    figures: list[float] = []
    limits: list[float] = []
    peaks: list[int] = []
    for _ in range(REPEATS):
        shutil.rmtree(made, ignore_errors=True)
        elapsed, peak, printed = run([traffic.OBNOVI, "--ledger", ledger, "seal", made, "--json"])
        events: int = msgspec.json.decode(printed)["added"]
        figures.append(events / elapsed)
        peaks.append(peak)
        rows = pa.concat_tables([pq.ParquetFile(file).read() for file in sorted(made.glob("bucket=*/*"))])
        limits.append(events / seconds(lambda rows=rows: _written(rows, folder / "rows.parquet")))  # type: ignore[misc]
    return Measured(f"{events:,} events", figures, limits, max(peaks))


def _written(rows: pa.Table, file: Path) -> None:
    pq.write_table(rows, file, compression="zstd", compression_level=ZSTD_LEVEL)


ROW: Final = Row("seal", "events/s", "writing the rows from memory on one core", measure, goal=Goal(figure=300_000))
