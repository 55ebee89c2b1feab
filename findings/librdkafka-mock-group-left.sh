#!/usr/bin/env bash
# librdkafka: in its mock cluster, a group whose only member left is not empty to the coordinator: the next member to come
# waits for session.timeout.ms less a second (44 s by default) until it is given partitions, though whoever left said so
# (LeaveGroup is answered). A group that nobody was in yet takes three seconds, as brokers do.
# Seen: confluent-kafka 2.16.1 (librdkafka 2.16.0) with session.timeout.ms = 10000: 3 s, then 9 s for the same again.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check confluent-kafka==2.16.1
"$folder/env/bin/python" - <<'PY'
import time

from confluent_kafka import Consumer, Producer

host = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "mock", "log_level": 0})
brokers = host.list_topics(timeout=10).brokers.values()
hosts = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
host.list_topics("inputs", timeout=10)


def seconds_to_join():
    member = Consumer(
        {"bootstrap.servers": hosts, "group.id": "group", "session.timeout.ms": 10_000, "log_level": 0}
    )
    member.subscribe(["inputs"])
    begun = time.monotonic()
    while not member.assignment():
        member.poll(0.1)
    taken = time.monotonic() - begun
    member.close()  # leaves the group
    return taken


first, second = seconds_to_join(), seconds_to_join()
print(f"confluent-kafka 2.16.1: joined after {first:.1f} s, and after all had left after {second:.1f} s")
assert 2.5 < first < 5
assert 8.5 < second < 11
PY
