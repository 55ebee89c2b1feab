"""Night: `obnovi night` over a million accounts of which a thirtieth is due; beside the same rows written alone."""

import shutil
from itertools import count
from pathlib import Path
from typing import Final

import msgspec

from scripts.app.night import ACCOUNTS_AT_ONCE
from scripts.benchmarks import crowd, raw
from scripts.benchmarks.builds import Build, this_build
from scripts.benchmarks.compared import FULL, QUICK, Compared, Size, Sizes, Target, Turn
from scripts.benchmarks.kept import Kept, copy
from scripts.benchmarks.process import Ran
from scripts.benchmarks.row import Goal, Measured, Row

NIGHTS: Final = 3


def begin(kept: Kept, build: Build, sizes: Sizes) -> Turn:
    """The whole command, on a copy of the ledger; each turn is the night behind the one before."""
    ledger = copy(kept.crowd(build, sizes.accounts), kept.scratch(build))
    nights = count()
    return lambda: _night(build, ledger, next(nights), sizes.accounts)


def measure(folder: Path, quick: bool) -> Measured:
    """Seconds a night, the command's start included; another thirtieth of the accounts is due on each."""
    sizes, build, kept = QUICK if quick else FULL, this_build(), Kept.beside(folder)
    ledger, alone = copy(kept.crowd(build, sizes.accounts), folder / "ledger"), folder / "raw.db"
    shutil.copyfile(ledger, alone)
    taken: list[Ran] = []
    limits: list[float] = []
    for number in range(NIGHTS):
        before = raw.last_position(ledger)
        taken.append(_night(build, ledger, number, sizes.accounts))
        due = sizes.accounts // crowd.DAYS
        written = raw.batches(ledger, -(-due // ACCOUNTS_AT_ONCE), after=before)
        limits.append(sum(raw.seconds_to_write(ledger, alone, written)))
    return Measured(_due(sizes).words, [done.seconds for done in taken], limits, max(done.peak_bytes for done in taken))


def _night(build: Build, ledger: Path, number: int, accounts: int) -> Ran:
    until = crowd.night(number)
    done = build.obnovi("--ledger", ledger, "night", "--until", until, "--not-after", "none", "--json")
    due = msgspec.json.decode(done.printed)["monthly_fees"]
    assert abs(due - accounts / crowd.DAYS) <= 1, due
    return done


def _due(sizes: Sizes) -> Size:
    return Size(sizes.accounts // crowd.DAYS, f"{sizes.accounts:,} accounts, 1/{crowd.DAYS} due")


ROW = Row("night", "s", "SQLite writes the same rows", measure, goal=Goal(figure=4))
COMPARED: Final = (Compared("night", "s", _due, begin, Target(1.5)),)
