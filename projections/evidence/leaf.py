"""A leaf is one event: its account, version and topic, each behind its length, then its bytes as stored."""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from ledger.log.errors import BadEvents

LENGTH_BYTES: Final = 2


def leaf(account: str, version: int, topic: str, state: bytes) -> bytes:
    """The leaf of an event: lengths are 2 bytes, the highest first; texts are UTF-8, the version is decimal."""
    return b"".join((_encoded(account), _encoded(str(version)), _encoded(topic), state))


def event_hash(account: str, version: int, topic: str, state: bytes) -> bytes:
    """The leaf hash of an event, as `tree.leaf_hash` of its leaf. Raises BadEvents."""
    return hashes([(0, account, version, topic, state)])


def hashes(rows: Iterable[tuple[int, str, int, str, bytes]]) -> bytes:
    """The leaf hashes of rows of position, account, version, topic and bytes, one behind the other.

    Raises BadEvents for a row that no event can have: SQLite keeps any kind of value in any column.
    """
    told, number, hashed = _encoded, _number, sha256
    try:
        return b"".join(
            [
                hashed(b"\0" + told(account) + number(version) + told(topic) + state).digest()
                for _, account, version, topic, state in rows
            ]
        )
    except (AttributeError, OverflowError, TypeError):
        raise BadEvents("the log has a row with a value of a wrong kind", "run_verify") from None


def hash_of_any(*row: Any) -> bytes:
    """The leaf hash of a row; where no event can have it, a hash that is no event's."""
    try:
        return hashes([row])
    except BadEvents:
        return sha256(b"\2" + repr(row[1:]).encode(errors="backslashreplace")).digest()


@lru_cache(maxsize=50_000)  # few accounts and fewer topics make most events of a stretch
def _encoded(text: str) -> bytes:
    encoded = text.encode(errors="surrogatepass")
    return len(encoded).to_bytes(LENGTH_BYTES) + encoded


@lru_cache(maxsize=50_000)
def _number(version: int) -> bytes:
    return _encoded(str(version))
