"""What-if: one account or many decided again with a change, and what would come out otherwise; nothing is written."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from ledger.catalogue import parse
from ledger.log.journal import Journal, Reading
from ledger.service import CatalogueTimeline
from ledger.units import Kopecks
from projections.audit import difference
from projections.audit.change import Change
from projections.audit.difference import Line
from projections.audit.otherwise import decide_otherwise

ACCOUNTS_AT_ONCE: Final = 250
ACCOUNTS_FOR_A_POOL: Final = 100
"""Below this, starting processes costs more than they save."""


class Report(msgspec.Struct):
    """What would be otherwise (contract §7): `wallet_difference` is would-be less was, in kopecks, over all accounts.

    `lines` has every difference of one account; of many, one line for each wallet that would differ. `changed` counts
    accounts with any difference, be it in packages alone.
    """

    accounts: int = 0
    changed: int = 0
    wallet_difference: Kopecks = 0
    lines: list[Line] = msgspec.field(default_factory=list)
    inputs: int = 0


def what_if(log: Reading, accounts: Sequence[str], change: Change, *, in_full: bool = False) -> Report:
    """Decide accounts again with a change. Raises CannotDecide.

    `in_full`: with every line of every account.
    """
    catalogues = CatalogueTimeline(log.adopted())
    alternative = None if change.catalogue is None else parse(change.catalogue)
    until = log.last_position()
    report = Report()
    for account in accounts:
        rows = (row for row in log.events(account) if row.position <= until)
        found = decide_otherwise(account, rows, change, catalogues, alternative)
        if not found.was:
            continue
        report.accounts += 1
        report.inputs += found.inputs
        moved = found.wallet_would_be - found.wallet_was
        report.wallet_difference += moved
        if in_full:
            lines = difference.lines(found)
            report.changed += bool(lines)
            report.lines += lines
        elif moved:
            report.changed += 1
            report.lines.append(difference.wallet(found))
        else:
            report.changed += difference.differs(found)
    return report


def what_if_of_many(
    path: Path, accounts: Sequence[str], change: Change, *, workers: int, progress: Callable[[int], None]
) -> Report:
    """The same over many accounts of the ledger in a file, on several processes: no rule crosses accounts."""
    shares = [accounts[start : start + ACCOUNTS_AT_ONCE] for start in range(0, len(accounts), ACCOUNTS_AT_ONCE)]
    total = Report()
    for part in _shared(path, shares, change, workers if len(accounts) >= ACCOUNTS_FOR_A_POOL else 1):
        total.accounts += part.accounts
        total.changed += part.changed
        total.wallet_difference += part.wallet_difference
        total.inputs += part.inputs
        total.lines += part.lines
        progress(total.accounts)
    total.lines.sort(key=lambda line: line.account)
    return total


def _shared(path: Path, shares: Sequence[Sequence[str]], change: Change, workers: int) -> Iterator[Report]:
    if workers == 1:
        yield from (_share(path, share, change) for share in shares)
        return
    with ProcessPoolExecutor(max_workers=workers) as pool:
        try:
            for done in as_completed([pool.submit(_share, path, share, change) for share in shares]):
                yield done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _share(path: Path, accounts: Sequence[str], change: Change) -> Report:
    """One process's share, in a reading of its own."""
    with closing(Journal(path, create=False)) as journal, journal.reading() as log:
        return what_if(log, accounts, change)
