"""Shares: a work over many contracts, parted into jobs that an engine runs beside each other."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, TypeAlias, TypeVar

from ledger.log.store import Reading, Share, Stored
from ledger.progress import Progress
from projections.engines.engine import Engine, Telling

T = TypeVar("T")
WholeContracts: TypeAlias = Iterator[tuple[str, list[Stored]]]
"""Contracts by their ids, each with all its events in order of version."""

SHARES_PER_WORKER: Final = 8
ACCOUNTS_AT_ONCE: Final = 250
ACCOUNTS_FOR_PROCESSES: Final = 500
EVENTS_FOR_PROCESSES: Final = 20_000
"""Below these, starting processes costs more than they save."""


def cut(accounts: Sequence[str], count: int) -> list[Sequence[str]]:
    """Accounts cut into about so many runs of equal length."""
    size = -(-len(accounts) // count) or 1
    return [accounts[start : start + size] for start in range(0, len(accounts), size)]


def in_shares(
    work: Callable[[Reading, WholeContracts], T],
    log: Reading,
    accounts: Sequence[str] | None,
    *,
    engine: Engine,
    progress: Progress,
) -> Iterator[T]:
    """What some work gives for each share of the accounts of a reading, all for None, as they get ready.

    No rule crosses accounts.
    """
    shares: Sequence[Share | Sequence[str]]
    if accounts is None:
        engine = engine.sized(enough=log.count() >= EVENTS_FOR_PROCESSES)
        shares = log.shares(engine.workers)
    else:
        accounts = log.as_read(accounts)
        engine = engine.sized(enough=len(accounts) >= ACCOUNTS_FOR_PROCESSES)
        shares = [accounts[start : start + ACCOUNTS_AT_ONCE] for start in range(0, len(accounts), ACCOUNTS_AT_ONCE)]
    jobs = [Telling(partial(_one_share, work, share)) for share in shares]
    return engine.run(jobs, log, until=log.mark(), progress=progress)


def _one_share(
    work: Callable[[Reading, WholeContracts], T], share: Share | Sequence[str], log: Reading, progress: Progress
) -> T:
    return work(log, _counted(whole(log, share), progress))


def _counted(contracts: WholeContracts, progress: Progress) -> WholeContracts:
    """The same contracts; how many of them are done is told."""
    for done, contract in enumerate(contracts, 1):
        yield contract
        progress(done)


def whole(log: Reading, share: Share | Sequence[str]) -> WholeContracts:
    """The contracts of a share, or some by their ids, each with all its events; none without any."""
    if isinstance(share, Share):
        return log.whole_contracts(share)
    return ((account, events) for account in share if (events := list(log.events(account))))
