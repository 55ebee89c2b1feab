"""`obnovi ledger create` and `info`: ledgers made and described, on a real server."""

from pathlib import Path

import pytest

from tests.cli.servers import PASSWORD, as_role, ask, in_schema, schemas
from tests.cli.support import Run
from tests.support import catalogue


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
    assert log == {"shard": 0, "schema": "obnovi", "position": 0, "events": 0, "catalogues": 1, "kafka": []}
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
