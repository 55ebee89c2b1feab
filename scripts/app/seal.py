"""Sealing: what a ledger has beyond a dataset, added to it."""

from pathlib import Path

from ledger.log.dataset.program import this_program
from ledger.log.dataset.sealing import Sealed, pending, seal
from ledger.service import Ledger
from scripts.app.backups import Watch


def seal_ledger(ledger: Ledger, folder: Path, *, buckets: int | None, watch: Watch) -> Sealed:
    """Bring the dataset of a folder up to where a ledger is, or begin one there.

    Raises CannotSeal, StoreError, OSError.
    """
    with ledger.store.reading() as log, watch("events", pending(log, folder)) as progress:
        return seal(log, folder, this_program(), buckets=buckets, progress=progress)
