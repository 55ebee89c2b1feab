"""Corrections: nothing is edited; money goes back through the accounts it came by (R-11.1, R-11.5, R-11.6)."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from msgspec.structs import replace

from ledger.account import Account
from ledger.entries import CONSUMED, EXPIRED, REVENUE_ADJUSTMENT, WALLET, Entry, money, wallet_movement
from ledger.events import Adjusted, ChargeReversed, Event, Personal, UsageCharged
from ledger.inputs import Adjust, Reverse
from ledger.reasons import AdjustmentReason, ReturnReason, ReversalReason, UnknownReason
from ledger.rules.check import Check, refusal
from ledger.rules.moment import Moment
from ledger.units import Kopecks

EventLookup: TypeAlias = Callable[[int], Event | None]
"""The account's event of a version, None where there is none yet."""


class Return(NamedTuple):
    """What a reversal gives back: money, and the entries that do it, package parts included."""

    amount: Kopecks
    entries: tuple[Entry, ...]
    packages: bool


def reverse(account: Account, input: Reverse, moment: Moment, cited: EventLookup, edition: int) -> list[Event]:
    """A reversal, or the first reason against it (R-11.1). Funds are not tested."""
    event = cited(input.event)
    refused = refusal(account, input, moment, against_reversal(account, input, event, edition))
    if refused or event is None:
        return refused
    returned = given_back(account, event, input.amount, edition)
    return [
        replace(reversal(account, event, returned, moment, asked=input.amount, text=input.text), holder=input.holder)
    ]


def given_back(account: Account, event: Event, asked: Kopecks | None, edition: int) -> Return:
    """What is given back of an event, where nothing is against it: with `asked` money only, else all that is left."""
    amount = money_left(account, event, edition) if asked is None else asked
    parts = _package_parts(account, event) if asked is None else ()
    back = [Entry(entry.to, entry.from_, "kop", amount) for entry in event.entries if entry.unit == "kop" and amount]
    return Return(amount, (*back, *parts), packages=bool(parts))


def against_reversal(
    account: Account, input: Reverse, event: Event | None, edition: int
) -> Iterator[Check[ReversalReason]]:
    """The reasons against a reversal by precedence (R-11.1)."""
    yield unknown(account, input.event, event)
    if event is not None:
        yield from against_return(account, event, input.amount, edition)


def against_return(
    account: Account, event: Event, asked: Kopecks | None, edition: int
) -> Iterator[Check[ReturnReason]]:
    """What keeps an event's money and packages from being given back, by precedence (R-11.1)."""
    left = money_left(account, event, edition)
    facts = {"left": left}
    reversed_already = isinstance(event, ChargeReversed)
    yield Check("NOT_REVERSIBLE", reversed_already, facts, {"reversal": reversed_already})
    yield Check("AMOUNT_TOO_LARGE", asked is not None and asked > left, facts, {"asked": asked})
    parts = len(_package_parts(account, event)) if asked is None else 0
    yield Check("NOT_REVERSIBLE", not (left if asked is None else asked) and not parts, facts, {"package_parts": parts})


def unknown(account: Account, version: int, event: Event | None) -> Check[UnknownReason]:
    """Whether a cited event is not there yet; the newest one there is."""
    return Check("UNKNOWN_EVENT", event is None, compared={"event": version, "newest": account.version})


def money_left(account: Account, event: Event, edition: int) -> Kopecks:
    """The money of an event that no reversal took back yet; from edition 2 on, nor an adjustment that cites it gave.

    What is left, not the sum, is held between 0 and the event's money: a clerk may have given more on purpose (R-11.1).
    """
    moved = sum(entry.amount for entry in event.entries if entry.unit == "kop")
    corrected = account.corrected_of(event.version)
    if edition < 2:
        return moved - corrected.amount
    given = corrected.given if wallet_movement(event.entries) < 0 else -corrected.given
    return min(max(moved - corrected.amount - given, 0), moved)


def reversal(
    account: Account, event: Event, returned: Return, moment: Moment, *, asked: Kopecks | None, text: str
) -> ChargeReversed:
    """The event that gives back; a reversed fee changes no period, package, option or anchor (R-11.1)."""
    return ChargeReversed(
        **moment.stamp(account),
        entries=returned.entries,
        wallet_after=account.wallet + wallet_movement(returned.entries) if returned.amount else None,
        event=event.version,
        event_booked_at=event.booked_at,
        amount=returned.amount,
        packages=returned.packages,
        asked_amount=asked,
        personal=Personal(text=text),
    )


def adjust(account: Account, input: Adjust, moment: Moment, cited: EventLookup) -> list[Event]:
    """A clerk's correction in money; a minus needs the money (R-11.5)."""
    if refused := refusal(account, input, moment, against_adjustment(account, input, cited)):
        return refused
    plus = input.amount > 0
    return [
        Adjusted(
            **moment.stamp(account),
            entries=money(
                REVENUE_ADJUSTMENT if plus else WALLET, WALLET if plus else REVENUE_ADJUSTMENT, abs(input.amount)
            ),
            wallet_after=account.wallet + input.amount,
            amount=input.amount,
            cites=tuple(input.cites),
            holder=input.holder,
            personal=Personal(text=input.text),
        )
    ]


def against_adjustment(account: Account, input: Adjust, cited: EventLookup) -> Iterator[Check[AdjustmentReason]]:
    """The reasons against an adjustment by precedence; a plus needs nothing (R-11.5)."""
    needed = max(-input.amount, 0)
    short = input.amount < 0 and account.available < needed
    yield Check("INSUFFICIENT_FUNDS", short, {"needed": needed, "available": account.available})
    missing = [version for version in input.cites if cited(version) is None]
    yield Check(
        "UNKNOWN_EVENT",
        bool(missing),
        compared={"cites": list(input.cites), "missing": missing, "newest": account.version},
    )


def _package_parts(account: Account, event: Event) -> tuple[Entry, ...]:
    """The package parts of a usage whose bucket still lives, also as carried; once (R-11.1)."""
    if not isinstance(event, UsageCharged) or account.corrected_of(event.version).packages:
        return ()
    live = {(bucket.grant, bucket.service): bucket.name for bucket in account.buckets}
    parts = []
    for entry in event.entries:
        place, _, service = entry.from_.rpartition("/")
        name = live.get((entry.grant or 0, event.service))
        if entry.to.startswith(CONSUMED) and place != EXPIRED and name is not None:
            parts.append(Entry(entry.to, f"{name}/{service}", entry.unit, entry.amount, entry.grant))
    return tuple(parts)
