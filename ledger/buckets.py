"""Buckets as an event leaves them: spent, granted, carried, or ended and kept for late records (R-5.4, R-6.5)."""

from collections.abc import Callable, Iterable
from typing import Final

from msgspec.structs import replace

from ledger.account import GRANTS_A_PART, LEFTOVERS, Account, BrokenLog, Bucket, OptionHeld
from ledger.entries import BASE, CARRIED, DAILY, EXPIRED, TARIFF_BUCKETS, Entry, option_bucket
from ledger.events import (
    DailyFeeCharged,
    Granted,
    OptionEnd,
    OptionFee,
    OptionFeeCharged,
    Period,
    TariffFee,
    UsageCharged,
)
from ledger.memory import Memory
from ledger.periods import Instant
from ledger.units import PackageQuantity

FOR_EVER: Final[Instant] = 2**62


def spend(live: tuple[Bucket, ...], memory: Memory, event: UsageCharged) -> tuple[tuple[Bucket, ...], Memory]:
    """Package entries of a usage: taken from live buckets, or from expired leftovers in the memory (R-6.4)."""
    for entry in event.entries:
        if entry.grant is None:
            continue
        place, _, service = entry.from_.rpartition("/")
        if place == EXPIRED:
            number = entry.grant // GRANTS_A_PART
            left = _less(memory.part(LEFTOVERS, number), entry.grant, service, entry.amount)
            memory = _with_leftovers(memory, number, left, event.version)
        else:
            live = _less(live, entry.grant, service, entry.amount)
    return live, memory


def give_back(account: Account, entries: tuple[Entry, ...]) -> Account:
    """Package parts that a reversal returns to their live buckets (R-11.1)."""
    buckets = account.buckets
    for entry in entries:
        if entry.grant is not None:
            buckets = _less(buckets, entry.grant, entry.to.rpartition("/")[2], -entry.amount)
    return replace(account, buckets=buckets)


def option_paid(account: Account, event: OptionFee) -> Account:
    """A paid option: its due instant, its anchor and its buckets anew (R-9.1, R-9.2)."""
    held = account.option(event.option)
    if held is None:
        raise BrokenLog(f"account {account.account}: version {event.version} pays an option that is not connected")
    granted = _granted(option_bucket(event.option), event.version, event.packages, event.period, held.connected)
    due, anchor_day = event.period.next_due, event.anchor_day
    account = with_option(account, event.option, lambda held: replace(held, due=due, anchor_day=anchor_day))
    return replace(account, buckets=(*account.buckets, *granted))


def option_ended(account: Account, event: OptionFeeCharged | OptionEnd) -> Account:
    """An option's bucket ends; what is left can still be spent by late records (R-6.5)."""
    name = option_bucket(event.option)
    leftovers = [
        replace(bucket, end=event.booked_at, late_until=event.late_until)
        for bucket in account.buckets
        if bucket.name == name and (bucket.left or bucket.unlimited)
    ]
    buckets = tuple(bucket for bucket in account.buckets if bucket.name != name)
    return _with_expired(replace(account, buckets=buckets), leftovers)


def turn(account: Account, event: TariffFee, *, carry: bool) -> Account:
    """A new paid period: what was paid before ends or is carried, the packages are granted anew (R-4.1, R-5.4)."""
    period = event.period
    carried = [
        replace(bucket, name=CARRIED, granted=bucket.left, end=period.next_due)
        for bucket in account.buckets
        if carry and bucket.name == BASE and not bucket.unlimited
    ]
    ended = lapse(account, event.booked_at, event.late_until, spared=carried)
    granted = _granted(DAILY if isinstance(event, DailyFeeCharged) else BASE, event.version, event.packages, period)
    return replace(ended, period=period, buckets=(*carried, *granted, *ended.buckets))


def lapse(account: Account, at: Instant, late_until: Instant, *, spared: Iterable[Bucket] = ()) -> Account:
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
        buckets=tuple([bucket for bucket in account.buckets if bucket.name not in TARIFF_BUCKETS]),
    )


def all_ended(account: Account, at: Instant, late_until: Instant) -> Account:
    """Every bucket ends, those of options too; what is left can still be spent by late records (R-15.3)."""
    leftovers = [
        replace(bucket, end=at, late_until=late_until) for bucket in account.buckets if bucket.left or bucket.unlimited
    ]
    return _with_expired(replace(account, buckets=()), leftovers)


def _granted(name: str, version: int, packages: Granted, period: Period, connected: int = 0) -> list[Bucket]:
    """New buckets of a paid period; an unlimited one has no number (R-6.3)."""
    buckets = []
    for service, size in packages.items():
        held = PackageQuantity(0) if size == "unlimited" else size
        valid = period.start, period.next_due
        buckets.append(Bucket(name, service, version, held, held, *valid, size == "unlimited", connected=connected))
    return buckets


def with_option(account: Account, option_id: str, change: Callable[[OptionHeld], OptionHeld]) -> Account:
    """A connected option changed."""
    return replace(account, options=tuple([change(held) if held.id == option_id else held for held in account.options]))


def _with_expired(account: Account, expired: Iterable[Bucket]) -> Account:
    """Buckets that end by this event, kept for late records (R-6.5)."""
    by_part: dict[int, list[Bucket]] = {}
    for bucket in expired:
        by_part.setdefault(bucket.grant // GRANTS_A_PART, []).append(bucket)
    memory = account.memory
    for number, more in by_part.items():
        memory = _with_leftovers(memory, number, (*memory.part(LEFTOVERS, number), *more), account.version)
    return replace(account, memory=memory)


def _with_leftovers(memory: Memory, number: int, buckets: tuple[Bucket, ...], version: int) -> Memory:
    """Other expired buckets in one part of the memory."""
    ends = max(bucket.end for bucket in buckets)
    closes = max(FOR_EVER if bucket.late_until is None else bucket.late_until for bucket in buckets)
    return memory.with_part(LEFTOVERS, number, buckets, version=version, marks=(ends, closes))


def _less(buckets: tuple[Bucket, ...], grant: int, service: str, amount: int) -> tuple[Bucket, ...]:
    changed = []
    for bucket in buckets:
        is_it = bucket.grant == grant and bucket.service == service
        changed.append(replace(bucket, left=bucket.left - amount) if is_it else bucket)
    return tuple(changed)
