"""The rejects topic: what is no input, under the key it had, safe there before it counts as read."""

from collections.abc import Iterable
from typing import Final

from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka import Message as Sent

from scripts.errors import UsageError

SAFE_SECONDS: Final = 60


class RejectsTopic:
    """Where rejects of a topic go."""

    def __init__(self, producer: Producer, topic: str) -> None:
        self._producer = producer
        self._topic = topic
        self._failed: KafkaError | None = None

    def send(self, records: Iterable[tuple[bytes | None, bytes, bytes]]) -> None:
        """Send records of a key, a value, and a shorter one in its place where it is too large; all are safe then.

        Raises UsageError.
        """
        for key, value, shorter in records:
            try:
                self._produce(key, value)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.MSG_SIZE_TOO_LARGE:
                    raise self._trouble(error.args[0]) from None
                self._produce(key, shorter)
        left = self._producer.flush(SAFE_SECONDS)
        if self._failed is not None:
            raise self._trouble(self._failed)
        if left:
            raise UsageError(f"topic {self._topic} took {left} rejects not within {SAFE_SECONDS} s; run it again")

    def _produce(self, key: bytes | None, value: bytes) -> None:
        while True:
            try:
                self._producer.produce(self._topic, value, key, on_delivery=self._delivered)
                return
            except BufferError:  # what waits has to leave first
                self._producer.poll(0.1)

    def _delivered(self, error: KafkaError | None, message: Sent) -> None:
        self._failed = self._failed or error

    def _trouble(self, error: KafkaError) -> UsageError:
        return UsageError(f"topic {self._topic} takes no rejects: {error.str()}; run it again when it does")
