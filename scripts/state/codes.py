"""One-time codes: six digits that go to a subscriber's telephone, for a few minutes and a few tries.

A code belongs to one attempt to log in, whose secret only the browser has that asked: nobody else can use it up. What
is kept of a code is its digest under a key in a file of its own, as a million of them are quickly tried.
"""

import hmac
import secrets as random
from typing import Final, NamedTuple

from ledger.log import files
from ledger.periods import MINUTE, Instant
from scripts.state import secrets
from scripts.state.database import StateDatabase
from scripts.state.errors import StateUnusable
from scripts.state.place import StatePlace

DIGITS: Final = 6
LIFETIME: Final = 5 * MINUTE
TRIES_MAX: Final = 5
_KEY_BYTES: Final = 32
_KEY: Final = ".codes.key"


class Attempt(NamedTuple):
    """An attempt to log in: its secret, for the browser alone, and until when its code is taken."""

    secret: str
    code: str
    until: Instant


class Codes:
    """The codes of a ledger's state, with the key of their digests. Raises StateUnusable."""

    def __init__(self, place: StatePlace, state: StateDatabase) -> None:
        self._state = state
        self._key = _key_of(place)

    def begin(self, contract: str | None, *, now: Instant) -> Attempt:
        """An attempt for a contract; that of a number which nobody has is kept like any other, and never succeeds."""
        attempt = Attempt(secrets.new_secret(), f"{random.randbelow(10**DIGITS):0{DIGITS}}", now + LIFETIME)
        digest = secrets.digest(attempt.secret)
        with self._state.writing() as db:
            db.execute("DELETE FROM codes WHERE until <= ?", (now,))
            db.execute(
                "INSERT INTO codes VALUES (?, ?, ?, ?, 0)",
                (digest, contract, self._digest(digest, attempt.code), attempt.until),
            )
        return attempt

    def finish(self, secret: str, code: str, *, now: Instant) -> str | None:
        """The contract of an attempt whose code this is; it is over then, and so it is after the last try."""
        digest = secrets.digest(secret)
        given = self._digest(digest, code)
        with self._state.writing() as db:
            row = db.execute(
                "UPDATE codes SET tries = tries + 1 WHERE attempt = ? AND until > ? RETURNING contract, digest, tries",
                (digest, now),
            ).fetchone()
            contract, kept, tries = row or (None, bytes(len(given)), TRIES_MAX)
            is_right = hmac.compare_digest(given, kept) and contract is not None
            if is_right or tries >= TRIES_MAX:
                db.execute("DELETE FROM codes WHERE attempt = ?", (digest,))
            return contract if is_right else None

    def _digest(self, attempt: bytes, code: str) -> bytes:
        return hmac.digest(self._key, attempt + code.encode(), "sha256")


def _key_of(place: StatePlace) -> bytes:
    """The key of the digests, made where there is none."""
    path = place.file(_KEY)
    try:
        if not path.exists():
            place.make_folder()
            made = random.token_bytes(_KEY_BYTES)
            try:
                with files.new(path) as file:
                    file.chmod(0o600)
                    file.write_bytes(made)
            except FileExistsError:  # another process was faster
                pass
        key = files.read(path, _KEY_BYTES)
    except OSError as error:
        raise StateUnusable(f"{path} cannot be read ({error.strerror})") from None
    if len(key) != _KEY_BYTES:
        raise StateUnusable(f"{path} is no key of one-time codes; remove it, and another one is made")
    return key
