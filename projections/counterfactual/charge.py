"""Charges of late records: what moved the wallet otherwise than in time, and the adjustments that mend it (R-11.5)."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

import msgspec

from ledger import periods
from ledger.contracts import ERASED, NO_KEY, Contract, Contracts, holder_to_name
from ledger.inputs import Adjust
from ledger.periods import Instant
from ledger.units import Kopecks
from projections.counterfactual.difference import AMOUNT, Line
from projections.words import adjustments as words
from projections.words import times
from projections.words.adjustments import LateLine

SOURCE: Final = "late"
"""The source of adjustments made for late records; their ids say which event and record they are about."""
_GONE: Final = (ERASED, NO_KEY)


class Charge(msgspec.Struct, frozen=True, array_like=True):
    """A charge that late records changed: what moved the wallet with its adjustments so far, and what would have.

    `event` is its version, None for a charge that there is not but would have been; `record` the version of the late
    record it is put down to, which happened at `occurred_at` and came at `arrived_at`. `number` counts the adjustments
    of this charge, `merged` those of several charges of the contract, the next one included; `clock` is when the
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
    merged: int
    clock: Instant
    zone: str
    service: str
    occurred_at: Instant
    arrived_at: Instant

    def line(self) -> Line:
        """The charge as a line of what-if."""
        return Line(self.contract, self.event, AMOUNT, self.was, self.would_be, self.about, self.booked_at, self.zone)

    def told(self) -> LateLine:
        """What an adjustment's text says of it."""
        happened, arrived = (periods.local(at, self.zone) for at in (self.occurred_at, self.arrived_at))
        return LateLine(
            version=self.event,
            day=times.day(periods.local_date(self.booked_at, self.zone)),
            about=self.about,
            was=self.was,
            would_be=self.would_be,
            service=self.service,
            time=times.minute(happened),
            arrived=times.minute(arrived),
        )

    @property
    def difference(self) -> Kopecks:
        """What mends it."""
        return self.would_be - self.was

    @property
    def key(self) -> str:
        """What its adjustments are known by."""
        return key_of(self.contract, self.event, self.record)

    @property
    def pair(self) -> list[int]:
        """How an adjustment of several charges cites it: its event and the late record."""
        return [self.event or self.record, self.record]


def key_of(contract: Contract, event: int | None, record: int) -> str:
    """What the adjustments of a charge are known by: an id is that of one input over all contracts of a number."""
    return f"{_ours(contract)}-for-{record}" if event is None else f"{_ours(contract)}-{event}"


def pairs_cited(cites: Sequence[int]) -> list[tuple[int, int]]:
    """The charges that an adjustment of several cites, as events and records; none for that of a single charge."""
    return list(zip(cites[::2], cites[1::2], strict=False)) if len(cites) > 2 else []


def records_cited(cites: Sequence[int]) -> set[int]:
    """The late records that an adjustment cites."""
    return {record for _, record in pairs_cited(cites)} or {*cites[-1:]}


def adjustments(
    found: Sequence[Charge], by: str, contracts: Contracts, *, per_account: bool = False
) -> list[tuple[Contract, list[Adjust]]]:
    """What mends charges, contract by contract, and of each what is in its favour first: a minus needs money (R-11.5).

    `per_account`: one for all charges of a contract; none where they come to nothing together. An earlier contract of a
    number is named by its holder; where the number is gone, no input reaches one.
    """
    made = []
    for contract, charges in groupby(sorted(found, key=attrgetter("contract")), attrgetter("contract")):
        if contract.number not in _GONE:
            theirs = sorted(charges, key=lambda charge: -charge.difference)
            holder = holder_to_name(contracts, contract)
            parts = [theirs] if per_account else [[charge] for charge in theirs]
            made.append(
                (contract, [_adjust(part, by, holder) for part in parts if sum(each.difference for each in part)])
            )
    return made


def _adjust(charges: Sequence[Charge], by: str, holder: int | None) -> Adjust:
    """What mends charges of a contract, citing each and its late record; booked at the clock (R-11.5).

    So it takes nobody through nights that have not been run. `holder` is named where an input would not reach the
    contract without it (R-15.2).
    """
    first = charges[0]
    if len(charges) > 1:
        id = f"{_ours(first.contract)}-all-{first.merged}"
        cites = [version for charge in charges for version in charge.pair]
    else:
        id = f"{first.key}-{first.number}"
        cites = first.pair[-1:] if first.event in (None, first.record) else first.pair
    return Adjust(
        type="adjust",
        id=id,
        account=first.contract.number,
        holder=holder,
        at=first.clock,
        received_at=first.clock,
        source=SOURCE,
        by=by,
        amount=sum(charge.difference for charge in charges),
        cites=cites,
        text=words.late([charge.told() for charge in charges]),
    )


def _ours(contract: Contract) -> str:
    return SOURCE if contract.holder == 1 else f"{SOURCE}/{contract.holder}"
