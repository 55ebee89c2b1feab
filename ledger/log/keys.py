"""Keys: an input is known by account, source and id for ever, and compared by a digest of its content (R-12.2)."""

import hashlib
from typing import Final

import msgspec

from ledger.inputs import Input, said_fields

DIGEST_BYTES: Final = 16

_canonical: Final = msgspec.json.Encoder(order="sorted")


def key_of(source: str, input_id: str) -> bytes:
    """The digest of source and id; within an account it names one input."""
    return _digest(f"{source}\0{input_id}".encode())


def content_of(input: Input) -> bytes:
    """The digest of what an input says, whatever its spelling and whenever it reached us.

    A field that a later version adds with a default changes no old digest.
    """
    return _digest(_canonical.encode({"type": input.type, **said_fields(input)}))


def _digest(text: bytes) -> bytes:
    return hashlib.blake2b(text, digest_size=DIGEST_BYTES).digest()
