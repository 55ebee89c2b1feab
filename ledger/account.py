"""The account: everything later decisions need, folded from its events; `evolve` is their only interpretation."""

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec
from msgspec.structs import replace

from ledger.entries import BASE, CARRIED, DAILY, EXPIRED, TARIFF_BUCKETS, WALLET, Entry
from ledger.events import (
    AccountOpened,
    Blocked,
    BlockKind,
    DailyFeeCharged,
    DiscountGranted,
    Event,
    InputRefused,
    Mode,
    MonthlyFeeCharged,
    PackagesRefreshed,
    Period,
    PeriodLapsed,
    PlanConnected,
    RefreshRefused,
    TariffFee,
    ToppedUp,
    Unblocked,
    UsageCharged,
    UsageUnrated,
)
from ledger.periods import Instant
from ledger.units import Kopecks, Quantity, Service

BLOCK_ORDER: tuple[BlockKind, ...] = ("financial", "voluntary", "operator")


class Bucket(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A package that may be spent, valid for what occurred in `[start, end)` (R-6.5).

    `grant` is the version of the event that granted it and, with the service, its identity: it stays when base becomes
    carried. An expired bucket is kept as a leftover, `end` being when it ended, until `late_until` in booked time.
    """

    name: str
    service: Service
    grant: int
    granted: Quantity
    left: Quantity
    start: Instant
    end: Instant
    unlimited: bool = False
    late_until: Instant | None = None


class Discount(msgspec.Struct, frozen=True, gc=False):
    """A percentage off the tariff's fees on local dates `[from, until)` (R-10.1)."""

    percent: int
    from_: str = msgspec.field(name="from")
    until: str

    def on(self, day: date) -> int:
        """The percent in force on a local date, else 0."""
        return self.percent if self.from_ <= day.isoformat() < self.until else 0


class PlanSince(msgspec.Struct, frozen=True, gc=False):
    """The plan an account has from an instant on; what rates a late record (R-6.6)."""

    since: Instant
    plan: str


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One prepaid number as its events left it. `waiting_since`: when it became unpaid or free of blocks (R-4.4)."""

    account: str
    region: str
    zone: str
    credit_limit: Kopecks
    version: int
    clock: Instant
    wallet: Kopecks = 0
    mode: Mode = "none"
    plans: tuple[PlanSince, ...] = ()
    anchor_day: int | None = None
    period: Period | None = None
    waiting_since: Instant = 0
    blocks: tuple[BlockKind, ...] = ()
    buckets: tuple[Bucket, ...] = ()
    leftovers: tuple[Bucket, ...] = ()
    discount: Discount | None = None

    @property
    def available(self) -> Kopecks:
        """What funds are tested against (R-3.4)."""
        return self.wallet + self.credit_limit

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

    def discount_on(self, day: date) -> int:
        """The discount in force on a local date, in percent (R-3.5)."""
        return self.discount.on(day) if self.discount else 0

    def tariff_buckets(self) -> Iterator[Bucket]:
        """Base, carried and daily buckets, unlimited ones too."""
        return (bucket for bucket in self.buckets if bucket.name in TARIFF_BUCKETS)


class BrokenLog(Exception):
    """The stored events of an account cannot be its history; `verify` says more."""


def fold(account_id: str, events: Iterable[Event]) -> Account | None:
    """The account that a run of events from the first one on leaves; None for no events."""
    account: Account | None = None
    for event in events:
        account = evolve(account, event, account_id)
    return account


def evolve(account: Account | None, event: Event, account_id: str = "") -> Account:
    """The account behind one more event. Raises BrokenLog where the event cannot follow."""
    if account is None:
        if not isinstance(event, AccountOpened) or event.version != 1:
            raise BrokenLog(f"account {account_id} does not begin with AccountOpened")
        return Account(
            account=account_id,
            region=event.region,
            zone=event.zone,
            credit_limit=event.credit_limit,
            version=1,
            clock=event.booked_at,
        )
    if event.version != account.version + 1:
        raise BrokenLog(f"account {account.account}: version {event.version} follows {account.version}")
    account = _advance(account, event)
    match event:
        case UsageCharged():
            return _spend(account, event.entries) if event.entries else account
        case MonthlyFeeCharged():
            account = _turn(account, event, carry=event.carried)
            return replace(account, mode="monthly", anchor_day=event.anchor_day)
        case PackagesRefreshed():
            account = _turn(account, event, carry=True)
            return replace(account, mode="monthly", anchor_day=event.anchor_day)
        case DailyFeeCharged():
            return replace(_turn(account, event, carry=False), mode="daily")
        case PlanConnected():
            plans = (*account.plans, PlanSince(event.booked_at, event.plan))
            return replace(_lapse(account, event.booked_at, event.late_until), plans=plans)
        case PeriodLapsed():
            return _lapse(account, event.booked_at, event.late_until)
        case Blocked():
            if event.late_until is not None:
                account = _lapse(account, event.booked_at, event.late_until)
            held = {*account.blocks, event.kind}
            return replace(account, blocks=tuple(kind for kind in BLOCK_ORDER if kind in held))
        case Unblocked():
            blocks = tuple(kind for kind in account.blocks if kind != event.kind)
            return replace(account, blocks=blocks, waiting_since=account.waiting_since if blocks else event.booked_at)
        case DiscountGranted():
            return replace(account, discount=Discount(event.percent, event.from_, event.until))
        case AccountOpened() | ToppedUp() | RefreshRefused() | UsageUnrated() | InputRefused():
            return account


def _advance(account: Account, event: Event) -> Account:
    """What every event does: the version, the clock, the wallet, and leftovers whose late window has closed."""
    wallet = account.wallet
    for entry in event.entries:
        if entry.unit == "kop":
            if entry.from_ == WALLET:
                wallet -= entry.amount
            elif entry.to == WALLET:
                wallet += entry.amount
    leftovers = account.leftovers
    if leftovers:
        leftovers = tuple(b for b in leftovers if b.late_until is None or event.booked_at < b.late_until)
    return replace(account, version=event.version, clock=event.booked_at, wallet=wallet, leftovers=leftovers)


def _spend(account: Account, entries: tuple[Entry, ...]) -> Account:
    """Package entries of a usage: taken from live buckets, or from expired leftovers (R-6.4)."""
    buckets, leftovers = account.buckets, account.leftovers
    for entry in entries:
        if entry.grant is None:
            continue
        place, _, service = entry.from_.partition("/")
        if place == EXPIRED:
            leftovers = _less(leftovers, entry.grant, service, entry.amount)
        else:
            buckets = _less(buckets, entry.grant, service, entry.amount)
    return replace(account, buckets=buckets, leftovers=leftovers)


def _less(buckets: tuple[Bucket, ...], grant: int, service: str, amount: Quantity) -> tuple[Bucket, ...]:
    return tuple(
        [
            replace(bucket, left=bucket.left - amount)
            if bucket.grant == grant and bucket.service == service
            else bucket
            for bucket in buckets
        ]
    )


def _turn(account: Account, event: TariffFee, *, carry: bool) -> Account:
    """A new paid period: what was paid before ends or is carried, the packages are granted anew (R-4.1, R-5.4)."""
    period = event.period
    carried = [
        replace(bucket, name=CARRIED, granted=bucket.left, end=period.next_due)
        for bucket in account.buckets
        if carry and bucket.name == BASE and not bucket.unlimited
    ]
    ended = _lapse(account, event.booked_at, event.late_until, spared=carried)
    name = DAILY if isinstance(event, DailyFeeCharged) else BASE
    granted = [
        Bucket(name, service, event.version, 0, 0, period.start, period.next_due, unlimited=True)
        if amount == "unlimited"
        else Bucket(name, service, event.version, amount, amount, period.start, period.next_due)
        for service, amount in event.packages.items()
    ]
    return replace(ended, period=period, buckets=(*carried, *granted, *ended.buckets))


def _lapse(account: Account, at: Instant, late_until: Instant, *, spared: Iterable[Bucket] = ()) -> Account:
    """The paid period ends: its buckets but the spared ones are kept as leftovers for late records (R-6.5)."""
    kept = {(bucket.grant, bucket.service) for bucket in spared}
    leftovers = tuple(
        replace(bucket, end=at, late_until=late_until)
        for bucket in account.tariff_buckets()
        if (bucket.left or bucket.unlimited) and (bucket.grant, bucket.service) not in kept
    )
    return replace(
        account,
        mode="unpaid",
        period=None,
        waiting_since=at,
        buckets=tuple(bucket for bucket in account.buckets if bucket.name not in TARIFF_BUCKETS),
        leftovers=account.leftovers + leftovers,
    )
