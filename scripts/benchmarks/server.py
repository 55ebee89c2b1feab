"""Server: inputs and questions over HTTP, beside the same without it; durable, on the disk in question."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from ledger.log.engines import store_ref
from ledger.periods import DAY
from ledger.service import Ledger
from scripts.benchmarks import traffic
from scripts.benchmarks.row import Goal, Measured, Row, own_peak_bytes, run
from scripts.state import tokens
from scripts.state.database import StateDatabase
from scripts.state.place import place_in
from scripts.wiring import now

CALLERS: Final = 32
BATCH: Final = 500
PER_SECOND: Final = 500
SUBSCRIBERS: Final = 100


class Running(NamedTuple):
    """A server as a process of its own: its port, and tokens by role."""

    port: int
    tokens: dict[str, str]

    def start(self, work: str, role: str, **facts: Any) -> "subprocess.Popen[str]":
        """Callers as a process of their own."""
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.benchmarks.callers"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        json.dump({"work": work, "port": self.port, "token": self.tokens[role], **facts}, process.stdin)
        process.stdin.close()
        return process

    def done(self, work: str, role: str, **facts: Any) -> Any:
        """What callers measured."""
        return figures_of(self.start(work, role, **facts))


def figures_of(process: "subprocess.Popen[str]") -> Any:
    """What callers measured, at their end."""
    assert process.stdout is not None
    made = json.load(process.stdout)
    assert process.wait() == 0
    return made


@contextmanager
def serving(folder: Path, *feeds: Path) -> Iterator[Running]:
    """A server over a new ledger that some files were fed to."""
    environment = os.environ | {"OBNOVI_LEDGER": str(folder / "ledger.db")}
    for feed in feeds:
        subprocess.run([traffic.OBNOVI, "feed", feed, "--json"], env=environment, check=True, stdout=subprocess.DEVNULL)
    made_tokens = {}
    for role in ("feeder", "clerk", "operator", "subscriber"):
        whose = ["--account", traffic.account_id(0)] if role == "subscriber" else []
        made = subprocess.run(
            [traffic.OBNOVI, "token", "create", "--role", role, *whose, "--json"],
            env=environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        made_tokens[role] = json.loads(made.stdout)["token"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen([traffic.OBNOVI, "serve", "--port", "0"], env=environment, stderr=log)
    try:
        port = 0
        while not port:
            assert server.poll() is None, (folder / "log").read_text()
            for line in (folder / "log").read_text().splitlines():
                if line.startswith("Listening on "):
                    port = int(line.rpartition(":")[2])
        yield Running(port, made_tokens)
    finally:
        server.terminate()
        server.wait()


def _written(folder: Path, inputs: int, accounts: int) -> tuple[Path, Path, list[str]]:
    """A feed: the file of all, that of the opening inputs, and the lines behind these."""
    whole, setup = folder / "feed.jsonl", folder / "setup.jsonl"
    traffic.write(whole, inputs, accounts)
    first = accounts * traffic.SETUP_INPUTS
    with whole.open() as file, setup.open("w") as begun:
        begun.writelines(islice(file, first))
        return whole, setup, [line.rstrip("\n") for line in file]


def measure_batches(folder: Path, quick: bool) -> Measured:
    """Inputs per second in batches of 500, in turns with a feed of the same lines."""
    inputs, accounts, repeats = (30_000, 1_000, 3) if quick else (200_000, 5_000, 3)
    _, setup, rest = _written(folder, inputs, accounts)
    (folder / "rest.jsonl").write_text("".join(f"{line}\n" for line in rest))
    figures, limits = [], []
    for number in range(repeats):
        fed = folder / f"fed{number}"
        fed.mkdir()
        command: list[str | Path] = [traffic.OBNOVI, "--ledger", fed / "ledger.db", "feed"]
        run([*command, setup, "--json"])
        limits.append(len(rest) / run([*command, folder / "rest.jsonl", "--json"])[0])
        served = folder / f"served{number}"
        served.mkdir()
        with serving(served, setup) as running:
            figures.append(running.done("batches", "feeder", lines=rest, size=BATCH))
    return Measured(f"{len(rest):,} inputs, {accounts:,} accounts", figures, limits, own_peak_bytes())


def measure_singles(folder: Path, quick: bool) -> Measured:
    """Inputs per second of 32 callers with one each at a time, beside questions of whether the server lives."""
    inputs, accounts = (13_000, 1_000) if quick else (63_000, 1_000)
    _, setup, rest = _written(folder, inputs, accounts)
    with serving(folder, setup) as running:
        figure = running.done("singles", "feeder", lines=rest, callers=CALLERS)
        taken = running.done("paced", "operator", paths=["/health/live"], per_second=20_000, seconds=0.5)
    alive = len(taken) / max(sum(sorted(taken)[-1:]), 0.5)
    return Measured(f"{CALLERS} callers, {len(rest):,} inputs", [figure], [alive], own_peak_bytes())


def measure_balance(folder: Path, quick: bool) -> Measured:
    """The 99th percentile of a balance at 500 a second beside 32 callers that book, and alone, in milliseconds."""
    inputs, accounts, seconds = (23_000, 1_000, 5) if quick else (103_000, 1_000, 20)
    _, setup, rest = _written(folder, inputs, accounts)
    paths = [f"/v1/accounts/{traffic.account_id(number)}/balance" for number in range(SUBSCRIBERS)]
    with serving(folder, setup) as running:
        asked = {"paths": paths, "tokens": _tokens(folder), "per_second": PER_SECOND, "seconds": seconds}
        alone = running.done("paced", "subscriber", **asked)
        booking = running.start("singles", "feeder", lines=rest, callers=CALLERS)
        beside = running.done("paced", "subscriber", **asked)
        figures_of(booking)
    p99 = [statistics.quantiles(taken, n=100)[98] * 1000 for taken in (beside, alone)]
    return Measured(f"{PER_SECOND} balances a second", p99[:1], p99[1:], own_peak_bytes())


def _tokens(folder: Path) -> list[str]:
    """Tokens of the first subscribers of a ledger, each for the own contract: what they read is not written down."""
    with (
        Ledger(store_ref(str(folder / "ledger.db")), now=now, access="read") as ledger,
        ledger.snapshot() as snapshot,
        StateDatabase(place_in(folder / "keys" / "server", snapshot.log)) as state,
    ):
        found = (snapshot.contracts.of(traffic.account_id(number))[-1].id for number in range(SUBSCRIBERS))
        return [tokens.issue(state, "subscriber", "app", id, created=now(), until=now() + DAY)[0] for id in found]


def measure_cabinet(folder: Path, quick: bool) -> Measured:
    """The 99th percentile of the cabinet's first page at ten a second, and of whether the server lives, in ms."""
    inputs, accounts, seconds = (23_000, 100, 5) if quick else (103_000, 100, 20)
    _, setup, rest = _written(folder, inputs, accounts)
    (folder / "rest.jsonl").write_text("".join(f"{line}\n" for line in rest))
    with serving(folder, setup, folder / "rest.jsonl") as running:
        asked = {"per_second": 10, "seconds": seconds}
        running.done(
            "paced", "subscriber", paths=["/"], per_second=10, seconds=2
        )  # each thread reads its catalogue once
        pages = running.done("paced", "subscriber", paths=["/"], **asked)
        alive = running.done("paced", "operator", paths=["/health/live"], **asked)
    p99 = [statistics.quantiles(taken, n=100)[98] * 1000 for taken in (pages, alive)]
    return Measured(f"a contract of {inputs // accounts:,} inputs", p99[:1], p99[1:], own_peak_bytes())


ROWS: Final = (
    Row("server-batches", "inputs/s", "a feed of the same lines", measure_batches, goal=Goal(of_raw=0.8)),
    Row("server-singles", "inputs/s", "answers without a ledger", measure_singles, goal=Goal(figure=3_000)),
    Row("server-cabinet", "ms p99", "answers without a ledger", measure_cabinet, goal=Goal(figure=100)),
    Row("server-balance", "ms p99", "nobody books beside it", measure_balance, goal=Goal(figure=10)),
)
