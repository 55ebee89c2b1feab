"""Accounts: `obnovi accounts` over a million contracts, sorted by numbers that are sealed; beside their heads read."""

from pathlib import Path
from typing import Final

from ledger.log import heads
from ledger.log.engines import store_ref
from ledger.service import Ledger
from scripts.benchmarks.builds import this_build
from scripts.benchmarks.compared import FULL, QUICK
from scripts.benchmarks.kept import Kept
from scripts.benchmarks.process import Ran
from scripts.benchmarks.row import Goal, Measured, Row, seconds
from scripts.wiring import now

REPEATS: Final = 3
MB: Final = 2**20


def measure(folder: Path, quick: bool) -> Measured:
    """Contracts per second of the whole command, all of them as JSON."""
    sizes, build = QUICK if quick else FULL, this_build()
    ledger = Kept.beside(folder).crowd(build, sizes.accounts)
    taken: list[Ran] = []
    limits: list[float] = []
    with Ledger(store_ref(ledger), now=now, access="read") as opened, opened.store.reading() as log:
        for _ in range(REPEATS):
            taken.append(build.obnovi("--ledger", ledger, "accounts", "--json"))
            assert taken[-1].printed.count(b'"contract":') == sizes.accounts
            decoding = seconds(lambda: sum(1 for head in log.heads() if heads.decode(head.state, heads.no_parts)))
            limits.append(sizes.accounts / decoding)
    figures = [sizes.accounts / done.seconds for done in taken]
    return Measured(f"{sizes.accounts:,} contracts", figures, limits, max(done.peak_bytes for done in taken))


ROW = Row("accounts", "contracts/s", "reading their heads", measure, goal=Goal(peak_bytes=300 * MB))
