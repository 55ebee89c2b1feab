"""Replay: `obnovi replay` rebuilds every view on every core; beside decoding the same events on one."""

from pathlib import Path
from typing import Final

import msgspec

from ledger.log.engines import store_ref
from ledger.service import Ledger
from scripts.benchmarks.builds import Build, this_build
from scripts.benchmarks.compared import FULL, MB, QUICK, Compared, Sizes, Target, Turn, inputs
from scripts.benchmarks.kept import Kept
from scripts.benchmarks.process import Ran
from scripts.benchmarks.row import Goal, Measured, Row, seconds
from scripts.wiring import now

REPEATS: Final = 3


def begin(kept: Kept, build: Build, sizes: Sizes) -> Turn:
    """The whole command: fold, compare with the old views, swap."""
    ledger = kept.ledger(build, sizes.inputs)

    def turn() -> Ran:
        done = build.obnovi("--ledger", ledger, "replay", "--json")
        assert msgspec.json.decode(done.printed)["differences"] == 0, done.printed
        return done

    return turn


def measure(folder: Path, quick: bool) -> Measured:
    """Events per second of the whole command."""
    sizes, build, kept = QUICK if quick else FULL, this_build(), Kept.beside(folder)
    turn = begin(kept, build, sizes)
    taken: list[Ran] = []
    limits: list[float] = []
    ledger = kept.ledger(build, sizes.inputs)
    with Ledger(store_ref(ledger), now=now, access="read") as opened, opened.store.reading() as log:
        events = log.count()
        for _ in range(REPEATS):
            taken.append(turn())
            limits.append(events / seconds(lambda: sum(bool(row.event()) for row in log.all_events())))
    figures = [events / done.seconds for done in taken]
    return Measured(f"{events:,} events", figures, limits, max(done.peak_bytes for done in taken))


ROW = Row("replay", "events/s", "decoding them on one core", measure, goal=Goal(figure=250_000))
COMPARED: Final = (Compared("replay", "inputs/s", inputs, begin, Target(3, peak_bytes=300 * MB)),)
