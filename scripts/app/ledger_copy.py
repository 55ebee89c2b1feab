"""A ledger copied into another store: all of its logs, each with the same root, or nothing."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from itertools import accumulate

from ledger.log.engines import AnyRef, FileRef, LogAnyRef
from ledger.log.sharded.placing import SHARD_SETTING, SHARDS_SETTING
from ledger.log.sharded.store import ShardedRef
from ledger.log.store import Reading, Store, Writing
from ledger.progress import Progress
from projections.exports.copy_log import Copied, copy_log
from scripts.app.backups import Watch
from scripts.app.errors import InvalidRequest
from scripts.app.ledgers import logs_of
from scripts.app.new_ledger import new_ledger


def copy_ledger(source: AnyRef, target: AnyRef, watch: Watch) -> list[Copied]:
    """Copy a ledger into a new file, or into an empty ledger of PostgreSQL; of each log what was copied.

    Raises InvalidRequest for another number of shards, Declined, NotEmpty, NotCopied, StoreError.
    """
    if isinstance(target, ShardedRef):
        raise InvalidRequest("MADE_BY_ITSELF", file=target)
    places = logs_of(source)
    shards = 1 if isinstance(target, FileRef) else len(logs_of(target))
    if shards != len(places):
        raise InvalidRequest("OTHER_SHARDS", source=source, theirs=len(places), target=target, ours=shards)
    with _readings(places) as logs, _writings(target, shards, source) as writings:
        counts = [log.count() for log in logs]
        before = accumulate(counts, initial=0)
        with watch("events", sum(counts)) as progress:
            return [
                copy_log(log, tx, (SHARD_SETTING, SHARDS_SETTING), partial(_further, progress, first))
                for log, tx, first in zip(logs, writings, before, strict=False)
            ]


def _further(progress: Progress, first: int, done: int) -> None:
    progress(first + done)


@contextmanager
def _readings(places: Sequence[LogAnyRef]) -> Iterator[list[Reading]]:
    with ExitStack() as opened:
        stores: list[Store] = [opened.enter_context(closing(place.open())) for place in places]
        yield [opened.enter_context(store.reading()) for store in stores]


@contextmanager
def _writings(target: LogAnyRef, shards: int, source: AnyRef) -> Iterator[Iterator[Writing]]:
    """The logs of a target, written one after the other, all or none."""
    if not isinstance(target, FileRef):
        with target.writing_in_turn(shards) as writings:
            yield writings
        return
    with new_ledger(target, source.like) as made, closing(made.open(create=True)) as store, store.writing() as tx:
        yield iter([tx])
