"""Raw PostgreSQL: COPY of the rows and keys of a ledger into tables like its own, in as many commits."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import psycopg

from scripts.benchmarks.row import seconds

Rows: TypeAlias = Sequence[tuple[Any, ...]]
EVENTS = ("stored_events", ("int8", "text", "int8", "text", "bytea"))
KEYS = ("keys", ("bytea", "text", "int8", "bytea"))


def seconds_to_copy(source: str, target: str, commits: int) -> float:
    """How long the server takes the rows of one ledger into the tables of another, an empty one."""
    with _connected(source) as db:
        events = db.execute("SELECT * FROM stored_events ORDER BY position", binary=True).fetchall()
        keys = db.execute(
            "SELECT key, account, k.version, content FROM keys k JOIN stored_events e USING (account) "
            "WHERE e.version = k.version ORDER BY position",
            binary=True,
        ).fetchall()
    parts = list(zip(_cut(events, commits), _cut(keys, commits), strict=True))
    with _connected(target) as db:
        return seconds(lambda: _copy_all(db, parts))


def _connected(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(url, autocommit=True, options="-c search_path=obnovi")


def _cut(rows: Sequence[tuple[Any, ...]], count: int) -> list[Sequence[tuple[Any, ...]]]:
    size = -(-len(rows) // count)
    return [rows[start * size : (start + 1) * size] for start in range(count)]


def _copy_all(db: psycopg.Connection[tuple[Any, ...]], parts: list[tuple[Rows, Rows]]) -> None:
    for events, keys in parts:
        _copy(db, events, keys)


def _copy(
    db: psycopg.Connection[tuple[Any, ...]], events: Sequence[tuple[Any, ...]], keys: Sequence[tuple[Any, ...]]
) -> None:
    with db.transaction():
        for (table, types), rows in ((EVENTS, events), (KEYS, keys)):
            with db.cursor().copy(f"COPY {table} FROM STDIN BINARY") as copy:
                copy.set_types(types)
                for row in rows:
                    copy.write_row(row)
