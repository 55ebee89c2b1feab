"""Late: charges that would have come out otherwise had their records arrived when they happened.

A record is late when it took effect after it happened. All late records of a contract are moved to when they happened,
and everything is decided again; what differs in money, event by event, is what adjustments have to bring.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, NamedTuple, TypeAlias, TypeGuard

import msgspec

from ledger.contracts import ERASED, NO_KEY, Contract
from ledger.entries import wallet_movement
from ledger.events import Adjusted, ChargeReversed, Event, InputRefused, Refunded, UsageCharged, UsageUnrated, type_name
from ledger.log.store import Reading
from ledger.periods import Instant, Moment, first_instant
from ledger.progress import Progress
from ledger.timeline import CatalogueTimeline
from ledger.units import Kopecks
from projections.counterfactual.change import Change
from projections.counterfactual.charge import SOURCE, Charge, key_of, pairs_cited, records_cited
from projections.counterfactual.history import Step, decide_with, steps_of, zone_of
from projections.counterfactual.pairs import Pair, pairs
from projections.engines.engine import Engine
from projections.shares import WholeContracts, in_shares, whole

Favour: TypeAlias = Literal["subscriber", "operator"]
Record: TypeAlias = UsageCharged | UsageUnrated
_GONE: Final = (ERASED, NO_KEY)


class LookedFor(msgspec.Struct, frozen=True, kw_only=True):
    """Which charges are looked for; None is any.

    `since`: those put down to records that were booked from this moment on. `favour`: those whose adjustment is for the
    one or for the other. `least`: those that differ by so many kopecks at least. `only`: those of a contract's id and a
    version, of the charge or, where there is none, of the late record.
    """

    since: Moment | None = None
    favour: Favour | None = None
    least: Kopecks = 0
    only: frozenset[tuple[str, int]] | None = None

    def has(self, charge: Charge) -> bool:
        """Whether a charge of records of that time is one of them."""
        return (
            self.favour in (None, "subscriber" if charge.difference > 0 else "operator")
            and abs(charge.difference) >= self.least
            and (self.only is None or name_of(charge) in self.only)
        )


def name_of(charge: Charge) -> tuple[str, int]:
    """What a charge is called by whoever chooses it."""
    return charge.contract.id, charge.event or charge.record


class LateCharges:
    """The charges of many contracts, kept small until they are asked for; `accounts` were looked at.

    `changed` is how many of them have any, `count` how many these are, `difference` what all come to.
    """

    def __init__(self) -> None:
        self.accounts = self.changed = self.count = 0
        self.difference: Kopecks = 0
        self._found: list[tuple[Contract, bytes]] = []

    def add(self, accounts: int, found: Sequence[tuple[Contract, bytes]], totals: tuple[int, Kopecks]) -> None:
        """Add those of a share."""
        self.accounts += accounts
        self.changed += len(found)
        self.count += totals[0]
        self.difference += totals[1]
        self._found += found

    def by_contract(self) -> Iterator[tuple[Contract, list[Charge]]]:
        """Each contract with its charges, by number and holder."""
        self._found.sort()
        for contract, encoded in self._found:
            yield contract, _decode(encoded)

    def __iter__(self) -> Iterator[Charge]:
        return (charge for _, charges in self.by_contract() for charge in charges)


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(list[Charge]).decode


def late(log: Reading, accounts: Sequence[str], *, since: Moment | None = None) -> list[Charge]:
    """The charges of contracts, by their ids, that late records changed in money and no adjustment has mended yet.

    `since`: only those put down to records that were booked from this moment on. Raises CannotDecide.
    """
    return [charge for _, found in _late(log, whole(log, accounts), since=since) for charge in found]


def _late(log: Reading, contracts: WholeContracts, *, since: Moment | None) -> Iterator[tuple[Contract, list[Charge]]]:
    catalogues = CatalogueTimeline(log.adopted())
    for id, rows in contracts:
        steps = list(steps_of(log, rows, sealed=True))
        if any(is_late(step.events[0], opened=steps[0].came) for step in steps):
            steps = list(steps_of(log, rows))
            contract = log.contracts.named(id)
            yield contract, charges(contract, steps, catalogues, since=since)


def late_of_many(
    log: Reading, accounts: Sequence[str] | None, looked_for: LookedFor, *, engine: Engine, progress: Progress
) -> LateCharges:
    """Those of many contracts that are looked for, all for None, on several processes. Raises CannotDecide."""
    found = LateCharges()
    share = partial(_share, looked_for=looked_for)
    for part in in_shares(share, log, accounts, engine=engine, progress=progress):
        found.add(*part)
    return found


def _share(
    log: Reading, contracts: WholeContracts, looked_for: LookedFor
) -> tuple[int, list[tuple[Contract, bytes]], tuple[int, Kopecks]]:
    accounts = count = difference = 0

    def counted() -> WholeContracts:
        nonlocal accounts
        for each in contracts:
            accounts += 1
            yield each

    found = []
    for contract, all_ in _late(log, counted(), since=looked_for.since):
        if chosen := [charge for charge in all_ if looked_for.has(charge)]:
            found.append((contract, _encode(chosen)))
            count += len(chosen)
            difference += sum(charge.difference for charge in chosen)
    return accounts, found, (count, difference)


def charges(
    contract: Contract,
    steps: Sequence[Step],
    catalogues: CatalogueTimeline,
    *,
    since: Moment | None = None,
) -> list[Charge]:
    """The charges of one contract, in order of time."""
    records = _late_records(steps)
    begin = None if since is None else first_instant(since, zone_of(steps))
    if not records or (begin is not None and all(record.booked_at < begin for record in records.values())):
        return []
    shares: dict[int, list[_Share]] = {}
    for each in _mended(steps, records):
        if isinstance(each.event, Adjusted) and (cited := pairs_cited(each.cites)):
            listed = _charges(contract, steps[: each.before], catalogues, shares)
            shares[each.event.version] = list(_shares(each.event, cited, list(listed)))
    found = _charges(contract, steps, catalogues, shares)
    return [charge for charge in found if begin is None or records[charge.record].booked_at >= begin]


def _late_records(steps: Sequence[Step]) -> dict[int, Record]:
    return {first.version: first for step in steps if is_late(first := step.events[0], opened=steps[0].came)}


def is_late(event: Event, *, opened: Instant) -> TypeGuard[Record]:
    """A usage record that took effect after it happened; not one of before the account was opened."""
    return (
        isinstance(event, UsageCharged | UsageUnrated)
        and event.rerates is None
        and event.booked_at > event.occurred_at >= opened
    )


class _Mended(NamedTuple):
    """An adjustment that was made here, or refused: its event, its id, and how many steps came before it."""

    event: Adjusted | InputRefused
    id: str
    before: int

    @property
    def cites(self) -> Sequence[int]:
        """The versions that it cites."""
        return self.event.cites if isinstance(self.event, Adjusted) else self.event.fields["cites"]


class _Share(NamedTuple):
    """What an adjustment of several charges brought to one of them, as it was listed then."""

    event: int | None
    record: int
    amount: Kopecks


def _mended(steps: Sequence[Step], records: Collection[int]) -> Iterator[_Mended]:
    """The adjustments that were made here, also those that were refused; one without late records is a clerk's."""
    for before, step in enumerate(steps):
        event = step.events[0]
        if not isinstance(event, Adjusted | InputRefused) or event.input is None or event.input.source != SOURCE:
            continue
        if isinstance(event, Adjusted) or event.input_type == "adjust":
            made = _Mended(event, event.input.id, before)
            if records_cited(made.cites) <= set(records):
                yield made


def _shares(event: Adjusted, cited: Sequence[tuple[int, int]], listed: Sequence[Charge]) -> Iterator[_Share]:
    """Whose the parts of an adjustment are; what it brought otherwise than was listed is with the first of them."""
    there = {(tuple(charge.pair), charge.event is None): charge for charge in reversed(listed)}
    rest = event.amount
    parts = []
    for about, record in cited:
        charge = there.pop(((about, record), False), None) or there.pop(((about, record), True), None)
        if charge is not None:
            parts.append(_Share(charge.event, record, charge.difference))
            rest -= charge.difference
    yield from parts
    if rest:
        yield _Share(*cited[0], rest)


def _key_of_mended(contract: Contract, mended: _Mended, open_: Collection[str]) -> str:
    """What the charge of an adjustment is known by. An id that nobody can read leaves what it cites.

    A charge that was made anew is cited by its record alone, as a charge of the record itself is.
    """
    if not mended.id.startswith(_GONE):
        return mended.id.rpartition("-")[0]
    about, *rest = mended.cites
    anew = key_of(contract, None, about)
    return anew if not rest and anew in open_ else key_of(contract, about, about)


def _charges(
    contract: Contract,
    steps: Sequence[Step],
    catalogues: CatalogueTimeline,
    shares: Mapping[int, Sequence[_Share]],
) -> Iterator[Charge]:
    """The charges of a contract with these steps; `shares` are those of its adjustments of several charges."""
    records = _late_records(steps)
    mended = list(_mended(steps, records))
    ours = {each.event.version for each in mended}
    move = {version: event.occurred_at for version, event in records.items()}
    found = decide_with(contract, steps, Change(drop=frozenset(ours), move=move), catalogues)
    open_: dict[str, _Open] = {}
    for pair in sorted(pairs(found.was, found.would_be), key=_time):
        if isinstance(pair.event, Refunded):
            continue  # money that was paid out is no charge: nothing about it is to be mended
        was, would_be = _moved(pair.was), _moved(pair.would_be)
        if was != would_be and pair.behind not in ours:
            record = _record(pair, found.was, records)
            version = pair.was.version if pair.was else None
            charge = open_.setdefault(key_of(contract, version, record), _Open(version, record, pair.event))
            charge.was += was
            charge.would_be += would_be
    merged = 1
    for each in mended:
        if pairs_cited(each.cites):
            merged += 1
            for share in shares.get(each.event.version, ()):
                _mend(open_, key_of(contract, share.event, share.record), share, found.was)
            continue
        key = _key_of_mended(contract, each, open_)
        if isinstance(each.event, Adjusted):
            about, record = each.event.cites[0], each.event.cites[-1]
            version = None if key == key_of(contract, None, record) else about
            _mend(open_, key, _Share(version, record, each.event.amount), found.was)
        if key in open_:
            open_[key].number += 1
    for charge in open_.values():
        if charge.version is not None:
            charge.was += _by_hand(charge, found.was, open_, ours)
        if charge.was != charge.would_be:
            late_record = records[charge.record]
            yield Charge(
                contract=contract,
                event=charge.version,
                record=charge.record,
                was=charge.was,
                would_be=charge.would_be,
                about=type_name(charge.event),
                booked_at=charge.event.booked_at,
                number=charge.number,
                merged=merged,
                clock=found.was[-1].booked_at,
                zone=found.zone,
                service=late_record.service,
                occurred_at=late_record.occurred_at,
                arrived_at=late_record.booked_at,
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


def _mend(open_: dict[str, _Open], key: str, share: _Share, was: Sequence[Event]) -> None:
    """Add what an adjustment brought to a charge."""
    about = was[(share.event or share.record) - 1]
    open_.setdefault(key, _Open(share.event, share.record, about)).was += share.amount


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


def _time(pair: Pair) -> tuple[Instant, int]:
    return pair.event.booked_at, pair.event.version


def _moved(event: Event | None) -> Kopecks:
    """What an event moves the wallet by."""
    return 0 if event is None else wallet_movement(event.entries)


def _record(pair: Pair, was: Sequence[Event], records: dict[int, Record]) -> int:
    """The late record that a difference is put down to.

    The first of those that came behind the event and happened before it (a late record before it happened itself); else
    the record itself, if it is one that came behind something else; else the last of these before it.
    """
    behind = pair.behind
    at = records[behind].occurred_at if behind in records else pair.event.booked_at
    for version, record in records.items():
        came_behind = version > behind if behind is not None else record.booked_at > at
        if came_behind and record.occurred_at <= at:
            return version
    crossing = {v for v, record in records.items() if was[v - 2].booked_at > record.occurred_at}
    if behind in crossing:
        return behind
    before = [version for version in crossing if records[version].booked_at <= at]
    return max(before or crossing or records)
