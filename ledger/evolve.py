"""Evolve: an account behind one more event; the only interpretation of events there is."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from ledger.account import (
    BLOCK_ORDER,
    Account,
    Adjustment,
    Bucket,
    Corrected,
    Discount,
    Dispute,
    OptionHeld,
    PlanSince,
    Promise,
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
from ledger.periods import Instant
from ledger.units import Kopecks, Quantity


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
            leftovers=(),
            discount=None,
            promise=None,
            options=(),
            corrected=(),
            adjustments=(),
            rated=(),
            disputes=(),
        )
    if event.version != account.version + 1:
        raise BrokenLog(f"account {account.account}: version {event.version} follows {account.version}")
    account = _advance(account, event)
    match event:
        case UsageCharged():
            if event.record is not None:
                account = replace(account, rated=(*account.rated, event.record))
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
            plans = (*account.plans, PlanSince(event.booked_at, event.plan, event.version))
            return replace(_lapse(account, event.booked_at, event.late_until), plans=plans)
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
            promise = account.promise
            if promise is not None:
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
            return _with_option(_option_ended(account, event), event.option, due=None)
        case OptionExpired() | OptionDisconnected():
            account = _option_ended(account, event)
            return replace(account, options=tuple(held for held in account.options if held.id != event.option))
        case ChargeReversed():
            return _give_back(_reversed(account, event), event.entries)
        case Adjusted():
            cites = tuple(dict.fromkeys(event.cites))
            account = replace(account, adjustments=(*account.adjustments, Adjustment(event.version, cites)))
            return _given(account, cites, event.amount)
        case DisputeOpened():
            assert event.input is not None
            claim = Dispute(event.input.id, event.version, event.event, resolved=False)
            return replace(account, disputes=(*account.disputes, claim))
        case DisputeResolved():
            disputes = [replace(d, resolved=True) if d.opened == event.opened else d for d in account.disputes]
            return replace(account, disputes=tuple(disputes))
        case AccountOpened() | RefreshRefused() | UsageUnrated() | InputRefused():
            return account


def _advance(account: Account, event: Event) -> Account:
    """What every event does: the version, the clock, the wallet, and leftovers whose late window has closed."""
    wallet = account.wallet + wallet_movement(event.entries)
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
        place, _, service = entry.from_.rpartition("/")
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


def _reversed(account: Account, event: ChargeReversed) -> Account:
    """What a reversal took back of its event, and, where that is an adjustment, of the events it cites (R-11.1)."""
    account = _corrected(account, event.event, amount=event.amount, packages=event.packages)
    adjusted = next((each for each in account.adjustments if each.version == event.event), None)
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
    others = tuple(each for each in account.corrected if each.version != version)
    return replace(account, corrected=(*others, after))


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
    assert held is not None
    granted = _granted(option_bucket(event.option), event.version, event.packages, event.period, held.connected)
    account = _with_option(account, event.option, due=event.period.next_due, anchor_day=event.anchor_day)
    return replace(account, buckets=(*account.buckets, *granted))


def _with_option(account: Account, option_id: str, **changes: Any) -> Account:
    options = [replace(held, **changes) if held.id == option_id else held for held in account.options]
    return replace(account, options=tuple(options))


def _option_ended(account: Account, event: OptionFeeCharged | OptionEnd) -> Account:
    """An option's bucket ends; what is left can still be spent by late records (R-6.5)."""
    name = option_bucket(event.option)
    leftovers = [
        replace(bucket, end=event.booked_at, late_until=event.late_until)
        for bucket in account.buckets
        if bucket.name == name and (bucket.left or bucket.unlimited)
    ]
    buckets = tuple(bucket for bucket in account.buckets if bucket.name != name)
    return replace(account, buckets=buckets, leftovers=(*account.leftovers, *leftovers))


def _granted(name: str, version: int, packages: Granted, period: Period, connected: int = 0) -> list[Bucket]:
    """New buckets of a paid period; an unlimited one has no number (R-6.3)."""
    return [
        Bucket(name, service, version, 0, 0, period.start, period.next_due, unlimited=True, connected=connected)
        if amount == "unlimited"
        else Bucket(name, service, version, amount, amount, period.start, period.next_due, connected=connected)
        for service, amount in packages.items()
    ]


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
    granted = _granted(name, event.version, event.packages, period)
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
