"""DuckDB, Polars and Spark read the same rows from a dataset and from an export, and find in them what pyarrow does."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.cli.support import in_this_process
from tests.dataset.support import environment, files_of
from tests.engines.support import engine
from tests.verify.tampered import told

Row: TypeAlias = Any
"""A tuple of what an engine gives."""
TIME: Final = pa.timestamp("us", tz="UTC")
MARCH: Final = "2023-03-01 00:00:00+03:00"
FAR_AWAY: Final = "America/St_Johns"
"""The zone of a session, which must not matter."""


class Files(NamedTuple):
    """Parquet files that hold a ledger: where an engine finds them, and what is in them."""

    pattern: str
    table: pa.Table

    def times(self) -> list[str]:
        """The columns that are times."""
        return [field.name for field in self.table.schema if field.type == TIME]

    def rows(self) -> Counter[Row]:
        """All rows, times in microseconds."""
        numbers = {name: self.table[name].cast(pa.int64()) for name in self.times()}
        columns = {name: numbers.get(name, self.table[name]) for name in self.table.column_names}
        return counted(row.values() for row in pa.table(columns).to_pylist())


class Found(NamedTuple):
    """What an engine finds: all rows; rows of entries; what was booked since March; balances of wallets by contract."""

    rows: Counter[Row]
    entries: int
    since_march: int
    wallets: dict[str, int]


def counted(rows: Any) -> Counter[Row]:
    """Rows in no order; structures as what they hold."""
    return Counter(tuple(map(_plain, row)) for row in rows)


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return tuple(map(_plain, value.values()))
        case list() | tuple():
            return tuple(map(_plain, value))
        case bytearray():
            return bytes(value)
    return value


@pytest.fixture(scope="module", params=["dataset", "export"])
def files(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Three accounts with every type of event."""
    folder = tmp_path_factory.mktemp("engines")
    told(folder)
    command = "seal dataset" if request.param == "dataset" else "export --format parquet -o events.parquet"
    done = in_this_process("--ledger", "ledger.db", *command.split(), cwd=folder, env=environment(folder))
    assert done.code == 0, done.err
    pattern = "dataset/bucket=*/*.parquet" if request.param == "dataset" else "events.parquet"
    paths = files_of(folder / "dataset") or [folder / pattern]
    return Files(str(folder / pattern), pa.concat_tables([pq.ParquetFile(path).read() for path in paths]))


def by_duckdb(files: Files) -> Found:
    connection = duckdb.connect()
    connection.execute(f"SET TimeZone = '{FAR_AWAY}'")
    connection.execute(f"CREATE VIEW events AS FROM read_parquet('{files.pattern}', hive_partitioning = false)")

    def rows(query: str) -> list[Row]:
        found: list[Row] = connection.execute(query).fetchall()
        return found

    times = ", ".join(f'epoch_us("{name}") AS "{name}"' for name in files.times())
    moved = "(SELECT contract, unnest(entries, recursive := true) FROM events)"
    sums = 'sum(CASE \'wallet\' WHEN "to" THEN amount WHEN "from" THEN -amount ELSE 0 END)'
    return Found(
        counted(rows(f"SELECT * REPLACE ({times}) FROM events")),
        rows("SELECT count(*) FROM (SELECT unnest(entries) FROM events)")[0][0],
        rows(f"SELECT count(*) FROM events WHERE booked_at >= TIMESTAMPTZ '{MARCH}'")[0][0],
        dict(rows(f"SELECT contract, {sums} FROM {moved} GROUP BY ALL")),
    )


def by_polars(files: Files) -> Found:
    pl = engine("polars")
    events = pl.read_parquet(files.pattern, hive_partitioning=False)
    moved = (
        events.select("contract", "entries")
        .filter(pl.col("entries").list.len() > 0)
        .explode("entries")
        .unnest("entries")
    )
    to, from_ = (pl.when(pl.col(name) == "wallet").then(pl.col("amount")).otherwise(0) for name in ("to", "from"))
    march = pl.lit(MARCH).str.to_datetime("%F %T%z", time_unit="us", time_zone="UTC")
    return Found(
        counted(events.with_columns(pl.col(files.times()).dt.epoch("us")).rows()),
        len(moved),
        len(events.filter(pl.col("booked_at") >= march)),
        dict(moved.group_by("contract").agg((to - from_).sum()).rows()),
    )


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """A session in this process's own JVM."""
    builder = engine("pyspark.sql").SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.session.timeZone", FAR_AWAY).getOrCreate()
    yield session
    session.stop()


def by_spark(files: Files, session: Any) -> Found:
    folder, _, pattern = files.pattern.partition("/bucket=")
    events = session.read.parquet(folder if pattern else files.pattern).drop("bucket")
    events.createOrReplaceTempView("events")

    def rows(query: str) -> list[Row]:
        found: list[Row] = session.sql(query).collect()
        return found

    times = files.times()
    columns = ", ".join(f"unix_micros({name})" if name in times else f"`{name}`" for name in files.table.column_names)
    moved = "(SELECT contract, inline(entries) FROM events)"
    sums = "sum(CASE 'wallet' WHEN `to` THEN amount WHEN `from` THEN -amount ELSE 0 END)"
    return Found(
        counted(rows(f"SELECT {columns} FROM events")),
        rows("SELECT count(*) FROM (SELECT explode(entries) FROM events)")[0][0],
        rows(f"SELECT count(*) FROM events WHERE booked_at >= TIMESTAMP '{MARCH}'")[0][0],
        dict(rows(f"SELECT contract, {sums} FROM {moved} GROUP BY contract")),
    )


def holds(found: Found, files: Files) -> None:
    """What pyarrow reads and Python sums; events without entries have no row where entries have one each."""
    events = files.table.select(["contract", "entries", "booked_at", "position"]).to_pylist()
    wallets = {event["contract"]: 0 for event in events}
    for event in events:
        for entry in event["entries"]:
            wallets[event["contract"]] += entry["amount"] * ((entry["to"] == "wallet") - (entry["from"] == "wallet"))
    assert found.rows == files.rows()
    assert found.entries == sum(len(event["entries"]) for event in events)
    assert found.since_march == sum(event["booked_at"].isoformat() >= "2023-02-28T21" for event in events)
    assert 0 < found.since_march < len(events)
    assert found.wallets == wallets
    assert any(not event["entries"] for event in events)


def test_duckdb_reads_what_is_there(files: Files) -> None:
    holds(by_duckdb(files), files)


def test_polars_reads_what_is_there(files: Files) -> None:
    holds(by_polars(files), files)


def test_spark_reads_what_is_there(files: Files, spark: Any) -> None:
    holds(by_spark(files, spark), files)


# Sums beyond 64 bits


@pytest.fixture
def beyond(tmp_path: Path) -> str:
    """Three amounts that together are more than an `int64` holds."""
    path = tmp_path / "events.parquet"
    pq.write_table(pa.table({"amount": pa.array([2**62] * 3, pa.int64())}), path)
    return str(path)


def test_duckdb_widens_a_sum(beyond: str) -> None:
    assert duckdb.execute(f"SELECT sum(amount) FROM '{beyond}'").fetchall() == [(3 * 2**62,)]


def test_polars_wraps_it_around(beyond: str) -> None:
    pl = engine("polars")
    assert pl.read_parquet(beyond)["amount"].sum() == 3 * 2**62 - 2**64
    assert pl.read_parquet(beyond)["amount"].cast(pl.Int128).sum() == 3 * 2**62


def test_spark_refuses_it(beyond: str, spark: Any) -> None:
    amounts = spark.read.parquet(beyond)
    with pytest.raises(Exception, match="ARITHMETIC_OVERFLOW"):
        amounts.selectExpr("sum(amount)").collect()
    assert amounts.selectExpr("sum(CAST(amount AS DECIMAL(38)))").collect()[0][0] == 3 * 2**62
