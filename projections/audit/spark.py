"""The audit by Spark SQL: all contracts at once, parted by Spark among its executors."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from typing import Final

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession

from ledger.progress import Progress
from projections.audit.audit import Found, Source
from projections.audit.catalogues import Table
from projections.audit.checks import Check, checks, relations
from projections.audit.clocks import EPOCH, MARGIN
from projections.audit.loading import Dialect, loading
from projections.audit.report import FIRST, Violation
from projections.engines.spark import session

PRELUDE: Final = (
    "whole(a BIGINT, b BIGINT) RETURNS BIGINT RETURN a div b",
    "later(t TIMESTAMP, hours INT) RETURNS TIMESTAMP RETURN t + make_dt_interval(0, hours)",
    "local_day(t TIMESTAMP, ahead INT) RETURNS DATE RETURN CAST(t + make_dt_interval(0, 0, 0, ahead) AS DATE)",
    "month_later(d DATE, months INT, anchor INT) RETURNS DATE RETURN date_add(trunc(add_months(d, months), 'MM'), "
    "least(anchor, day(last_day(add_months(d, months)))) - 1)",
)
"""Functions that the checks call and no two engines call by one name."""
DIALECT: Final = Dialect(time="{}", explode="explode({})", number="id")
SHUFFLES_HERE: Final = 8
"""Parts of a step on one machine, where two hundred small ones would take longer than the work."""


@contextmanager
def spark_engine(url: str | None, workers: int) -> Iterator["SparkEngine"]:
    """Spark on the cores of this machine, or by the master of a cluster, for as long as the block lasts.

    Raises EngineFailed.
    """
    with tempfile.TemporaryDirectory(prefix="obnovi-audit-") as place:  # else one appears where we are
        settings = {"spark.sql.warehouse.dir": place}
        if not url:
            settings["spark.sql.shuffle.partitions"] = str(SHUFFLES_HERE)
        with session(url, workers=workers, settings=settings) as started:
            yield SparkEngine(started)


class SparkEngine:
    """A session of Spark that has started."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark

    def span(self, source: Source) -> tuple[date, date]:
        """From before the first booking to behind the last end of a period."""
        self._spark.read.parquet(*map(str, source.files)).createOrReplaceTempView("sealed")
        first, last = self._spark.sql(
            "SELECT unix_micros(min(booked_at)), unix_micros(max(greatest(booked_at, period_end))) FROM sealed"
        ).collect()[0]
        days = [(EPOCH + timedelta(microseconds=each)).date() for each in (first, last)]
        return days[0] - MARGIN, days[1] + MARGIN

    def run(self, source: Source, known: Sequence[Table], progress: Progress) -> Iterator[list[Found]]:
        """Every check over all contracts, one after another."""
        spark = self._spark
        with ExitStack() as stack:
            for function in PRELUDE:
                spark.sql(f"CREATE OR REPLACE TEMPORARY FUNCTION {function}")
            for table in known:
                _fill(spark, table)
            spark.read.parquet(*map(str, source.files)).createOrReplaceTempView("sealed")
            for made in (*loading("sealed", source.held, DIALECT), *relations()):
                frame = spark.sql(made.query)
                if made.is_kept:
                    stack.callback(frame.persist(StorageLevel.MEMORY_AND_DISK).unpersist)
                frame.createOrReplaceTempView(made.name)
            spark.sql("SELECT shard, position, contract, version, recorded_at FROM sealed").createOrReplaceTempView(
                "log"
            )
            rows = _rows(spark)
            for number, check in enumerate(checks(), 1):
                yield [_checked(spark, check, rows[check.name])]
                progress(sum(source.events) * number // len(checks()))


def _fill(spark: SparkSession, table: Table) -> None:
    """A small table; instants and dates become such in Spark, whatever this machine's clock shows."""
    raw = {"TIMESTAMP": "BIGINT", "DATE": "STRING"}
    schema = ", ".join(f"`{name}` {raw.get(type, type)}" for name, type in table.columns.items())
    made = [_as(type, f"`{name}`") + f" AS `{name}`" for name, type in table.columns.items()]
    frame: DataFrame = spark.createDataFrame(table.rows, schema).selectExpr(*made)
    frame.createOrReplaceTempView(table.name)


def _as(type: str, value: str) -> str:
    return {"TIMESTAMP": f"timestamp_micros({value})", "DATE": f"CAST({value} AS DATE)"}.get(type, value)


def _rows(spark: SparkSession) -> dict[str, int]:
    """How many rows each check looks at, asked for at once."""
    each = [f"SELECT '{check.name}' AS name, count(*) AS rows FROM {check.rows}" for check in checks()]
    return {row.name: row.rows for row in spark.sql(" UNION ALL ".join(each)).collect()}


def _checked(spark: SparkSession, check: Check, rows: int) -> Found:
    found = spark.sql(
        f"""
        SELECT id, version, CAST(expected AS STRING) AS expected, CAST(found AS STRING) AS found
        FROM ({check.query}) AS violations JOIN contracts USING (contract)
        """
    )
    first = found.orderBy("id", "version", "expected", "found").limit(FIRST).collect()
    violations = found.count() if len(first) == FIRST else len(first)
    return check, rows, violations, [Violation(*row) for row in first]
