"""Placing: which shard the contracts of a number are in, for ever, and how positions say which shard they are of."""

import hashlib
from typing import Final

BUCKETS: Final = 4_096
SHARD_POSITIONS: Final = 10**13
"""Positions of one shard; 900 shards have theirs below 2**53, and in decimal both parts can be read."""
DIGEST_BYTES: Final = 8
SHARD_SETTING: Final = "shard"
SHARDS_SETTING: Final = "shards"
"""Which shard a log is, and of how many: kept in each of several from its making on."""


def shard_of(number: str, shards: int) -> int:
    """The shard of a number: BLAKE2b-64 of its UTF-8, the highest byte first, modulo 4096, modulo their number."""
    digest = hashlib.blake2b(number.encode(), digest_size=DIGEST_BYTES).digest()
    return int.from_bytes(digest) % BUCKETS % shards


def position_in(shard: int, position: int) -> int:
    """What a position of a shard is called among those of all."""
    return shard * SHARD_POSITIONS + position


def parted(position: int) -> tuple[int, int]:
    """The shard of such a position, and what it is called there."""
    return divmod(position, SHARD_POSITIONS)
