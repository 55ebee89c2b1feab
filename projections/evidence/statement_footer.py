"""The foot of a statement: the checkpoint that was the first to cover the last event it shows."""

from datetime import date, timedelta

from ledger import periods
from ledger.account import Account
from ledger.log.sharded.placing import parted
from ledger.log.store import Reading, Stored
from projections.evidence.checkpoint import Checkpoint
from projections.evidence.keys import Keys


def first_checkpoint(log: Reading, keys: Keys, account: Account, *, until: date) -> Checkpoint | None:
    """The first checkpoint over every event of an account up to the end of a local date; None where none is yet.

    It never changes once there is one, whatever is signed later. Raises BadNote.
    """
    shards = len(log.shards)
    if not any(keys.of_shard(number, shards).sizes() for number in range(shards)):
        return None
    last = _last_before(log, account, periods.day_start(until + timedelta(days=1), account.zone))
    if last is None:
        return None
    number, position = parted(last.position)
    return keys.of_shard(number, shards).first_covering(position)


def _last_before(log: Reading, account: Account, end: periods.Instant) -> Stored | None:
    """The last event booked before an instant: the booked time never runs backwards, so halves are enough."""
    found: Stored | None = None
    low, high = 1, account.version
    while low <= high:
        middle = (low + high) // 2
        stored = log.stored(account.account, middle)
        if stored is not None and stored.event().booked_at < end:
            found, low = stored, middle + 1
        else:
            high = middle - 1
    return found
