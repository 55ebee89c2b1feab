"""Views: what crosses accounts, and how it is made anew from the log."""

import time

import msgspec

from ledger.progress import Progress, unwatched
from ledger.service import Ledger
from ledger.snapshot import Snapshot
from projections import unrated
from projections.follow import asked, rebuild
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


def replay(ledger: Ledger, *, workers: int, progress: Progress = unwatched) -> Replayed:
    """Fold every view anew from the log, compare it with what there was, and take it."""
    began = time.perf_counter()
    done = rebuild(ledger, workers=workers, progress=progress)
    seconds = time.perf_counter() - began
    return Replayed(done.events, round(seconds, 3), round(done.events / seconds), done.differences)
