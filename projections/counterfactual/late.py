"""Late: charges that would have come out otherwise had their records arrived when they happened, and what mends them.

A record is late when it took effect after it happened. All late records of a contract are moved to when they happened,
and everything is decided again; what differs in money, event by event, is what adjustments have to bring.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Final, TypeAlias, TypeGuard

import msgspec

from ledger import periods
from ledger.contracts import ERASED, NO_KEY, Contract, Contracts, chosen
from ledger.entries import wallet_movement
from ledger.events import Adjusted, ChargeReversed, Event, InputRefused, Refunded, UsageCharged, UsageUnrated, type_name
from ledger.inputs import Adjust
from ledger.log.store import Reading
from ledger.periods import Instant, Moment, first_instant
from ledger.progress import Progress
from ledger.timeline import CatalogueTimeline
from ledger.units import Kopecks
from projections.counterfactual.change import Change
from projections.counterfactual.difference import AMOUNT, Line
from projections.counterfactual.history import Counterfactual, Step, decide_with, steps_of, zone_of
from projections.counterfactual.pairs import Pair, pairs
from projections.shares import WholeContracts, in_shares, whole
from projections.words import adjustments as words
from projections.words import times

SOURCE: Final = "late"
"""The source of adjustments made for late records; their ids say which event and record they are about."""
_GONE: Final = (ERASED, NO_KEY)
Record: TypeAlias = UsageCharged | UsageUnrated


class Charge(msgspec.Struct, frozen=True):
    """A charge that late records changed: what moved the wallet with its adjustments so far, and what would have.

    `event` is its version, None for a charge that there is not but would have been; `record` the version of the late
    record it is put down to. `number` counts the adjustments of this charge, the next one included; `clock` is when the
    contract's last event was booked.
    """

    contract: Contract
    event: int | None
    record: int
    was: Kopecks
    would_be: Kopecks
    about: str
    booked_at: Instant
    number: int
    clock: Instant
    zone: str
    service: str
    occurred_at: Instant

    def line(self) -> Line:
        """The charge as a line of what-if."""
        return Line(self.contract, self.event, AMOUNT, self.was, self.would_be, self.about, self.booked_at, self.zone)

    def adjustment(self, by: str, *, holder: int | None = None) -> Adjust:
        """What mends it, citing the late record and the charge, once where they are one; booked at the clock (R-11.5).

        So it takes nobody through nights that have not been run. `holder` is named where an input would not reach the
        contract without it (R-15.2).
        """
        happened = times.minute(periods.local(self.occurred_at, self.zone))
        return Adjust(
            type="adjust",
            id=f"{self.key}-{self.number}",
            account=self.contract.number,
            holder=holder,
            at=self.clock,
            received_at=self.clock,
            source=SOURCE,
            by=by,
            amount=self.would_be - self.was,
            cites=[self.record] if self.event in (None, self.record) else [self.event or 0, self.record],
            text=words.late(self.service, happened, was=self.was, would_be=self.would_be),
        )

    @property
    def key(self) -> str:
        """What its adjustments are known by."""
        return _key(self.contract, self.event, self.record)


def late(log: Reading, accounts: Sequence[str], *, since: Moment | None = None) -> list[Charge]:
    """The charges of contracts, by their ids, that late records changed in money and no adjustment has mended yet.

    `since`: only those put down to records that were booked from this moment on. Raises CannotDecide.
    """
    return _late(log, whole(log, accounts), since=since)


def _late(log: Reading, contracts: WholeContracts, *, since: Moment | None) -> list[Charge]:
    catalogues = CatalogueTimeline(log.adopted())
    found: list[Charge] = []
    for id, rows in contracts:
        found += charges(log.contracts.named(id), list(steps_of(log, rows)), catalogues, since=since)
    return found


def adjustments(found: Sequence[Charge], by: str, contracts: Contracts) -> list[Adjust]:
    """What mends charges, contract by contract, and of each what is in its favour first: a minus needs money (R-11.5).

    An earlier contract of a number is named by its holder; where the number is gone, no input reaches one.
    """
    reachable = [charge for charge in found if charge.contract.number not in _GONE]
    ordered = sorted(reachable, key=lambda charge: (charge.contract, charge.was - charge.would_be))
    named = {
        contract: None if contract == chosen(contracts, contract.number) else contract.holder
        for contract in {charge.contract for charge in ordered}
    }
    return [charge.adjustment(by, holder=named[charge.contract]) for charge in ordered]


def late_of_many(
    log: Reading, accounts: Sequence[str] | None, *, since: Moment | None, workers: int, progress: Progress
) -> list[Charge]:
    """The same of many contracts, all for None, on several processes; in order of number and holder."""
    found: list[Charge] = []
    for part in in_shares(partial(_late, since=since), log, accounts, workers=workers, progress=progress):
        found += part
    return sorted(found, key=attrgetter("contract"))


def charges(
    contract: Contract,
    steps: Sequence[Step],
    catalogues: CatalogueTimeline,
    *,
    since: Moment | None = None,
) -> list[Charge]:
    """The charges of one contract, in order of time."""
    records: dict[int, Record] = {
        first.version: first for step in steps if is_late(first := step.events[0], opened=steps[0].came)
    }
    begin = None if since is None else first_instant(since, zone_of(steps))
    if not records or (begin is not None and all(record.booked_at < begin for record in records.values())):
        return []
    firsts = (step.events[0] for step in steps)
    mended = [(event, id) for event in firsts if (id := _our_id(event)) is not None]
    change = Change(
        drop=frozenset(event.version for event, _ in mended),
        move={version: event.occurred_at for version, event in records.items()},
    )
    found = list(_charges(decide_with(contract, steps, change, catalogues), records, mended))
    return [charge for charge in found if begin is None or records[charge.record].booked_at >= begin]


def is_late(event: Event, *, opened: Instant) -> TypeGuard[Record]:
    """A usage record that took effect after it happened; not one of before the account was opened."""
    return (
        isinstance(event, UsageCharged | UsageUnrated)
        and event.rerates is None
        and event.booked_at > event.occurred_at >= opened
    )


def _key_of_mended(contract: Contract, event: Event, id: str, open_: Collection[str]) -> str:
    """What the charge of an adjustment is known by. An id that nobody can read leaves what it cites.

    A charge that was made anew is cited by its record alone, as a charge of the record itself is.
    """
    if not id.startswith(_GONE):
        return id.rpartition("-")[0]
    about, *rest = event.cites if isinstance(event, Adjusted) else getattr(event, "fields", {})["cites"]
    anew = _key(contract, None, about)
    return anew if not rest and anew in open_ else _key(contract, about, about)


def _our_id(event: Event) -> str | None:
    """The id of an adjustment that was made here, also of one that was refused; None for any other event."""
    adjusts = isinstance(event, Adjusted) or (isinstance(event, InputRefused) and event.input_type == "adjust")
    return event.input.id if adjusts and event.input is not None and event.input.source == SOURCE else None


def _charges(
    found: Counterfactual, records: dict[int, Record], mended: Sequence[tuple[Event, str]]
) -> Iterator[Charge]:
    ours = {event.version for event, _ in mended}
    open_: dict[str, _Open] = {}
    key_of = partial(_key, found.contract)
    for pair in sorted(pairs(found.was, found.would_be), key=_time):
        if isinstance(pair.event, Refunded):
            continue  # money that was paid out is no charge: nothing about it is to be mended
        was, would_be = _moved(pair.was), _moved(pair.would_be)
        if was != would_be and pair.behind not in ours:
            record = _record(pair, found.was, records)
            version = pair.was.version if pair.was else None
            charge = open_.setdefault(key_of(version, record), _Open(version, record, pair.event))
            charge.was += was
            charge.would_be += would_be
    for event, id in mended:
        key = _key_of_mended(found.contract, event, id, open_)
        if isinstance(event, Adjusted):
            about, record = event.cites[0], event.cites[-1]
            version = None if key == key_of(None, record) else about
            open_.setdefault(key, _Open(version, record, found.was[about - 1])).was += event.amount
        if key in open_:
            open_[key].number += 1
    for charge in open_.values():
        if charge.version is not None:
            charge.was += _by_hand(charge, found.was, open_, ours)
        if charge.was != charge.would_be:
            late_record = records[charge.record]
            yield Charge(
                contract=found.contract,
                event=charge.version,
                record=charge.record,
                was=charge.was,
                would_be=charge.would_be,
                about=type_name(charge.event),
                booked_at=charge.event.booked_at,
                number=charge.number,
                clock=found.was[-1].booked_at,
                zone=found.zone,
                service=late_record.service,
                occurred_at=late_record.occurred_at,
            )


@dataclass(slots=True)
class _Open:
    """A charge while its sums come together; `number` is that of its next adjustment."""

    version: int | None
    record: int
    event: Event
    was: Kopecks = 0
    would_be: Kopecks = 0
    number: int = 1


def _by_hand(charge: _Open, was: Sequence[Event], open_: Mapping[str, _Open], ours: Collection[int]) -> Kopecks:
    """What clerks' adjustments that cite a charge have mended of it already, up to all of it (R-11.5).

    Where the charge was reversed, only what its reversals leave unmended was for them to mend. An adjustment that gave
    more than that was meant to.
    """
    version = charge.event.version
    adjusted = {e.version for e in was if isinstance(e, Adjusted) and version in e.cites and e.version not in ours}
    reversed_ = {e.version for e in was if isinstance(e, ChargeReversed) and e.event == version}
    undone = {e.version for e in was if isinstance(e, ChargeReversed) and e.event in adjusted}
    by_hand = sum(_moved(event) for event in was if event.version in adjusted | undone)
    unmended = sum(each.would_be - each.was for each in open_.values() if each.version in reversed_ | {version})
    return max(min(by_hand, unmended), 0) if unmended > 0 else min(max(by_hand, unmended), 0)


def _key(contract: Contract, event: int | None, record: int) -> str:
    """What the adjustments of a charge are known by: an id is that of one input over all contracts of a number."""
    ours = SOURCE if contract.holder == 1 else f"{SOURCE}/{contract.holder}"
    return f"{ours}-for-{record}" if event is None else f"{ours}-{event}"


def _time(pair: Pair) -> tuple[Instant, int]:
    return pair.event.booked_at, pair.event.version


def _moved(event: Event | None) -> Kopecks:
    """What an event moves the wallet by."""
    return 0 if event is None else wallet_movement(event.entries)


def _record(pair: Pair, was: Sequence[Event], records: dict[int, Record]) -> int:
    """The late record that a difference is put down to.

    The first of those that came behind the event and happened before it; else the record itself, if it is one that came
    behind something else; else the last of these before it.
    """
    at = pair.event.booked_at
    behind = pair.behind
    for version, record in records.items():
        came_behind = version > behind if behind is not None else record.booked_at > at
        if came_behind and record.occurred_at <= at:
            return version
    crossing = {v for v, record in records.items() if was[v - 2].booked_at > record.occurred_at}
    if behind in crossing:
        return behind
    before = [version for version in crossing if records[version].booked_at <= at]
    return max(before or crossing or records)
