"""The reader: messages of the partitions that a group gives, in batches, from where the ledger has read to."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Final, Protocol

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka import Message as Received

from ledger.log.reach import Reach
from scripts.app.consume import Batch, Consuming, Message, Tell, marked_offset
from scripts.app.errors import Declined
from scripts.errors import UsageError
from scripts.kafka.client import ANSWER_SECONDS, Trouble

MESSAGES_MAX: Final = 10_000
BYTES_MAX: Final = 8 * 1024 * 1024
AT_ONCE: Final = 500
"""So many are taken from the client in one call: each may have a megabyte."""
LOOK_SECONDS: Final = 1.0
HEED_SECONDS: Final = 0.5
"""A signal is heeded between two calls of the client."""


class Watch(Protocol):
    """What is told of the work."""

    def booked(self, seconds: float) -> None:
        """A batch is booked, in so long."""

    def partitions(self, ends: Mapping[int, int]) -> None:
        """The partitions that are ours, and where they end; every second or so."""


class Reader:
    """Reads and books until it is told to stop; `ends` are offsets where it may stop by itself.

    `told` gets the partitions that it is given, whenever they change.

    What was read is booked, whoever has its partition by then: repeats change nothing, and gaps there are none.
    """

    def __init__(
        self,
        client: Consumer,
        consuming: Consuming,
        *,
        tell: Tell,
        trouble: Trouble,
        watches: Sequence[Watch] = (),
        wait_seconds: float,
        told: Callable[[Sequence[int]], None],
        anew: bool = False,
        ends: dict[int, int] | None = None,
    ) -> None:
        self._client = client
        self._consuming = consuming
        self._topic = consuming.topic.name
        self._tell = tell
        self._trouble = trouble
        self._watches = watches
        self._wait_seconds = wait_seconds
        self._told = told
        self._anew = anew
        self._ends = ends
        self._batch = Batch()
        self._since = 0.0
        self._looked = 0.0
        self._booked: dict[int, int] = {}
        """How far the partitions are booked that are ours."""
        self._begun: set[int] = set()
        self._has_joined = False
        self._expected: dict[int, Reach] = {}
        """What is to be met first in partitions: the last message that was booked."""
        self._failed: Exception | None = None
        self._stopping = False
        self._is_over = False

    def stop(self) -> None:
        """Book what is in hand and leave; may be called amid anything."""
        self._stopping = True

    def run(self) -> None:
        """Read until stopped. Raises UsageError, AppError, StoreError."""
        self._client.subscribe([self._topic], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._revoked)
        try:
            while not self._stopping and not self._is_at_end():
                received = self._received()
                if self._failed is not None:
                    raise self._failed
                for each in received:
                    self._take(each)
                if self._is_due():
                    self._book()
                self._look()
            self._book()
        except KafkaException as error:
            raise UsageError(f"Kafka: {error.args[0].str()}") from None
        finally:
            self._is_over = True
            self._client.close()

    # Batches

    def _received(self) -> list[Received]:
        """Some messages; of a batch that begins with them, that they were waited for counts."""
        if not self._batch:
            self._since = time.monotonic()
        left = self._since + self._wait_seconds - time.monotonic()
        return self._client.consume(AT_ONCE, min(max(left, 0.0), HEED_SECONDS))

    def _is_due(self) -> bool:
        batch = self._batch
        is_full = len(batch.messages) >= MESSAGES_MAX or batch.size >= BYTES_MAX
        return is_full or (bool(batch) and time.monotonic() >= self._since + self._wait_seconds)

    def _take(self, received: Received) -> None:
        error = received.error()
        if error is not None:
            self._heed(received, error)
            return
        partition, offset, value = received.partition(), received.offset(), received.value()
        assert partition is not None
        assert offset is not None
        message = Message(partition, offset, received.key(), value, received.timestamp()[1])
        self._trouble.over()
        if self._expected and (reach := self._expected.pop(partition, None)) is not None:
            self._consuming.require_same(partition, reach, message)
            return
        self._batch.last[partition] = message
        if self._consuming.is_ours(message):
            self._batch.messages.append(message)
            self._batch.size += len(value or b"")

    def _heed(self, received: Received, error: KafkaError) -> None:
        partition, offset = received.partition(), received.offset()
        code = error.code()
        if code == KafkaError._PARTITION_EOF and partition is not None and offset is not None:
            self._trouble.over()
            if (reach := self._expected.pop(partition, None)) is not None:
                self._consuming.require_same(partition, reach, None)
            if offset > self._booked.get(partition, 0):
                self._batch.ends[partition] = offset
        elif code == KafkaError._AUTO_OFFSET_RESET and partition is not None:
            raise Declined("OFFSET_GONE", topic=self._topic, partition=partition, reason=error.str())
        elif code != KafkaError._MAX_POLL_EXCEEDED:
            raise UsageError(f"topic {self._topic} cannot be read on: {error.str()}")

    def _book(self) -> None:
        batch, self._batch = self._batch, Batch()
        if not batch:
            return
        begun = time.monotonic()
        booked = self._consuming.book(batch, self._tell)
        ours = {partition: offset for partition, offset in booked.items() if partition in self._booked}
        self._booked |= {partition: max(offset, self._booked[partition]) for partition, offset in ours.items()}
        self._say(ours)
        for watch in self._watches:
            watch.booked(time.monotonic() - begun)

    def _say(self, booked: dict[int, int]) -> None:
        """Let the group know, for those who look at it; nothing is ever read from there."""
        offsets = [TopicPartition(self._topic, partition, offset) for partition, offset in booked.items()]
        if offsets:
            with suppress(KafkaException):
                self._client.commit(offsets=offsets, asynchronous=True)

    # Partitions

    def _assigned(self, client: Consumer, given: list[TopicPartition]) -> None:
        self._guarded(lambda: self._begin(client, given))
        if self._failed is not None:
            client.unassign()  # else the client would begin where it likes

    def _revoked(self, client: Consumer, taken: list[TopicPartition]) -> None:
        self._guarded(self._book)
        self._booked, self._expected = {}, {}

    def _guarded(self, work: Callable[[], None]) -> None:
        """Do what the client waits for; what goes wrong is raised where it returns."""
        if self._failed is not None or self._is_over:
            return
        try:
            work()
        except Exception as error:
            self._failed = error

    def _begin(self, client: Consumer, given: list[TopicPartition]) -> None:
        self._book()
        self._has_joined = True
        self._booked, self._expected = {}, {}
        reached = self._consuming.reached()
        for each in given:
            low, high = watermarks(client, self._topic, each.partition)
            anew = self._anew and each.partition not in self._begun
            reach = self._consuming.start(each.partition, reached.get(each.partition), low, high, anew=anew)
            self._begun.add(each.partition)
            self._booked[each.partition] = each.offset = reach.offset
            marked = marked_offset(reach)
            if marked is not None and marked >= low:
                self._expected[each.partition] = reach
                each.offset = marked
        client.assign(given)
        self._told(sorted(self._booked))

    def _is_at_end(self) -> bool:
        """Whether every partition is booked up to its end, by us or, where others have it, by them."""
        if self._ends is None or self._batch or not self._has_joined:
            return False
        left = {partition for partition, end in self._ends.items() if self._booked.get(partition, 0) < end}
        if left <= self._booked.keys() or not self._is_time():
            return not left
        others = self._consuming.reached()
        return all(partition in others and others[partition].offset >= self._ends[partition] for partition in left)

    def _is_time(self) -> bool:
        return time.monotonic() >= self._looked + LOOK_SECONDS

    def _look(self) -> None:
        if not self._is_time():
            return
        self._looked = time.monotonic()
        ends = {
            partition: self._client.get_watermark_offsets(TopicPartition(self._topic, partition), cached=True)[1]
            for partition in self._booked
        }
        for watch in self._watches:
            watch.partitions(ends)


def watermarks(client: Consumer, topic: str, partition: int) -> tuple[int, int]:
    """The first offset that a partition has, and the one behind its last. Raises UsageError."""
    try:
        return client.get_watermark_offsets(TopicPartition(topic, partition), timeout=ANSWER_SECONDS)
    except KafkaException as error:
        raise UsageError(f"Kafka does not tell where topic {topic} begins and ends: {error.args[0].str()}") from None


def ends_of(client: Consumer, topic: str, partitions: Collection[int]) -> dict[int, int]:
    """Where partitions end now. Raises UsageError."""
    return {partition: watermarks(client, topic, partition)[1] for partition in partitions}
