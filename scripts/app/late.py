"""Late: charges that late records changed, chosen, and the adjustments that mend them, tried or booked (R-11.5)."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from ledger.catalogue import Catalogue
from ledger.contracts import Contract
from ledger.events import InputRefused
from ledger.inputs import Adjust
from ledger.periods import Instant
from ledger.progress import Progress, unwatched
from ledger.service import Ledger
from ledger.snapshot import Snapshot
from projections.counterfactual.charge import Charge, adjustments
from projections.counterfactual.late import LateCharges, LookedFor, late_of_many, name_of
from projections.engines.engine import Engine
from scripts.app.errors import Declined
from scripts.app.proposed import book_proposed, try_proposed

CONTRACTS_AT_ONCE: Final = 500


class Mending(NamedTuple):
    """Who answers for adjustments, and whether one is for all charges of a contract."""

    by: str
    per_account: bool = False


def late_charges(
    snapshot: Snapshot,
    contracts: Collection[Contract] | None,
    looked_for: LookedFor,
    *,
    engine: Engine,
    progress: Progress = unwatched,
) -> LateCharges:
    """The charges that are looked for of some contracts, all for None.

    Raises Declined for one that is chosen alone and is not among them, and CannotDecide.
    """
    ids = None if contracts is None else [contract.id for contract in contracts]
    found = late_of_many(snapshot.log, ids, looked_for, engine=engine, progress=progress)
    if looked_for.only is not None:
        for id, version in sorted(looked_for.only.difference(map(name_of, found))):
            raise Declined("NO_LATE_CHARGE", account=snapshot.contracts.named(id), version=version)
    return found


def try_adjustments(
    snapshot: Snapshot, found: LateCharges, catalogue: Catalogue, mending: Mending, *, now: Instant
) -> Counter[str]:
    """How many adjustments would be `applied` and how many `refused`; nothing is written."""
    proposed = _proposed(snapshot, found.by_contract(), mending)
    return Counter(
        "refused" if any(isinstance(event, InputRefused) for event in tried.events) else "applied"
        for tried in try_proposed(snapshot, proposed, catalogue, now=now)
    )


def book_adjustments(
    ledger: Ledger, found: LateCharges, mending: Mending, *, progress: Progress = unwatched
) -> Counter[str]:
    """Book them, some thousand in a transaction; how many came to what. Interrupted, it leaves what is booked."""
    counted: Counter[str] = Counter()
    rest = found.by_contract()
    done = 0
    while some := list(islice(rest, CONTRACTS_AT_ONCE)):
        with ledger.snapshot() as snapshot:
            inputs = [input for _, theirs in _proposed(snapshot, some, mending) for input in theirs]
        counted.update(outcome.result for outcome in book_proposed(ledger, inputs))
        done += len(some)
        progress(done)
    return counted


def _proposed(
    snapshot: Snapshot, found: Iterable[tuple[Contract, Sequence[Charge]]], mending: Mending
) -> Iterator[tuple[Contract, list[Adjust]]]:
    """The adjustments of charges, contract by contract."""
    for _, charges in found:
        yield from adjustments(charges, mending.by, snapshot.contracts, per_account=mending.per_account)
