"""What goes wrong with PostgreSQL is one line that says what to do, and never has a password in it."""

import os
import sys
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest

from ledger.log.errors import Contended, NoLedger, ServerAway, StoreError
from ledger.log.postgres.connections import Connection, _check_server
from ledger.log.postgres.errors import opening_error, store_error
from ledger.log.postgres.place import parse_url
from scripts.cli.masked import masked
from tests.cli.support import ENVIRONMENT, process

PLACE = "postgresql://db.example.org/billing"

REFUSED = (
    'connection failed: connection to server at "127.0.0.1", port 5998 failed: Connection refused\n'
    "\tIs the server running on that host and accepting TCP/IP connections?"
)
SEVERAL = (
    f"{REFUSED}\nMultiple connection attempts failed. All failures were:\n"
    f"- host: 'localhost', port: '5999', hostaddr: '127.0.0.1': {REFUSED}\n- host: '127.0.0.1', port: '5998': {REFUSED}"
)


def fatal(text: str) -> str:
    """What libpq makes of the server's last words to a connection that did not come about."""
    return f'connection failed: connection to server at "127.0.0.1", port 5432 failed: FATAL:  {text}'


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        (REFUSED, ServerAway, "the server is not to be reached (Connection refused); nothing committed is lost"),
        (SEVERAL, ServerAway, "the server is not to be reached (Connection refused); nothing committed is lost"),
        (
            'connection is bad: connection to server on socket "/nowhere/.s.PGSQL.5432" failed: '
            "No such file or directory\n\tIs the server running locally and accepting connections on that socket?",
            ServerAway,
            "the server is not to be reached (No such file or directory); nothing",
        ),
        ("failed to resolve host 'nowhere.invalid': Name or service not known", ServerAway, "not to be reached"),
        (fatal("the database system is starting up"), ServerAway, "(the database system is starting up)"),
        (fatal('database "nodb" does not exist'), NoLedger, "there is no database at"),
        (fatal('role "nobody" does not exist'), StoreError, "refuses this user or password"),
        (fatal('password authentication failed for user "u"'), StoreError, "PGPASSWORD or ~/.pgpass"),
        ("connection failed: fe_sendauth: no password supplied", StoreError, "PGPASSWORD or ~/.pgpass"),
        (
            fatal('no pg_hba.conf entry for host "10.0.0.1", user "u", database "d", no encryption'),
            StoreError,
            "lets nobody in from here",
        ),
        (fatal("sorry, too many clients already"), StoreError, "takes no more connections"),
        (fatal("remaining connection slots are reserved for roles with SUPERUSER"), StoreError, "takes no more"),
        (fatal('permission denied for database "billing"\nDETAIL:  User does not have CONNECT privilege.'), StoreError,
         "this role may not do that"),
        ('connection is bad: invalid sslmode value: "whatever"', StoreError, "mend the URL"),
        ('connection is bad: invalid port number: "99999"', StoreError, "mend the URL"),
        ('connection is bad: definition of service "none" not found', StoreError, "mend the URL"),
    ],
)  # fmt: skip
def test_the_words_of_libpq_become_one_line(text: str, kind: type[StoreError], told: str) -> None:
    made = opening_error(psycopg.OperationalError(text), PLACE)
    assert type(made) is kind
    assert told in str(made)
    assert "\n" not in str(made)
    assert "Is the server" not in str(made)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (psycopg.errors.DiskFull("could not extend file"), "no room on the server's disk"),
        (psycopg.errors.OutOfMemory("out of shared memory"), "no memory"),
        (psycopg.errors.LockNotAvailable("lock timeout"), "another program holds the ledger"),
        (psycopg.errors.ReadOnlySqlTransaction("cannot execute INSERT"), "standby or set read-only"),
        (psycopg.errors.InsufficientPrivilege("permission denied for table heads"), "operations.md has the rights"),
        (psycopg.errors.InvalidCatalogName("no database"), "there is no database"),
        (psycopg.errors.AdminShutdown("terminating connection"), "not to be reached (terminating connection)"),
        (psycopg.errors.QueryCanceled("canceling statement"), "canceling statement; nothing committed is lost"),
    ],
)  # fmt: skip
def test_the_errors_of_a_transaction_become_one_line(error: psycopg.Error, told: str) -> None:
    made = store_error(error, PLACE)
    assert str(made).startswith(PLACE) or "there is no database" in str(made)
    assert told in str(made)


@pytest.mark.parametrize("error", ["DeadlockDetected", "SerializationFailure", "UniqueViolation"])
def test_what_another_writer_causes_is_booked_once_more(error: str) -> None:
    made: psycopg.Error = getattr(psycopg.errors, error)("in the way")
    assert isinstance(store_error(made, PLACE, booking=True), Contended)
    assert not isinstance(store_error(made, PLACE), Contended)


# The server's settings, which no session can change


class FakeServer:
    """A connection to a server that is set otherwise."""

    def __init__(self, version: int = 180_000, **settings: str) -> None:
        self.server_version = version
        found = {"server_encoding": "UTF8", "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
        self._row = tuple((found | settings).values())

    @property
    def info(self) -> "FakeServer":
        return self

    def execute(self, _: str) -> "FakeServer":
        return self

    def fetchone(self) -> tuple[Any, ...]:
        return self._row


@pytest.mark.parametrize(
    ("server", "told"),
    [
        (FakeServer(fsync="off"), "no durable writing here (fsync is off); set it to on"),
        (FakeServer(full_page_writes="off"), "no durable writing here (full_page_writes is off); set it to on"),
        (FakeServer(synchronous_commit="off"), "no durable writing here (synchronous_commit is off); set it to on"),
        (FakeServer(server_encoding="SQL_ASCII"), "the database is in SQL_ASCII; a ledger needs one in UTF8"),
        (FakeServer(130_014), "PostgreSQL 14 or newer is needed"),
    ],
)
def test_a_server_that_loses_what_was_committed_is_refused(server: FakeServer, told: str) -> None:
    with pytest.raises(StoreError) as refused:
        _check_server(cast(Connection, server), parse_url(PLACE))
    assert str(refused.value) == f"{PLACE}: {told}"


@pytest.mark.parametrize("setting", ["on", "local", "remote_write", "remote_apply"])
def test_a_server_that_waits_for_its_disk_is_taken(setting: str) -> None:
    _check_server(cast(Connection, FakeServer(synchronous_commit=setting)), parse_url(PLACE))


# URLs

SECRET = "geheim-4711"
NONSENSE = [
    f"postgresql://u:{SECRET}%zz@host/db",
    f"postgresql://u:a@{SECRET}@host/db",
    f"postgresql://u:a/{SECRET}@host/db",
    f"postgresql://u:12#{SECRET}@host/db",
    f"postgresql://u:12?{SECRET}@host/db",
    f"postgresql://u:12?a={SECRET}@host/db",
    f"postgresql://u:{SECRET}@[::1/db",
    f"postgresql://u:{SECRET}@host:port/db",
    f"postgresql://u:{SECRET}/db",
]


@pytest.mark.parametrize("url", NONSENSE)
def test_of_a_url_that_is_none_nothing_is_repeated(url: str) -> None:
    with pytest.raises(StoreError) as refused:
        parse_url(url)
    assert SECRET not in str(refused.value)
    assert "%40" in str(refused.value)


@pytest.mark.parametrize(
    ("url", "printed", "database"),
    [
        (f"postgresql://u:{SECRET}@host:5433/db", "postgresql://u@host:5433/db", "postgresql://u@host:5433/db"),
        (f"postgres://u:{SECRET}@a:1,b:2/db?schema=mts&sslmode=require",
         "postgresql://u@a:1,b:2/db?sslmode=require&schema=mts", "postgresql://u@a:1,b:2/db?sslmode=require"),
        (f"postgresql:///db?host=/run/pg&user=u&password={SECRET}",
         "postgresql:///db?host=/run/pg&user=u", "postgresql:///db?host=/run/pg&user=u"),
        (f"postgresql://u:a:{SECRET}@host/db", "postgresql://u@host/db", "postgresql://u@host/db"),
        (f"postgresql://u:%40%2F{SECRET}@[::1]:5432/db", "postgresql://u@[::1]:5432/db", "postgresql://u@[::1]:5432/db"),
    ],
)  # fmt: skip
def test_a_place_is_printed_without_its_password(url: str, printed: str, database: str) -> None:
    place = parse_url(url)
    assert (str(place), place.database) == (printed, database)
    assert SECRET in place.conninfo
    assert SECRET not in repr(place)


@pytest.mark.parametrize(
    "url", [*NONSENSE[:3], NONSENSE[7], f"postgresql:/u:{SECRET}@h/db", f"x?password={SECRET}&a=b"]
)
def test_a_line_that_echoes_a_url_is_masked(url: str) -> None:
    assert SECRET not in masked(f"there is no file '{url}'; name another")
    assert masked(f"'{url}'; name another").endswith("; name another")


def test_a_ledger_in_postgresql_without_its_driver_names_the_extra(tmp_path: Path) -> None:
    (tmp_path / "psycopg.py").write_text("raise ImportError('no pq wrapper available')\n", encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), *sys.path])
    done = process("--ledger", f"postgresql://u:{SECRET}@host/db", "balance", "79161234567", cwd=tmp_path,
                   env=ENVIRONMENT | {"PYTHONPATH": path})  # fmt: skip
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "pip install 'obnovi[postgres]'" in done.err
    assert SECRET not in done.err
