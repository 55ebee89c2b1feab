"""Sealing: what a ledger has beyond a dataset, added to it."""

import platform
from importlib import metadata
from pathlib import Path

from ledger.adoption import zone_data
from ledger.log.dataset.sealing import Program, Sealed, pending, seal
from ledger.service import Ledger
from scripts.app.backups import Watch


def seal_ledger(ledger: Ledger, folder: Path, *, buckets: int | None, watch: Watch) -> Sealed:
    """Bring the dataset of a folder up to where a ledger is, or begin one there.

    Raises CannotSeal, StoreError, OSError.
    """
    program = Program(metadata.version("obnovi"), platform.python_version(), zone_data())
    with ledger.store.reading() as log, watch("events", pending(log, folder)) as progress:
        return seal(log, folder, program, buckets=buckets, progress=progress)
