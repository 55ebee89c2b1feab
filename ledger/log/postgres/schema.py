"""The schema of a ledger in PostgreSQL, from top to bottom, and how what is there is compared with it.

A ledger is a schema of a database; its shards are schemas beside it, each like this one. Nothing else makes, changes or
drops a table: `obnovi ledger create` and `upgrade` alone.
"""

from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql

SCHEMA_VERSION: Final = 1

LOG: Final = """
CREATE TABLE log (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    form integer NOT NULL,
    last bigint NOT NULL,
    recorded_at bigint NOT NULL,
    catalogues integer NOT NULL
) WITH (fillfactor = 10)
"""
"""One row: the form of these tables, the newest position, its time, and how many catalogues were adopted.

Whoever appends takes it last and keeps it to its commit, so positions have no gaps and stand in the order of commits.
"""

EVENTS: Final = """
CREATE TABLE stored_events (
    position bigint PRIMARY KEY,
    account text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    topic text COLLATE "C" NOT NULL,
    state bytea NOT NULL,
    UNIQUE (account, version)
)
"""

KEYS: Final = """
CREATE TABLE keys (
    key bytea NOT NULL,
    account text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (key, account)
)
"""

HEADS: Final = """
CREATE TABLE heads (
    account text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL,
    next_at bigint,
    state bytea NOT NULL
) WITH (fillfactor = 70)
"""
HEADS_BY_NEXT_AT: Final = "CREATE INDEX heads_by_next_at ON heads (next_at) WHERE next_at IS NOT NULL"

HEAD_PARTS: Final = """
CREATE TABLE head_parts (
    account text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    version bigint NOT NULL,
    state bytea NOT NULL,
    PRIMARY KEY (account, kind, number)
)
"""

SOURCES: Final = 'CREATE TABLE sources (source text COLLATE "C" PRIMARY KEY)'

CATALOGUES: Final = """
CREATE TABLE catalogues (
    number integer PRIMARY KEY,
    position bigint NOT NULL,
    digest text COLLATE "C" NOT NULL,
    toml text COLLATE "C" NOT NULL,
    tzdata text COLLATE "C" NOT NULL
)
"""

USED_VERSIONS: Final = """
CREATE TABLE used_versions (
    kind text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    effective_from text COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, id, effective_from)
)
"""

SETTINGS: Final = 'CREATE TABLE settings (name text COLLATE "C" PRIMARY KEY, value text COLLATE "C" NOT NULL)'

TABLES: Final = (LOG, EVENTS, KEYS, HEADS, HEADS_BY_NEXT_AT, HEAD_PARTS, SOURCES, CATALOGUES, USED_VERSIONS, SETTINGS)

REFUSE: Final = """
CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the log is append-only'; END $$
"""
APPEND_ONLY: Final = ("stored_events", "catalogues")
"""Tables that only grow: a trigger refuses anything else, whoever asks, also on a replica that applies changes."""


def append_only(table: LiteralString) -> tuple[LiteralString, LiteralString]:
    """What keeps a table from being changed."""
    return (
        f"CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only",
    )


GRANTS_TO_READ: Final = (
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}",
)
GRANTS_TO_WRITE: Final = (
    *GRANTS_TO_READ,
    "GRANT INSERT ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "GRANT UPDATE ON {schema}.log, {schema}.heads, {schema}.head_parts, {schema}.settings TO {role}",
    "GRANT DELETE ON {schema}.heads, {schema}.head_parts, {schema}.settings TO {role}",
)
"""What a role needs that books: no right to change or remove what is in the log."""


def create(db: psycopg.Connection[Any], schema: str) -> None:
    """Make an empty ledger in a schema that is new or empty, within the caller's transaction.

    It becomes the transaction's search path.
    """
    if db.execute("SELECT to_regnamespace(quote_ident(%s)) IS NULL", (schema,)).fetchone() == (True,):
        db.execute(
            sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema))
        )  # who may not do that is given an empty one
    db.execute("SELECT set_config('search_path', quote_ident(%s), true)", (schema,))
    for statement in (*TABLES, REFUSE, *(each for table in APPEND_ONLY for each in append_only(table))):
        db.execute(statement)
    db.execute("INSERT INTO log (form, last, recorded_at, catalogues) VALUES (%s, 0, 0, 0)", (SCHEMA_VERSION,))


def grant(db: psycopg.Connection[Any], schema: str, role: str, statements: tuple[LiteralString, ...]) -> None:
    """Give a role what it needs in a schema."""
    for statement in statements:
        db.execute(sql.SQL(statement).format(schema=sql.Identifier(schema), role=sql.Identifier(role)))
