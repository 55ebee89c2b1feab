"""The rejects topic: what is no input, under the key it had, safe there before it counts as read."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from confluent_kafka import KafkaError, KafkaException, Producer

from scripts.errors import UsageError

SAFE_SECONDS: Final = 60


class Record(NamedTuple):
    """What is sent: under a key a value, and a shorter one in its place where that is too large."""

    key: bytes | None
    value: bytes
    shorter: bytes


class RejectsTopic:
    """Where rejects of a topic go."""

    def __init__(self, producer: Producer, topic: str) -> None:
        self._producer = producer
        self._topic = topic
        self._failed: KafkaError | None = None
        self._too_large: list[Record] = []

    def send(self, records: Iterable[Record]) -> None:
        """Send records; all are safe then. Raises UsageError."""
        for record in records:
            self._produce(record)
        self._flush()
        too_large, self._too_large = self._too_large, []
        for record in too_large:
            self._produce(record._replace(value=record.shorter))
        self._flush()

    def _produce(self, record: Record) -> None:
        while True:
            try:
                self._producer.produce(
                    self._topic, record.value, record.key, on_delivery=lambda error, _: self._delivered(record, error)
                )
                return
            except BufferError:  # what waits has to leave first
                self._producer.poll(0.1)
            except KafkaException as error:
                self._delivered(record, error.args[0])
                return

    def _delivered(self, record: Record, error: KafkaError | None) -> None:
        if error is None:
            return
        if error.code() == KafkaError.MSG_SIZE_TOO_LARGE and record.value != record.shorter:
            self._too_large.append(record)
        else:
            self._failed = self._failed or error

    def _flush(self) -> None:
        left = self._producer.flush(SAFE_SECONDS)
        if self._failed is not None:
            raise UsageError(f"topic {self._topic} takes no rejects: {self._failed.str()}; run it again when it does")
        if left:
            raise UsageError(f"topic {self._topic} took {left} rejects not within {SAFE_SECONDS} s; run it again")
