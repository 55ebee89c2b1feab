"""The client of a cluster: how it is set up, what it may not be told, and what it says when nobody answers."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer

from scripts.app.consume import Topic
from scripts.app.errors import Declined
from scripts.errors import UsageError

ANSWER_SECONDS: Final = 10
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
    """What the client complains of: told once, and again only after it works again; nothing before it ever did."""

    def __init__(self, told: Callable[[str], None]) -> None:
        self._told = told
        self._is_told = True
        self.newest = ""

    def __call__(self, error: KafkaError) -> None:
        """Called by the client within its own calls."""
        self.newest = error.str()
        if not self._is_told:
            self._told(f"Kafka: {self.newest}; waiting for it")
        self._is_told = True

    def over(self) -> None:
        """It works again."""
        self._is_told = False


def consumer(hosts: str, group: str, properties: Properties, trouble: Trouble) -> Consumer:
    """A member of a group that has not yet joined it. Raises UsageError."""
    own: dict[str, Any] = {
        "group.id": group,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",
        "enable.partition.eof": True,
        "partition.assignment.strategy": "range",
    }
    made: Consumer = _made(Consumer, hosts, properties, own, trouble)
    return made


def producer(hosts: str, properties: Properties, trouble: Trouble) -> Producer:
    """What sends rejects. Raises UsageError."""
    own = {"acks": "all", "enable.idempotence": True}
    made: Producer = _made(Producer, hosts, properties, own, trouble)
    return made


def topic_of(client: Consumer | Producer, hosts: str, name: str, trouble: Trouble) -> tuple[Topic, list[int]]:
    """A topic and the numbers of its partitions.

    Raises UsageError where nobody answers, Declined where it is not there.
    """
    try:
        answer = client.list_topics(name, timeout=ANSWER_SECONDS)
    except KafkaException as error:
        client.poll(0)  # what is behind it is told here
        why = trouble.newest or error.args[0].str()
        raise UsageError(
            f"no broker at {hosts} answers within {ANSWER_SECONDS} s ({why}); look at --bootstrap"
        ) from None
    found = answer.topics[name]
    if found.error is not None:
        raise Declined("NO_TOPIC", topic=name, hosts=hosts, reason=found.error.str())
    trouble.over()
    return Topic(answer.cluster_id or "-", name), sorted(found.partitions)


def _made(
    make: Callable[..., Any], hosts: str, properties: Properties, own: Mapping[str, Any], trouble: Trouble
) -> Any:
    try:
        return make({**properties, **own, "bootstrap.servers": hosts, "error_cb": trouble}, logger=_QUIET)
    except KafkaException as error:
        said = error.args[0].str()
        for value in properties.values():
            said = said.replace(value, "***") if value else said
        raise UsageError(f"the client of Kafka takes no such property: {said}") from None
