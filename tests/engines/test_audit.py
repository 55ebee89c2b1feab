"""The audit by Spark finds what DuckDB finds, row by row, in a log that is broken in every way."""

from pathlib import Path

from projections.audit.audit import audit
from tests.audit.damage import broken
from tests.audit.support import audited, telling_all
from tests.engines.support import engine


def test_spark_finds_what_duckdb_finds(tmp_path: Path) -> None:
    engine("pyspark")
    from projections.audit.spark import spark_engine  # noqa: PLC0415  # needs pyspark

    dataset = broken(tmp_path)
    with telling_all("projections.audit.duck"):
        expected = audited(dataset)
    with telling_all("projections.audit.spark"), spark_engine(None, 2) as spark:
        found = audit(dataset, spark)
    for mine, other in zip(found.checks, expected.checks, strict=True):
        assert mine == other
    assert not found.ok
