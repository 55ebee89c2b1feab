"""`obnovi ledger copy`: the same log in another store, with the same root, or nothing."""

import os
import signal
import sqlite3
import subprocess
import tarfile
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from ledger.log.engines import store_ref
from ledger.log.sharded.store import ShardedRef
from projections.exports.copy_log import copy_log
from tests.cli.servers import TABLES, ask, in_schema, rows_of_file, rows_of_schema
from tests.cli.support import ENVIRONMENT, OBNOVI, Run, line, month, top_up, write
from tests.cli.test_old_ledgers import ACCOUNTS, BUILDS
from tests.support import HERE, with_settings

SHIPPED = HERE.parent / "ledger/catalogue/catalogue.toml"


@pytest.fixture
def booked(obnovi: Run, tmp_path: Path) -> Path:
    """A file of a month, sealed, with a second catalogue, a checkpoint and a contract whose data are destroyed."""
    gone = "79160000007"
    end = line("close", "end", "2023-01-20T12:00:00+03:00", gone, by="clerk-7")
    first = write(tmp_path / "one.jsonl", *month(), *month(gone), end)
    assert obnovi("--ledger", "booked.db", "feed", first).code == 0
    order = ("erase", gone, "--ground", "срок вышел", "--by", "архив", "--early", "--yes", "-o", "act.pdf")
    assert obnovi("--ledger", "booked.db", *order).code == 0
    (tmp_path / "next.toml").write_text(with_settings("retention_days = 1000"), encoding="utf-8")
    more = write(tmp_path / "two.jsonl", *(top_up(f"more-{number}") for number in range(20)))
    assert obnovi("--ledger", "booked.db", "feed", more, "--catalogue", "next.toml").code == 0
    assert obnovi("--ledger", "booked.db", "keys", "create").code == 0
    (tmp_path / "witness.txt").write_text(obnovi("--ledger", "booked.db", "checkpoint").out, encoding="utf-8")
    return tmp_path / "booked.db"


def test_a_ledger_goes_to_a_server_and_back_byte_by_byte(obnovi: Run, booked: Path, postgres_database: str) -> None:
    assert obnovi("ledger", "create", postgres_database, "--catalogue", SHIPPED).code == 0  # not the one that is copied
    there = obnovi("ledger", "copy", booked, postgres_database, "--json")
    assert (there.code, there.err) == (0, "")
    back = obnovi("ledger", "copy", postgres_database, "again.db", "--json")
    assert back.json() == there.json()
    (shard,) = back.json()["shards"]
    assert shard["root"] in (booked.parent / "witness.txt").read_text("utf-8")
    assert rows_of_file(booked) == rows_of_schema(postgres_database) == rows_of_file(booked.parent / "again.db")
    for ledger in (postgres_database, "again.db"):
        for command in (("verify",), ("checkpoint", "--compare", "witness.txt")):
            done = obnovi("--ledger", ledger, *command)
            assert done.code == 0, (ledger, command, done.err)
    assert len(rows_of_file(booked)["catalogues"]) == 2
    told = [obnovi("--ledger", ledger, "accounts").out for ledger in (booked, postgres_database, "again.db")]
    assert len(set(told)) == 1


@pytest.mark.parametrize("build", BUILDS, ids=lambda path: path.name.partition(".")[0])
@pytest.mark.parametrize("ledger", ACCOUNTS)
def test_a_ledger_of_an_older_build_goes_too(
    obnovi: Run, tmp_path: Path, postgres_database: str, build: Path, ledger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tarfile.open(build) as packed:
        packed.extractall(tmp_path, filter="data")
    monkeypatch.delenv("OBNOVI_CATALOGUE")
    assert obnovi("ledger", "create", postgres_database).code == 0
    assert obnovi("ledger", "copy", f"{ledger}/obnovi.db", postgres_database).code == 0
    assert obnovi("ledger", "copy", postgres_database, "again.db").code == 0
    with closing(sqlite3.connect(tmp_path / ledger / "obnovi.db")) as db:
        was = {
            table: sorted(map(tuple, db.execute(f"SELECT * FROM {table}")), key=repr)
            for table in ("stored_events", "keys", "catalogues", "sources", "used_versions")
        }
    for rows in (rows_of_schema(postgres_database), rows_of_file(tmp_path / "again.db")):
        assert {table: rows[table] for table in was} == was
        assert [name for name, _ in rows["settings"]] == ["heads_schema"]
    assert obnovi("--ledger", postgres_database, "verify", "--json").json()["problems"] == []


def fill_shard(file: str, url: str, schema: str) -> None:
    """Put a file's log into a shard."""
    place = store_ref(in_schema(url, schema))
    assert not isinstance(place, ShardedRef)
    with (
        closing(store_ref(file).open()) as source,
        source.reading() as log,
        closing(place.open()) as target,
        target.writing() as tx,
    ):
        kept = {name: tx.setting(name) or "" for name in ("ledger", "shard", "shards")}
        copy_log(log, tx)
        for name, value in kept.items():
            tx.set(name, value)


@pytest.fixture
def two_shards(obnovi: Run, tmp_path: Path, postgres_database: str) -> str:
    """A ledger of two shards with events in both, and beside it an empty one in the schemas `copy` and `copy_1`."""
    for number, account in enumerate(("79161234567", "79160000009")):
        feed = write(tmp_path / "feed.jsonl", *month(account))
        assert obnovi("--ledger", f"{number}.db", "feed", feed).code == 0
    assert obnovi("ledger", "create", postgres_database, "--shards", 2).code == 0
    assert obnovi("ledger", "create", in_schema(postgres_database, "copy"), "--shards", 2).code == 0
    fill_shard("0.db", postgres_database, "obnovi")
    fill_shard("1.db", postgres_database, "obnovi_1")
    return postgres_database


def test_shards_are_copied_one_by_one(obnovi: Run, two_shards: str) -> None:
    copied = obnovi("ledger", "copy", two_shards, in_schema(two_shards, "copy"), "--json").json()
    assert [each["shard"] for each in copied["shards"]] == [0, 1]
    assert len({each["root"] for each in copied["shards"]}) == 2
    assert rows_of_schema(two_shards, "copy") == rows_of_schema(two_shards, "obnovi")
    assert rows_of_schema(two_shards, "copy_1") == rows_of_schema(two_shards, "obnovi_1")


def test_unequal_numbers_of_shards_are_not_copied(obnovi: Run, two_shards: str, tmp_path: Path) -> None:
    single = in_schema(two_shards, "single")
    assert obnovi("ledger", "create", single).code == 0
    for source, target in ((two_shards, single), (two_shards, "copy.db"), ("0.db", two_shards)):
        done = obnovi("ledger", "copy", source, target)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert ask(two_shards, "SELECT last FROM single.log") == [(0,)]
    assert not (tmp_path / "copy.db").exists()


def empty_copies(url: str) -> None:
    """The two empty ledgers are as they were made."""
    for schema in ("copy", "copy_1"):
        rows = rows_of_schema(url, schema)
        assert [table for table in TABLES if rows[table]] == ["catalogues", "settings"]
        assert ask(url, f"SELECT last, catalogues FROM {schema}.log") == [(0, 1)]


def test_a_copy_that_is_killed_leaves_nothing(two_shards: str, tmp_path: Path) -> None:
    with psycopg.connect(two_shards) as beside:
        beside.execute("LOCK TABLE copy_1.keys")  # the first shard is written by the time it is waited for
        arguments = ("ledger", "copy", two_shards, in_schema(two_shards, "copy"))
        with subprocess.Popen([OBNOVI, *arguments], cwd=tmp_path, env=ENVIRONMENT) as copying:
            waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'copy_1.keys'::regclass"
            while ask(two_shards, waits) == [(0,)]:
                assert copying.poll() is None
                time.sleep(0.05)
            os.kill(copying.pid, signal.SIGKILL)
        assert copying.returncode == -signal.SIGKILL
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    while ask(two_shards, others) != [(0,)]:
        time.sleep(0.05)
    empty_copies(two_shards)


def test_what_is_read_back_otherwise_is_not_kept(obnovi: Run, two_shards: str) -> None:
    ask(
        two_shards,
        "CREATE FUNCTION copy_1.alter() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN NEW.state = NEW.state || ' '::bytea; RETURN NEW; END $$",
        "CREATE TRIGGER alter BEFORE INSERT ON copy_1.stored_events FOR EACH ROW EXECUTE FUNCTION copy_1.alter()",
    )
    done = obnovi("ledger", "copy", two_shards, in_schema(two_shards, "copy"))
    assert (done.code, done.out, done.err.count("\n"), "nothing was copied" in done.err) == (2, "", 1, True)
    empty_copies(two_shards)


def test_a_target_is_an_empty_ledger_that_is_there(obnovi: Run, booked: Path, postgres_database: str) -> None:
    nowhere = obnovi("ledger", "copy", booked, postgres_database)
    assert (nowhere.code, nowhere.err.count("\n"), "ledger create" in nowhere.err) == (2, 1, True)
    assert obnovi("ledger", "create", postgres_database).code == 0
    assert obnovi("ledger", "copy", booked, postgres_database).code == 0
    before = rows_of_schema(postgres_database)
    for source, target in ((booked, postgres_database), (postgres_database, booked)):
        again = obnovi("ledger", "copy", source, target)
        assert (again.code, again.out, again.err.count("\n")) == (1, "", 1)
    assert rows_of_schema(postgres_database) == before
