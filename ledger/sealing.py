"""Sealing: the personal data of an event under a key of its own, so that destroying one key destroys them (R-15.9).

A contract has 32 random bytes. The key of one event is HMAC-SHA-256 of these over contract, version and topic; with it
and a random nonce the personal part is sealed by AES-256-GCM before the event is hashed. The key of one event can be
given away, and opens no other. Digests of the contract's inputs are keyed as well: none can be guessed by trying.
"""

import hashlib
import hmac
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
DIGEST_BYTES: Final = 16
_BLOCK_BYTES: Final = 64
_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))


class Unopened(ValueError):
    """Something sealed that this key does not open: it was changed, or sealed under another one."""


class ContractKey:
    """The key of one contract; what is derived from it is kept ready, as every event needs it."""

    def __init__(self, contract: str, secret: bytes) -> None:
        block = secret.ljust(_BLOCK_BYTES, b"\0")
        self._inner = hashlib.sha256(block.translate(_INNER) + f"{contract}\0".encode())
        self._outer = hashlib.sha256(block.translate(_OUTER))
        self._digests = hmac.digest(secret, b"digests of inputs", "sha256")
        self._claims = hmac.digest(secret, b"ids of claims", "sha256")

    def of_event(self, version: int, topic: str) -> bytes:
        """The key of one event: HMAC-SHA-256 over contract, version and topic, a zero byte between them."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(f"{version}\0{topic}".encode())
        outer.update(inner.digest())
        return outer.digest()

    def digest(self, text: bytes) -> bytes:
        """A digest that nobody without the key can reckon."""
        return hashlib.blake2b(text, digest_size=DIGEST_BYTES, key=self._digests).digest()

    def claim_name(self, id: str) -> str:
        """What stands for the id of a claim where it must be told from others though it is sealed (R-11.3)."""
        return hashlib.blake2b(id.encode(), digest_size=DIGEST_BYTES, key=self._claims).hexdigest()


def seal(event_key: bytes, nonce: bytes, content: bytes) -> bytes:
    """The nonce and what is sealed under it."""
    return nonce + AESGCM(event_key).encrypt(nonce, content, None)


def unseal(event_key: bytes, sealed: bytes) -> bytes:
    """The content that `seal` sealed. Raises Unopened."""
    try:
        return AESGCM(event_key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
    except (InvalidTag, ValueError):
        raise Unopened("sealed under another key, or changed since") from None
