"""Unrated records: those that wait for a price, and rating them again once the catalogue is mended (R-6.8, R-11.6)."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

import msgspec

from ledger.adoption import require_adoptable
from ledger.catalogue import Catalogue
from ledger.contracts import ERASED, NO_KEY, Contract, holder_to_name
from ledger.events import UsageCharged, UsageUnrated
from ledger.inputs import Rerate
from ledger.periods import Instant
from ledger.progress import Progress, unwatched
from ledger.reasons import UnratedReason
from ledger.service import Ledger, Outcome
from ledger.snapshot import Snapshot
from ledger.units import Kopecks
from projections import unrated
from projections.follow import asked
from projections.unrated import UnratedRecord
from scripts.app.catalogues import require_plan
from scripts.app.proposed import Tried, book_proposed, try_proposed

SOURCE: Final = "rerate"
"""The source of the inputs that rate records again."""
READ_AT_ONCE: Final = 500


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Which of the records that wait are meant; None is any. `plan` is that of the account at the record's time."""

    reason: UnratedReason | None = None
    zone: str | None = None
    plan: str | None = None
    contracts: Collection[Contract] | None = None

    def has(self, record: UnratedRecord) -> bool:
        """Whether a record of one of the contracts is meant."""
        return (
            self.reason in (None, record.row.reason)
            and self.zone in (None, record.row.zone)
            and self.plan in (None, record.plan)
        )


class Rerated(msgspec.Struct):
    """What rating again came to: how many records got a price, how many still have none, kopecks charged together.

    `refused` counts those that others rated, or whose account others booked on, in the meantime.
    """

    rated: int = 0
    unrated: int = 0
    amount: Kopecks = 0
    refused: int = 0


def unrated_records(snapshot: Snapshot, waiting: Waiting) -> Iterator[UnratedRecord]:
    """The records without a price, by number, holder and version, read while the snapshot lasts (R-6.8).

    Raises InvalidRequest for a plan that the catalogue does not have.
    """
    _require_plan(waiting, snapshot.catalogues.newest())
    return (record for some in _some_at_once(_contracts(snapshot, waiting)) for record in _of(snapshot, waiting, some))


def _require_plan(waiting: Waiting, catalogue: Catalogue) -> None:
    if waiting.plan is not None:
        require_plan(catalogue, waiting.plan)


def _contracts(snapshot: Snapshot, waiting: Waiting) -> list[Contract]:
    """The contracts that are meant and have records which wait."""
    ids = asked(snapshot.log, unrated.waiting)
    named = snapshot.contracts.named_all(ids).values()
    return sorted(named if waiting.contracts is None else set(waiting.contracts).intersection(named))


def _some_at_once(contracts: Sequence[Contract]) -> Iterator[Sequence[Contract]]:
    return (contracts[start : start + READ_AT_ONCE] for start in range(0, len(contracts), READ_AT_ONCE))


def _of(snapshot: Snapshot, waiting: Waiting, contracts: Sequence[Contract]) -> Iterator[UnratedRecord]:
    """Those of some contracts that are meant; the views may know of later events than the snapshot."""
    rows = asked(snapshot.log, lambda db: unrated.rows(db, contracts))
    for contract, theirs in groupby(rows, attrgetter("contract")):
        account = snapshot.account(contract.id)
        for row in theirs if account is not None else ():
            event = snapshot.log.event(contract.id, row.version)
            if account is not None and isinstance(event, UsageUnrated):
                plan = account.plan_at(row.occurred_at)
                record = UnratedRecord(row, event.direction, event.quantity, event.personal.peer, event.input, plan)
                if waiting.has(record):
                    yield record


# Rating them again


def try_rerating(
    snapshot: Snapshot,
    waiting: Waiting,
    catalogue: Catalogue,
    *,
    by: str,
    now: Instant,
    progress: Progress = unwatched,
) -> Rerated:
    """What rating them again under a catalogue would come to; nothing is written.

    Raises InvalidRequest for a plan that the catalogue does not have, and CatalogueRefused for a catalogue that the
    ledger would not take (R-3.6).
    """
    for shard in snapshot.log.shards:
        require_adoptable(shard, catalogue)
    _require_plan(waiting, catalogue)
    total = Rerated()
    contracts = _contracts(snapshot, waiting)
    for done, some in enumerate(_some_at_once(contracts), 1):
        _try(snapshot, _of(snapshot, waiting, some), catalogue, total, by=by, now=now)
        progress(min(done * READ_AT_ONCE, len(contracts)))
    return total


def rerate(ledger: Ledger, waiting: Waiting, *, by: str, now: Instant, progress: Progress = unwatched) -> Rerated:
    """Rate again, under the ledger's catalogue, what it gives a price to; of the rest nothing is booked.

    Interrupted, it leaves what is booked, and the same again goes on from there: no record is charged twice. Raises
    InvalidRequest for a plan that the catalogue does not have.
    """
    total = Rerated()
    with ledger.snapshot() as snapshot:
        catalogue = snapshot.catalogues.newest()
        _require_plan(waiting, catalogue)
        contracts = _contracts(snapshot, waiting)
    for done, some in enumerate(_some_at_once(contracts), 1):
        counted = Rerated()
        with ledger.snapshot() as snapshot:
            inputs = _try(snapshot, _of(snapshot, waiting, some), catalogue, counted, by=by, now=now)
        total.unrated += counted.unrated
        for outcome in book_proposed(ledger, inputs):
            _count(total, outcome)
        progress(min(done * READ_AT_ONCE, len(contracts)))
    return total


def _try(
    snapshot: Snapshot,
    records: Iterable[UnratedRecord],
    catalogue: Catalogue,
    total: Rerated,
    *,
    by: str,
    now: Instant,
) -> list[Rerate]:
    """Add what records would come to, and give the inputs of those that would get a price."""
    found: list[Rerate] = []
    proposed = _proposed(snapshot, records, catalogue, total, by=by)
    for tried in try_proposed(snapshot, proposed, catalogue, now=now):
        charged = _charged(tried)
        if charged is None:
            total.unrated += 1
        else:
            total.rated += 1
            total.amount += charged.amount
            found.append(tried.input)
    return found


def _proposed(
    snapshot: Snapshot, records: Iterable[UnratedRecord], catalogue: Catalogue, total: Rerated, *, by: str
) -> Iterator[tuple[Contract, list[Rerate]]]:
    """The inputs for records, contract by contract; those whose number is gone no input reaches, they stay unrated.

    They are booked at the account's clock: no night is charged by it. What an input is known by names the catalogue, so
    that the same again is nothing new, and a later catalogue tries it anew.
    """
    for contract, theirs in groupby(records, lambda record: record.row.contract):
        if contract.number in (ERASED, NO_KEY):
            total.unrated += sum(1 for _ in theirs)
            continue
        account = snapshot.account(contract.id)
        assert account is not None, "what waits has an account"
        holder = holder_to_name(snapshot.contracts, contract)
        ours = SOURCE if contract.holder == 1 else f"{SOURCE}/{contract.holder}"
        yield (
            contract,
            [
                Rerate(
                    type="rerate",
                    id=f"{ours}-{record.row.version}-{catalogue.digest[:12]}",
                    account=contract.number,
                    holder=holder,
                    at=account.clock,
                    received_at=account.clock,
                    source=SOURCE,
                    by=by,
                    event=record.row.version,
                )
                for record in theirs
            ],
        )


def _charged(tried: Tried[Rerate] | Outcome) -> UsageCharged | None:
    """The charge that an input came to, if it did."""
    return next((each for each in tried.events if isinstance(each, UsageCharged)), None)


def _count(total: Rerated, outcome: Outcome) -> None:
    charged = _charged(outcome)
    if charged is not None:
        total.rated += 1
        total.amount += charged.amount
    elif any(isinstance(event, UsageUnrated) for event in outcome.events):
        total.unrated += 1
    else:
        total.refused += 1
