#!/usr/bin/env bash
# librdkafka: its mock cluster says that broker 0 is the controller and numbers its brokers from 1, so whatever an
# AdminClient asks of the controller waits until it times out, describe_topics too, which a consumer could use to tell a
# topic that was made anew by its id. Everything else answers; the metadata that names controller 0 has the topic's id.
# Seen: confluent-kafka 2.16.1 (librdkafka 2.16.0): "Failed while waiting for controller: Local: Timed out".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check confluent-kafka==2.16.1
"$folder/env/bin/python" - <<'PY'
from confluent_kafka import KafkaException, Producer, TopicCollection
from confluent_kafka.admin import AdminClient

host = Producer({"test.mock.num.brokers": 3, "bootstrap.servers": "mock", "log_level": 0})
metadata = host.list_topics("inputs", timeout=10)
hosts = ",".join(f"{broker.host}:{broker.port}" for broker in metadata.brokers.values())
print("brokers", sorted(metadata.brokers), "controller", metadata.controller_id)
assert metadata.controller_id not in metadata.brokers
admin = AdminClient({"bootstrap.servers": hosts, "log_level": 0})
assert "inputs" in admin.list_topics(timeout=10).topics
for asked in admin.describe_topics(TopicCollection(["inputs"]), request_timeout=3).values():
    try:
        raise AssertionError(asked.result(10))
    except KafkaException as error:
        print("describe_topics:", error.args[0].str())
        assert "waiting for controller" in error.args[0].str()
PY
