"""Backups: a copy of the ledger made while it is written to, and a ledger made of a copy, once it is verified."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, TypeAlias

from ledger.log import files
from ledger.log.store import Copyable, FileBased, StoreRef
from ledger.progress import Progress
from ledger.service import Ledger
from projections.engines.pool import Pool
from projections.evidence.check import check_store, of_catalogues
from projections.evidence.keys import Keys, kept
from projections.verify.account import Problem
from projections.verify.verify import verify_store
from scripts.app.new_ledger import new_ledger

Watch: TypeAlias = Callable[[str, int], AbstractContextManager[Progress]]
"""Opens something that shows how far work is: of what, and of how much."""


class Disagreement(Exception):
    """A copy that does not agree with itself or with the newest checkpoint; nothing was written."""

    def __init__(self, events: int, problems: list[Problem]) -> None:
        super().__init__(events, problems)
        self.events, self.problems = events, problems


class Restored(NamedTuple):
    """How many events a ledger was made with, and whether there was a checkpoint to hold them against."""

    events: int
    is_held: bool


def back_up(ledger: Ledger, ref: Copyable, target: Path, keys: Keys | None) -> int:
    """Copy a ledger as it stands into a file, whole or not at all; how many events it has.

    An older backup keeps its place where the ledger's catalogues are not those of the newest checkpoint. Raises
    Disagreement, StoreError, OSError.
    """
    with files.workplace(target) as place:
        made = place / target.name
        os.close(files.create(made, replacing=target, like=ledger.store.ref.like))
        events = ref.copy_to(made)
        with ledger.snapshot() as snapshot:
            problems = of_catalogues(snapshot.log, keys) if keys is not None else []
        if problems:
            raise Disagreement(events, problems)
        os.replace(made, target)
    files.fsync_path(target.absolute().parent)
    return events


def restore_to(
    ref: FileBased, backup: Copyable, source: Path, keys_folder: Path, *, workers: int, watch: Watch
) -> Restored:
    """Make a ledger, where there is none, of a copy that agrees with itself and with the newest checkpoint.

    Raises Disagreement, Declined, InvalidRequest, NoKeys, StoreError.
    """
    with new_ledger(ref, source) as part:
        events = backup.copy_to(part.path)
        keys = kept(keys_folder)
        if problems := _problems(ref, part, keys, events, workers, watch):
            raise Disagreement(events, problems)
    return Restored(events, keys is not None and bool(keys.sizes()))


def _problems(
    ref: StoreRef, part: StoreRef, keys: Keys | None, events: int, workers: int, watch: Watch
) -> list[Problem]:
    """What a copy that is to be a ledger does not agree with: itself, or the newest checkpoint."""
    with watch("events", events) as progress:
        problems = verify_store(part, engine=Pool(workers), progress=progress).problems
    if keys is None:
        return problems
    with watch("hashes", max(keys.sizes(), default=0)) as progress:
        return problems + check_store(part, keys, tiles_of=ref, workers=workers, progress=progress).problems
