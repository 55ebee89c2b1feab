"""What the schema of a ledger must have, and what of it is missing or otherwise: by the catalogue of the server."""

from collections.abc import Iterator
from typing import Any, Final

import psycopg

from ledger.log.postgres.schema import SCHEMA_VERSION
from ledger.log.store import Flaw

_TABLES: Final = """
SELECT 'table ' || c.relname, string_agg(a.attname || ' ' || t.typname
    || CASE WHEN o.collname = 'C' THEN ' C' ELSE '' END || CASE WHEN a.attnotnull THEN '' ELSE ' or null' END,
    ', ' ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_collation o ON o.oid = a.attcollation
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
GROUP BY c.relname
"""
_INDEXES: Final = """
SELECT 'index of ' || t.relname || ' by ' || k.columns,
    CASE WHEN i.indisunique THEN 'unique' ELSE 'not unique' END || CASE WHEN i.indisvalid THEN '' ELSE ', not valid' END
    || COALESCE(', ' || pg_get_expr(i.indpred, i.indrelid), '')
FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid CROSS JOIN LATERAL (
    SELECT string_agg(a.attname, ', ' ORDER BY n) AS columns FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS c (num, n)
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.num) AS k
WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r'
"""
_TRIGGERS: Final = """
SELECT 'trigger ' || g.tgname || ' of ' || t.relname,
    CASE WHEN p.pronamespace = t.relnamespace THEN '' ELSE p.pronamespace::regnamespace || '.' END || p.proname
    || CASE g.tgenabled WHEN 'A' THEN ' always' WHEN 'D' THEN ' disabled' ELSE '' END
    || CASE WHEN g.tgtype & 2 > 0 THEN ', before' ELSE ', after' END
    || CASE WHEN g.tgtype & 4 > 0 THEN ' insert' ELSE '' END
    || CASE WHEN g.tgtype & 8 > 0 THEN ' delete' ELSE '' END || CASE WHEN g.tgtype & 16 > 0 THEN ' update' ELSE '' END
    || CASE WHEN g.tgtype & 32 > 0 THEN ' truncate' ELSE '' END
FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid JOIN pg_proc p ON p.oid = g.tgfoid
WHERE t.relnamespace = current_schema()::regnamespace AND NOT g.tgisinternal
"""
_FUNCTIONS: Final = """
SELECT 'function ' || proname, btrim(prosrc) FROM pg_proc
WHERE pronamespace = current_schema()::regnamespace AND proname = 'refuse' AND pronargs = 0
"""
VERSION: Final = "version of the tables"

EXPECTED: Final = {
    "function refuse": "BEGIN RAISE EXCEPTION 'the log is append-only'; END",
    "index of catalogues by number": "unique",
    "index of head_parts by account, kind, number": "unique",
    "index of heads by account": "unique",
    "index of heads by next_at": "not unique, (next_at IS NOT NULL)",
    "index of keys by key, account": "unique",
    "index of log by one": "unique",
    "index of settings by name": "unique",
    "index of sources by source": "unique",
    "index of stored_events by account, version": "unique",
    "index of stored_events by position": "unique",
    "index of used_versions by kind, id, effective_from": "unique",
    "table catalogues": "number int4, position int8, digest text C, toml text C, tzdata text C",
    "table head_parts": "account text C, kind text C, number int8, version int8, state bytea",
    "table heads": "account text C, version int8, next_at int8 or null, state bytea",
    "table keys": "key bytea, account text C, version int8, content bytea",
    "table log": "one bool, form int4, last int8, recorded_at int8, catalogues int4",
    "table settings": "name text C, value text C",
    "table sources": "source text C",
    "table stored_events": "position int8, account text C, version int8, topic text C, state bytea",
    "table used_versions": "kind text C, id text C, effective_from text C",
    "trigger append_only of catalogues": "refuse always, before delete update truncate",
    "trigger append_only of stored_events": "refuse always, before delete update truncate",
}


def flaws(db: psycopg.Connection[Any]) -> Iterator[Flaw]:
    """What is missing or otherwise, in order of name."""
    found = describe(db)
    for what in sorted(EXPECTED.keys() | found.keys()):
        if EXPECTED.get(what) != found.get(what):
            yield Flaw(what, EXPECTED.get(what), found.get(what))
    row = db.execute("SELECT form FROM log").fetchone()
    if row != (SCHEMA_VERSION,):
        yield Flaw(VERSION, SCHEMA_VERSION, row and row[0])


def describe(db: psycopg.Connection[Any]) -> dict[str, str]:
    """The tables, indexes, triggers and their function of the schema in which a connection is."""
    return {
        what: how for query in (_TABLES, _INDEXES, _TRIGGERS, _FUNCTIONS) for what, how in db.execute(query).fetchall()
    }
