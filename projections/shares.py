"""Shares: accounts parted among processes, which all read the same state; no rule crosses accounts (R-2.8)."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from contextlib import closing
from typing import Final, TypeAlias, TypeVar

from ledger.log.store import Reading, StoreRef
from projections.pool import pool

T = TypeVar("T")
Work: TypeAlias = Callable[[Reading, Sequence[str]], T]

ACCOUNTS_AT_ONCE: Final = 250
ACCOUNTS_FOR_A_POOL: Final = 500
"""Below this, starting processes costs more than they save."""


def in_shares(work: Work[T], log: Reading, accounts: Sequence[str], *, workers: int) -> Iterator[T]:
    """What some work gives for each share of the accounts of a reading, as they get ready.

    The work goes to other processes, so it is a function of a module, or a `partial` of one.
    """
    shares = [accounts[start : start + ACCOUNTS_AT_ONCE] for start in range(0, len(accounts), ACCOUNTS_AT_ONCE)]
    if workers == 1 or len(accounts) < ACCOUNTS_FOR_A_POOL:
        yield from (work(log, share) for share in shares)
        return
    until = log.last_position()
    with pool(workers) as executor:
        try:
            for done in as_completed([executor.submit(_work, work, log.ref, until, share) for share in shares]):
                yield done.result()
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise


def _work(work: Work[T], ref: StoreRef, until: int, accounts: Sequence[str]) -> T:
    with closing(ref.open()) as store, store.reading(until=until) as log:
        return work(log, accounts)
