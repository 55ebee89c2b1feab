"""Peers: what people replay a journal with today, on the same transactions; beside `obnovi replay` of them."""

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from scripts.benchmarks import copies, traffic
from scripts.benchmarks.row import Measured, Missing, Row, run


class Peer(NamedTuple):
    """A program and how it reads an export with a balance assertion behind every posting of a subscriber."""

    name: str
    program: str
    form: str
    arguments: Sequence[str]


PEERS = (
    Peer("hledger", "hledger", "hledger", ("balance", "wallet", "--depth", "1", "-f")),
    Peer("hledger check", "hledger", "hledger", ("check", "-s", "-f")),
    Peer("ledger", "ledger", "hledger", ("--pedantic", "balance", "wallet", "--depth", "1", "-f")),
    Peer("bean-check", "bean-check", "beancount", ("--no-cache",)),
)


def _measure(peer: Peer) -> Callable[[Path, bool], Measured]:
    def measure(folder: Path, quick: bool) -> Measured:
        """Seconds for the whole file once; memory of that program."""
        beside = Path(sys.executable).with_name(peer.program)
        program = str(beside) if beside.exists() else shutil.which(peer.program)
        if program is None:
            raise Missing(f"{peer.program} is not installed")
        events = 20_000 if quick else 1_000_000
        ledger = copies.make(folder, inputs=min(events, 50_000), events=events)
        file = folder / f"journal.{peer.form}"
        run([traffic.OBNOVI, "--ledger", ledger, "export", "--format", peer.form, "-o", file, "--json"])
        run([traffic.OBNOVI, "--ledger", ledger, "unrated", "--json"])  # the views that a replay compares
        ours, _, printed = run([traffic.OBNOVI, "--ledger", ledger, "replay", "--json"])
        assert msgspec.json.decode(printed)["differences"] == 0
        os.environ["LC_ALL"] = "C.UTF-8"
        theirs, peak, _ = run([program, *peer.arguments, file])
        return Measured(f"{msgspec.json.decode(printed)['events']:,} transactions", [theirs], [ours], peak)

    return measure


ROWS = tuple(Row(peer.name, "s", "obnovi replay", _measure(peer)) for peer in PEERS)
