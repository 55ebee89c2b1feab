"""Evolve: an account behind one more event; the only interpretation of events there is."""

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from msgspec.structs import replace

from ledger.account import (
    ADJUSTMENTS,
    BLOCK_ORDER,
    CORRECTED,
    DISPUTES,
    GRANTS_A_PART,
    LEFTOVERS,
    RATED,
    VERSIONS_A_PART,
    Account,
    Adjustment,
    Bucket,
    Corrected,
    Discount,
    Dispute,
    OptionHeld,
    PlanSince,
    Promise,
    claim_part,
)
from ledger.entries import BASE, CARRIED, DAILY, EXPIRED, TARIFF_BUCKETS, Entry, option_bucket, wallet_movement
from ledger.events import (
    AccountOpened,
    Adjusted,
    Blocked,
    ChargeReversed,
    DailyFeeCharged,
    DiscountGranted,
    DisputeOpened,
    DisputeResolved,
    Event,
    Granted,
    InputRefused,
    MonthlyFeeCharged,
    OptionConnected,
    OptionDisconnected,
    OptionEnd,
    OptionExpired,
    OptionFee,
    OptionFeeCharged,
    OptionSuspended,
    PackagesRefreshed,
    Period,
    PeriodLapsed,
    PlanConnected,
    PromiseClosed,
    PromiseTaken,
    RefreshRefused,
    TariffFee,
    ToppedUp,
    Unblocked,
    UsageCharged,
    UsageUnrated,
)
from ledger.memory import Kind, Memory
from ledger.periods import Instant
from ledger.units import Kopecks, PackageQuantity

T = TypeVar("T")
FOR_EVER: Final[Instant] = 2**62


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
            wallet=0,
            mode="none",
            plans=(),
            anchor_day=None,
            period=None,
            waiting_since=0,
            blocks=(),
            buckets=(),
            discount=None,
            promise=None,
            options=(),
            memory=Memory(),
        )
    if event.version != account.version + 1:
        raise BrokenLog(f"account {account.account}: version {event.version} follows {account.version}")
    account = _advance(account, event)
    match event:
        case UsageCharged():
            if event.record is not None:
                account = _remembered(account, RATED, event.record // VERSIONS_A_PART, event.record)
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
            account = _lapse(account, event.booked_at, event.late_until)
            if event.plan == account.plan:  # the same again: which plan there was when is known
                return account
            return replace(account, plans=(*account.plans, PlanSince(event.booked_at, event.plan, event.version)))
        case PeriodLapsed():
            return _lapse(account, event.booked_at, event.late_until)
        case Blocked():
            if event.late_until is not None:
                account = _lapse(account, event.booked_at, event.late_until)
            blocks = {*account.blocks, event.kind}
            return replace(account, blocks=tuple(kind for kind in BLOCK_ORDER if kind in blocks))
        case Unblocked():
            left = tuple(kind for kind in account.blocks if kind != event.kind)
            return replace(account, blocks=left, waiting_since=account.waiting_since if left else event.booked_at)
        case DiscountGranted():
            return replace(account, discount=Discount(event.percent, event.from_, event.until))
        case ToppedUp():
            if (promise := account.promise) is not None:
                account = replace(account, promise=replace(promise, topped_up=promise.topped_up + event.amount))
            return account
        case PromiseTaken():
            return replace(account, promise=Promise(event.amount, event.until, topped_up=0))
        case PromiseClosed():
            return replace(account, promise=None)
        case OptionConnected():
            held = OptionHeld(
                event.option, event.option_name, event.version, event.one_time, event.anchor_day, event.period.next_due
            )
            return _option_paid(replace(account, options=(*account.options, held)), event)
        case OptionFeeCharged():
            return _option_paid(_option_ended(account, event), event)
        case OptionSuspended():
            return _with_option(_option_ended(account, event), event.option, lambda held: replace(held, due=None))
        case OptionExpired() | OptionDisconnected():
            account = _option_ended(account, event)
            return replace(account, options=tuple(held for held in account.options if held.id != event.option))
        case ChargeReversed():
            return _give_back(_reversed(account, event), event.entries)
        case Adjusted():
            cites = tuple(dict.fromkeys(event.cites))
            account = _remembered(
                account, ADJUSTMENTS, event.version // VERSIONS_A_PART, Adjustment(event.version, cites)
            )
            return _given(account, cites, event.amount)
        case DisputeOpened():
            if event.input is None:
                raise BrokenLog(f"account {account.account}: the claim of version {event.version} has no input")
            claim = Dispute(event.claim or event.input.id, event.version, event.event, resolved=False)
            return _remembered(account, DISPUTES, claim_part(claim.id), claim)
        case DisputeResolved():
            return _answered(account, event)
        case AccountOpened() | RefreshRefused() | UsageUnrated() | InputRefused():
            return account


def _advance(account: Account, event: Event) -> Account:
    """What every event does: the version, the clock, the wallet, and leftovers whose late window has closed."""
    wallet = account.wallet + wallet_movement(event.entries)
    memory = _without_closed(account.memory, event)
    return replace(account, version=event.version, clock=event.booked_at, wallet=wallet, memory=memory)


def _without_closed(memory: Memory, event: Event) -> Memory:
    """Leftovers are forgotten in parts, when the late window of the last of a part has closed."""
    for number, part in memory.parts.get(LEFTOVERS.name, {}).items():
        if part.marks[-1] <= event.booked_at:
            memory = memory.with_part(LEFTOVERS, number, (), version=event.version)
    return memory


def _remembered(account: Account, kind: Kind[T], number: int, thing: T) -> Account:
    """One more thing in a part of the account's memory."""
    things = (*account.memory.part(kind, number), thing)
    return replace(account, memory=account.memory.with_part(kind, number, things, version=account.version))


def _with_leftovers(account: Account, number: int, buckets: tuple[Bucket, ...]) -> Account:
    """Other expired buckets in one part of the memory."""
    ends = max(bucket.end for bucket in buckets)
    closes = max(FOR_EVER if bucket.late_until is None else bucket.late_until for bucket in buckets)
    memory = account.memory.with_part(LEFTOVERS, number, buckets, version=account.version, marks=(ends, closes))
    return replace(account, memory=memory)


def _with_expired(account: Account, expired: Iterable[Bucket]) -> Account:
    """Buckets that end by this event, kept for late records (R-6.5)."""
    for bucket in expired:
        number = bucket.grant // GRANTS_A_PART
        account = _with_leftovers(account, number, (*account.memory.part(LEFTOVERS, number), bucket))
    return account


def _spend(account: Account, entries: tuple[Entry, ...]) -> Account:
    """Package entries of a usage: taken from live buckets, or from expired leftovers (R-6.4)."""
    buckets = account.buckets
    for entry in entries:
        if entry.grant is None:
            continue
        place, _, service = entry.from_.rpartition("/")
        if place == EXPIRED:
            number = entry.grant // GRANTS_A_PART
            left = _less(account.memory.part(LEFTOVERS, number), entry.grant, service, entry.amount)
            account = _with_leftovers(account, number, left)
        else:
            buckets = _less(buckets, entry.grant, service, entry.amount)
    return replace(account, buckets=buckets)


def _less(buckets: tuple[Bucket, ...], grant: int, service: str, amount: int) -> tuple[Bucket, ...]:
    return tuple(
        [
            replace(bucket, left=bucket.left - amount)
            if bucket.grant == grant and bucket.service == service
            else bucket
            for bucket in buckets
        ]
    )


def _answered(account: Account, event: DisputeResolved) -> Account:
    """A claim that is open no longer (R-11.3)."""
    number = claim_part(event.claim or event.dispute)
    claims = account.memory.part(DISPUTES, number)
    claims = tuple([replace(each, resolved=True) if each.opened == event.opened else each for each in claims])
    return replace(account, memory=account.memory.with_part(DISPUTES, number, claims, version=event.version))


def _reversed(account: Account, event: ChargeReversed) -> Account:
    """What a reversal took back of its event, and, where that is an adjustment, of the events it cites (R-11.1)."""
    account = _corrected(account, event.event, amount=event.amount, packages=event.packages)
    adjusted = account.adjustment(event.event)
    return _given(account, adjusted.cites, wallet_movement(event.entries)) if adjusted else account


def _given(account: Account, cites: Iterable[int], amount: Kopecks) -> Account:
    """Money that an adjustment gave for the events it cites, or that its reversal took back from each (R-11.1)."""
    for version in cites:
        account = _corrected(account, version, given=amount)
    return account


def _corrected(
    account: Account, version: int, *, amount: Kopecks = 0, packages: bool = False, given: Kopecks = 0
) -> Account:
    """One more correction of an event, added to those before."""
    before = account.corrected_of(version)
    after = Corrected(version, before.amount + amount, before.packages or packages, before.given + given)
    number = version // VERSIONS_A_PART
    others = tuple([each for each in account.memory.part(CORRECTED, number) if each.version != version])
    memory = account.memory.with_part(CORRECTED, number, (*others, after), version=account.version)
    return replace(account, memory=memory)


def _give_back(account: Account, entries: tuple[Entry, ...]) -> Account:
    """Package parts that a reversal returns to their live buckets (R-11.1)."""
    buckets = account.buckets
    for entry in entries:
        if entry.grant is not None:
            buckets = _less(buckets, entry.grant, entry.to.rpartition("/")[2], -entry.amount)
    return replace(account, buckets=buckets)


def _option_paid(account: Account, event: OptionFee) -> Account:
    """A paid option: its due instant, its anchor and its buckets anew (R-9.1, R-9.2)."""
    held = account.option(event.option)
    if held is None:
        raise BrokenLog(f"account {account.account}: version {event.version} pays an option that is not connected")
    granted = _granted(option_bucket(event.option), event.version, event.packages, event.period, held.connected)
    due, anchor_day = event.period.next_due, event.anchor_day
    account = _with_option(account, event.option, lambda held: replace(held, due=due, anchor_day=anchor_day))
    return replace(account, buckets=(*account.buckets, *granted))


def _with_option(account: Account, option_id: str, change: Callable[[OptionHeld], OptionHeld]) -> Account:
    return replace(account, options=tuple([change(held) if held.id == option_id else held for held in account.options]))


def _option_ended(account: Account, event: OptionFeeCharged | OptionEnd) -> Account:
    """An option's bucket ends; what is left can still be spent by late records (R-6.5)."""
    name = option_bucket(event.option)
    leftovers = [
        replace(bucket, end=event.booked_at, late_until=event.late_until)
        for bucket in account.buckets
        if bucket.name == name and (bucket.left or bucket.unlimited)
    ]
    buckets = tuple(bucket for bucket in account.buckets if bucket.name != name)
    return _with_expired(replace(account, buckets=buckets), leftovers)


def _granted(name: str, version: int, packages: Granted, period: Period, connected: int = 0) -> list[Bucket]:
    """New buckets of a paid period; an unlimited one has no number (R-6.3)."""
    buckets = []
    for service, size in packages.items():
        held = PackageQuantity(0) if size == "unlimited" else size
        valid = period.start, period.next_due
        buckets.append(Bucket(name, service, version, held, held, *valid, size == "unlimited", connected=connected))
    return buckets


def _turn(account: Account, event: TariffFee, *, carry: bool) -> Account:
    """A new paid period: what was paid before ends or is carried, the packages are granted anew (R-4.1, R-5.4)."""
    period = event.period
    carried = [
        replace(bucket, name=CARRIED, granted=bucket.left, end=period.next_due)
        for bucket in account.buckets
        if carry and bucket.name == BASE and not bucket.unlimited
    ]
    ended = _lapse(account, event.booked_at, event.late_until, spared=carried)
    granted = _granted(DAILY if isinstance(event, DailyFeeCharged) else BASE, event.version, event.packages, period)
    return replace(ended, period=period, buckets=(*carried, *granted, *ended.buckets))


def _lapse(account: Account, at: Instant, late_until: Instant, *, spared: Iterable[Bucket] = ()) -> Account:
    """The paid period ends: its buckets but the spared ones are kept as leftovers for late records (R-6.5)."""
    kept = {(bucket.grant, bucket.service) for bucket in spared}
    leftovers = [
        replace(bucket, end=at, late_until=late_until)
        for bucket in account.tariff_buckets()
        if (bucket.left or bucket.unlimited) and (bucket.grant, bucket.service) not in kept
    ]
    return replace(
        _with_expired(account, leftovers),
        mode="unpaid",
        period=None,
        waiting_since=at,
        buckets=tuple(bucket for bucket in account.buckets if bucket.name not in TARIFF_BUCKETS),
    )
