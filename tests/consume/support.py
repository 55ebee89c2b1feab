"""A cluster of librdkafka's own, in this process; and what is in a ledger, whoever fed it."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition

from ledger.log.engines import store_ref
from ledger.log.reach import reaches
from tests.cli.support import OBNOVI, Done, in_this_process

PARTITIONS = 4
"""What the cluster makes of a topic that is asked for."""
PARTITION_BYTES = 5 * 1024 * 1024
"""Beyond that it drops what a partition has first."""
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("OBNOVI_")}
_numbers = count()
Sent = tuple[bytes | None, bytes | None]
"""The key and the value of a message."""


class Cluster:
    """Three brokers; topics are made by asking for them."""

    def __init__(self) -> None:
        self._host = Producer({"test.mock.num.brokers": 3, "bootstrap.servers": "mock", "log_level": 0})
        brokers = self._host.list_topics(timeout=10).brokers.values()
        self.hosts = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
        self._producer = Producer({"bootstrap.servers": self.hosts, "log_level": 0, "acks": "all"})

    def close(self) -> None:
        self._producer.close()
        self._host.close()

    def topic(self, *sent: Sent, partition: int = -1) -> str:
        """A new topic with some messages."""
        name = f"inputs-{next(_numbers)}"
        self._producer.list_topics(name, timeout=10)
        self.send(name, sent, partition=partition)
        return name

    def send(self, topic: str, messages: Iterable[Sent], *, partition: int = -1) -> None:
        for key, value in messages:
            self._producer.produce(topic, value, key, partition)
            self._producer.poll(0)
        assert self._producer.flush(10) == 0

    def read(self, topic: str) -> list[Sent]:
        """All that stands in a topic, partition by partition."""
        reader = Consumer({"bootstrap.servers": self.hosts, "group.id": "test", "log_level": 0})
        found: list[Sent] = []
        for number in range(PARTITIONS):
            low, high = reader.get_watermark_offsets(TopicPartition(topic, number), timeout=10)
            reader.assign([TopicPartition(topic, number, low)])
            while low < high:
                (message,) = reader.consume(1, 10)
                found.append((message.key(), message.value()))
                low += 1
        reader.close()
        return found

    def ends(self, topic: str) -> dict[int, int]:
        """Where its partitions end that have anything."""
        with closing(Consumer({"bootstrap.servers": self.hosts, "group.id": "test", "log_level": 0})) as reader:
            found = {
                number: reader.get_watermark_offsets(TopicPartition(topic, number), timeout=10)[1]
                for number in range(PARTITIONS)
            }
        return {number: end for number, end in found.items() if end}


def keyed(lines: Iterable[str]) -> list[Sent]:
    """Lines of a feed as messages."""
    return [(json.loads(line)["account"].encode(), line.rstrip("\n").encode()) for line in lines]


def consume(cluster: Cluster, folder: Path, topic: str, *options: object, ledger: str = "ledger.db") -> Done:
    """The command up to the end of a topic, in a group of its own: one that somebody has just left takes its time."""
    who = ("--bootstrap", cluster.hosts, "--topic", topic, "--group", f"group-{next(_numbers)}")
    return obnovi(folder, "consume", *who, "--until-end", "--not-after", "none", *options, ledger=ledger)


class Running:
    """The command as a process that goes on; of a member that is killed, its group hears nothing for long."""

    def __init__(self, cluster: Cluster, folder: Path, topic: str, group: str, *options: object) -> None:
        (folder / "properties").write_text("session.timeout.ms = 3300\nheartbeat.interval.ms = 500\n", encoding="utf-8")
        who = ("--bootstrap", cluster.hosts, "--topic", topic, "--group", group, "--config", "properties")
        how = ("--not-after", "none", "--wait", "0.001", "--json", *map(str, options))
        self._said: list[str] = []
        self._process = subprocess.Popen(
            [OBNOVI, "--ledger", "ledger.db", "consume", *who, *how],
            cwd=folder,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def until_it_says(self, text: str) -> str:
        """The line of its stderr with this in it, the next one that comes."""
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._said.append(line)
            if text in line:
                return line
        raise AssertionError(f"it ended, and said {self._said}")

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()
        assert self._process.returncode == -signal.SIGKILL

    def stop(self) -> Done:
        """Asked to end: how it did."""
        self._process.terminate()
        out, err = self._process.communicate()
        return Done(self._process.returncode, out, "".join(self._said) + err)


def offsets(folder: Path, name: str = "ledger.db") -> dict[int, int]:
    """Up to where each partition of the only topic is booked that had anything."""
    if not (folder / name).exists():
        return {}
    with closing(store_ref(folder / name).open()) as store, store.reading() as log:
        return {partition.number: reach.offset for partition, reach in reaches(log.settings()).items() if reach.offset}


def wait_for(holds: Callable[[], bool]) -> None:
    """Until something is so, which takes a minute at most."""
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until, "it has not come about"
        time.sleep(0.005)


def obnovi(folder: Path, *arguments: object, ledger: str = "ledger.db") -> Done:
    return in_this_process("--ledger", ledger, *arguments, cwd=folder, env=ENVIRONMENT)


def content(folder: Path, *, ledger: str = "ledger.db") -> dict[str, Any]:
    """What is in a ledger, but for positions, ids of contracts and the times of recording."""
    accounts = obnovi(folder, "accounts", "--json", ledger=ledger).json()
    for each in accounts:
        del each["contract"]
    events = {account: _events(folder, account, ledger) for account in sorted({each["account"] for each in accounts})}
    verified = obnovi(folder, "verify", "--json", ledger=ledger)
    assert verified.code == 0, verified
    return {"accounts": accounts, "events": events}


def _events(folder: Path, account: str, ledger: str) -> Sequence[dict[str, Any]]:
    made = [json.loads(line) for line in obnovi(folder, "events", account, "--json", ledger=ledger).out.splitlines()]
    for event in made:
        del event["recorded_at"]
    return made
