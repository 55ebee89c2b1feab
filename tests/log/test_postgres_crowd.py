"""Many at one ledger in PostgreSQL, killed at random, as is the server: nothing lost, doubled or missed (R-12.2)."""

import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

import pytest

from ledger import inputs
from ledger.catalogue import parse, shipped_text
from ledger.events import Event
from ledger.log.engines import store_ref
from ledger.log.store import Reading
from ledger.periods import Instant
from ledger.service import Ledger
from projections.engines.pool import HERE
from projections.verify.verify import verify_store
from scripts.embedded_postgres import EmbeddedPostgres
from scripts.simulate import Market, lines
from tests.log import crowd

WRITERS = 8
START = date(2026, 1, 1)


@dataclass(frozen=True)
class Kills:
    """How often writers and the server are killed, and how many subscribers make the feed."""

    writers: int
    server: int
    subscribers: int


SHORT = Kills(writers=8, server=2, subscribers=12)
LONG = Kills(writers=40, server=10, subscribers=60)


@dataclass
class Crowd:
    """Processes at a ledger; each writer that is killed begins its feed anew."""

    url: str
    folder: Path
    feed: Path
    chance: Random = field(default_factory=lambda: Random(1))
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, what: str, *arguments: object) -> None:
        command = [sys.executable, "-m", "tests.log.crowd", what, self.url, self.folder, *arguments]
        with (self.folder / f"{name}.err").open("ab") as told:
            self.running[name] = subprocess.Popen(list(map(str, command)), stderr=told)

    def start_writer(self, number: int) -> None:
        self.start(f"writer-{number}", "write", self.feed, self.chance.randrange(1 << 30))

    def kill_a_writer(self) -> bool:
        """Whether there was one at work."""
        at_work = [name for name, process in self.running.items() if name.startswith("w") and process.poll() is None]
        if not at_work:
            return False
        name = self.chance.choice(at_work)
        self.running[name].send_signal(signal.SIGKILL)
        self.running[name].wait()
        self.start_writer(int(name.rpartition("-")[2]))
        return True

    def __enter__(self) -> "Crowd":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()

    def wait(self, kind: str) -> None:
        for name, process in self.running.items():
            if name.startswith(kind):
                assert process.wait(timeout=300) == 0, (self.folder / f"{name}.err").read_text()


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> Kills:
    return LONG if request.config.getoption("--long") else SHORT


def test_writers_nights_and_the_server_are_killed_and_every_contract_is_as_if_one_had_booked(
    tmp_path: Path, kills: Kills, postgres_of_one_test: EmbeddedPostgres
) -> None:
    market = Market(parse(shipped_text()), START)
    said = [line.decode() for line in lines(market, subscribers=kills.subscribers, days=40, seed=5, start=START)]
    before, behind = said[: len(said) // 2], said[len(said) // 2 :]
    night = inputs.parse(before[-1]).received_at
    expected = _booked_by_one(tmp_path / "one.db", said, night)
    feed = tmp_path / "feed.jsonl"
    feed.write_text("\n".join(behind))
    folder = tmp_path / "crowd"
    folder.mkdir()
    end = folder / "end"
    server = postgres_of_one_test
    url = server.url(server.create_database("crowd"))
    with Ledger(crowd.ref_of(url, folder), now=crowd.now) as ledger:
        ledger.apply([inputs.parse(line) for line in before])
    with Crowd(url, folder, feed) as at_it:
        at_it.start("follower", "follow", folder / "seen", end)
        at_it.start("nights", "nights", night, end)
        for number in range(WRITERS):
            at_it.start_writer(number)
        done = _kill(at_it, server, kills)
        at_it.wait("writer")
        end.touch()
        at_it.wait("n")
        at_it.wait("f")
    assert done == (kills.writers, kills.server)
    ref = crowd.ref_of(url, folder)
    with closing(ref.open()) as store, store.reading() as log:
        _is_whole(log, folder / "seen", len(said))
        found = crowd.told(log)
    assert found.keys() == expected.keys()
    for contract, events in expected.items():
        assert found[contract] == events
    assert verify_store(ref, engine=HERE).problems == []


def _kill(at_it: Crowd, server: EmbeddedPostgres, kills: Kills) -> tuple[int, int]:
    """Kill writers and the server in random order, at random moments, as long as there is work."""
    order = ["writer"] * kills.writers + ["server"] * kills.server
    at_it.chance.shuffle(order)
    writers = servers = 0
    for what in order:
        time.sleep(at_it.chance.uniform(0.2, 0.9))
        if what == "server":
            server.kill()
            time.sleep(at_it.chance.uniform(0, 0.3))
            server.start()
            servers += 1
        else:
            writers += at_it.kill_a_writer()
    return writers, servers


def _is_whole(log: Reading, seen: Path, lines_fed: int) -> None:
    """Positions have no gap, the follower met every event once, in their order, and every input has its key."""
    rows = list(log.events_between(0, 1 << 40))
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    assert seen.read_text().splitlines() == [crowd.digest_of(row) for row in rows]
    recorded = [row.event().recorded_at for row in rows]
    assert recorded == sorted(recorded)
    caused = [row for row in rows if b'"input"' in row.state]
    assert 0 < log.count_keys() <= min(lines_fed, len(caused))


def _booked_by_one(path: Path, said: list[str], night: Instant) -> dict[str, list[Event]]:
    with Ledger(store_ref(path), now=crowd.now) as ledger:
        ledger.apply([inputs.parse(line) for line in said])
        while ledger.advance_due(night, accounts_max=100) is not None:
            pass
        with ledger.store.reading() as log:
            return crowd.told(log)
