"""Usage: what was carried over is spent first, then the base package, then money (R-6)."""

from collections.abc import Iterator

from msgspec.structs import replace

from ledger.account import Account, Bucket
from ledger.catalogue import Catalogue, PlanVersion
from ledger.entries import BASE, CARRIED, CONSUMED, DAILY, REVENUE_USAGE, WALLET, Entry, money, package
from ledger.events import Event, Personal, UsageCharged, UsageUnrated
from ledger.inputs import Rerate, Usage
from ledger.periods import Instant
from ledger.reasons import RatingReason, UnratedReason
from ledger.rules.check import Check, refusal
from ledger.rules.closing import is_after_closing
from ledger.rules.corrections import EventLookup
from ledger.rules.cover import buckets_for, late
from ledger.rules.moment import Moment
from ledger.rules.refresh import SMS_NUMBER
from ledger.units import BYTES_PER_KB, KB_PER_MB, SECONDS_PER_MINUTE, Kopecks, PackageQuantity, Service, round_up

_PRICED_BY: dict[Service, int] = {"voice": SECONDS_PER_MINUTE, "sms": 1, "data": KB_PER_MB}
_RANK: dict[str, int] = {CARRIED: 0, BASE: 1, DAILY: 1}


def usage(account: Account, input: Usage, moment: Moment, catalogue: Catalogue) -> list[Event]:
    """A record charged to packages and money, or one that nobody can rate; never refused, never dropped (R-6.8).

    What occurred when the contract was closed is nobody's, incoming too (R-15.4).
    """
    if is_after_closing(account, input.at):
        return [_unrated(account, input, moment, "CLOSED")]
    if input.direction == "in":
        return [_record(account, input, moment, catalogue, PackageQuantity(input.quantity))]
    plan = rating_plan(account, catalogue, input.at)
    if plan is None:
        return [_unrated(account, input, moment, "NO_PLAN")]
    prices = plan.prices.get(input.zone)
    if prices is None:
        return [_unrated(account, input, moment, "NO_PRICE")]
    billed = billed_quantity(input, plan)
    record = _record(account, input, moment, catalogue, billed, plan)
    covering = _covering(account, input, moment, plan) if billed else []
    for bucket in covering:
        if bucket.unlimited:  # where it fits, nothing else is spent
            return [replace(record, unlimited=True)]
    spent, uncovered = _spend(covering, input.service, billed)
    if not uncovered:
        return [replace(record, entries=spent)]
    price = prices.of(input.service)
    if price is None:
        return [_unrated(account, input, moment, "NO_PRICE")]
    cost = cost_of(input.service, uncovered, price)
    if not cost:
        return [replace(record, entries=spent)]
    entries = spent + money(WALLET, REVENUE_USAGE, cost)
    return [replace(record, entries=entries, wallet_after=account.wallet - cost, amount=cost, price=price)]


def rerate(account: Account, input: Rerate, moment: Moment, catalogue: Catalogue, cited: EventLookup) -> list[Event]:
    """An unrated record rated as of its time, now that the catalogue is mended (R-11.6)."""
    event = cited(input.event)
    refused = refusal(account, input, moment, against_rating(account, event))
    if refused or not isinstance(event, UsageUnrated):
        return refused
    record = event.record or event.version
    rated = [
        replace(
            again, used_at=event.used_at or event.occurred_at, rerates=input.event, record=record, holder=input.holder
        )
        for again in usage(account, _record_of(account, event), moment, catalogue)
        if isinstance(again, UsageCharged | UsageUnrated)
    ]
    return list(rated)


def against_rating(account: Account, event: Event | None) -> Iterator[Check[RatingReason]]:
    """The reasons against rating a record again by precedence (R-11.6)."""
    yield Check("NOT_UNRATED", not isinstance(event, UsageUnrated))
    if isinstance(event, UsageUnrated):
        record = event.record or event.version
        yield Check("ALREADY_RATED", account.is_rated(record), compared={"record": record})


def _record_of(account: Account, event: UsageUnrated) -> Usage:
    """The usage as it came in, with the time at which it occurred."""
    occurred_at = event.used_at or event.occurred_at
    return Usage(
        type="usage",
        id="",
        account=account.account,
        at=occurred_at,
        received_at=occurred_at,
        service=event.service,
        direction=event.direction,
        quantity=event.quantity,
        zone=event.zone,
        peer=event.personal.peer or "",
    )


def billed_quantity(input: Usage, plan: PlanVersion) -> PackageQuantity:
    """An outgoing record in package units: started increments, pieces, started kilobytes (R-6.2)."""
    match input.service:
        case "voice":
            step = plan.voice_increment_seconds
            billed = 0 if input.quantity <= plan.free_call_seconds else round_up(input.quantity, step) * step
        case "sms":
            billed = 0 if input.peer == SMS_NUMBER else input.quantity
        case "data":
            billed = round_up(input.quantity, BYTES_PER_KB)
    return PackageQuantity(billed)


def cost_of(service: Service, uncovered: int, price: Kopecks) -> Kopecks:
    """What package units of one record cost in money: started minutes, pieces, started megabytes (R-6.6)."""
    return round_up(uncovered, _PRICED_BY[service]) * price


def rating_plan(account: Account, catalogue: Catalogue, occurred_at: Instant) -> PlanVersion | None:
    """The plan that rates a record: the one of its time, in the version of its local date (R-6.6)."""
    plan = account.plan_at(occurred_at)
    return catalogue.plan_at(plan, occurred_at, account.zone) if plan else None


def _covering(account: Account, input: Usage, moment: Moment, plan: PlanVersion) -> list[Bucket]:
    """The buckets that cover a record: expired leftovers that fit, then carried, base or daily, options (R-6.4)."""
    live = buckets_for(input, account.buckets, plan)
    if len(live) > 1:
        live.sort(key=spending_order)
    expired = late(account, moment, input.at)
    return [*sorted(buckets_for(input, expired, plan), key=spending_order), *live] if expired else live


def _spend(covering: list[Bucket], service: Service, billed: int) -> tuple[tuple[Entry, ...], int]:
    """Package entries of what covering buckets give, in their order, until all is paid for; what is left for money."""
    entries: list[Entry] = []
    for bucket in covering:
        if not billed:
            break
        amount = bucket.left if bucket.left < billed else billed
        if amount:
            entries.append(package(bucket.place, CONSUMED, service, amount, bucket.grant))
            billed -= amount
    return tuple(entries), billed


def spending_order(bucket: Bucket) -> tuple[int, Instant, int]:
    """Carried, then base or daily, then options; soonest end first, then order of connection (R-6.4, R-6.5)."""
    return _RANK.get(bucket.name, 2), bucket.end, bucket.connected or bucket.grant


def _record(
    account: Account,
    input: Usage,
    moment: Moment,
    catalogue: Catalogue,
    billed: PackageQuantity,
    plan: PlanVersion | None = None,
) -> UsageCharged:
    """A record as it came in, before anything is charged for it.

    More than 15 keywords are handed over in a dict, which costs as much as all the rest of it.
    """
    return UsageCharged(
        version=account.version + 1,
        occurred_at=moment.occurred_at,
        booked_at=moment.booked_at,
        recorded_at=moment.recorded_at,
        input=moment.input,
        service=input.service,
        direction=input.direction,
        quantity=input.quantity,
        zone=input.zone,
        billed=billed,
        amount=0,
        vat_rate=catalogue.vat_rate_at(moment.booked_at, account.zone),
        plan=plan.id if plan else None,
        plan_version=plan.version if plan else None,
        personal=Personal(peer=input.peer),
    )


def _unrated(account: Account, input: Usage, moment: Moment, reason: UnratedReason) -> UsageUnrated:
    return UsageUnrated(
        **moment.stamp(account),
        service=input.service,
        direction=input.direction,
        quantity=input.quantity,
        zone=input.zone,
        reason=reason,
        personal=Personal(peer=input.peer),
    )
