"""The schema: every table, index and trigger of a ledger's file, as SQLite keeps their text."""

import sqlite3
from contextlib import closing
from typing import Final

APPLICATION_ID: Final = 0x4F424E56  # "OBNV"
SCHEMA_VERSION: Final = 1

EVENTS: Final = (
    "CREATE TABLE stored_events (position INTEGER PRIMARY KEY AUTOINCREMENT, originator_id TEXT NOT NULL, "
    "originator_version INTEGER NOT NULL, topic TEXT NOT NULL, state BLOB NOT NULL, "
    "UNIQUE (originator_id, originator_version))"
)
"""The library's columns behind an explicit, never reused position."""

KEYS: Final = (
    "CREATE TABLE keys (key BLOB NOT NULL, account TEXT NOT NULL, version INTEGER NOT NULL, content BLOB NOT NULL, "
    "PRIMARY KEY (key, account)) WITHOUT ROWID"
)
SOURCES: Final = "CREATE TABLE sources (source TEXT PRIMARY KEY) WITHOUT ROWID"

HEADS: Final = (
    "CREATE TABLE heads (account TEXT PRIMARY KEY, version INTEGER NOT NULL, next_at INTEGER, state BLOB NOT NULL)"
)
HEADS_BY_NEXT_AT: Final = "CREATE INDEX heads_by_next_at ON heads (next_at) WHERE next_at IS NOT NULL"
HEAD_PARTS: Final = (
    "CREATE TABLE head_parts (account TEXT NOT NULL, kind TEXT NOT NULL, number INTEGER NOT NULL, "
    "version INTEGER NOT NULL, state BLOB NOT NULL, PRIMARY KEY (account, kind, number)) WITHOUT ROWID"
)

CATALOGUES: Final = (
    "CREATE TABLE catalogues (number INTEGER PRIMARY KEY, position INTEGER NOT NULL, digest TEXT NOT NULL, "
    "toml TEXT NOT NULL, tzdata TEXT NOT NULL)"
)
USED_VERSIONS: Final = (
    "CREATE TABLE used_versions (kind TEXT NOT NULL, id TEXT NOT NULL, effective_from TEXT NOT NULL, "
    "PRIMARY KEY (kind, id, effective_from)) WITHOUT ROWID"
)
SETTINGS: Final = "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"


def refusal(table: str, verb: str) -> str:
    """The trigger that keeps a table from being changed."""
    return (
        f"CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
    )


APPEND_ONLY: Final = tuple(
    refusal(table, verb) for table in ("stored_events", "catalogues") for verb in ("UPDATE", "DELETE")
)

SCHEMA: Final = (
    EVENTS,
    KEYS,
    SOURCES,
    HEADS,
    HEADS_BY_NEXT_AT,
    HEAD_PARTS,
    CATALOGUES,
    USED_VERSIONS,
    SETTINGS,
    *APPEND_ONLY,
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)


def create(db: sqlite3.Connection) -> None:
    """Make an empty ledger, within the caller's transaction."""
    for statement in SCHEMA:
        db.execute(statement)


def schema_of(db: sqlite3.Connection | sqlite3.Cursor) -> dict[tuple[str, str], str]:
    """The text of every table, index and trigger by its type and name, but for what SQLite makes itself."""
    own = "name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    return {
        (kind, name): sql for kind, name, sql in db.execute(f"SELECT type, name, sql FROM sqlite_master WHERE {own}")
    }


def new_schema() -> dict[tuple[str, str], str]:
    """The schema of a new ledger."""
    with closing(sqlite3.connect(":memory:")) as db:
        create(db)
        return schema_of(db)
