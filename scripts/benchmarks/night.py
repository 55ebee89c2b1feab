"""Night: `obnovi night` over a million accounts of which a thirtieth is due; beside the same rows written alone."""

import shutil
from pathlib import Path

import msgspec

from ledger import periods
from scripts.app.night import ACCOUNTS_AT_ONCE
from scripts.benchmarks import crowd, raw, traffic
from scripts.benchmarks.row import Goal, Measured, Row, run

NIGHTS = 3


def measure(folder: Path, quick: bool) -> Measured:
    """Seconds a night, the command's start included; another thirtieth of the accounts is due on each."""
    accounts = 60_000 if quick else 1_000_000
    ledger, copy = folder / "ledger.db", folder / "raw.db"
    crowd.make(ledger, accounts)
    shutil.copyfile(ledger, copy)
    figures, limits, peaks = [], [], []
    for number in range(NIGHTS):
        before = raw.last_position(ledger)
        until = periods.local_text(crowd.night(number), crowd.ZONE)
        elapsed, peak, printed = run(
            [traffic.OBNOVI, "--ledger", ledger, "night", "--until", until, "--not-after", "none", "--json"]
        )
        due = msgspec.json.decode(printed)["monthly_fees"]
        assert abs(due - accounts / crowd.DAYS) <= 1, due
        figures.append(elapsed)
        peaks.append(peak)
        written = raw.batches(ledger, -(-due // ACCOUNTS_AT_ONCE), after=before)
        limits.append(sum(raw.seconds_to_write(ledger, copy, written)))
    return Measured(f"{accounts:,} accounts, 1/{crowd.DAYS} due", figures, limits, max(peaks))


ROW = Row("night", "s", "SQLite writes the same rows", measure, goal=Goal(figure=4))
