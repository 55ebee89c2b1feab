"""What comes from a topic is booked as from a file, and what is no input stands in another topic with its reason."""

import json
from pathlib import Path

import pytest

from ledger.log.engines import store_ref
from ledger.service import Ledger
from scripts.app.consume import Batch, Consuming, Message, Topic
from scripts.app.feed import Counts
from scripts.cli.rejected_messages import told_on_stderr
from scripts.wiring import now
from tests.cli.support import opening, top_up
from tests.consume.support import Cluster, consume, content, keyed, offsets
from tests.sharded.support import SHARDS

ACCOUNT = b"79161234567"
OTHER = b"79161234568"
LARGE = 300_000
"""Told as text, so many odd bytes are more than a message may have."""
NOTHING = {"applied": 0, "duplicates": 0, "refused": 0, "rejected": 0, "events": 0}


@pytest.mark.parametrize("ledger", ["ledger.db", "shards.toml"])
def test_a_topic_is_booked_as_a_file_of_its_lines(
    cluster: Cluster, folder: Path, lines: list[str], fed: object, ledger: str
) -> None:
    topic = cluster.topic(*keyed(lines))
    done = consume(cluster, folder, topic, "--json", ledger=ledger)
    assert (done.code, done.err) == (0, "")
    assert sum(done.json()[name] for name in ("applied", "duplicates", "refused")) == len(lines)
    assert content(folder, ledger=ledger) == fed


def test_each_shard_may_have_a_consumer_of_its_own(
    cluster: Cluster, folder: Path, lines: list[str], fed: object
) -> None:
    topic = cluster.topic(*keyed(lines), (None, b"whose?"))
    done = [consume(cluster, folder, topic, "--shard", shard, ledger="shards.toml") for shard in range(SHARDS)]
    assert [each.code for each in done] == [3, 0, 0]
    assert done[0].err.endswith("MALFORMED: not JSON: Expecting value: line 1 column 1 (char 0)\n")
    assert content(folder, ledger="shards.toml") == fed
    for shard in range(SHARDS):
        assert offsets(folder, f"shard-{shard}.db") == cluster.ends(topic)


def test_what_is_no_input_goes_to_another_topic_before_it_counts_as_read(cluster: Cluster, folder: Path) -> None:
    given = opening().encode()
    conflict = top_up("1", 200).encode()
    rejected = [
        (ACCOUNT, None, "MALFORMED", "empty: there is no input in it"),
        (ACCOUNT, b" ", "MALFORMED", "empty: there is no input in it"),
        (ACCOUNT, b"{}", "MALFORMED", "type: missing"),
        (ACCOUNT, b"\xff", "MALFORMED", "not UTF-8 at byte 0"),
        (ACCOUNT, b"\xff" * LARGE, "MALFORMED", "not UTF-8 at byte 0"),
        (None, given, "MALFORMED", "key: there is none, where the account belongs"),
        (OTHER, given, "MALFORMED", "key: '79161234568' is not the account"),
        (ACCOUNT, conflict, "ID_CONFLICT", "id '1' of source 'feed' came before with another content"),
        (OTHER, top_up("1", account=OTHER.decode()).encode(), "UNKNOWN_ACCOUNT", ""),
        (ACCOUNT, top_up("2").replace("2023", "2099").encode(), "FUTURE", "received later than --not-after"),
    ]
    sent = [(ACCOUNT, given), (ACCOUNT, top_up("1").encode()), *((key, value) for key, value, _, _ in rejected)]
    topic, rejects = cluster.topic(*sent, partition=2), cluster.topic()
    done = consume(cluster, folder, topic, "--rejects-topic", rejects, "--not-after", "2030-01-01", "--json")
    assert (done.code, done.err) == (3, "")
    assert done.json() == {**NOTHING, "applied": 2, "rejected": len(rejected), "events": 2}

    told = {json.loads(value or b"")["offset"]: (key, json.loads(value or b"")) for key, value in cluster.read(rejects)}
    for offset, (key, value, reason, detail) in enumerate(rejected, start=2):
        assert told[offset][0] == key
        text = (value or b"")[: 1_000 if len(value or b"") == LARGE else None].decode(errors="backslashreplace")
        place = {"line": offset + 1, "file": topic, "partition": 2, "offset": offset}
        assert told[offset][1] == {**place, "reason": reason, "detail": told[offset][1]["detail"], "input": text}
        assert told[offset][1]["detail"].startswith(detail)
    assert len(told) == len(rejected)
    again = consume(cluster, folder, topic, "--rejects-topic", rejects, "--json")
    assert again.json() == NOTHING
    assert len(cluster.read(rejects)) == len(rejected)


def test_without_another_topic_the_first_of_each_kind_are_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        Ledger(store_ref(folder / "ledger.db"), now=now, sealed=False) as ledger,
        told_on_stderr("inputs") as tell,
    ):
        consuming = Consuming(ledger, Topic("c", "inputs"), Counts(), shard=None, not_after=None, now=now)
        messages = [Message(1, offset, ACCOUNT, b"{}") for offset in range(25)]
        assert consuming.book(Batch(messages=messages, last={1: messages[-1]}), tell) == {1: 25}
        assert consuming.reached()[1].offset == 25
        assert consuming.counts == Counts(rejected=25)
    first, *_, last = capsys.readouterr().err.splitlines()
    assert first.startswith("inputs partition 1 offset 0: MALFORMED: type: missing")
    assert last == "… and 5 more: MALFORMED: type; --rejects-topic keeps every one"
