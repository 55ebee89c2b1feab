"""Known: what a log held by a recorded time: a beginning of it, for `recorded_at` never runs backwards (R-2.5)."""

from bisect import bisect_right
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Final, TypeVar

from ledger.log.errors import BadEvents
from ledger.log.store import Mark, Reading
from ledger.periods import Instant, Moment, last_instant
from ledger.progress import Progress, unwatched
from projections.cache import Cache
from projections.engines.engine import Engine
from projections.engines.pool import HERE
from projections.follow import folded

T = TypeVar("T")
LATEST_ZONE: Final = "Etc/GMT+12"
"""Where a date ends last."""


def asked_as_known(
    log: Reading,
    known_at: Moment,
    question: Callable[[Cache], T],
    *,
    engine: Engine = HERE,
    progress: Progress = unwatched,
) -> T:
    """What the views would have answered when no more was recorded than by a time, a local one where each account is.

    They are made for the question, of the events that were there; in a dataset all are read to tell which these are.
    Raises BadEvents, BrokenLog.
    """
    if log.has_only_events:
        with folded(log, engine=engine, known_at=known_at, progress=progress) as (db, _):
            return question(db)
    mark = mark_known(log, last_instant(known_at, LATEST_ZONE))
    local = None if isinstance(known_at, int) else known_at
    with (
        closing(log.ref.open()) as store,
        store.reading(until=mark) as then,
        folded(then, engine=engine, known_at=local, progress=progress) as (db, _),
    ):
        return question(db)


def mark_known(log: Reading, by: Instant) -> Mark:
    """The state of a ledger when nothing had been recorded behind an instant. Raises BadEvents."""
    positions = [
        bisect_right(range(1, shard.last_position() + 1), by, key=partial(_recorded_at, shard)) for shard in log.shards
    ]
    return tuple(positions) if len(positions) > 1 else positions[0]


def _recorded_at(shard: Reading, position: int) -> Instant:
    stored = shard.at(position)
    if stored is None:
        raise BadEvents(f"there is no event at position {position}", "run_verify")
    return stored.event().recorded_at
