"""Views: what crosses accounts, and how it is made anew from the log."""

import time

import msgspec

from ledger.progress import Progress, unwatched
from ledger.reader import Reader
from ledger.service import Ledger
from ledger.snapshot import Snapshot
from projections import unrated
from projections.follow import Rebuilt, asked, folded, rebuild
from projections.unrated import UnratedRow


class Replayed(msgspec.Struct):
    """What a replay did; `differences` are rows that were not as the log gives them."""

    events: int
    seconds: float
    events_per_second: int
    differences: int


def unrated_records(snapshot: Snapshot) -> list[UnratedRow]:
    """The records without a price (R-6.8)."""
    return asked(snapshot.log, lambda db: unrated.rows(db, snapshot.contracts))


def replay(
    ledger: Ledger | None, *, workers: int, dataset: Reader | None = None, progress: Progress = unwatched
) -> Replayed:
    """Fold every view anew from the log, or from a dataset of it, compare it with what there was, and take it.

    Where there is only a dataset, there is nothing to compare it with, and nowhere to take it. Raises StoreError.
    """
    began = time.perf_counter()
    if ledger is not None:
        done = rebuild(ledger, workers=workers, dataset=dataset, progress=progress)
    else:
        assert dataset is not None, "one of them is there"
        with dataset.store.reading() as log, folded(log, workers=workers, progress=progress) as (_, events):
            done = Rebuilt(events, 0)
    seconds = time.perf_counter() - began
    return Replayed(done.events, round(seconds, 3), round(done.events / seconds), done.differences)
