"""Keys: an input is known by account, source and id for ever, and compared by a digest of its content (R-12.2)."""

import hashlib
import json
from typing import Final

from ledger.inputs import Input

DIGEST_BYTES: Final = 16


def key_of(source: str, input_id: str) -> bytes:
    """The digest of source and id; within an account it names one input."""
    return _digest(f"{source}\0{input_id}")


def content_of(input: Input) -> bytes:
    """The digest of what an input says: its checked fields but `received_at` and those at their default.

    A field that a later version adds with a default so changes no old digest.
    """
    said = input.model_dump(exclude={"received_at"}, exclude_defaults=True)
    said["type"] = input.type
    return _digest(json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=DIGEST_BYTES).digest()
