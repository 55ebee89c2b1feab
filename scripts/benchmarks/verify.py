"""Verify: every booking decided again, on every core; beside decoding and deciding alone."""

import os
from pathlib import Path
from typing import Final

import msgspec

from scripts.benchmarks import deciding
from scripts.benchmarks.builds import Build, this_build
from scripts.benchmarks.compared import FULL, QUICK, Beside, Compared, Sizes, Target, Turn, inputs
from scripts.benchmarks.kept import Kept
from scripts.benchmarks.process import Ran
from scripts.benchmarks.row import Goal, Measured, Row

REPEATS: Final = 3


def begin(kept: Kept, build: Build, sizes: Sizes) -> Turn:
    """The whole command."""
    ledger = kept.ledger(build, sizes.inputs)
    return lambda: _verified(build, ledger)


def begin_cold(kept: Kept, build: Build, sizes: Sizes) -> Turn:
    """The whole command, while nothing of the ledger's files is in memory."""
    ledger = kept.ledger(build, sizes.inputs)

    def turn() -> Ran:
        _forget(ledger.parent)
        return _verified(build, ledger)

    return turn


def begin_deciding(kept: Kept, build: Build, sizes: Sizes) -> Turn:
    """What of it is decoding and deciding."""
    ledger = kept.ledger(build, sizes.inputs)
    return lambda: deciding.ran(build, ledger)


def measure(folder: Path, quick: bool) -> Measured:
    """Events per second of the whole command, in turns with that part of it."""
    sizes, build, kept = QUICK if quick else FULL, this_build(), Kept.beside(folder)
    whole, alone = begin(kept, build, sizes), begin_deciding(kept, build, sizes)
    taken = [(whole(), alone()) for _ in range(REPEATS)]
    events = msgspec.json.decode(taken[0][0].printed)["events"]
    return Measured(
        f"{events:,} events",
        [events / done.seconds for done, _ in taken],
        [events / done.seconds for _, done in taken],
        max(done.peak_bytes for done, _ in taken),
    )


def _verified(build: Build, ledger: Path) -> Ran:
    done = build.obnovi("--ledger", ledger, "verify", "--json")
    assert msgspec.json.decode(done.printed)["ok"], done.printed[:500]
    return done


def _forget(folder: Path) -> None:
    """Let the system forget the pages of files, which are all written to the disk."""
    for path in filter(Path.is_file, folder.rglob("*")):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


DECIDING: Final = "decoding and deciding alone"
ROW = Row("verify", "events/s", DECIDING, measure, goal=Goal(of_raw=0.6))
COMPARED: Final = (
    Compared("verify", "inputs/s", inputs, begin, Target(2.5, share=0.6), Beside(DECIDING, begin_deciding)),
    Compared("verify-cold", "inputs/s", inputs, begin_cold, Target(4)),
)
