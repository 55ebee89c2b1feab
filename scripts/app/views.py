"""Views: what crosses accounts, and how it is made anew from the log."""

import time

import msgspec

from ledger.progress import Progress, unwatched
from ledger.reader import Reader
from ledger.service import Ledger
from projections.follow import Rebuilt, folded, rebuild


class Replayed(msgspec.Struct):
    """What a replay did; `differences` are rows that were not as the log gives them."""

    events: int
    seconds: float
    events_per_second: int
    differences: int


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
