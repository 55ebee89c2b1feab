"""Exports: the log for other programs; beside reading and decoding it alone."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec

from ledger.log.engines import open_store
from scripts.app.export import FORMS
from scripts.benchmarks import traffic
from scripts.benchmarks.builds import this_build
from scripts.benchmarks.compared import FULL, QUICK
from scripts.benchmarks.kept import Kept
from scripts.benchmarks.row import Goal, Measured, Row, run, seconds


def _measure(form: str) -> Callable[[Path, bool], Measured]:
    def measure(folder: Path, quick: bool) -> Measured:
        """Events per second of the whole command, its start included; memory of that process."""
        sizes, repeats = (QUICK, 3) if quick else (FULL, 1)
        ledger = Kept.beside(folder).ledger(this_build(), sizes.inputs)
        figures, limits, peaks = [], [], []
        for _ in range(repeats):
            made = folder / f"log.{form}"
            elapsed, peak, printed = run(
                [traffic.OBNOVI, "--ledger", ledger, "export", "--format", form, "-o", made, "--json"]
            )
            events = msgspec.json.decode(printed)["events"]
            figures.append(events / elapsed)
            peaks.append(peak)
            with closing(open_store(ledger)) as store, store.reading() as log:
                rows = log.events_between(0, log.last_position())
                limits.append(events / seconds(lambda rows=rows: sum(1 for row in rows if row.event())))  # type: ignore[misc]
        return Measured(f"{events:,} events", figures, limits, max(peaks))

    return measure


ROWS = tuple(
    Row(
        f"export {form}",
        "events/s",
        "decoding them",
        _measure(form),
        goal=Goal(figure=50_000, peak_bytes=500 * 1024 * 1024),
    )
    for form in FORMS
)
