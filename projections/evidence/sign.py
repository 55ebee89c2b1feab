"""Sign: the newest checkpoint is brought up to the end of the log, once the log is known to continue it."""

from ledger.log.store import Reading
from ledger.progress import Progress, unwatched
from projections.evidence import catalogues
from projections.evidence.checkpoint import Checkpoint
from projections.evidence.follow import caught_up
from projections.evidence.keys import Keys


def commit_all(log: Reading, keys: Keys, progress: Progress = unwatched) -> list[Checkpoint]:
    """The checkpoint of every shard, each a log of its own. Raises as `commit`."""
    shards = log.shards
    return [commit(shard, keys.of_shard(number, len(shards)), progress) for number, shard in enumerate(shards)]


def commit(log: Reading, keys: Keys, progress: Progress = unwatched) -> Checkpoint:
    """The checkpoint over every event there is: the newest one if nothing came since, else a new one.

    Raises NotTheLog, BadNote and NoKeys.
    """
    newest = keys.newest()
    with caught_up(log, newest, progress, to_sign=True) as tiles:
        size = tiles.size
        under = catalogues.under(log, size)
        if newest is not None and newest.size == size:
            return newest
        return keys.sign(size, tiles.root(size), catalogues.signed_of(under), like=log.ref.like)
