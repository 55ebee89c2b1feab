"""A topic is booked into PostgreSQL as into a file, by a role that may only write, and by several at once."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random
from secrets import token_hex

import pytest

from ledger.log.engines import store_ref, whole_ledger
from ledger.log.keyring import KeysPlace
from ledger.service import Ledger
from scripts.app.consume import Batch, Consuming, Message, RejectedMessage, Topic
from scripts.app.feed import Counts
from scripts.wiring import now
from tests.cli.servers import PASSWORD, as_role, ask
from tests.consume.support import PARTITIONS, Cluster, consume, content, keyed, obnovi

SHARDS = 2
MEMBERS = 3


@pytest.fixture
def role(postgres_server: str) -> Iterator[str]:
    """A role that may log in, and nothing else; it goes after the database of the test."""
    name = f"obnovi_test_{token_hex(6)}"
    ask(postgres_server, f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    yield name
    ask(postgres_server, f"DROP ROLE {name}")


@pytest.fixture
def created(role: str, postgres_database: str, folder: Path) -> str:
    """The URL of an empty ledger of two shards, for whoever may only write."""
    assert obnovi(folder, "ledger", "create", postgres_database, "--shards", SHARDS, "--writer", role).code == 0
    return as_role(postgres_database, role)


def test_a_role_that_writes_books_a_topic(
    cluster: Cluster, folder: Path, created: str, lines: list[str], fed: object
) -> None:
    topic = cluster.topic(*keyed(lines), (None, b"whose?"))
    done = consume(cluster, folder, topic, ledger=created)
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert content(folder, ledger=created) == fed
    assert PASSWORD not in done.err


def test_members_that_have_the_same_at_once_book_it_once(
    folder: Path, created: str, lines: list[str], fed: object
) -> None:
    """As those do that lost their partitions and have not heard of it."""
    messages = [
        Message(int((key or b"0")[-1:]) % PARTITIONS, place, key, value)
        for place, (key, value) in enumerate(keyed(lines))
    ]

    def book(member: int) -> dict[int, int]:
        chance, left = Random(member), list(messages)
        ref = whole_ledger(store_ref(created, keys=KeysPlace(folder / "keys"), caches=folder))
        with Ledger(ref, now=now, access="book") as ledger:
            consuming = Consuming(ledger, Topic("c", "t"), Counts(), shard=None, not_after=2**62, now=now)
            while left:
                size = chance.randint(1, 60)
                batch = Batch(messages=left[:size], last={each.partition: each for each in left[:size]})
                del left[:size]
                consuming.book(batch, tell)
            return {number: reach.offset for number, reach in consuming.reached().items()}

    def tell(rejected: Sequence[RejectedMessage]) -> None:
        raise AssertionError(rejected)

    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(MEMBERS))
        ends = list(pool.map(book, range(MEMBERS)))
    assert ends[0] == {each.partition: each.offset + 1 for each in messages}
    assert ends == [ends[0]] * MEMBERS
    assert content(folder, ledger=created) == fed
