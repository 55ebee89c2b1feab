"""`obnovi audit`: a month of a simulated operator, what it prints, and what it answers where it cannot go on."""

import sys
from pathlib import Path
from unittest.mock import patch

import duckdb
import pyarrow as pa
import pytest

from projections.audit.checks import FOLDER, checks
from tests.cli.conftest import obnovi as obnovi  # noqa: PLC0414  # a fixture
from tests.cli.support import ACCOUNT, Done, Run, in_this_process, line, month, write
from tests.dataset.support import environment, files_of, rewritten, stored_alone
from tests.sharded.support import SHARDS, listed
from tests.simulated import quiet


@pytest.mark.parametrize("ledger", ["ledger.db", "shards.toml"])
def test_a_month_of_everything_violates_nothing(tmp_path: Path, ledger: str) -> None:
    """In a file and in three shards, half of it and the whole, sealed in two runs."""
    feed = quiet(subscribers=60, days=40, seed=3)
    (tmp_path / "shards.toml").write_text(listed(*range(SHARDS)), encoding="utf-8")
    for part in (feed[: len(feed) // 2], feed[len(feed) // 2 :]):
        (tmp_path / "feed.jsonl").write_text("".join(part), encoding="utf-8")
        for command in ("feed feed.jsonl --not-after none", "seal dataset"):
            done = in_this_process("--ledger", ledger, *command.split(), cwd=tmp_path, env=environment(tmp_path))
            assert done.code == 0, done.err
        found = in_this_process(
            "audit", "dataset", "--json", "--ledger", ledger, cwd=tmp_path, env=environment(tmp_path)
        )
        assert (found.code, found.err) == (0, "")
        report = found.json()
        assert report["ok"] is True
        assert [each["name"] for each in report["checks"]] == [check.name for check in checks()]
        assert {each["name"]: each["first"] for each in report["checks"] if each["violations"]} == {}
    assert {each["name"] for each in report["checks"] if not each["rows"]} <= {"rerated", "unrated"}


@pytest.fixture
def dataset(obnovi: Run) -> Path:
    """One contract of three events."""
    write(Path("feed"), *month())
    assert obnovi("feed", "feed").code == 0
    assert obnovi("seal", "dataset").code == 0
    return Path("dataset")


def richer(table: pa.Table) -> pa.Table:
    """The wallet behind the last event has a kopeck more."""
    wallets = table.column("wallet_after").to_pylist()
    wallets[-1] += 1
    at = table.column_names.index("wallet_after")
    return table.set_column(at, table.schema.field(at), pa.array(wallets, pa.int64()))


def test_a_violation_is_told_by_number_and_version(obnovi: Run, dataset: Path) -> None:
    rewritten(dataset, files_of(dataset)[0], richer)
    found = obnovi("audit", "dataset", "--json")
    first = {each["name"]: each["first"] for each in found.json()["checks"] if each["violations"]}
    there = {"account": "79161234567", "version": 4, "expected": "60000", "found": "60001", "holder": 1}
    assert (found.code, found.json()["ok"]) == (1, False)
    assert first == {"statement_tiles": [there], "wallet_after": [there]}
    assert obnovi("audit", "dataset").out.splitlines()[-5:] == [
        "statement_tiles (R-13.2):",
        "  account 79161234567, version 4: expected 60000, found 60001",
        "wallet_after (R-1.3, R-13.2):",
        "  account 79161234567, version 4: expected 60000, found 60001",
        "2 violations of 2 checks",
    ]


def test_without_its_key_a_contract_is_called_by_its_id(
    obnovi: Run, dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewritten(dataset, files_of(dataset)[0], richer)
    monkeypatch.setenv("OBNOVI_KEYS", "elsewhere")
    found = obnovi("audit", "dataset", "--json")
    (violation,) = found.json()["checks"][-1]["first"]
    assert (violation["account"], len(violation["contract"])) == ("нет ключа", 16)
    assert found.err.startswith("obnovi: the keys of 1 contract are not in elsewhere")


def test_a_dataset_of_an_older_program_is_to_be_sealed_anew(obnovi: Run, dataset: Path) -> None:
    rewritten(dataset, files_of(dataset)[0], stored_alone)
    refused(
        obnovi("audit", "dataset"), "has no columns that SQL can read; `obnovi seal` into an empty folder makes a new"
    )


def test_so_is_one_without_a_column_that_came_later(obnovi: Run, dataset: Path) -> None:
    rewritten(dataset, files_of(dataset)[0], lambda table: table.drop_columns(["answer_due"]))
    refused(obnovi("audit", "dataset"), "has not all of the columns that SQL reads; `obnovi seal` into an empty folder")


def test_what_is_not_as_it_was_sealed_is_not_audited(obnovi: Run, dataset: Path) -> None:
    file = files_of(dataset)[0]
    file.write_bytes(file.read_bytes()[::-1])
    refused(obnovi("audit", "dataset"), "was changed")


def test_without_an_engine_one_line_names_the_extra(obnovi: Run, dataset: Path) -> None:
    with patch.dict(sys.modules, {"duckdb": None, "projections.audit.duck": None}):
        refused(obnovi("audit", "dataset"), "an audit needs DuckDB; install it with `pip install 'obnovi[audit]'`")
    with patch.dict(sys.modules, {"pyspark": None, "projections.audit.spark": None}):
        found = obnovi("audit", "dataset", "--engine", "spark")
    refused(found, "Spark needs the library pyspark; install it with `pip install 'obnovi[spark]'`")


def test_what_the_checks_read_can_be_kept_and_asked_by_hand(obnovi: Run, dataset: Path) -> None:
    rewritten(dataset, files_of(dataset)[0], richer)
    assert obnovi("audit", "dataset", "--keep", "audit.duckdb").code == 1
    query = FOLDER.joinpath("wallet_after.sql").read_text(encoding="utf-8")
    with duckdb.connect("audit.duckdb", read_only=True) as db:
        assert db.execute(query).fetchall() == [(1, 4, 600_00, 600_01)]
        for check in checks():
            db.execute(check.query)
    refused(obnovi("audit", "dataset", "--keep", "keys/audit"), "lies in the folder of keys; name another file")
    refused(obnovi("audit", "dataset", "--keep", "dataset/dataset.json"), "lies in the dataset; name another file")
    refused(obnovi("audit", "dataset", "--keep", "keys/.."), ". is no file that can be replaced; name another")
    refused(obnovi("audit", "dataset", "--keep", "x", "--engine", "spark"), "--keep goes with --engine duckdb")


def test_of_an_erased_contract_the_money_is_audited(obnovi: Run) -> None:
    """R-15.9: also where it is broken, the contract being called by its id."""
    write(Path("feed"), *month(), line("close", "end", "2023-01-16T12:00:00+03:00"))
    assert obnovi("feed", "feed").code == 0
    assert obnovi("erase", ACCOUNT, "--early", "--ground", "по заявлению", "--by", "архив-2", "--yes").code == 0
    assert obnovi("seal", "dataset").code == 0
    assert obnovi("audit", "dataset").out.splitlines()[-1] == "everything holds"

    def poorer(table: pa.Table) -> pa.Table:
        rows = table.to_pylist()
        rows[1]["wallet_after"] = 0
        return pa.Table.from_pylist(rows, schema=table.schema)

    rewritten(Path("dataset"), files_of(Path("dataset"))[0], poorer)
    found = obnovi("audit", "dataset")
    assert found.out.splitlines()[-2].startswith("  account данные уничтожены, contract ")
    assert found.code == 1


def test_the_master_of_a_cluster_is_named_for_spark(obnovi: Run, dataset: Path) -> None:
    refused(obnovi("audit", "dataset", "--engine-url", "local[1]"), "--engine-url goes with --engine spark")


def test_an_empty_ledger_has_nothing_to_violate(obnovi: Run) -> None:
    write(Path("feed"))
    assert obnovi("feed", "feed").code == 0
    assert obnovi("seal", "dataset").code == 0
    assert obnovi("audit", "dataset").out.splitlines()[-1] == "everything holds"


def refused(done: Done, why: str) -> None:
    assert done.code == 2, done
    assert len(done.err.splitlines()) == 1
    assert why in done.err
