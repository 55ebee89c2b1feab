"""Whatever the batches, wherever a consumer ends and whoever else has its partitions: all is booked, once, in order."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import inputs
from ledger.log.engines import store_ref, whole_ledger
from ledger.service import Ledger
from ledger.shard import Shard
from scripts.app.consume import Batch, Consuming, Message, RejectedMessage, Topic, marked_offset
from scripts.app.feed import Counts
from tests.cli.support import line, month, top_up
from tests.length import examples
from tests.sharded.support import SHARDS, listed
from tests.support import at

NUMBERS = [f"7916123456{number}" for number in range(5)]
PARTITIONS = 3
TOPIC = Topic("cluster", "inputs")
NOW = at("2023-03-01 12:00")


class Killed(Exception):
    """The end of a consumer."""


def feed() -> list[tuple[str, str]]:
    """Key and value of messages in the order in which they were sent: months, calls, refreshes, and no inputs."""
    made = [(number, each) for number in NUMBERS for each in month(number)]
    for turn in range(6):
        for place, number in enumerate(NUMBERS):
            when = f"2023-01-2{turn}T1{place}:00:00+03:00"
            call = {"service": "voice", "direction": "out", "quantity": 20_000, "peer": "74950000000"}
            made.append((number, line("usage", f"call-{turn}", when, number, **call)))
            made.append((number, line("ussd", f"refresh-{turn}", when, number, text="*929#")))
        row = {"source": "statement", "service": "sms", "direction": "out", "quantity": 1}
        for place in (2 * turn, 2 * turn + 1):  # they say the same
            made.append((NUMBERS[0], line("usage", f"row-{place:04d}", "2023-01-20T09:00:00+03:00", NUMBERS[0], **row)))
        made.append((NUMBERS[turn % 5], "{}"))
        made.append((NUMBERS[turn % 5], top_up("pay", 5, NUMBERS[turn % 5])))
        made.append((NUMBERS[turn % 5], top_up("new", 5, "79009990000")))
    return made


FEED = feed()


def partitions() -> list[list[Message]]:
    """Offsets are not all there: what producers took back leaves gaps."""
    made: list[list[Message]] = [[] for _ in range(PARTITIONS)]
    for time, (key, value) in enumerate(FEED):
        number = int(key[-1]) % PARTITIONS
        offset = made[number][-1].offset + 1 + time % 2 if made[number] else 0
        made[number].append(Message(number, offset, key.encode(), value.encode(), time))
    return made


class Member:
    """A consumer that was given every partition, and may go on though another one was given them since."""

    def __init__(
        self, folder: Path, shards: int, shard: int | None, topic: list[list[Message]], told: set[tuple[int, int]]
    ) -> None:
        self.ledger = open_ledger(folder, shards)
        self.consuming = Consuming(self.ledger, TOPIC, Counts(), shard=shard, not_after=None, now=lambda: NOW)
        self.told = told
        self._topic = topic
        self._next: dict[int, int] = {}
        reached = self.consuming.reached()
        for number, messages in enumerate(topic):
            end = messages[-1].offset + 2
            reach = self.consuming.start(number, reached.get(number), 0, end, anew=False)
            if (marked := marked_offset(reach)) is not None:
                (last,) = (each for each in messages if each.offset == marked)
                self.consuming.require_same(number, reach, last)
            self._next[number] = reach.offset

    def read(self, chance: Random) -> Batch:
        batch = Batch()
        for _ in range(chance.randint(1, 12)):
            number = chance.randrange(PARTITIONS)
            left = [each for each in self._topic[number] if each.offset >= self._next[number]]
            if left:
                self._next[number] = left[0].offset + 1
                batch.last[number] = left[0]
                if self.consuming.is_ours(left[0]):
                    batch.messages.append(left[0])
            else:
                self._next[number] = batch.ends[number] = self._topic[number][-1].offset + 2
        return batch

    def is_at_end(self) -> bool:
        return all(self._next[number] > self._topic[number][-1].offset + 1 for number in range(PARTITIONS))

    def book(self, batch: Batch, *, dies_at: int) -> None:
        """Killed where it would begin its n-th transaction, or amid telling of rejects."""
        left = [dies_at]

        def die() -> None:
            left[0] -= 1
            if left[0] == 0:
                raise Killed

        def tell(rejected: Sequence[RejectedMessage]) -> None:
            for each in rejected:
                self.told.add((each.message.partition, each.message.offset))
                die()

        apply = Shard.apply

        def apply_or_die(shard: Shard, *arguments: Any) -> Any:
            die()
            return apply(shard, *arguments)

        with patch.object(Shard, "apply", apply_or_die):
            self.consuming.book(batch, tell)


def open_ledger(folder: Path, shards: int) -> Ledger:
    (folder / "shards.toml").write_text(listed(*range(SHARDS)), encoding="utf-8")
    ref = whole_ledger(store_ref(str(folder / ("ledger.db" if shards == 1 else "shards.toml"))))
    return Ledger(ref, now=lambda: NOW, sealed=False)


def booked(ledger: Ledger) -> dict[str, list[Any]]:
    with ledger.snapshot() as snapshot:
        events = {
            number: [
                msgspec.structs.replace(event, recorded_at=0)
                for contract in snapshot.contracts.of(number)
                for _, event in snapshot.events(contract.id)
            ]
            for number in NUMBERS
        }
        assert snapshot.log.count() == sum(map(len, events.values()))
    return events


@contextmanager
def place() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture(scope="module")
def expected() -> Iterator[tuple[dict[str, list[Any]], set[tuple[int, int]]]]:
    """What a feed of the same in one piece books, and the messages that are no input."""
    with place() as folder, open_ledger(folder, 1) as ledger:
        rejected = set()
        for each in sorted((each for one in partitions() for each in one), key=lambda each: each.stamp):
            try:
                (outcome,) = ledger.apply([inputs.parse((each.value or b"").decode())])
            except inputs.Malformed:
                rejected.add((each.partition, each.offset))
            else:
                if outcome.result == "rejected":
                    rejected.add((each.partition, each.offset))
        assert len(rejected) > 10
        yield booked(ledger), rejected


@pytest.mark.parametrize(
    ("shards", "consumers"),
    [(1, [None]), (SHARDS, [None]), (SHARDS, range(SHARDS))],
    ids=["a-file", "shards", "shards-with-a-consumer-each"],
)
def test_all_is_booked_once_whatever_ends_when(
    shards: int, consumers: Sequence[int | None], expected: tuple[dict[str, list[Any]], set[tuple[int, int]]]
) -> None:
    @settings(max_examples=examples(20))
    @given(st.integers(0, 2**32))
    def holds(seed: int) -> None:
        with place() as folder:
            told = set[tuple[int, int]]()
            for shard in consumers:
                consume_all(folder, shards, shard, told, Random(seed))
            with open_ledger(folder, shards) as ledger:
                assert booked(ledger) == expected[0]
            assert told == expected[1]

    holds()


def consume_all(folder: Path, shards: int, shard: int | None, told: set[tuple[int, int]], chance: Random) -> None:
    """One member after the other; some are killed, some go on later with what they have in hand."""
    topic = partitions()

    def begin() -> Member:
        return Member(folder, shards, shard, topic, told)

    late: list[tuple[Member, Batch]] = []
    member = begin()
    while not member.is_at_end():
        batch, fate = member.read(chance), chance.random()
        if fate < 0.1:
            late.append((member, batch))
            member = begin()
            continue
        try:
            member.book(batch, dies_at=chance.randint(1, 6) if fate < 0.3 else 0)
        except Killed:
            member.ledger.close()
            member = begin()
        if late and chance.random() < 0.3:
            go_on(*late.pop(chance.randrange(len(late))))
    for each in late:
        go_on(*each)
    ends = {number: messages[-1].offset + 2 for number, messages in enumerate(topic)}
    assert {number: reach.offset for number, reach in member.consuming.reached().items()} == ends
    member.ledger.close()


def go_on(member: Member, in_hand: Batch) -> None:
    member.book(in_hand, dies_at=0)
    member.ledger.close()
