"""Feed: `obnovi feed` of a simulated operator, durable; beside the same rows written by SQLite alone."""

import os
from pathlib import Path
from typing import Final

import msgspec

from scripts.app.feed import Counts
from scripts.benchmarks import raw
from scripts.benchmarks.builds import Build, this_build
from scripts.benchmarks.compared import FULL, MB, QUICK, Beside, Compared, Size, Sizes, Target, Turn, inputs
from scripts.benchmarks.kept import LEDGER, PARTS, Kept, copy
from scripts.benchmarks.process import Ran
from scripts.benchmarks.row import Goal, Measured, Row
from scripts.cli.lines import BATCH_LINES_MAX


def begin(kept: Kept, build: Build, sizes: Sizes) -> Turn:
    """The whole command into a new ledger."""
    feed = kept.feed(sizes.inputs)
    return lambda: _fed(build, kept.scratch(build) / LEDGER, *feed)


def begin_first(kept: Kept, build: Build, sizes: Sizes) -> Turn:
    """The first tenth of many inputs into a new ledger."""
    first = kept.feed(sizes.many_inputs)[0]
    return lambda: _fed(build, kept.scratch(build) / LEDGER, first)


def begin_last(kept: Kept, build: Build, sizes: Sizes) -> Turn:
    """The last tenth of many inputs into a copy of the ledger that the build made of those before; all are real."""
    last = kept.feed(sizes.many_inputs)[-1]
    before = kept.ledger(build, sizes.many_inputs, parts=PARTS - 1)

    def turn() -> Ran:
        ledger = copy(before, kept.scratch(build))
        os.sync()  # the copy is not the feed's work
        return _fed(build, ledger, last)

    return turn


def measure(folder: Path, quick: bool) -> Measured:
    """Inputs per second of the whole command, its start included; memory of that process."""
    sizes, repeats = (QUICK, 3) if quick else (FULL, 1)
    build, kept = this_build(), Kept.beside(folder)
    feed = kept.feed(sizes.inputs)
    taken: list[Ran] = []
    limits: list[float] = []
    for number in range(repeats):
        ledger = folder / f"{number}" / LEDGER  # alone, with keys of its own: a number is asked for in all
        ledger.parent.mkdir()
        taken.append(_fed(build, ledger, *feed))
        batches = raw.batches(ledger, -(-sizes.inputs // BATCH_LINES_MAX))
        limits.append(sizes.inputs / sum(raw.seconds_to_write(ledger, folder / f"{number}-raw.db", batches)))
    figures = [sizes.inputs / done.seconds for done in taken]
    return Measured(inputs(sizes).words, figures, limits, max(done.peak_bytes for done in taken))


def _fed(build: Build, ledger: Path, *feed: Path) -> Ran:
    done = build.obnovi("--ledger", ledger, "feed", *feed, "--json")
    counts = msgspec.json.decode(done.printed, type=Counts)
    assert not counts.rejected, counts
    return done


def _last_tenth(sizes: Sizes) -> Size:
    count = sizes.many_inputs // PARTS
    return Size(count, f"the last {count:,} of {sizes.many_inputs:,} inputs")


ROW = Row(
    "feed",
    "inputs/s",
    "SQLite writes the same rows",
    measure,
    goal=Goal(figure=20_000, peak_bytes=500 * 1024 * 1024, of_raw=0.4),
)
COMPARED: Final = (
    Compared("feed", "inputs/s", inputs, begin, Target(1.6, peak_bytes=250 * MB)),
    Compared(
        "feed-many",
        "inputs/s",
        _last_tenth,
        begin_last,
        Target(2.5, share=0.6),
        Beside("the first tenth's rate", begin_first),
    ),
)
