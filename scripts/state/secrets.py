"""Secrets: random, shown once, and kept as digests, from which nobody gets them back."""

import hashlib
import hmac
import secrets
from typing import Final

SECRET_BYTES: Final = 32
ID_CHARACTERS: Final = 10
DIGEST_BYTES: Final = 32
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz234567"


def new_secret() -> str:
    """256 random bits as text that goes into an address, a header and a cookie as it is."""
    return secrets.token_urlsafe(SECRET_BYTES)


def new_id() -> str:
    """What a secret is called where it is listed: 50 random bits as letters and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(ID_CHARACTERS))


def digest(secret: str) -> bytes:
    """What is kept of a secret. It has 256 random bits, so neither salt nor slowness would add anything."""
    return hashlib.sha256(secret.encode()).digest()


def is_of(secret: str, kept: bytes) -> bool:
    """Whether it is the secret of a digest, found out in a time that tells nothing."""
    return hmac.compare_digest(digest(secret), kept)
