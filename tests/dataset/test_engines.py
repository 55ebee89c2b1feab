"""Engines that know nothing of us find in a dataset what the ledger holds."""

import re
from pathlib import Path

import duckdb
import pytest

from tests.dataset.support import Ledgers, reading

OPERATIONS = (Path(__file__).parent.parent.parent / "docs" / "operations.md").read_text(encoding="utf-8")
BALANCES = re.search(r"```sql\n(WITH entry.+?)```", OPERATIONS, re.DOTALL)
"""The query that the page offers."""


@pytest.mark.parametrize("dataset", ["once", "twice"])
def test_duckdb_alone_has_the_totals_of_the_ledger(sealed: Ledgers, dataset: str) -> None:
    assert BALANCES is not None
    rows = duckdb.execute(BALANCES[1].replace("DIR", str(sealed.folder / dataset))).fetchall()
    summed: dict[tuple[str, str], int] = {}
    for _, name, unit, balance in rows:
        summed[name, unit] = summed.get((name, unit), 0) + balance
    told = sealed.obnovi("totals", "--from", "2020-01-01", "--to", "2030-01-01", "--json").json()
    assert summed == {(row["account_name"], row["unit"]): row["closing"] for row in told}


def test_buckets_and_whole_contracts_are_as_they_are_told(sealed: Ledgers) -> None:
    counted = duckdb.execute(
        "SELECT contract, COUNT(*), MIN(version), MAX(version), COUNT(DISTINCT bucket) "
        f"FROM read_parquet('{sealed.folder}/twice/bucket=*/*.parquet', hive_partitioning = true) GROUP BY contract"
    ).fetchall()
    with reading(sealed.ref()) as (log,):
        assert {contract for contract, *_ in counted} == set(log.accounts())
    assert {(first, last - count, buckets) for _, count, first, last, buckets in counted} == {(1, 0, 1)}
