"""Consumers as processes: killed, divided, asked to end; each input is booked once."""

import json
import time
from pathlib import Path
from random import Random
from urllib.request import urlopen

from tests.cli.support import opening
from tests.consume.support import Cluster, Running, content, keyed, offsets, wait_for

REJECTED = (None, b"whose?")


def asked(url: str) -> str:
    with urlopen(url) as answer:
        return bytes(answer.read()).decode()


def test_brokers_that_go_away_are_told_of_once_and_waited_for(folder: Path) -> None:
    cluster = Cluster()
    topic = cluster.topic(*keyed([opening()]))
    member = Running(cluster, folder, topic, "left")
    member.until_it_says("Reading")
    wait_for(lambda: sum(offsets(folder).values()) == 1)
    cluster.close()
    assert "brokers are down" in member.until_it_says("waiting for it")
    time.sleep(1)
    done = member.stop()
    assert (done.code, done.json()["applied"], done.err.count("waiting for it")) == (0, 1, 1)


def test_killed_at_any_moment_it_books_nothing_twice_and_leaves_nothing_out(
    cluster: Cluster, folder: Path, many_lines: list[str], many_fed: object
) -> None:
    messages = keyed(many_lines)
    for place in range(0, len(messages), 50):
        messages.insert(place, REJECTED)
    topic, rejects = cluster.topic(*messages), cluster.topic()
    ends = cluster.ends(topic)
    whole, chance = sum(ends.values()), Random(5)
    for share in sorted(chance.random() for _ in range(2)):
        member = Running(cluster, folder, topic, "killed", "--rejects-topic", rejects)
        wait_for(lambda share=share: sum(offsets(folder).values()) >= share * whole)  # type: ignore[misc]
        member.kill()
    member = Running(cluster, folder, topic, "killed", "--rejects-topic", rejects)
    member.until_it_says("Reading")
    wait_for(lambda: offsets(folder) == ends)
    assert member.stop().code in (0, 3)
    assert content(folder) == many_fed
    told = {
        (each["partition"], each["offset"]) for each in (json.loads(value or b"") for _, value in cluster.read(rejects))
    }
    assert len(told) == sum(message is REJECTED for message in messages)


def test_members_of_a_group_divide_the_partitions_and_take_over_from_each_other(
    cluster: Cluster, folder: Path, many_lines: list[str], many_fed: object
) -> None:
    messages = keyed(many_lines)
    third = len(messages) // 3
    topic = cluster.topic()
    first = Running(cluster, folder, topic, "divided")
    assert first.until_it_says("Reading") == f"Reading of topic {topic}: partitions 0, 1, 2, 3\n"
    cluster.send(topic, messages[:third])
    wait_for(lambda: sum(offsets(folder).values()) > 0)
    second = Running(cluster, folder, topic, "divided", "--metrics", "0")
    figures = second.until_it_says("Figures are at ").split()[-1]
    halves = {member.until_it_says("Reading").partition(": ")[2] for member in (second, first)}
    assert halves == {"partitions 0, 1\n", "partitions 2, 3\n"}
    cluster.send(topic, messages[third : 2 * third])
    wait_for(lambda: offsets(folder) == cluster.ends(topic))
    cluster.send(topic, messages[2 * third :])
    first.kill()
    assert second.until_it_says("Reading").endswith("partitions 0, 1, 2, 3\n")
    wait_for(lambda: offsets(folder) == cluster.ends(topic))
    labels = f'partition="3",shard="0",topic="{topic}"'
    end = f"obnovi_consume_offset{{{labels}}} {cluster.ends(topic)[3]}.0"
    wait_for(lambda: end in (told := asked(figures)) and f"obnovi_consume_lag{{{labels}}} 0.0" in told)
    assert "obnovi_consume_batch_seconds_count" in asked(figures)
    done = second.stop()
    assert done.code == 0
    assert done.json()["applied"] > 0
    assert content(folder) == many_fed
