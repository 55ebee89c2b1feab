"""Where inputs would be left out that nobody has read, or nothing can be read, one line says so and what to do."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from confluent_kafka import KafkaError
from confluent_kafka import Message as Received

from ledger.log.engines import store_ref
from ledger.log.reach import Partition, Reach
from ledger.periods import Instant
from ledger.service import Ledger
from scripts.app.consume import Consuming, Message, Topic, mark_of
from scripts.app.errors import Declined, InvalidRequest
from scripts.app.feed import Counts
from scripts.cli.messages import worded
from scripts.errors import UsageError
from scripts.kafka.client import Trouble
from scripts.kafka.reader import Reader
from tests.cli.support import opening, top_up
from tests.consume.support import PARTITION_BYTES, Cluster, Sent, consume, obnovi, offsets

ACCOUNT = b"79161234567"
OPENED: Sent = (ACCOUNT, opening().encode())
JUNK: Sent = (ACCOUNT, b"x" * 500_000)
TOPIC = Topic("cluster", "inputs")


def now() -> Instant:
    return 0


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(store_ref(tmp_path / "ledger.db"), now=now, sealed=False) as made:
        yield made


def consuming(ledger: Ledger) -> Consuming:
    return Consuming(ledger, TOPIC, Counts(), shard=None, not_after=None, now=now)


@pytest.mark.parametrize(
    ("booked", "low", "high", "refused"),
    [
        (None, 0, 0, None),
        (None, 0, 9, None),
        (None, 1, 9, "BEGINNING_GONE"),
        (5, 0, 9, None),
        (5, 5, 9, None),
        (5, 6, 9, "INPUTS_GONE"),
        (5, 0, 5, None),
        (5, 0, 4, "TOPIC_SHORTER"),
        (0, 0, 0, None),
    ],
)
def test_reading_goes_on_only_where_nothing_is_left_out(
    ledger: Ledger, booked: int | None, low: int, high: int, refused: str | None
) -> None:
    reach = None if booked is None else Reach(booked)
    if refused is None:
        assert consuming(ledger).start(3, reach, low, high, anew=False) == Reach(booked or 0)
        return
    with pytest.raises(Declined) as caught:
        consuming(ledger).start(3, reach, low, high, anew=False)
    assert caught.value.code == refused
    assert worded(caught.value).startswith("partition 3 of topic inputs ")
    assert consuming(ledger).start(3, reach, low, high, anew=True) == Reach(low)
    assert consuming(ledger).reached() == {3: Reach(low)}


@pytest.mark.parametrize(
    "other",
    [
        {"offset": 7},
        {"key": b"79161234568"},
        {"key": None},
        {"value": b"{}"},
        {"value": None},
        {"stamp": 4},
    ],
)
def test_another_message_in_the_place_of_the_last_one_is_another_topic(
    ledger: Ledger, other: dict[str, object]
) -> None:
    last = Message(0, 8, ACCOUNT, b"value", 3)
    reach = Reach(9, mark_of(last))
    consuming(ledger).require_same(0, reach, last)
    for found in (last._replace(**other), None):  # type: ignore[arg-type]
        with pytest.raises(Declined, match="OTHER_TOPIC"):
            consuming(ledger).require_same(0, reach, found)


def test_a_shard_that_is_not_there_is_misuse(ledger: Ledger) -> None:
    with pytest.raises(InvalidRequest, match="NO_SUCH_SHARD"):
        Consuming(ledger, TOPIC, Counts(), shard=1, not_after=None, now=now)


def test_what_another_topic_or_cluster_has_is_not_taken_for_ours(ledger: Ledger) -> None:
    kept = {
        Partition("other", "inputs", 0).setting: Reach(1),
        Partition("cluster", "inputs-2", 0).setting: Reach(2),
        Partition("cluster", "inputs", 10).setting: Reach(3),
    }
    ledger.begin_anew(kept)
    assert consuming(ledger).reached() == {10: Reach(3)}


def test_inputs_that_are_gone_are_said_and_the_rest_is_read_when_that_is_meant(cluster: Cluster, folder: Path) -> None:
    topic = cluster.topic(OPENED, partition=0)
    assert consume(cluster, folder, topic).code == 0
    cluster.send(topic, [JUNK] * (PARTITION_BYTES // 500_000 + 2), partition=0)
    cluster.send(topic, [(ACCOUNT, top_up("1").encode())], partition=0)

    gone = consume(cluster, folder, topic)
    assert (gone.code, gone.out) == (1, "")
    assert gone.err.startswith(f"obnovi: partition 0 of topic {topic} is booked up to offset 1 and begins at ")
    assert gone.err.count("\n") == 1
    anew = consume(cluster, folder, topic, "--from-beginning", "--json")
    assert (anew.code, anew.json()["applied"]) == (3, 1)
    assert offsets(folder) == cluster.ends(topic)


def test_a_topic_that_was_made_anew_is_said(cluster: Cluster, folder: Path) -> None:
    topic = cluster.topic(OPENED, (ACCOUNT, top_up("1").encode()), partition=2)
    assert consume(cluster, folder, topic).code == 0
    with Ledger(store_ref(folder / "ledger.db"), now=now, access="book") as ledger, ledger.store.reading() as log:
        (name,) = (name for name in log.settings() if name.startswith("kafka "))
        ledger.begin_anew({name: Reach(2, "1:00000000")})
    done = consume(cluster, folder, topic)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert done.err.startswith(f"obnovi: before offset 2 of partition 2 of topic {topic} stands another message")
    anew = consume(cluster, folder, topic, "--from-beginning", "--json")
    assert (anew.code, anew.json()["duplicates"]) == (0, 2)
    assert offsets(folder) == cluster.ends(topic)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("sasl.password geheim", "properties, line 2: no property; one is name=value"),
        ("auto.offset.reset = latest", "auto.offset.reset is not for you to set: no input may be left out unsaid"),
        ("sasl.passwort = geheim", 'no such property: No such configuration property: "sasl.passwort"'),
        ("session.timeout.ms = geheim", "no such property: "),
    ],
)
def test_properties_that_cannot_be_are_said_without_their_values(
    cluster: Cluster, folder: Path, given: str, said: str
) -> None:
    (folder / "properties").write_text(f"# of us\n{given}\n", encoding="utf-8")
    done = consume(cluster, folder, "inputs", "--config", "properties")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert said in done.err
    assert "geheim" not in done.err
    assert not (folder / "ledger.db").exists()


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--topic", "none"), 1, "there is no topic none at "),
        (("--rejects-topic", "inputs"), 2, "--rejects-topic inputs is the topic itself"),
        (("--shard", "1"), 2, "--shard 1: this ledger has 1, counted from 0"),
        (("--metrics", "nine"), 2, "--metrics nine is no port"),
        (("--bootstrap", ","), 2, "--bootstrap names no broker"),
        (("--config", "none"), 2, "there is no file of properties at none"),
    ],
)
def test_what_cannot_be_done_is_said(
    cluster: Cluster, folder: Path, options: tuple[str, str], code: int, said: str
) -> None:
    topic = cluster.topic() if options[0] != "--rejects-topic" else "inputs"
    done = consume(cluster, folder, topic, *options)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert said in done.err
    assert options[0] == "--shard" or not (folder / "ledger.db").exists(), "only the ledger knows its shards"


def test_brokers_that_do_not_answer_are_said(folder: Path) -> None:
    with patch("scripts.kafka.client.ANSWER_SECONDS", 1):
        done = obnovi(
            folder, "consume", "--bootstrap", "127.0.0.1:1", "--topic", "inputs", "--group", "g", "--until-end"
        )
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith("obnovi: no broker at 127.0.0.1:1 answers within 1 s (")


def test_without_the_client_one_line_names_what_brings_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("scripts.kafka")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    done = obnovi(folder, "consume", "--bootstrap", "h", "--topic", "inputs", "--group", "g")
    assert (done.code, done.err) == (
        2, "obnovi: Kafka needs confluent_kafka; install it with `pip install 'obnovi[kafka]'`\n",
    )  # fmt: skip


class OneAnswer:
    """A client that was given no partition, and has messages that a broker cannot be made to send."""

    def __init__(self, *messages: Received) -> None:
        self._messages = list(messages)

    def subscribe(
        self, topics: list[str], *, on_assign: Callable[["OneAnswer", list[object]], None], **_: object
    ) -> None:
        assert topics == [TOPIC.name]
        on_assign(self, [])

    def assign(self, given: list[object]) -> None:
        assert given == []

    def consume(self, count: int, timeout: float) -> list[Received]:
        return self._messages

    def close(self) -> None:
        pass


def reader_of(client: OneAnswer, ledger: Ledger, ends: dict[int, int] | None = None) -> Reader:
    return Reader(
        client,  # type: ignore[arg-type]
        consuming(ledger),
        tell=lambda _: None,
        trouble=Trouble(print),
        told=print,
        wait_seconds=1,
        ends=ends,
    )


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (KafkaError._AUTO_OFFSET_RESET, "partition 2 of topic inputs no longer has what is to be read next (why)"),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, "topic inputs cannot be read on: why"),
        (KafkaError._BAD_MSG, "topic inputs cannot be read on: why"),
        (KafkaError.UNKNOWN_TOPIC_OR_PART, "topic inputs cannot be read on: why"),
    ],
)
def test_what_a_broker_says_amid_reading_ends_it(ledger: Ledger, code: int, said: str) -> None:
    message = Received(topic="inputs", partition=2, offset=5, error=KafkaError(code, "why"))
    reader = reader_of(OneAnswer(message), ledger)
    with pytest.raises((Declined, UsageError)) as caught:
        reader.run()
    assert said in (worded(caught.value) if isinstance(caught.value, Declined) else str(caught.value))


def test_whoever_has_nothing_ends_when_others_have_booked_it_all(ledger: Ledger) -> None:
    client = OneAnswer()
    reader = reader_of(client, ledger, {0: 2, 1: 0})
    with patch("scripts.kafka.reader.LOOK_SECONDS", 0), patch.object(client, "consume") as consume:

        def others_book(*_: object) -> list[Received]:
            ledger.apply([], lambda _: {TOPIC.setting(0): Reach(consume.call_count)})
            return []

        consume.side_effect = others_book
        reader.run()
        assert consume.call_count == 2
