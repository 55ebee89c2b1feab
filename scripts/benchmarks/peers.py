"""Peers: what people replay a journal with today, on the same transactions; beside `obnovi replay` of them."""

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from scripts.benchmarks import replay
from scripts.benchmarks.builds import Build, this_build
from scripts.benchmarks.compared import FULL, QUICK, Compared, Sizes, Target, Turn, inputs
from scripts.benchmarks.kept import Kept
from scripts.benchmarks.process import ran
from scripts.benchmarks.row import Measured, Missing, Row


class Peer(NamedTuple):
    """A program and how it reads an export with a balance assertion behind every posting of a subscriber."""

    name: str
    program: str
    package: str
    form: str
    arguments: Sequence[str]
    target: Target = Target()


PEERS: Final = (
    Peer("hledger", "hledger", "hledger", "hledger", ("balance", "wallet", "--depth", "1", "-f")),
    Peer("hledger check", "hledger", "hledger", "hledger", ("check", "-s", "-f")),
    Peer(
        "ledger",
        "ledger",
        "ledger",
        "hledger",
        ("--pedantic", "balance", "wallet", "--depth", "1", "-f"),
        Target(3, times_lighter=5),
    ),
    Peer("bean-check", "bean-check", "beancount", "beancount", ("--no-cache",)),
)


def begin(kept: Kept, build: Build, sizes: Sizes, *, peer: Peer) -> Turn:
    """The program once over what this build exported. Raises Missing."""
    beside = Path(sys.executable).with_name(peer.program)
    program = str(beside) if beside.exists() else shutil.which(peer.program)
    if program is None:
        raise Missing(f"{peer.program} is not installed (`apt-get install {peer.package}`)")
    journal = kept.journal(build, sizes.inputs, peer.form)
    return lambda: ran([program, *peer.arguments, journal], os.environ | {"LC_ALL": "C.UTF-8"})


def _measure(peer: Peer) -> Callable[[Path, bool], Measured]:
    def measure(folder: Path, quick: bool) -> Measured:
        """Seconds for the whole file once; memory of that program."""
        sizes, build, kept = QUICK if quick else FULL, this_build(), Kept.beside(folder)
        theirs = begin(kept, build, sizes, peer=peer)()
        ours = replay.begin(kept, build, sizes)()
        return Measured(f"what {sizes.inputs:,} inputs came to", [theirs.seconds], [ours.seconds], theirs.peak_bytes)

    return measure


ROWS: Final = tuple(Row(peer.name, "s", "obnovi replay", _measure(peer)) for peer in PEERS)
COMPARED: Final = tuple(
    Compared(peer.name, "s", inputs, replay.begin, peer.target, rival=partial(begin, peer=peer)) for peer in PEERS
)
