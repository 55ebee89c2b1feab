"""The tables of the server's state, as steps: a file of an older step is brought up by those it lacks.

A step that was released is never changed; what comes later is a step of its own at the end. No table has a number of
a telephone. Whose a row is, the contract's id says, in a column `contract`: by that an erasure finds it (R-15.9).
"""

from typing import Final

APPLICATION_ID: Final = 0x4F424E53  # "OBNS"

_ACCESS: Final = (
    "CREATE TABLE tokens (id TEXT PRIMARY KEY, digest BLOB NOT NULL, role TEXT NOT NULL, name TEXT NOT NULL, "
    "contract TEXT, created INTEGER NOT NULL, until INTEGER NOT NULL, used INTEGER, revoked INTEGER) WITHOUT ROWID",
    "CREATE TABLE sessions (digest BLOB PRIMARY KEY, id TEXT NOT NULL UNIQUE, role TEXT NOT NULL, name TEXT NOT NULL, "
    "contract TEXT, token TEXT REFERENCES tokens ON DELETE CASCADE, csrf BLOB NOT NULL, begun INTEGER NOT NULL, "
    "seen INTEGER NOT NULL, idle INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX sessions_by_token ON sessions (token)",
    "CREATE TABLE codes (attempt BLOB PRIMARY KEY, contract TEXT, digest BLOB NOT NULL, until INTEGER NOT NULL, "
    "tries INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE reads_head (only INTEGER PRIMARY KEY CHECK (only = 1), number INTEGER NOT NULL, "
    "size INTEGER NOT NULL, digest BLOB NOT NULL)",
)

_PROPOSALS: Final = (
    "CREATE TABLE proposals (id TEXT PRIMARY KEY, contract TEXT NOT NULL, fields TEXT NOT NULL, moved INTEGER NOT "
    "NULL, proposed_by TEXT NOT NULL, proposed_at INTEGER NOT NULL, state TEXT NOT NULL, decided_by TEXT, "
    "decided_at INTEGER, version INTEGER) WITHOUT ROWID",
    "CREATE INDEX proposals_that_wait ON proposals (proposed_at) WHERE state = 'waits'",
)

STEPS: Final[tuple[tuple[str, ...], ...]] = (_ACCESS, _PROPOSALS)
"""Statements of each step; `user_version` of a file says how many it has taken."""
