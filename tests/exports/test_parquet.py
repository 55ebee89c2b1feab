"""The Parquet file alone gives the balances of the ledger, and holds the stored bytes (schema version 1)."""

import re
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from ledger.log.engines import open_store, store_ref
from ledger.log.places import places_of
from ledger.periods import from_datetime
from ledger.service import Ledger
from projections.exports import parquet
from projections.exports.selection import Selection
from tests.exports.support import Months, exported, odd, totals_of
from tests.support import ACCOUNT, Clock

README = (Path(parquet.__file__).parent / "README.md").read_text(encoding="utf-8")
BALANCES = re.search(r"```sql\n(.+?)```", README, re.DOTALL)
"""The query that README.md offers."""


def balances(file: Path) -> dict[tuple[str, str, str], int]:
    """By contract, name and unit. Some numbers of a simulated month have two contracts."""
    assert BALANCES is not None
    rows = duckdb.execute(BALANCES[1].replace("events.parquet", str(file))).fetchall()
    assert {holder for _, holder, *_ in rows} >= {1, 2}
    return {(contract, name, unit): balance for _, _, contract, name, unit, balance in rows if balance}


def test_duckdb_alone_has_the_totals_of_the_ledger(months: Months) -> None:
    summed: dict[tuple[str, str], int] = {}
    for (_, name, unit), amount in balances(months.exports["parquet"]).items():
        summed[name, unit] = summed.get((name, unit), 0) + amount
    assert {name: amount for name, amount in summed.items() if amount} == totals_of(months.ledger)


def test_duckdb_alone_has_every_account_as_the_ledger_folds_it(months: Months) -> None:
    found = balances(months.exports["parquet"])
    expected: dict[tuple[str, str, str], int] = {}
    with Ledger(store_ref(months.ledger), now=Clock(0), access="read") as ledger:
        with ledger.snapshot() as snapshot:
            accounts = {name: snapshot.account(name) for name in snapshot.log.accounts()}
        for name, account in accounts.items():
            assert account is not None
            expected[name, "wallet", "kop"] = account.wallet
            for bucket in account.buckets:
                key = (
                    name,
                    f"{bucket.name}/{bucket.service}",
                    {"voice": "s", "sms": "sms", "data": "kb"}[bucket.service],
                )
                expected[key] = expected.get(key, 0) + bucket.left
    held = ("wallet", "base/", "carried/", "daily/", "option:")
    assert {key: amount for key, amount in found.items() if key[1].startswith(held)} == {
        key: amount for key, amount in expected.items() if amount
    }


def test_the_wallet_behind_the_last_event_is_the_sum_of_entries(months: Months) -> None:
    last = duckdb.execute(
        f"SELECT contract, max_by(wallet_after, position) FROM '{months.exports['parquet']}' "
        "WHERE wallet_after IS NOT NULL GROUP BY contract"
    ).fetchall()
    found = balances(months.exports["parquet"])
    assert {(contract, wallet) for contract, wallet in last if wallet} == {
        (contract, amount) for (contract, name, _), amount in found.items() if name == "wallet"
    }


def test_the_stored_bytes_stand_beside_the_columns(months: Months) -> None:
    table = pq.read_table(months.exports["parquet"], columns=["position", "contract", "version", "topic", "state"])
    store = open_store(months.ledger)
    with store.reading() as log:
        stored = [tuple(row) for row in log.events_between(0, log.last_position())]
    store.close()
    assert [tuple(row.values()) for row in table.to_pylist()] == stored


def test_a_row_in_full(tmp_path: Path) -> None:
    story = odd(tmp_path)
    rows = pq.read_table(exported(story.path, tmp_path, "parquet")).to_pylist()
    call = next(row for row in rows if row["type"] == "UsageCharged")
    at = datetime(2023, 1, 4, 9, tzinfo=UTC)
    assert from_datetime(call["recorded_at"]) == story.clock.instant
    del call["state"], call["recorded_at"]
    assert call == {
        "position": 8,
        "account": ACCOUNT,
        "version": 8,
        "type": "UsageCharged",
        "occurred_at": at,
        "booked_at": at,
        "input_source": "feed",
        "input_id": "usage-7",
        "input_received_at": at,
        "input_by": None,
        "wallet_after": None,
        "entries": [{"from": "base/voice", "to": "consumed/voice", "unit": "s", "amount": 360, "grant": 6}],
        "topic": call["topic"],
        "holder": 1,
        "contract": story.contract.id,
        "region": "moscow",
        "zone": "Europe/Moscow",
    }


def test_every_row_has_the_region_and_the_zone_of_its_account(months: Months, tmp_path: Path) -> None:
    """Also where the account was opened before the dates that are exported."""
    later = tmp_path / "later.parquet"
    with closing(open_store(months.ledger)) as store, store.reading() as log, later.open("wb") as file:
        expected = places_of(log, log.accounts())
        parquet.write(log, file, lambda _: None, Selection(since=date(2026, 1, 20)))
    rows = pq.read_table(later, columns=["contract", "region", "zone", "type"]).to_pylist()
    assert {(row["contract"], (row["region"], row["zone"])) for row in rows} <= set(expected.items())
    assert len({row["contract"] for row in rows}) > len([row for row in rows if row["type"] == "AccountOpened"])
    assert len({place.region for place in expected.values()}) > 1


def test_the_schema_is_written_in_the_readme_and_in_the_file(months: Months) -> None:
    described = re.findall(r"^\| `([a-z_]+)` \| `?([^|`]+)`? \| (null|) *\|", README, re.MULTILINE)
    assert described == [
        (field.name, re.sub(r"<.*", "", str(field.type)) if field.name == "entries" else str(field.type),
         "null" if field.nullable else "")
        for field in parquet.SCHEMA
    ]  # fmt: skip
    written = pq.read_schema(months.exports["parquet"])
    assert written.equals(parquet.SCHEMA)
    assert written.metadata[b"obnovi.schema_version"] == b"1"


def test_row_groups_are_as_large_as_they_should_be(
    months: Months, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Memory is that of one group of rows, however long the log."""
    monkeypatch.setattr(parquet, "ROWS_AT_ONCE", 1_000)
    made = pq.ParquetFile(exported(months.ledger, tmp_path, "parquet")).metadata
    sizes = [made.row_group(number).num_rows for number in range(made.num_row_groups)]
    assert set(sizes[:-1]) == {1_000}
    assert sum(sizes) == pq.ParquetFile(months.exports["parquet"]).metadata.num_rows


def test_a_group_of_rows_is_never_long_in_bytes(
    months: Months, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long texts are turned a few at a time; nothing is lost between the groups."""
    monkeypatch.setattr(parquet, "BYTES_AT_ONCE", 100_000)
    with open_store(months.ledger).reading() as log, (tmp_path / "small.parquet").open("wb") as file:
        count = parquet.write(log, file, lambda done: None)
    made = pq.ParquetFile(tmp_path / "small.parquet")
    assert made.read().equals(pq.read_table(months.exports["parquet"]))
    assert count == made.metadata.num_rows
    groups = [made.read_row_group(number)["state"] for number in range(made.num_row_groups)]
    assert len(groups) > 5
    assert max(sum(len(state.as_py()) for state in states) for states in groups) < 105_000
