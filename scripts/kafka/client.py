"""The client of a cluster: how it is set up, what it may not be told, and what it says when nobody answers."""

import logging
import time
from collections.abc import Callable, Mapping
from math import inf
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer

from scripts.app.consume import Topic
from scripts.app.errors import Declined
from scripts.errors import UsageError

ANSWER_SECONDS: Final = 10
AGAIN_SECONDS: Final = 600
SECRET_CHARACTERS: Final = 6
_SECRETS: Final = ("password", "secret", "token", "jaas", "pem", "oauth")
_OF_A_BROKER: Final = (KafkaError._TRANSPORT, KafkaError._TIMED_OUT)
OWN: Final = {
    "bootstrap.servers": "--bootstrap says it",
    "group.id": "--group says it",
    "enable.auto.commit": "how far was read is kept in the ledger",
    "enable.auto.offset.store": "how far was read is kept in the ledger",
    "auto.offset.reset": "no input may be left out unsaid",
    "enable.partition.eof": "where a topic ends is asked for",
    "isolation.level": "what a producer took back is no input",
    "partition.assignment.strategy": "partitions are given out all at once",
    "group.protocol": "partitions are given out all at once",
    "acks": "a reject has to be safe before it counts as read",
}
"""Properties that are not for others to set, and why."""
_QUIET: Final = logging.getLogger("obnovi.librdkafka")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False

Properties = Mapping[str, str]


class Trouble:
    """What the client complains of: told once, and again when it has worked meanwhile, or goes on for long.

    Nothing is told before it worked for the first time, when whoever waits for that tells it.
    """

    def __init__(self, told: Callable[[str], None]) -> None:
        self._told = told
        self._told_at = inf
        self._of_a_broker = ""
        self._newest = ""

    def __call__(self, error: KafkaError) -> None:
        """Called by the client within its own calls."""
        if error.code() in _OF_A_BROKER:  # there are others, and it closes what nobody uses
            self._of_a_broker = error.str()
            return
        self._newest = error.str()
        if time.monotonic() >= self._told_at + AGAIN_SECONDS:
            self._told(f"Kafka: {self.why()}; waiting for it")
            self._told_at = time.monotonic()

    def over(self) -> None:
        """It works."""
        self._told_at = -inf

    def why(self) -> str:
        """What it said last."""
        return " ".join(filter(None, (self._newest, self._of_a_broker and f"({self._of_a_broker})")))


class Cluster:
    """A cluster by its hosts, reached with some properties."""

    def __init__(self, hosts: str, properties: Properties, trouble: Trouble) -> None:
        self.trouble = trouble
        self._hosts = hosts
        self._properties = properties

    def consumer(self, group: str) -> Consumer:
        """A member of a group that has not yet joined it. Raises UsageError."""
        own: dict[str, Any] = {
            "group.id": group,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "auto.offset.reset": "error",
            "enable.partition.eof": True,
            "partition.assignment.strategy": "range",
        }
        made: Consumer = self._made(Consumer, own)
        return made

    def producer(self) -> Producer:
        """What sends rejects. Raises UsageError."""
        made: Producer = self._made(Producer, {"acks": "all", "enable.idempotence": True})
        return made

    def topic(self, client: Consumer | Producer, name: str) -> tuple[Topic, list[int]]:
        """A topic and the numbers of its partitions.

        Raises UsageError where nobody answers, Declined where it is not there.
        """
        try:
            answer = client.list_topics(name, timeout=ANSWER_SECONDS)
        except KafkaException as error:
            client.poll(0)  # what is behind it is told here
            why = self.trouble.why() or error.args[0].str()
            raise UsageError(
                f"no broker at {self._hosts} answers within {ANSWER_SECONDS} s ({why}); look at --bootstrap"
            ) from None
        found = answer.topics[name]
        if found.error is not None:
            raise Declined("NO_TOPIC", topic=name, hosts=self._hosts, reason=found.error.str())
        self.trouble.over()
        return Topic(answer.cluster_id or "-", name), sorted(found.partitions)

    def _made(self, make: Callable[..., Any], own: Mapping[str, Any]) -> Any:
        given = {**self._properties, **own, "bootstrap.servers": self._hosts, "error_cb": self.trouble}
        try:
            return make(given, logger=_QUIET)
        except KafkaException as error:
            said = _without(error.args[0].str(), self._properties)
            raise UsageError(f"the client of Kafka takes no such property: {said}") from None


def _without(said: str, properties: Properties) -> str:
    """What was said, without the values of properties; a short one is a word of the sentence, unless it is a secret."""
    for name, value in properties.items():
        if value and (len(value) >= SECRET_CHARACTERS or any(word in name for word in _SECRETS)):
            said = said.replace(value, "***")
    return said
