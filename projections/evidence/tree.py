"""The Merkle tree of RFC 6962 over SHA-256: a root stands for all leaves before it, and short paths say so.

Every function asks for perfect subtrees (2**height leaves, the index-th of their size) and keeps nothing itself.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final, TypeAlias

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()

Subtree: TypeAlias = Callable[[int, int], bytes]
"""The root of a perfect subtree, by height and index."""


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node."""
    return sha256(b"\1" + left + right).digest()


def perfect(hashes: bytes) -> bytes:
    """The root over a power of two of hashes, given one behind the other."""
    pair = 2 * HASH_BYTES
    while len(hashes) > HASH_BYTES:
        hashes = b"".join([sha256(b"\1" + hashes[at : at + pair]).digest() for at in range(0, len(hashes), pair)])
    return hashes


def root(size: int, subtree: Subtree) -> bytes:
    """The root over the first `size` leaves."""
    return _between(0, size, subtree) if size else EMPTY_ROOT


def inclusion_path(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """What leads from a leaf to the root over the first `size` leaves, the leaf's sibling first."""
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_between(middle, end, subtree))
            end = middle
        else:
            path.append(_between(begin, middle, subtree))
            begin = middle
    return path[::-1]


def consistency_path(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """What leads from the root over the first `old` leaves to the one over the first `new`; 0 < old ≤ new."""
    path: list[bytes] = []
    begin, end = 0, new
    while end != old:
        middle = begin + _split(end - begin)
        if old <= middle:
            path.append(_between(middle, end, subtree))
            end = middle
        else:
            path.append(_between(begin, middle, subtree))
            begin = middle
    if begin:
        path.append(_between(begin, end, subtree))
    return path[::-1]


def includes(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a path leads from a leaf's hash at an index to the root over `size` leaves."""
    if not 0 <= index < size:
        return False
    node, last = index, size - 1
    reached = leaf
    for beside in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            reached = node_hash(beside, reached)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            reached = node_hash(reached, beside)
        node, last = node >> 1, last >> 1
    return last == 0 and reached == root


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether a path shows that the tree of `old` leaves is the beginning of the one of `new`; 0 < old ≤ new."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    nodes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not nodes:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    before = after = nodes[0]
    for beside in nodes[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            before, after = node_hash(beside, before), node_hash(beside, after)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            after = node_hash(after, beside)
        node, last = node >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


class Growing:
    """The root over leaves that come one perfect subtree after another, each no larger than the ones before allow."""

    def __init__(self) -> None:
        self.size = 0
        self._roots: list[tuple[int, bytes]] = []  # of perfect subtrees, by size, the largest first

    def add(self, leaves: int, subtree: bytes) -> None:
        """Add the next 2**n leaves by their root; they begin at a multiple of their number."""
        assert self.size % leaves == 0, "a perfect subtree begins at a multiple of its size"
        self.size += leaves
        while self._roots and self._roots[-1][0] == leaves:
            leaves, subtree = 2 * leaves, node_hash(self._roots.pop()[1], subtree)
        self._roots.append((leaves, subtree))

    def add_hashes(self, hashes: bytes) -> None:
        """Add leaves by their hashes, given one behind the other."""
        at, count = 0, len(hashes) // HASH_BYTES
        while count:
            leaves = 1 << (count.bit_length() - 1)
            if self.size:
                leaves = min(leaves, self.size & -self.size)
            self.add(leaves, perfect(hashes[at : at + leaves * HASH_BYTES]))
            at, count = at + leaves * HASH_BYTES, count - leaves

    def root(self) -> bytes:
        """The root over what has come so far."""
        if not self._roots:
            return EMPTY_ROOT
        reached = self._roots[-1][1]
        for _, left in self._roots[-2::-1]:
            reached = node_hash(left, reached)
        return reached


def _between(begin: int, end: int, subtree: Subtree) -> bytes:
    """The root over the leaves from `begin` to `end`, as the tree over more leaves has it."""
    size = end - begin
    if size & (size - 1) == 0:
        height = size.bit_length() - 1
        return subtree(height, begin >> height)
    middle = begin + _split(size)
    return node_hash(_between(begin, middle, subtree), _between(middle, end, subtree))


def _split(size: int) -> int:
    """The largest power of two below a size above 1."""
    return 1 << ((size - 1).bit_length() - 1)
