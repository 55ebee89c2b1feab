"""Shares: accounts parted among processes, each with a reading of its own; no rule crosses accounts (R-2.8)."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from contextlib import closing
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

from ledger.log.journal import Journal, Reading
from projections.pool import pool

T = TypeVar("T")
Work: TypeAlias = Callable[[Reading, Sequence[str]], T]

ACCOUNTS_AT_ONCE: Final = 250
ACCOUNTS_FOR_A_POOL: Final = 500
"""Below this, starting processes costs more than they save."""


def in_shares(work: Work[T], path: Path, accounts: Sequence[str], *, workers: int) -> Iterator[T]:
    """What some work gives for each share of the accounts of a ledger's file, as they get ready.

    The work goes to other processes, so it is a function of a module, or a `partial` of one.
    """
    shares = [accounts[start : start + ACCOUNTS_AT_ONCE] for start in range(0, len(accounts), ACCOUNTS_AT_ONCE)]
    if workers == 1 or len(accounts) < ACCOUNTS_FOR_A_POOL:
        yield from (_of_file(work, path, share) for share in shares)
        return
    with pool(workers) as executor:
        try:
            for done in as_completed([executor.submit(_of_file, work, path, share) for share in shares]):
                yield done.result()
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise


def _of_file(work: Work[T], path: Path, accounts: Sequence[str]) -> T:
    with closing(Journal(path, create=False)) as journal, journal.reading() as log:
        return work(log, accounts)
