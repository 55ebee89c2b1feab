"""`obnovi ledger upgrade`: what somebody dropped or switched off in PostgreSQL is made anew, the rest is named."""

from pathlib import Path

import psycopg
import pytest

from tests.cli.servers import PASSWORD, as_role, ask, rows_of_schema
from tests.cli.support import Run, on_a_terminal

DAMAGE = [
    ("ALTER TABLE stored_events DISABLE TRIGGER append_only", "trigger append_only of stored_events"),
    ("DROP TRIGGER append_only ON catalogues", "trigger append_only of catalogues"),
    ("DROP INDEX heads_by_next_at", "index of heads by next_at"),
    (
        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        "function refuse",
    ),
    ("ALTER TABLE keys DROP CONSTRAINT keys_pkey", "index of keys by key, account"),
    (
        "ALTER TABLE stored_events DROP CONSTRAINT stored_events_account_version_key",
        "index of stored_events by account, version",
    ),
]


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


def test_what_was_dropped_or_switched_off_is_made_anew(obnovi: Run, made: str) -> None:
    before = rows_of_schema(made)
    ask(made, "SET search_path = obnovi", *(statement for statement, _ in DAMAGE))
    assert obnovi("--ledger", made, "verify").code == 1
    asked = obnovi("ledger", "upgrade", made)
    assert (asked.code, asked.err.count("\n"), asked.out.count("\n")) == (2, 1, len(DAMAGE))
    assert [named for _, named in DAMAGE if named not in asked.out] == []
    assert obnovi("ledger", "upgrade", made).out == asked.out  # nothing was changed
    done = obnovi("ledger", "upgrade", made, "--yes", "--json")
    assert (done.code, done.json()["beyond"], done.json()["mended"]) == (0, [], asked.out.splitlines())
    assert obnovi("--ledger", made, "verify").code == 0
    assert is_append_only(made)
    assert rows_of_schema(made) == before
    assert obnovi("ledger", "upgrade", made).out.endswith("nothing to do\n")


@pytest.mark.parametrize(("statement", "named"), [DAMAGE[0], DAMAGE[3]])
def test_a_log_that_lost_one_of_its_guards_is_append_only_again(
    obnovi: Run, postgres_database: str, statement: str, named: str
) -> None:
    assert obnovi("ledger", "create", postgres_database).code == 0
    ask(postgres_database, "SET search_path = obnovi", statement)
    (mended,) = obnovi("ledger", "upgrade", postgres_database, "--yes", "--json").json()["mended"]
    assert named in mended
    assert is_append_only(postgres_database)


def test_upgrade_asks_on_a_terminal(made: str, tmp_path: Path) -> None:
    ask(made, "DROP INDEX obnovi.heads_by_next_at")
    for says, code in (("n", 1), ("y", 0)):
        done = on_a_terminal("ledger", "upgrade", made, cwd=tmp_path, says=f"{says}\n")
        assert (done.code, "Go on?" in done.out) == (code, True)
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


def test_what_cannot_be_mended_is_named(obnovi: Run, made: str) -> None:
    ask(
        made,
        "SET search_path = obnovi",
        "ALTER TABLE heads DROP COLUMN next_at",
        "DROP TABLE sources",
        "CREATE TABLE notes (note text)",
        "CREATE INDEX ours ON keys (account)",
        "DROP TRIGGER append_only ON catalogues",
    )
    done = obnovi("ledger", "upgrade", made, "--yes", "--json")
    (mended,), beyond = done.json()["mended"], done.json()["beyond"]
    assert (done.code, "trigger append_only of catalogues" in mended) == (1, True)
    for named in ("table heads", "table sources", "table notes", "index of keys by account"):
        assert len([each for each in beyond if named in each]) == 1, named
    told = obnovi("ledger", "upgrade", made, "--yes")
    assert (told.code, told.out, told.err.count("\n"), "table heads" in told.err) == (1, "", 1, True)


@pytest.mark.parametrize(("form", "named", "code"), [(0, "form 0", 1), (99, "newer program", 2)])
def test_a_form_that_is_not_known_is_left_alone(
    obnovi: Run, postgres_database: str, form: int, named: str, code: int
) -> None:
    assert obnovi("ledger", "create", postgres_database).code == 0
    ask(postgres_database, f"UPDATE obnovi.log SET form = {form}")
    done = obnovi("ledger", "upgrade", postgres_database, "--yes")
    assert (done.code, done.err.count("\n"), named in done.err) == (code, 1, True)
    assert ask(postgres_database, "SELECT form FROM obnovi.log") == [(form,)]


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
