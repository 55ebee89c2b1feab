"""Consume: inputs from a topic of Kafka, in turns with a feed of the same lines; durable, on the disk in question."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from scripts.benchmarks import traffic
from scripts.benchmarks.process import Ran, ran
from scripts.benchmarks.row import Goal, Measured, Missing, Row

REPEATS: Final = 3
TOPIC: Final = "inputs"
PARTITIONS: Final = 4
INPUTS: Final = 70_000
"""The cluster keeps five megabytes of a partition, and these are near to it."""
INPUTS_QUICK: Final = 30_000


@contextmanager
def cluster(feed: Path, first: Path) -> Iterator[str]:
    """The hosts of librdkafka's own cluster, with the lines of two files in two topics, under their numbers.

    Raises Missing without the client.
    """
    try:
        from confluent_kafka import Producer  # noqa: PLC0415  # an extra
    except ModuleNotFoundError:
        raise Missing("confluent-kafka is not installed") from None
    host = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "mock", "log_level": 0})
    hosts = ",".join(f"{broker.host}:{broker.port}" for broker in host.list_topics(timeout=10).brokers.values())
    sender = Producer({"bootstrap.servers": hosts, "log_level": 0, "linger.ms": 50})
    for topic, file in ((TOPIC, feed), (f"{TOPIC}-first", first)):
        sender.list_topics(topic, timeout=10)
        with file.open("rb") as lines:
            for line in lines:
                sender.produce(topic, line.rstrip(b"\n"), json.loads(line)["account"])
                if len(sender) > INPUTS_QUICK:
                    sender.flush()
        sender.flush()
    yield hosts
    sender.close()
    host.close()


def measure(folder: Path, quick: bool) -> Measured:
    """Inputs per second behind the first; what it takes to start, and to join a group, is that of one input alone."""
    inputs, accounts = (INPUTS_QUICK, 1_000) if quick else (INPUTS, 5_000)
    feed, first = folder / "feed.jsonl", folder / "first.jsonl"
    traffic.write(feed, inputs, accounts)
    traffic.write(first, 1, 1)
    figures: list[float] = []
    limits: list[float] = []
    peaks: list[int] = []
    with cluster(feed, first) as hosts:
        for number in range(REPEATS):
            fed = [_ran(folder / f"fed-{number}-{file.stem}", "feed", file) for file in (first, feed)]
            options = ("--bootstrap", hosts, "--until-end", "--topic")
            consumed = [  # each in a new group: one that was just left lets nobody in for long
                _ran(folder / f"consumed-{number}-{topic}", "consume", *options, topic, "--group", f"{topic}-{number}")
                for topic in (f"{TOPIC}-first", TOPIC)
            ]
            limits.append((inputs - 1) / (fed[1].seconds - fed[0].seconds))
            figures.append((inputs - 1) / (consumed[1].seconds - consumed[0].seconds))
            peaks.append(consumed[1].peak_bytes)
    return Measured(f"{inputs:,} inputs, {PARTITIONS} partitions", figures, limits, max(peaks))


def _ran(place: Path, *command: str | Path) -> Ran:
    place.mkdir()
    done = ran([traffic.OBNOVI, "--ledger", place / "ledger.db", *command, "--json"])
    assert not json.loads(done.printed)["rejected"], done.printed
    return done


ROW: Final = Row("consume", "inputs/s", "a feed of the same lines", measure, goal=Goal(of_raw=0.8))
