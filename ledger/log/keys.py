"""Keys: an input is known by number, source and id for ever, and compared by a digest of its content (R-12.2).

The digests of a sealed contract are keyed with its key, so that nobody finds an input by trying what it may have said.
"""

import hashlib
from typing import Final

import msgspec

from ledger.inputs import Input, said_fields
from ledger.sealing import DIGEST_BYTES, ContractKey

_encoder: Final = msgspec.json.Encoder()


def key_of(source: str, input_id: str, key: ContractKey | None = None) -> bytes:
    """The digest of source and id; within a contract it names one input. Of a sealed one its key is needed."""
    return _digest(f"{source}\0{input_id}".encode(), key)


def content_of(input: Input, key: ContractKey | None = None) -> bytes:
    """The digest of what an input says, whatever its spelling and whenever it reached us.

    A field that a later version adds with a default changes no old digest.
    """
    return _digest(_encoder.encode(said_fields(input)), key)


def _digest(text: bytes, key: ContractKey | None) -> bytes:
    return hashlib.blake2b(text, digest_size=DIGEST_BYTES).digest() if key is None else key.digest(text)
