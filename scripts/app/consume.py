"""Consume: messages of a topic are booked as a feed is, and how far stands in the transaction that books them."""

import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

import msgspec

from ledger.inputs import LINE_BYTES_MAX
from ledger.log.reach import UNMARKED, Partition, Reach, reaches
from ledger.periods import Moment
from ledger.service import Clock, Ledger
from scripts.app.errors import Declined, DeclinedCode, InvalidRequest
from scripts.app.feed import Asker, Counts, Feed, RawLine

SHOWN_OF_LONG_VALUE: Final = 1_000
_ACCOUNT_DIGITS: Final = 11


class Message(NamedTuple):
    """A message as the broker gives it; `stamp` is its time there, in milliseconds."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    stamp: int = 0


class RejectedMessage(NamedTuple):
    """A message that is no input of this ledger, and why; `text` is its value, or the beginning of a long one."""

    message: Message
    text: bytes
    reason: str
    detail: str


Tell: TypeAlias = Callable[[Sequence[RejectedMessage]], None]
"""Gets the rejected messages of a batch; when it returns, they are where they will be found."""


class Batch(msgspec.Struct):
    """What was read and not yet booked: messages in order, and how far each partition was read by it."""

    messages: list[Message] = msgspec.field(default_factory=list)
    size: int = 0
    last: dict[int, Message] = msgspec.field(default_factory=dict)
    """The last message of each partition, also where it is another shard's."""
    ends: dict[int, int] = msgspec.field(default_factory=dict)
    """Where partitions end behind it: what stands between is no message."""

    def __bool__(self) -> bool:
        """Whether there is anything to be kept of it."""
        return bool(self.last or self.ends)


class Topic(NamedTuple):
    """A topic of a cluster, by the id that it has for itself."""

    cluster: str
    name: str

    def setting(self, partition: int) -> str:
        """What the reach of a partition is kept as."""
        return Partition(self.cluster, self.name, partition).setting


class Consuming:
    """Messages on their way into a ledger, batch by batch, each durable when `book` returns; `counts` go on.

    With a `shard`, only what is its own is booked, and how far is kept there alone.
    """

    def __init__(
        self, ledger: Ledger, topic: Topic, counts: Counts, *, shard: int | None, not_after: Moment | None, now: Clock
    ) -> None:
        if shard is not None and not 0 <= shard < len(ledger.shards):
            raise InvalidRequest("NO_SUCH_SHARD", shard=shard, shards=len(ledger.shards))
        self.counts = counts
        self.topic = topic
        self._ledger = ledger
        self._shard = shard
        self._feed = Feed(ledger, counts, not_after=not_after, now=now, from_its_beginning=False)
        self._marks: dict[int, str] = {}

    def is_ours(self, message: Message) -> bool:
        """Whether a message is this consumer's to book: by its key, and the first shard's where that is no account."""
        if self._shard is None:
            return True
        key = message.key or b""
        is_account = len(key) == _ACCOUNT_DIGITS and key.isdigit()
        return (self._ledger.store.shard_of(key.decode()) if is_account else 0) == self._shard

    def reached(self) -> dict[int, Reach]:
        """How far each partition is booked: the least over the shards; nothing where one has booked nothing of it.

        Raises StoreError.
        """
        named = self._of_shards().values()
        common = set.intersection(*map(set, named))
        return {number: min(found[number] for found in named) for number in common}

    def offsets(self) -> dict[int, dict[int, int]]:
        """Of each shard that is booked into, up to where partitions are. Raises StoreError."""
        return {
            shard: {number: reach.offset for number, reach in found.items()}
            for shard, found in self._of_shards().items()
        }

    def _of_shards(self) -> dict[int, dict[int, Reach]]:
        with self._ledger.store.reading() as tx:
            shards = {number: reaches(log.settings()) for number, log in enumerate(tx.shards)}
        return {
            shard: {each.number: reach for each, reach in found.items() if (each.cluster, each.topic) == self.topic}
            for shard, found in shards.items()
            if self._shard in (None, shard)
        }

    def start(self, partition: int, reach: Reach | None, low: int, high: int, *, anew: bool) -> Reach:
        """From where a partition is read that is booked so far, and whose offsets go from `low` to before `high`.

        `anew`: from its beginning, whatever is booked. Raises Declined where inputs would be left out that nobody read.
        """
        if anew:
            reach = Reach(low)
            self._ledger.begin_anew({self.topic.setting(partition): reach}, shard=self._shard)
        elif reach is None:
            if low:
                raise Declined("BEGINNING_GONE", topic=self.topic.name, partition=partition, first=low)
            reach = Reach(0)
        elif not low <= reach.offset <= high:
            code: DeclinedCode = "INPUTS_GONE" if reach.offset < low else "TOPIC_SHORTER"
            facts = {"topic": self.topic.name, "partition": partition, "offset": reach.offset}
            raise Declined(code, **facts, first=low, end=high)
        self._marks[partition] = reach.mark
        return reach

    def require_same(self, partition: int, reach: Reach, message: Message | None) -> None:
        """Refuse another message where the last one of what was booked is expected. Raises Declined."""
        if message is None or mark_of(message) != reach.mark:
            raise Declined("OTHER_TOPIC", topic=self.topic.name, partition=partition, offset=reach.offset)

    def book(self, batch: Batch, tell: Tell) -> dict[int, int]:
        """Book a batch, and tell what of it was rejected before it counts as read; how far partitions are booked now.

        Raises StoreError, and what `tell` does: then what is booked is read again, and found to be booked.
        """
        read = self._read(batch)
        fed = self._feed.book_all(
            [(_line(place, each), Asker(key=_key_of(each))) for place, each in enumerate(batch.messages)],
            lambda rejected: self._named(self._before(batch, read, rejected)),
            self._shard,
        )
        if fed.rejected:
            tell(
                [
                    RejectedMessage(batch.messages[line.number], line.text, reason, detail)
                    for line, reason, detail, _ in fed.rejected
                ]
            )
            self._ledger.apply([], lambda _: self._named(read), shard=self._shard)
        self._marks |= {partition: reach.mark for partition, reach in read.items()}
        return {partition: reach.offset for partition, reach in read.items()}

    def _read(self, batch: Batch) -> dict[int, Reach]:
        """How far a batch was read."""
        read = {partition: Reach(last.offset + 1, mark_of(last)) for partition, last in batch.last.items()}
        for partition, end in batch.ends.items():
            found = read.get(partition, Reach(0, self._marks.get(partition, UNMARKED)))
            read[partition] = found._replace(offset=max(found.offset, end))
        return read

    def _before(self, batch: Batch, read: dict[int, Reach], rejected: Collection[int]) -> dict[int, Reach]:
        """The same, up to the first message of each partition that was rejected."""
        first: dict[int, int] = {}
        for each in (batch.messages[place] for place in rejected):
            first[each.partition] = min(each.offset, first.get(each.partition, each.offset))
        if not first:
            return read
        before: dict[int, Message] = {}
        for each in batch.messages:
            if each.offset < first.get(each.partition, 0):
                before[each.partition] = each
        return read | {
            partition: Reach(
                offset, mark_of(before[partition]) if partition in before else self._marks.get(partition, UNMARKED)
            )
            for partition, offset in first.items()
        }

    def _named(self, read: Mapping[int, Reach]) -> dict[str, Reach]:
        return {self.topic.setting(partition): reach for partition, reach in read.items()}


def mark_of(message: Message) -> str:
    """By what a message is known again: its offset, and a checksum over its time, key and value."""
    sum_ = zlib.crc32(b"%d " % message.stamp)
    for part in (message.key, message.value):
        sum_ = zlib.crc32(b"-" if part is None else b"+" + part, sum_)
    return f"{message.offset}:{sum_:08x}"


def marked_offset(reach: Reach) -> int | None:
    """The offset of the message that the mark of a reach is of."""
    return None if reach.mark == UNMARKED else int(reach.mark.partition(":")[0])


def _line(place: int, message: Message) -> RawLine:
    value = message.value or b""
    size = len(value)
    return RawLine(place, value if size <= LINE_BYTES_MAX else value[:SHOWN_OF_LONG_VALUE], size)


def _key_of(message: Message) -> str:
    return (message.key or b"").decode(errors="backslashreplace")
