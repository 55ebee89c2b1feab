"""Sealing: what a ledger has beyond a dataset, added to it by several processes."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ledger.log.dataset.parts import Part
from ledger.log.dataset.program import this_program
from ledger.log.dataset.sealing import Sealed, pending, seal
from ledger.progress import Progress
from ledger.service import Ledger
from projections.engines.engine import Telling
from projections.engines.pool import Pool
from projections.shares import EVENTS_FOR_PROCESSES
from scripts.app.backups import Watch


def seal_ledger(ledger: Ledger, folder: Path, *, buckets: int | None, workers: int, watch: Watch) -> Sealed:
    """Bring the dataset of a folder up to where a ledger is, or begin one there.

    Raises CannotSeal, BadEvents, StoreError, OSError.
    """
    with ledger.store.reading() as log:
        added = pending(log, folder)
        pool = Pool(workers).sized(enough=added >= EVENTS_FOR_PROCESSES)

        def run(parts: Sequence[Part], progress: Progress) -> Iterable[Any]:
            return pool.run([Telling(part) for part in parts], log, until=log.mark(), progress=progress)

        with watch("events", added) as progress:
            return seal(log, folder, this_program(), buckets=buckets, run=run, progress=progress)
