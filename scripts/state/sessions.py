"""Sessions: who a browser's visitor is, kept here; the browser has a secret that says nothing by itself."""

import base64
import hmac
import secrets as random
from typing import Final, NamedTuple

from ledger.periods import MINUTE, Instant
from scripts.state import secrets
from scripts.state.database import StateDatabase

SEEN_AGAIN_AFTER: Final = MINUTE
"""When it was seen last is written down once in so long."""
CSRF_BYTES: Final = 32
_COLUMNS: Final = "s.id, s.role, s.name, s.contract, s.token, s.csrf, s.begun, s.seen, s.idle, s.until"


class Session(NamedTuple):
    """A visitor who logged in: ends `idle` after he was seen last, and `until` at the latest.

    `token`: the id of the one he showed, with which it ends too. `csrf`: what forms of its pages must prove to know.
    """

    id: str
    role: str
    name: str
    contract: str | None
    token: str | None
    csrf: bytes
    begun: Instant
    seen: Instant
    idle: Instant
    until: Instant


def begin(
    state: StateDatabase,
    role: str,
    name: str,
    contract: str | None,
    *,
    now: Instant,
    idle: Instant,
    until: Instant,
    token: str | None = None,
    instead_of: str | None = None,
) -> tuple[str, Session]:
    """A new session and its secret, for the cookie alone; what the browser showed before, `instead_of`, ends."""
    secret, csrf = secrets.new_secret(), random.token_bytes(CSRF_BYTES)
    session = Session(secrets.new_id(), role, name, contract, token, csrf, now, now, idle, until)
    with state.writing() as db:
        db.execute("DELETE FROM sessions WHERE until <= ? OR seen + idle <= ?", (now, now))
        if instead_of is not None:
            db.execute("DELETE FROM sessions WHERE digest = ?", (secrets.digest(instead_of),))
        db.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (secrets.digest(secret), *session))
    return secret, session


def found(state: StateDatabase, secret: str, *, now: Instant) -> Session | None:
    """The session of a cookie's secret; None where there is none, or it is over, or its token is. Nothing is written.

    Whoever goes on with it has to `mark_seen`.
    """
    row = state.one(
        f"SELECT {_COLUMNS} FROM sessions s LEFT JOIN tokens t ON t.id = s.token WHERE s.digest = ? "
        "AND s.until > ? AND s.seen + s.idle > ? AND (s.token IS NULL OR (t.revoked IS NULL AND t.until > ?))",
        secrets.digest(secret), now, now, now,
    )  # fmt: skip
    return None if row is None else Session._make(row)


def mark_seen(state: StateDatabase, session: Session, *, now: Instant) -> None:
    """Write down that its visitor was seen, unless that was done a moment ago."""
    if is_to_be_marked(session, now=now):
        with state.writing(durable=False) as db:
            db.execute("UPDATE sessions SET seen = max(?, seen) WHERE id = ?", (now, session.id))


def is_to_be_marked(session: Session, *, now: Instant) -> bool:
    """Whether so long has gone by that it is to be written down again."""
    return now - session.seen >= SEEN_AGAIN_AFTER


def end(state: StateDatabase, id: str) -> bool:
    """End a session; whether there was one of this id."""
    with state.writing() as db:
        return db.execute("DELETE FROM sessions WHERE id = ?", (id,)).rowcount > 0


def end_all_of(state: StateDatabase, contract: str) -> None:
    """End every session for a contract."""
    with state.writing() as db:
        db.execute("DELETE FROM sessions WHERE contract = ?", (contract,))


def listed(state: StateDatabase, *, now: Instant) -> list[Session]:
    """Every session that is not over, in order of beginning."""
    rows = state.all(
        f"SELECT {_COLUMNS} FROM sessions s WHERE until > ? AND seen + idle > ? ORDER BY begun, id", now, now
    )
    return [Session._make(row) for row in rows]


def csrf_token(session: Session) -> str:
    """What a form of this session sends back; another text each time, so that compressed pages do not give it away."""
    pad = random.token_bytes(CSRF_BYTES)
    return base64.urlsafe_b64encode(pad + _mixed(pad, session.csrf)).decode().rstrip("=")


def is_csrf_token(session: Session, text: str) -> bool:
    """Whether a form proves that it is of a page of this session."""
    try:
        content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return False
    if len(content) != 2 * CSRF_BYTES:
        return False
    return hmac.compare_digest(_mixed(content[:CSRF_BYTES], content[CSRF_BYTES:]), session.csrf)


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
