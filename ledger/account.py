"""The account: everything later decisions need, as its events left it (`evolve` makes it)."""

from datetime import date
from typing import Any, Final
from zlib import crc32

import msgspec

from ledger.entries import EXPIRED, TARIFF_BUCKETS
from ledger.events import (
    BlockKind,
    Mode,
    Period,
)
from ledger.memory import Kind, Memory
from ledger.periods import Instant
from ledger.units import Kopecks, PackageQuantity, Service

BLOCK_ORDER: tuple[BlockKind, ...] = ("financial", "voluntary", "operator")


class BrokenLog(Exception):
    """The stored events of an account cannot be its history; `verify` says more."""


class Bucket(msgspec.Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """A package that may be spent, valid for what occurred in `[start, end)` (R-6.5).

    `grant` is the version of the event that granted it and, with the service, its identity: it stays when base becomes
    carried. An expired bucket is kept as a leftover, `end` being when it ended, until `late_until` in booked time.
    `connected` orders the options' buckets: the version of the connection.
    """

    name: str
    service: Service
    grant: int
    granted: PackageQuantity
    left: PackageQuantity
    start: Instant
    end: Instant
    unlimited: bool = False
    late_until: Instant | None = None
    connected: int = 0

    @property
    def place(self) -> str:
        """Where it is spent from: a leftover from what expired, whatever it was before."""
        return self.name if self.late_until is None else EXPIRED


class Discount(msgspec.Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """A percentage off the tariff's fees on local dates `[from, until)` (R-10.1)."""

    percent: int
    from_: str = msgspec.field(name="from")
    until: str

    def on(self, day: date) -> int:
        """The percent in force on a local date, else 0."""
        return self.percent if self.from_ <= day.isoformat() < self.until else 0


class Promise(msgspec.Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """A promised payment: headroom, not money; `topped_up` counts towards its end (R-10.2, R-10.3)."""

    amount: Kopecks
    until: Instant
    topped_up: Kopecks


class OptionHeld(msgspec.Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """A connected option. `due`: its next fee, or the end of a one-time one; None while suspended (R-9)."""

    id: str
    name: str
    connected: int
    one_time: bool
    anchor_day: int
    due: Instant | None


class Corrected(msgspec.Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """What was corrected of one event so far: what reversals took back, and what adjustments citing it gave (R-11.1).

    `given` is the signed sum of those adjustments, less what of them was reversed itself.
    """

    version: int
    amount: Kopecks
    packages: bool
    given: Kopecks


class Adjustment(msgspec.Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """An adjustment and the events it cites, each once; a reversal of it takes back what it gave them (R-11.1)."""

    version: int
    cites: tuple[int, ...]


class Dispute(msgspec.Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """A claim: the id of its input or what stands for it, the version of its opening, the disputed event (R-11.3)."""

    id: str
    opened: int
    event: int
    resolved: bool


class PlanSince(msgspec.Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """The plan an account has from an instant on; what rates a late record (R-6.6). `version` connected it."""

    since: Instant
    plan: str
    version: int


VERSIONS_A_PART: Final = 256
GRANTS_A_PART: Final = 64
CLAIM_PARTS: Final = 64
CORRECTED: Final = Kind("corrected", Corrected)
ADJUSTMENTS: Final = Kind("adjustments", Adjustment)
RATED: Final = Kind("rated", int)
"""Records that were rated later, by the version that booked them first."""
DISPUTES: Final = Kind("disputes", Dispute)
LEFTOVERS: Final = Kind("leftovers", Bucket)
"""Expired buckets by grant; the marks of a part: the latest end of its buckets and of their late windows."""
KINDS: Final[dict[str, Kind[Any]]] = {kind.name: kind for kind in (CORRECTED, ADJUSTMENTS, RATED, DISPUTES, LEFTOVERS)}


def claim_part(id: str) -> int:
    """Which part of the memory has the claims of an id."""
    return crc32(id.encode()) % CLAIM_PARTS


def is_open(leftover: Bucket, now: Instant) -> bool:
    """Whether the late window of an expired bucket is still open in booked time (R-6.5)."""
    return leftover.late_until is None or now < leftover.late_until


class Account(msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """One contract as its events left it. `waiting_since`: when it became unpaid or free of blocks (R-4.4).

    `opened_at` and `closed_at` are booked times; `erased`: its personal data were destroyed (R-15.9).
    No field has a default: a stored state that lacks one is of another form, and nothing is taken for it. `zone` is the
    first, so that a store can ask for it (`ledger.log.heads`).
    """

    zone: str
    account: str
    region: str
    credit_limit: Kopecks
    version: int
    opened_at: Instant
    closed_at: Instant | None
    erased: bool
    clock: Instant
    wallet: Kopecks
    mode: Mode
    plans: tuple[PlanSince, ...]
    anchor_day: int | None
    period: Period | None
    waiting_since: Instant
    blocks: tuple[BlockKind, ...]
    buckets: tuple[Bucket, ...]
    discount: Discount | None
    promise: Promise | None
    options: tuple[OptionHeld, ...]
    memory: Memory

    @property
    def available(self) -> Kopecks:
        """What funds are tested against (R-3.4)."""
        return self.wallet + self.credit_limit + (self.promise.amount if self.promise else 0)

    @property
    def plan(self) -> str | None:
        """The plan in force, if any."""
        return self.plans[-1].plan if self.plans else None

    def plan_at(self, instant: Instant) -> str | None:
        """The plan the account had at an instant (R-6.6)."""
        for entry in reversed(self.plans):
            if entry.since <= instant:
                return entry.plan
        return None

    def plan_of(self, version: int) -> str | None:
        """The plan under which the event of a version was booked, the connecting event included."""
        for entry in reversed(self.plans):
            if entry.version <= version:
                return entry.plan
        return None

    def discount_on(self, day: date) -> int:
        """The discount in force on a local date, in percent (R-3.5)."""
        return self.discount.on(day) if self.discount else 0

    def option(self, option_id: str) -> OptionHeld | None:
        """A connected option, also while suspended."""
        return next((held for held in self.options if held.id == option_id), None)

    def buckets_of(self, name: str) -> list[Bucket]:
        """The live buckets of one name."""
        return [bucket for bucket in self.buckets if bucket.name == name]

    def corrected_of(self, version: int) -> Corrected:
        """What was corrected of an event so far."""
        things = self.memory.part(CORRECTED, version // VERSIONS_A_PART)
        return next(
            (each for each in things if each.version == version), Corrected(version, 0, packages=False, given=0)
        )

    def adjustment(self, version: int) -> Adjustment | None:
        """The adjustment of a version, None where that is another event."""
        things = self.memory.part(ADJUSTMENTS, version // VERSIONS_A_PART)
        return next((each for each in things if each.version == version), None)

    def is_rated(self, record: int) -> bool:
        """Whether an unrated record, known by the version that booked it first, was rated since (R-11.6)."""
        return record in self.memory.part(RATED, record // VERSIONS_A_PART)

    def claims(self, id: str) -> list[Dispute]:
        """The claims that inputs of this id, or of what stands for it, opened, in order of opening (R-11.3)."""
        return [each for each in self.memory.part(DISPUTES, claim_part(id)) if each.id == id]

    @property
    def disputes(self) -> tuple[Dispute, ...]:
        """Every claim in order of opening."""
        return tuple(sorted(self.memory.all(DISPUTES), key=lambda each: each.opened))

    @property
    def leftovers(self) -> tuple[Bucket, ...]:
        """Expired buckets whose late window is still open, in the order in which they ended (R-6.5)."""
        late = (each for each in self.memory.all(LEFTOVERS) if is_open(each, self.clock))
        return tuple(sorted(late, key=lambda each: (each.end, each.grant)))

    def tariff_buckets(self) -> list[Bucket]:
        """Base, carried and daily buckets, unlimited ones too."""
        return [bucket for bucket in self.buckets if bucket.name in TARIFF_BUCKETS]
