"""Evolve: an account behind one more event; the only interpretation of events there is."""

from collections.abc import Iterable
from typing import TypeVar

from msgspec.structs import replace

from ledger import buckets
from ledger.account import (
    ADJUSTMENTS,
    BLOCK_ORDER,
    CORRECTED,
    DISPUTES,
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
from ledger.account import BrokenLog as BrokenLog  # noqa: PLC0414  # whoever evolves meets it
from ledger.entries import wallet_movement
from ledger.events import (
    AccountClosed,
    AccountOpened,
    Adjusted,
    Blocked,
    ChargeReversed,
    DailyFeeCharged,
    DiscountGranted,
    DisputeOpened,
    DisputeResolved,
    Event,
    InputRefused,
    MonthlyFeeCharged,
    OptionConnected,
    OptionDisconnected,
    OptionExpired,
    OptionFeeCharged,
    OptionSuspended,
    PackagesRefreshed,
    PeriodLapsed,
    PersonalErased,
    PlanConnected,
    PromiseClosed,
    PromiseTaken,
    RefreshRefused,
    Refunded,
    ToppedUp,
    Unblocked,
    UsageCharged,
    UsageUnrated,
)
from ledger.memory import Kind, Memory
from ledger.units import Kopecks

T = TypeVar("T")


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
            opened_at=event.booked_at,
            closed_at=None,
            erased=False,
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
    if isinstance(event, UsageCharged):
        return _used(account, event)
    account = _advance(account, event, account.buckets, _without_closed(account.memory, event))
    match event:
        case MonthlyFeeCharged():
            account = buckets.turn(account, event, carry=event.carried)
            return replace(account, mode="monthly", anchor_day=event.anchor_day)
        case PackagesRefreshed():
            account = buckets.turn(account, event, carry=True)
            return replace(account, mode="monthly", anchor_day=event.anchor_day)
        case DailyFeeCharged():
            return replace(buckets.turn(account, event, carry=False), mode="daily")
        case PlanConnected():
            account = buckets.lapse(account, event.booked_at, event.late_until)
            if event.plan == account.plan:  # the same again: which plan there was when is known
                return account
            return replace(account, plans=(*account.plans, PlanSince(event.booked_at, event.plan, event.version)))
        case PeriodLapsed():
            return buckets.lapse(account, event.booked_at, event.late_until)
        case Blocked():
            if event.late_until is not None:
                account = buckets.lapse(account, event.booked_at, event.late_until)
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
            return buckets.option_paid(replace(account, options=(*account.options, held)), event)
        case OptionFeeCharged():
            return buckets.option_paid(buckets.option_ended(account, event), event)
        case OptionSuspended():
            return buckets.with_option(
                buckets.option_ended(account, event), event.option, lambda held: replace(held, due=None)
            )
        case OptionExpired() | OptionDisconnected():
            account = buckets.option_ended(account, event)
            return replace(account, options=tuple(held for held in account.options if held.id != event.option))
        case ChargeReversed():
            return buckets.give_back(_reversed(account, event), event.entries)
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
        case AccountClosed():
            return _closed(account, event)
        case PersonalErased():
            return replace(account, erased=True)
        case AccountOpened() | RefreshRefused() | UsageUnrated() | Refunded() | InputRefused():
            return account


def _advance(account: Account, event: Event, live: tuple[Bucket, ...], memory: Memory) -> Account:
    """What every event does, to the version, the clock and the wallet; with the buckets and the memory behind it."""
    wallet = account.wallet + wallet_movement(event.entries)
    return replace(account, version=event.version, clock=event.booked_at, wallet=wallet, buckets=live, memory=memory)


def _used(account: Account, event: UsageCharged) -> Account:
    """What a record spent of packages and money (R-6.4). Most events are these: the account is made anew once."""
    memory = _without_closed(account.memory, event)
    if event.record is not None:
        memory = _with_one_more(memory, RATED, event.record // VERSIONS_A_PART, event.record, event.version)
    live, memory = buckets.spend(account.buckets, memory, event)
    return _advance(account, event, live, memory)


def _without_closed(memory: Memory, event: Event) -> Memory:
    """Leftovers are forgotten in parts, when the late window of the last of a part has closed."""
    if LEFTOVERS.name not in memory.parts:
        return memory
    for number, part in memory.parts[LEFTOVERS.name].items():
        if part.marks[-1] <= event.booked_at:
            memory = memory.with_part(LEFTOVERS, number, (), version=event.version)
    return memory


def _remembered(account: Account, kind: Kind[T], number: int, thing: T) -> Account:
    """One more thing in a part of the account's memory."""
    return replace(account, memory=_with_one_more(account.memory, kind, number, thing, account.version))


def _with_one_more(memory: Memory, kind: Kind[T], number: int, thing: T, version: int) -> Memory:
    return memory.with_part(kind, number, (*memory.part(kind, number), thing), version=version)


def _closed(account: Account, event: AccountClosed) -> Account:
    """The end of a contract: the wallet and the claims stay, and of the plans which there was when (R-15.3)."""
    return replace(
        buckets.all_ended(account, event.booked_at, event.late_until),
        closed_at=event.booked_at,
        credit_limit=0,
        mode="closed",
        period=None,
        blocks=(),
        discount=None,
        promise=None,
        options=(),
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
