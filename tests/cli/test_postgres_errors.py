"""A server that is gone, full, closed to us or set otherwise: one line, exit code 2, and nothing is lost."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.cli.servers import PASSWORD, as_role, ask, in_schema, rows_of_schema, schemas, with_query
from tests.cli.support import ACCOUNT, ENVIRONMENT, OBNOVI, Done, Run, line, top_up, write
from tests.support import with_settings

JANUARY = ("--from", "2023-01-01", "--to", "2023-01-31")
NIGHT = ("night", "--until", "2023-02-20T03:00:00+03:00", "--yes")
READS = (
    ("balance", ACCOUNT), ("statement", ACCOUNT, *JANUARY), ("verify",), ("totals", *JANUARY), ("events", ACCOUNT),
    ("ledger", "info"),
)  # fmt: skip


def refused(done: Done, *words: str) -> None:
    """One line on stderr that has some words, exit code 2, and no password."""
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), done
    assert done.err.startswith("obnovi: ")
    assert [word for word in words if word not in done.err] == [], done.err
    assert PASSWORD not in done.err + done.out


@pytest.fixture
def made(obnovi: Run, postgres_database: str, feed: Path) -> str:
    """A ledger with a month in it."""
    assert obnovi("ledger", "create", postgres_database).code == 0
    assert obnovi("--ledger", postgres_database, "feed", feed).code == 0
    return postgres_database


def elsewhere(url: str, **changed: str) -> str:
    """The URL of a database with another path or place."""
    return urlsplit(url)._replace(**changed).geturl()


URLS: dict[str, tuple[Callable[[str], str], tuple[str, ...]]] = {
    "no server": (lambda _: f"postgresql://u:{PASSWORD}@127.0.0.1:9/db", ("not to be reached", "Connection refused")),
    "no servers": (
        lambda _: f"postgresql://u:{PASSWORD}@127.0.0.1:9,localhost:9/db", ("not to be reached", "Connection refused"),
    ),
    "no socket": (lambda _: f"postgresql://u:{PASSWORD}@/db?host=/nowhere", ("not to be reached", "No such file")),
    "no host": (lambda _: f"postgresql://u:{PASSWORD}@nowhere.invalid/db", ("not to be reached",)),
    "no database": (lambda url: elsewhere(url, path="/obnovi_test_nodb"), ("no database at", "createdb")),
    "no schema": (lambda url: in_schema(url, "nothing"), ("no ledger at", "obnovi ledger create", "schema=nothing")),
    "no role": (lambda url: as_role(url, "obnovi_test_nobody"), ("refuses this user or password",)),
    "a schema of the server": (lambda url: in_schema(url, "pg_catalog"), ("no name for a schema",)),
    "an unknown parameter": (lambda url: with_query(url, f"password={PASSWORD}&nonsense=1"), ("no URL that",)),
    "a wrong parameter": (lambda url: with_query(url, "sslmode=whatever"), ("sslmode", "mend the URL")),
    "a password not encoded": (lambda _: f"postgresql://u:{PASSWORD}%zz@host/db", ("%40",)),
    "another scheme": (lambda _: f"postgresql+psycopg://u:{PASSWORD}@host/db", ("postgresql://HOST/DATABASE",)),
    "a scheme in capitals": (lambda _: f"PostgreSQL://u:{PASSWORD}@host/db", ("postgresql://HOST/DATABASE",)),
}  # fmt: skip


def test_a_place_that_cannot_be_opened_is_one_line(obnovi: Run, made: str, feed: Path) -> None:
    for place, words in URLS.values():
        url = place(made)
        for command in (("balance", ACCOUNT), ("feed", feed), ("verify", "--json")):
            refused(obnovi("--ledger", url, *command), *words)
        refused(obnovi("ledger", "upgrade", url), *words)
    assert schemas(made) == ["obnovi"]


def test_no_password_is_echoed_by_a_command_that_wants_something_else(obnovi: Run, made: str) -> None:
    url = as_role(made, "nobody")
    secret = f"postgresql://u:{PASSWORD}@host/db?password={PASSWORD}"
    for command in (("balance", secret), ("backup", url), (secret,), ("ledger", "create", url, secret),
                    ("import-log", secret), ("feed", secret), ("--ledger", secret, "balance")):  # fmt: skip
        done = obnovi(*command)
        assert (done.code, PASSWORD in done.out + done.err) == (2, False), command


def test_a_wrong_password_is_refused(obnovi: Run, role: str, made: str) -> None:
    wrong = as_role(made, role, f"{PASSWORD}-wrong")
    try:
        psycopg.connect(wrong).close()
    except psycopg.OperationalError:
        refused(obnovi("--ledger", wrong, "balance", ACCOUNT), "refuses this user or password", "PGPASSWORD")
    else:
        pytest.skip("this server asks nobody for a password")


def test_a_role_that_has_all_the_connections_it_may_have_is_told_so(obnovi: Run, role: str, made: str) -> None:
    ask(made, f"ALTER ROLE {role} CONNECTION LIMIT 0")
    refused(obnovi("--ledger", as_role(made, role), "balance", ACCOUNT), "no more connections")


def test_a_ledger_of_a_newer_program_is_not_touched(obnovi: Run, made: str, feed: Path) -> None:
    ask(made, "UPDATE obnovi.log SET form = 99")
    before = rows_of_schema(made)
    for command in (
        ("balance", ACCOUNT),
        ("feed", feed),
        ("verify",),
        ("ledger", "info"),
        ("ledger", "copy", made, "x.db"),
    ):
        refused(obnovi("--ledger", made, *command), "newer program", "99", "update Obnovi")
    assert rows_of_schema(made) == before


def test_a_database_that_is_not_utf8_is_refused(obnovi: Run, made: str) -> None:
    name = f"{urlsplit(made).path[1:]}_ascii"
    ask(made, f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    try:
        refused(obnovi("ledger", "create", elsewhere(made, path=f"/{name}")), "SQL_ASCII", "UTF8")
    finally:
        ask(made, f"DROP DATABASE {name} WITH (FORCE)")


def test_where_nothing_may_be_written_reads_go_on(obnovi: Run, made: str, tmp_path: Path) -> None:
    ask(made, f"ALTER DATABASE {urlsplit(made).path[1:]} SET default_transaction_read_only = on")
    more = write(tmp_path / "more.jsonl", top_up("more"))
    before = rows_of_schema(made)
    refused(obnovi("--ledger", made, "feed", more), "standby or set read-only", "primary")
    refused(obnovi("--ledger", made, *NIGHT), "read-only")
    refused(obnovi("ledger", "create", in_schema(made, "other")), "read-only")
    for command in READS:
        assert obnovi("--ledger", made, *command).code == 0, command
    assert rows_of_schema(made) == before


def test_a_full_disk_loses_nothing(obnovi: Run, made: str, tmp_path: Path) -> None:
    ask(
        made,
        "CREATE FUNCTION public.full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'could not extend file \"base/1/2\": No space left on device' "
        "USING ERRCODE = 'disk_full', HINT = 'Check free disk space.'; END $$",
    )
    before, more = rows_of_schema(made), write(tmp_path / "more.jsonl", top_up("more"))
    for table in ("stored_events", "keys", "heads"):
        full = f"CREATE TRIGGER disk BEFORE INSERT ON obnovi.{table} FOR EACH STATEMENT EXECUTE FUNCTION public.full()"
        ask(made, full)
        refused(obnovi("--ledger", made, "feed", more), "no room on the server's disk", "nothing committed is lost")
        assert rows_of_schema(made) == before
        ask(made, f"DROP TRIGGER disk ON obnovi.{table}")
    assert obnovi("--ledger", made, "feed", more, "--json").json()["applied"] == 1
    assert obnovi("--ledger", made, "verify").code == 0


def test_a_server_lost_in_a_feed_loses_nothing(obnovi: Run, made: str, tmp_path: Path) -> None:
    more = write(tmp_path / "more.jsonl", *(top_up(f"more-{number}") for number in range(50)))
    before = rows_of_schema(made)
    with psycopg.connect(made) as beside:
        beside.execute("LOCK TABLE obnovi.stored_events IN SHARE MODE")
        with subprocess.Popen(
            [OBNOVI, "--ledger", made, "feed", more, "--json"], cwd=tmp_path, env=ENVIRONMENT,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as feeding:  # fmt: skip
            waits = "SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'obnovi.stored_events'::regclass"
            while not (waiting := ask(made, waits)):
                assert feeding.poll() is None
                time.sleep(0.05)
            ask(made, f"SELECT pg_terminate_backend({waiting[0][0]})")
            out, err = feeding.communicate()
    refused(Done(feeding.returncode, out, err), "not to be reached", "nothing committed is lost")
    assert rows_of_schema(made) == before
    assert obnovi("--ledger", made, "feed", more, "--json").json()["applied"] == 50


def test_an_idle_connection_that_was_cut_is_replaced(made: str, tmp_path: Path) -> None:
    with subprocess.Popen(
        [OBNOVI, "--ledger", made, "feed", "-", "--json"], cwd=tmp_path, env=ENVIRONMENT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as feeding:  # fmt: skip
        others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        while not ask(made, f"{others} AND state = 'idle'"):
            assert feeding.poll() is None
            time.sleep(0.05)
        time.sleep(0.2)
        ask(made, f"SELECT pg_terminate_backend(pid) FROM ({others}) AS others (pid)")
        out, err = feeding.communicate(f"{top_up('later')}\n")
    assert (feeding.returncode, err) == (0, "")
    assert '"applied":1' in out


# Rights


CHANGES = (
    "UPDATE obnovi.stored_events SET state = ''", "DELETE FROM obnovi.stored_events", "TRUNCATE obnovi.stored_events",
    "UPDATE obnovi.catalogues SET toml = ''", "DELETE FROM obnovi.keys", "UPDATE obnovi.keys SET version = 2",
    "DROP TABLE obnovi.heads", "ALTER TABLE obnovi.stored_events DISABLE TRIGGER append_only",
    "CREATE TABLE obnovi.mine ()", "SET session_replication_role = replica",
)  # fmt: skip


def test_a_writer_does_all_the_work_and_changes_nothing(
    obnovi: Run, role: str, postgres_database: str, feed: Path
) -> None:
    assert obnovi("ledger", "create", postgres_database, "--writer", role).code == 0
    url = as_role(postgres_database, role)
    gone = "79160000007"
    end = [line("close", "end", "2023-01-20T12:00:00+03:00", gone, by="clerk-7")]
    opened = [line("open", "open", "2023-01-01T00:00:00+03:00", gone, region="moscow")]
    more = write(Path("more.jsonl"), *opened, *end)
    Path("next.toml").write_text(with_settings("retention_days = 1000"), encoding="utf-8")
    order = ("erase", gone, "--ground", "срок вышел", "--by", "архив", "--early", "--yes", "-o", "act.pdf")
    for command in (
        ("feed", feed), ("feed", more), NIGHT,
        ("feed", feed, "--catalogue", "next.toml"),
        ("dispute", "open", ACCOUNT, 3, "--text", "не то", "--by", "desk-1", "--at", "2023-02-21T12:00:00+03:00"),
        order, ("verify",), ("replay",), ("keys", "create"), ("checkpoint",),
        ("statement", ACCOUNT, *JANUARY),
    ):  # fmt: skip
        done = obnovi("--ledger", url, *command)
        assert done.code == 0, (command, done.err)
        assert PASSWORD not in done.out + done.err
    before = rows_of_schema(postgres_database)
    assert len(before["catalogues"]) == 3  # that of the tests, the next one, and that of the tests again
    for statement in CHANGES:
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.RaiseException)):
            ask(url, statement)
    assert rows_of_schema(postgres_database) == before


def test_a_reader_reads_and_books_nothing(obnovi: Run, role: str, postgres_database: str, feed: Path) -> None:
    assert obnovi("ledger", "create", postgres_database, "--reader", role).code == 0
    assert obnovi("--ledger", postgres_database, "feed", feed).code == 0
    url = as_role(postgres_database, role)
    for command in READS:
        done = obnovi("--ledger", url, *command)
        assert (done.code, done.err) == (0, ""), command
        if command[0] != "ledger":
            assert done.out == obnovi("--ledger", postgres_database, *command).out
    before = rows_of_schema(postgres_database)
    more = write(Path("more.jsonl"), top_up("more"))
    Path("next.toml").write_text(with_settings("retention_days = 1000"), encoding="utf-8")
    for writes in (("feed", more), NIGHT, ("feed", feed, "--catalogue", "next.toml")):
        refused(obnovi("--ledger", url, *writes), "may not do that", "docs/operations.md")
    for statement in (*CHANGES, "INSERT INTO obnovi.sources VALUES ('x')"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(url, statement)
    assert rows_of_schema(postgres_database) == before


def test_a_role_without_rights_is_told_so(obnovi: Run, role: str, made: str) -> None:
    url = as_role(made, role)
    refused(obnovi("--ledger", url, "balance", ACCOUNT), "may not do that", "docs/operations.md")
    ask(made, f"GRANT USAGE ON SCHEMA obnovi TO {role}")
    refused(obnovi("--ledger", url, "balance", ACCOUNT), "may not do that", "docs/operations.md")


# What only a file can


@pytest.mark.parametrize(("command", "tool"), [("backup", "pg_dump -Fc -n mts"), ("restore", "pg_restore -d")])
def test_copies_are_the_servers_own_work(obnovi: Run, command: str, tool: str) -> None:
    url = f"postgresql://u:{PASSWORD}@db.example.org/billing?schema=mts"
    refused(obnovi("--ledger", url, command, "copy.db"), tool, "u@db.example.org/billing", "docs/operations.md")
