"""`obnovi ledger upgrade`: what somebody dropped or switched off in PostgreSQL is made anew, the rest is named."""

from pathlib import Path

import psycopg
import pytest

from tests.cli.servers import PASSWORD, as_role, ask, rows_of_schema
from tests.cli.support import Run, on_a_terminal

DAMAGE = {
    "a trigger disabled": (
        "ALTER TABLE stored_events DISABLE TRIGGER append_only", "trigger append_only of stored_events",
    ),
    "a trigger that sleeps on a replica": (
        "ALTER TABLE catalogues ENABLE TRIGGER append_only", "trigger append_only of catalogues",
    ),
    "a trigger dropped": ("DROP TRIGGER append_only ON catalogues", "trigger append_only of catalogues"),
    "a function that lets through": (
        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        "function refuse",
    ),
    "an index dropped": ("DROP INDEX heads_by_next_at", "index of heads by next_at"),
    "the key of keys dropped": ("ALTER TABLE keys DROP CONSTRAINT keys_pkey", "index of keys by key, account"),
    "versions no longer unique": (
        "ALTER TABLE stored_events DROP CONSTRAINT stored_events_account_version_key",
        "index of stored_events by account, version",
    ),
}  # fmt: skip


def is_append_only(url: str, schema: str = "obnovi") -> bool:
    refused = []
    for statement in ("UPDATE {0} SET position = 1", "DELETE FROM {0}", "TRUNCATE {0}"):
        for table in ("stored_events", "catalogues"):
            try:
                ask(url, statement.format(f"{schema}.{table}"))
            except psycopg.errors.RaiseException:
                refused.append(table)
    return len(refused) == 6


@pytest.fixture
def made(obnovi: Run, postgres_database: str, feed: Path) -> str:
    """A ledger with a month in it."""
    assert obnovi("ledger", "create", postgres_database).code == 0
    assert obnovi("--ledger", postgres_database, "feed", feed).code == 0
    return postgres_database


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_was_dropped_or_switched_off_is_made_anew(obnovi: Run, made: str, damage: str) -> None:
    statement, named = DAMAGE[damage]
    before = rows_of_schema(made)
    ask(made, "SET search_path = obnovi", statement)
    assert obnovi("--ledger", made, "verify").code == 1
    asked = obnovi("ledger", "upgrade", made)
    assert (asked.code, asked.err.count("\n"), named in asked.out) == (2, 1, True)
    assert obnovi("--ledger", made, "verify").code == 1  # nothing was changed
    done = obnovi("ledger", "upgrade", made, "--yes", "--json")
    assert (done.code, done.json()["beyond"]) == (0, [])
    (mended,) = done.json()["mended"]
    assert named in mended
    assert obnovi("--ledger", made, "verify").code == 0
    assert is_append_only(made)
    assert rows_of_schema(made) == before
    assert obnovi("ledger", "upgrade", made).out.endswith("nothing to do\n")


@pytest.mark.parametrize("says", ["y", "n"])
def test_upgrade_asks_on_a_terminal(made: str, tmp_path: Path, says: str) -> None:
    ask(made, "DROP INDEX obnovi.heads_by_next_at")
    done = on_a_terminal("ledger", "upgrade", made, cwd=tmp_path, says=f"{says}\n")
    assert (done.code, "Go on?" in done.out) == (0 if says == "y" else 1, True)
    assert len(ask(made, "SELECT 1 FROM pg_indexes WHERE indexname = 'heads_by_next_at'")) == (says == "y")


def test_every_shard_is_mended_or_none(obnovi: Run, postgres_database: str) -> None:
    assert obnovi("ledger", "create", postgres_database, "--shards", 2).code == 0
    ask(postgres_database, "DROP INDEX obnovi.heads_by_next_at", "DROP INDEX obnovi_1.heads_by_next_at")
    ask(postgres_database, "CREATE INDEX heads_by_next_at ON obnovi_1.sources (source)")  # has the name
    done = obnovi("ledger", "upgrade", postgres_database, "--yes")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert (
        ask(postgres_database, "SELECT 1 FROM pg_indexes WHERE tablename = 'heads' AND indexdef LIKE '%next_at%'") == []
    )
    ask(postgres_database, "DROP INDEX obnovi_1.heads_by_next_at")
    done = obnovi("ledger", "upgrade", postgres_database, "--yes", "--json")
    assert [each.partition(":")[0] for each in done.json()["mended"]] == ["obnovi", "obnovi_1"]


@pytest.mark.parametrize(
    ("statement", "named", "code"),
    [
        ("ALTER TABLE heads DROP COLUMN next_at", "table heads", 1),
        ("DROP TABLE sources", "table sources", 1),
        ("CREATE TABLE notes (note text)", "table notes", 1),
        ("CREATE INDEX ours ON keys (account)", "index of keys by account", 1),
        ("UPDATE log SET form = 0", "form 0", 1),
        ("UPDATE log SET form = 99", "newer program", 2),
    ],
)
def test_what_cannot_be_mended_is_named(obnovi: Run, made: str, statement: str, named: str, code: int) -> None:
    ask(made, "SET search_path = obnovi", statement)
    done = obnovi("ledger", "upgrade", made, "--yes")
    assert (done.code, done.err.count("\n"), named in done.err) == (code, 1, True)


def test_only_the_owner_of_the_tables_mends_them(obnovi: Run, role: str, postgres_database: str) -> None:
    assert obnovi("ledger", "create", postgres_database, "--writer", role).code == 0
    ask(postgres_database, "DROP INDEX obnovi.heads_by_next_at")
    done = obnovi("ledger", "upgrade", as_role(postgres_database, role), "--yes")
    assert (done.code, done.err.count("\n"), PASSWORD in done.err) == (2, 1, False)


def test_a_file_has_nothing_to_upgrade(obnovi: Run, tmp_path: Path) -> None:
    assert obnovi("ledger", "create", "new.db").code == 0
    assert obnovi("ledger", "upgrade", "new.db").out.endswith("nothing to do\n")
    assert obnovi("ledger", "upgrade", "nothing.db").code == 2
    assert not (tmp_path / "nothing.db").exists()
