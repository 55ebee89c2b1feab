"""`obnovi ledger`: ledgers made, described, copied and mended, on a real server."""

import os
import signal
import sqlite3
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from secrets import token_hex
from typing import Any

import psycopg
import pytest

from ledger.log.engines import store_ref
from projections.exports.copy_log import copy_log
from tests.cli.servers import PASSWORD, as_role, ask, in_schema, schemas
from tests.cli.support import ENVIRONMENT, OBNOVI, Run, line, month, top_up, write
from tests.cli.test_old_ledgers import ACCOUNTS, BUILDS
from tests.support import HERE, catalogue, with_settings


@pytest.fixture
def role(postgres_server: str) -> Iterator[str]:
    """A role that may log in, and nothing else; it goes after the database of the test."""
    name = f"obnovi_test_{token_hex(6)}"
    ask(postgres_server, f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    yield name
    ask(postgres_server, f"DROP ROLE {name}")


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return write(tmp_path / "feed.jsonl", *month())


# create and info


def test_an_empty_ledger_has_its_catalogue(obnovi: Run, postgres_database: str) -> None:
    made = obnovi("ledger", "create", postgres_database)
    assert (made.code, made.err, made.out.count("\n")) == (0, "", 1)
    assert catalogue().digest in made.out
    described = obnovi("--ledger", postgres_database, "ledger", "info", "--json").json()
    (log,) = described.pop("shards")
    assert described.pop("bytes") == log.pop("bytes") > 0
    assert described.pop("server")
    assert described == {
        "store": "postgresql",
        "schema": "obnovi",
        "form": 1,
        "contracts": "sealed",
        "catalogue": catalogue().digest,
    }
    assert log == {"shard": 0, "schema": "obnovi", "position": 0, "events": 0, "catalogues": 1}
    assert obnovi("--ledger", postgres_database, "verify").code == 0
    settings = {name for (name,) in ask(postgres_database, "SELECT name FROM obnovi.settings")}
    assert settings == {"contracts", "heads_schema", "ledger"}


def test_info_counts_what_was_booked(obnovi: Run, postgres_database: str, feed: Path) -> None:
    assert obnovi("ledger", "create", postgres_database).code == 0
    events = obnovi("--ledger", postgres_database, "feed", feed, "--json").json()["events"]
    (log,) = obnovi("ledger", "info", "--ledger", postgres_database, "--json").json()["shards"]
    assert (log["position"], log["events"]) == (events, events)
    text = obnovi("ledger", "info", "--ledger", postgres_database).out
    assert all(word in text for word in ("PostgreSQL", "obnovi", str(events), "sealed"))


def test_the_shards_of_one_ledger_know_their_places(obnovi: Run, postgres_database: str) -> None:
    made = obnovi("ledger", "create", in_schema(postgres_database, "mts"), "--shards", 3, "--json")
    assert [each["schema"] for each in made.json()["shards"]] == ["mts", "mts_1", "mts_2"]
    assert schemas(postgres_database) == ["mts", "mts_1", "mts_2"]
    settings = [
        dict(ask(postgres_database, f"SELECT name, value FROM {schema}.settings"))
        for schema in schemas(postgres_database)
    ]
    assert [each["shard"] for each in settings] == ["0", "1", "2"]
    assert {each["shards"] for each in settings} == {"3"}
    assert len({each["ledger"] for each in settings}) == 1


def test_a_ledger_that_is_there_is_never_written_over(obnovi: Run, postgres_database: str, feed: Path) -> None:
    assert obnovi("ledger", "create", postgres_database).code == 0
    assert obnovi("--ledger", postgres_database, "feed", feed).code == 0
    before = ask(postgres_database, "SELECT * FROM obnovi.stored_events")
    again = obnovi("ledger", "create", postgres_database)
    assert (again.code, again.out, again.err.count("\n"), "is there" in again.err) == (1, "", 1, True)
    assert ask(postgres_database, "SELECT * FROM obnovi.stored_events") == before


@pytest.mark.parametrize("table", ["log", "ours"])
def test_a_schema_of_somebody_else_is_left_alone(obnovi: Run, postgres_database: str, table: str) -> None:
    ask(postgres_database, "CREATE SCHEMA foreigners", f"CREATE TABLE foreigners.{table} ()")
    done = obnovi("ledger", "create", in_schema(postgres_database, "foreigners"))
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert ask(postgres_database, "SELECT tablename FROM pg_tables WHERE schemaname = 'foreigners'") == [(table,)]


def test_where_one_shard_cannot_be_made_none_is(obnovi: Run, postgres_database: str) -> None:
    assert obnovi("ledger", "create", in_schema(postgres_database, "obnovi_2")).code == 0
    done = obnovi("ledger", "create", postgres_database, "--shards", 3)
    assert (done.code, done.err.count("\n"), "obnovi_2" in done.err) == (1, 1, True)
    assert schemas(postgres_database) == ["obnovi_2"]


def test_a_role_without_the_right_to_make_a_schema_is_given_an_empty_one(
    obnovi: Run, role: str, postgres_database: str
) -> None:
    url = as_role(postgres_database, role)
    refused = obnovi("ledger", "create", url)
    assert (refused.code, refused.err.count("\n"), schemas(postgres_database)) == (2, 1, [])
    assert PASSWORD not in refused.err
    ask(postgres_database, f"CREATE SCHEMA obnovi AUTHORIZATION {role}")
    assert obnovi("ledger", "create", url).code == 0
    assert obnovi("--ledger", url, "verify").code == 0


def test_a_role_that_is_not_there_leaves_no_ledger(obnovi: Run, postgres_database: str) -> None:
    done = obnovi("ledger", "create", postgres_database, "--writer", "nobody-of-this-name")
    assert (done.code, done.err.count("\n"), "nobody-of-this-name" in done.err) == (2, 1, True)
    assert schemas(postgres_database) == []


def test_a_file_is_made_too(obnovi: Run, tmp_path: Path) -> None:
    assert obnovi("ledger", "create", "new.db").code == 0
    described = obnovi("--ledger", "sqlite:///new.db", "ledger", "info", "--json").json()
    assert (described["store"], described["schema"]) == ("sqlite", None)
    assert [(each["shard"], each["position"], each["events"]) for each in described["shards"]] == [(0, 0, 0)]
    assert described["bytes"] == (tmp_path / "new.db").stat().st_size
    before = (tmp_path / "new.db").read_bytes()
    again = obnovi("ledger", "create", "new.db")
    assert (again.code, again.err.count("\n"), (tmp_path / "new.db").read_bytes()) == (1, 1, before)


@pytest.mark.parametrize("option", [("--shards", 2), ("--writer", "obnovi"), ("--reader", "audit")])
def test_a_file_has_no_shards_and_no_roles(obnovi: Run, tmp_path: Path, option: tuple[object, ...]) -> None:
    done = obnovi("ledger", "create", "new.db", *option)
    assert (done.code, done.err.count("\n"), (tmp_path / "new.db").exists()) == (2, 1, False)


def test_nothing_is_described_where_there_is_no_ledger(obnovi: Run, postgres_database: str) -> None:
    for url in (postgres_database, "nothing.db"):
        done = obnovi("--ledger", url, "ledger", "info", "--json")
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert schemas(postgres_database) == []


# copy

TABLES = ("catalogues", "head_parts", "heads", "keys", "settings", "sources", "stored_events", "used_versions")
SHIPPED = HERE.parent / "ledger/catalogue/catalogue.toml"


def rows_of_file(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return {table: sorted(map(tuple, db.execute(f"SELECT * FROM {table}")), key=repr) for table in TABLES}


def rows_of_schema(url: str, schema: str = "obnovi") -> dict[str, list[tuple[Any, ...]]]:
    return {table: sorted(ask(url, f"SELECT * FROM {schema}.{table}"), key=repr) for table in TABLES}


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


@pytest.mark.parametrize("target", ["a file", "one shard"])
def test_unequal_numbers_of_shards_are_not_copied(obnovi: Run, two_shards: str, tmp_path: Path, target: str) -> None:
    place = "copy.db"
    if target == "one shard":
        place = in_schema(two_shards, "single")
        assert obnovi("ledger", "create", place).code == 0
    done = obnovi("ledger", "copy", two_shards, place)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
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
