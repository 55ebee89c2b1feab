"""Tokens: what another program or a person shows to be let in; only its digest is kept.

A token is `obn_`, its id, `_` and its secret, so that a listed one is recognised, and one that leaked is found.
"""

import re
from typing import Final, NamedTuple

from ledger.periods import MINUTE, Instant
from scripts.state import secrets
from scripts.state.database import Row, StateDatabase

USED_AGAIN_AFTER: Final = MINUTE
"""When it was used last is written down once in so long."""
_TEXT: Final = re.compile(r"obn_([a-z2-7]{10})_([A-Za-z0-9_-]{43})")
_COLUMNS: Final = "id, role, name, contract, created, until, used, revoked"


class Token(NamedTuple):
    """A token without its secret: a role, a name, the id of the one contract it is for, if any, and until when."""

    id: str
    role: str
    name: str
    contract: str | None
    created: Instant
    until: Instant
    used: Instant | None = None
    revoked: Instant | None = None

    def is_good(self, now: Instant) -> bool:
        """Whether it still lets in."""
        return self.revoked is None and now < self.until


def issue(
    state: StateDatabase, role: str, name: str, contract: str | None, *, created: Instant, until: Instant
) -> tuple[str, Token]:
    """A new token: its text, which is not kept and never shown again, and what is kept of it."""
    token, secret = Token(secrets.new_id(), role, name, contract, created, until), secrets.new_secret()
    with state.writing() as db:
        db.execute(
            "INSERT INTO tokens (id, digest, role, name, contract, created, until) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (token.id, secrets.digest(secret), role, name, contract, created, until),
        )
    return f"obn_{token.id}_{secret}", token


def found(state: StateDatabase, text: str, *, now: Instant) -> Token | None:
    """The token of this text; None where there is none, or where it lets nobody in any more. Nothing is written."""
    shape = _TEXT.fullmatch(text)
    row = shape and state.one(f"SELECT {_COLUMNS}, digest FROM tokens WHERE id = ?", shape[1])
    if not shape or not row or not secrets.is_of(shape[2], row[-1]):
        return None
    token = _token(row[:-1])
    return token if token.is_good(now) else None


def mark_used(state: StateDatabase, token: Token, *, now: Instant) -> None:
    """Write down that a token is used now, unless that was done a moment ago."""
    if is_to_be_marked(token, now=now):
        with state.writing(durable=False) as db:
            db.execute("UPDATE tokens SET used = max(?, coalesce(used, 0)) WHERE id = ?", (now, token.id))


def is_to_be_marked(token: Token, *, now: Instant) -> bool:
    """Whether so long has gone by that its use is to be written down again."""
    return token.used is None or now - token.used >= USED_AGAIN_AFTER


def listed(state: StateDatabase) -> list[Token]:
    """Every token there ever was, in order of making."""
    return [_token(row) for row in state.all(f"SELECT {_COLUMNS} FROM tokens ORDER BY created, id")]


def revoke(state: StateDatabase, id: str, *, now: Instant) -> Token | None:
    """Let a token let nobody in any more, nor the sessions it began; None where there is none of this id."""
    with state.writing() as db:
        db.execute("UPDATE tokens SET revoked = ? WHERE id = ? AND revoked IS NULL", (now, id))
        db.execute("DELETE FROM sessions WHERE token = ?", (id,))
    row = state.one(f"SELECT {_COLUMNS} FROM tokens WHERE id = ?", id)
    return None if row is None else _token(row)


def _token(row: Row) -> Token:
    return Token._make(row)
