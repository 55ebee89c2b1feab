"""What tests of commands do with a server behind the program's back: statements, roles, other URLs of one database."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

TABLES = ("catalogues", "head_parts", "heads", "keys", "settings", "sources", "stored_events", "used_versions")
"""But the one row of `log`, which a file has not."""
PASSWORD = "geheim-4711"
"""Of every role that a test makes; it must not be seen anywhere."""


def ask(url: str, *statements: str) -> list[tuple[Any, ...]]:
    """What a server answers to the last of some statements."""
    with psycopg.connect(url, autocommit=True) as db:
        for statement in statements[:-1]:
            db.execute(statement)
        found = db.execute(statements[-1])
        return found.fetchall() if found.description else []


def with_query(url: str, query: str) -> str:
    return f"{url}{'&' if urlsplit(url).query else '?'}{query}"


def in_schema(url: str, schema: str) -> str:
    return with_query(url, f"schema={schema}")


def as_role(url: str, role: str, password: str = PASSWORD) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"{role}:{password}@{parts.netloc.rpartition('@')[2]}").geturl()


def schemas(url: str) -> Sequence[str]:
    """The schemas that have the table of a ledger."""
    found = ask(url, "SELECT schemaname FROM pg_tables WHERE tablename = 'log' ORDER BY schemaname")
    return [name for (name,) in found]


def rows_of_file(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return {table: sorted(map(tuple, db.execute(f"SELECT * FROM {table}")), key=repr) for table in TABLES}


def rows_of_schema(url: str, schema: str = "obnovi") -> dict[str, list[tuple[Any, ...]]]:
    return {table: sorted(ask(url, f"SELECT * FROM {schema}.{table}"), key=repr) for table in TABLES}
