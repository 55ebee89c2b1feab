"""Columns: everybody's balances from an exported Parquet file by DuckDB; beside counting its entries."""

import re
from contextlib import closing
from pathlib import Path
from typing import Final

from projections.exports import parquet
from scripts.benchmarks import traffic
from scripts.benchmarks.builds import this_build
from scripts.benchmarks.compared import FULL, QUICK
from scripts.benchmarks.kept import PARTS, Kept
from scripts.benchmarks.row import Goal, Measured, Missing, Row, own_peak_bytes, run, seconds

REPEATS: Final = 5


def measure(folder: Path, quick: bool) -> Measured:
    """Events per second of the query that projections/exports/README.md offers, its table of answers made."""
    try:
        import duckdb  # noqa: PLC0415  # only tests and this row need it
    except ModuleNotFoundError:
        raise Missing("duckdb is not installed") from None
    sizes = QUICK if quick else FULL
    ledger = Kept.beside(folder).ledger(this_build(), sizes.many_inputs, behind=PARTS - 1)
    file = folder / "events.parquet"
    run([traffic.OBNOVI, "--ledger", ledger, "export", "--format", "parquet", "-o", file, "--json"])
    offered = re.search(
        r"```sql\n(.+?)```", Path(parquet.__file__).with_name("README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert offered is not None
    balances = offered[1].replace("events.parquet", str(file))
    entries = f"SELECT sum(e.amount) FROM (SELECT unnest(entries) AS e FROM '{file}')"
    with closing(duckdb.connect()) as db:
        rows: int = db.execute(f"SELECT count(*) FROM '{file}'").fetchall()[0][0]
        figures = [
            rows / seconds(lambda: db.execute(f"CREATE OR REPLACE TEMP TABLE balances AS {balances}"))
            for _ in range(REPEATS)
        ]
        limits = [rows / seconds(lambda: db.execute(entries).fetchall()) for _ in range(REPEATS)]
    return Measured(f"{rows:,} events", figures, limits, own_peak_bytes())


ROW = Row("columns", "events/s", "adding its entries up", measure, goal=Goal(figure=10_000_000))
