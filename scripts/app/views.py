"""Views: what crosses accounts, and how it is made anew from the log."""

import time
from datetime import date
from functools import partial
from typing import Any

import msgspec

from ledger.periods import Moment
from ledger.progress import Progress, unwatched
from ledger.reader import Reader
from ledger.service import Ledger
from ledger.snapshot import Snapshot
from projections import totals
from projections.engines.engine import Engine
from projections.engines.pool import HERE
from projections.follow import Rebuilt, asked, folded, rebuild
from projections.known import asked_as_known
from projections.totals import Grouping
from scripts.app.errors import require_range


class Replayed(msgspec.Struct):
    """What a replay did; `differences` are rows that were not as the log gives them."""

    events: int
    seconds: float
    events_per_second: int
    differences: int


def totals_between(
    snapshot: Snapshot,
    *,
    since: date,
    until: date,
    by: Grouping | None = None,
    known_at: Moment | None = None,
    engine: Engine = HERE,
    progress: Progress = unwatched,
) -> list[dict[str, Any]]:
    """The trial balance over local dates, of all that is known, or of what was recorded by a time (R-2.5).

    Raises InvalidRequest for dates the wrong way round.
    """
    require_range(since, until)
    question = partial(totals.rows, since=since, until=until, by=by)
    if known_at is None:
        return asked(snapshot.log, question, engine=engine)
    return asked_as_known(snapshot.log, known_at, question, engine=engine, progress=progress)


def replay(
    ledger: Ledger | None, *, engine: Engine, dataset: Reader | None = None, progress: Progress = unwatched
) -> Replayed:
    """Fold every view anew from the log, or from a dataset of it, compare it with what there was, and take it.

    Where there is only a dataset, there is nothing to compare it with, and nowhere to take it. Raises StoreError.
    """
    began = time.perf_counter()
    if ledger is not None:
        done = rebuild(ledger, engine=engine, dataset=dataset, progress=progress)
    else:
        assert dataset is not None, "one of them is there"
        with dataset.store.reading() as log, folded(log, engine=engine, progress=progress) as (_, events):
            done = Rebuilt(events, 0)
    seconds = time.perf_counter() - began
    return Replayed(done.events, round(seconds, 3), round(done.events / seconds), done.differences)
