"""Rejected messages: as records of the rejects topic, or on stderr, of each kind the first (R-12.1)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec
from msgspec.structs import asdict

from scripts.app.consume import SHOWN_OF_LONG_VALUE, RejectedMessage, Tell
from scripts.cli.grouped import GroupedMessages
from scripts.cli.options import print_error
from scripts.cli.rejects import Reject, as_told, kind_of


def as_records(topic: str, rejected: Sequence[RejectedMessage]) -> Iterator[tuple[bytes | None, bytes, bytes]]:
    """Each under its key, as a line of a rejects file whose file is the topic, with its partition and offset.

    Where it is too large for the other topic, it is sent shortened.
    """
    for each in rejected:
        shorter = each._replace(text=each.text[:SHOWN_OF_LONG_VALUE])
        yield each.message.key, _encoded(topic, each), _encoded(topic, shorter)


@contextmanager
def told_on_stderr(topic: str) -> Iterator[Tell]:
    """A line each for the first of a kind, and at the end how many more there were."""
    kinds = GroupedMessages()

    def tell(rejected: Sequence[RejectedMessage]) -> None:
        for each in rejected:
            reject = _as_told(topic, each)
            if kinds.tell(kind_of(reject)):
                place = f"{topic} partition {each.message.partition} offset {each.message.offset}"
                print_error(f"{place}: {reject.reason}: {reject.detail}")

    try:
        yield tell
    finally:
        for kind, more in kinds.rest():
            print_error(f"… and {more} more: {kind}; --rejects-topic keeps every one")


def _as_told(topic: str, rejected: RejectedMessage) -> Reject:
    return as_told(topic, rejected.message.offset + 1, rejected.text, rejected.reason, rejected.detail)


def _encoded(topic: str, rejected: RejectedMessage) -> bytes:
    told = _as_told(topic, rejected)
    placed = {"partition": rejected.message.partition, "offset": rejected.message.offset}
    return msgspec.json.encode(asdict(told) | placed)
