"""What-if: everybody decided again, on every core; beside folding the same events on one."""

from pathlib import Path
from typing import Final

import msgspec

from ledger.accounts import folded_accounts
from ledger.log.engines import store_ref
from ledger.service import Ledger
from scripts.benchmarks.builds import Build, this_build
from scripts.benchmarks.compared import FULL, QUICK, Compared, Sizes, Target, Turn, inputs
from scripts.benchmarks.kept import Kept
from scripts.benchmarks.process import Ran
from scripts.benchmarks.row import Goal, Measured, Row, seconds
from scripts.wiring import now


def begin(kept: Kept, build: Build, sizes: Sizes) -> Turn:
    """The whole command with no change, so that everybody is found as before."""
    ledger = kept.ledger(build, sizes.inputs)

    def turn() -> Ran:
        done = build.obnovi("--ledger", ledger, "what-if", "--all", "--json")
        assert msgspec.json.decode(done.printed)["changed"] == 0, done.printed[:500]
        return done

    return turn


def measure(folder: Path, quick: bool) -> Measured:
    """Inputs per second of the whole command, with everybody on another plan."""
    sizes, build, kept = QUICK if quick else FULL, this_build(), Kept.beside(folder)
    ledger = kept.ledger(build, sizes.inputs)
    taken: list[Ran] = []
    limits: list[float] = []
    with Ledger(store_ref(ledger), now=now, access="read") as opened, opened.store.reading() as log:
        booked, accounts = log.count_keys(), len(log.accounts())
        for _ in range(1 if quick else 3):
            taken.append(build.obnovi("--ledger", ledger, "what-if", "--all", "--set", "plan=smart", "--json"))
            assert msgspec.json.decode(taken[-1].printed)["accounts"] == accounts
            limits.append(booked / seconds(lambda: sum(1 for _ in folded_accounts(log))))
    figures = [booked / done.seconds for done in taken]
    size = f"{booked:,} inputs, {accounts:,} accounts"
    return Measured(size, figures, limits, max(done.peak_bytes for done in taken))


ROW = Row("what-if", "inputs/s", "decoding and folding them", measure, goal=Goal(figure=100_000))
COMPARED: Final = (Compared("what-if", "inputs/s", inputs, begin, Target(2.5, rate=100_000)),)
