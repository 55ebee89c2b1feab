"""Sample: a share of the contracts, chosen by a digest, so that the same share of a ledger is chosen again."""

import hashlib
import heapq
from collections.abc import Sequence
from fractions import Fraction


def sample(accounts: Sequence[str], share: Fraction, *, seed: int = 0) -> list[str]:
    """A share (above 0, at most 1) of the contracts, by their ids, rounded up, so at least one of them, in order.

    Those with the smallest BLAKE2b digests of seed and id: none can choose to be left out, a larger share holds a
    smaller one, another seed chooses others, and what becomes of a number changes no sample.
    """
    count = -(-len(accounts) * share.numerator // share.denominator)
    return sorted(heapq.nsmallest(count, accounts, key=lambda account: _digest(seed, account)))


def _digest(seed: int, account: str) -> bytes:
    return hashlib.blake2b(f"{seed}\0{account}".encode(), digest_size=16).digest()
