"""Verify: the whole log, or some accounts of it, decided again and held against views and checkpoints."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from typing import NamedTuple

from ledger.catalogue import BadCatalogue
from ledger.evolve import BrokenLog
from ledger.log.errors import StoreError
from ledger.log.store import Reading
from ledger.progress import Progress, unwatched
from ledger.reader import Reader
from ledger.service import Ledger
from projections.engines.engine import Engine
from projections.evidence.check import Found, check_store
from projections.evidence.keys import Keys
from projections.verify.sample import sample
from projections.verify.verify import Report, verify_store
from projections.verify.views import UNVIEWABLE, Copy, copied
from scripts.app.contracts import require_contract
from scripts.app.errors import Declined


class Verified(NamedTuple):
    """What was found, and why the views could not be compared, where there are some that could not."""

    report: Report
    unviewable: Exception | None


def accounts_to_verify(
    log: Reading,
    *,
    share: Fraction | None = None,
    seed: int = 0,
    named: Sequence[str] = (),
    holder: int | None = None,
) -> list[str] | None:
    """The ids of a share of the contracts, or of those that are named; None for all.

    Raises Declined for one nobody ever heard of.
    """
    if share is not None:
        return sample(log.accounts(), share, seed=seed)
    return sorted({_heard_of(log, account, holder) for account in named}) if named else None


def _heard_of(log: Reading, account: str, holder: int | None) -> str:
    """The id of a contract, also of one of which nothing but its head is left."""
    try:
        return require_contract(log.contracts, account, holder).id
    except Declined as error:
        left = [each for each in log.contracts.all() if account == each.number and holder in (None, each.holder)]
        if left:
            return left[-1].id
        raise error if error.code == "NO_HOLDER" else Declined("NOTHING_OF_ACCOUNT", account=account) from None


def verify(
    ledger: Ledger | Reader, accounts: Sequence[str] | None, *, engine: Engine, progress: Progress = unwatched
) -> Verified:
    """Decide contracts, by their ids, again and compare, all of them for None; with the views, where there are some."""
    with _views(ledger) as views:
        copy = views if isinstance(views, Copy) else None
        report = verify_store(ledger.store.ref, accounts=accounts, engine=engine, views=copy, progress=progress)
        return Verified(report, views if isinstance(views, Exception) else None)


def compare_with_checkpoint(
    ledger: Ledger | Reader, keys: Keys, report: Report, *, workers: int, progress: Progress = unwatched
) -> Found:
    """Add what differs from the newest checkpoint to a report; what it covers."""
    found = check_store(ledger.store.ref, keys, workers=workers, progress=progress)
    report.problems += found.problems
    report.ok = not report.problems
    return found


@contextmanager
def _views(ledger: Ledger | Reader) -> Iterator[Copy | Exception | None]:
    """A copy of the views to compare; None where there are none, or why there cannot be one: that is no finding yet."""
    with ExitStack() as stack:
        made: Copy | Exception | None
        try:
            made = stack.enter_context(copied(ledger))
        except (StoreError, BadCatalogue, BrokenLog, OSError, *UNVIEWABLE) as error:
            made = error
        yield made
