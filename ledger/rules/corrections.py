"""Corrections: nothing is edited; money goes back through the accounts it came by (R-11.1, R-11.5, R-11.6)."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from ledger.account import Account
from ledger.entries import CONSUMED, EXPIRED, REVENUE_ADJUSTMENT, WALLET, Entry, money
from ledger.events import Adjusted, ChargeReversed, Event, Personal, UsageCharged
from ledger.inputs import Adjust, Reverse
from ledger.rules.moment import Moment, refuse
from ledger.units import Kopecks

Cited: TypeAlias = Callable[[int], Event | None]
"""The account's event of a version, None where there is none yet."""


class Return(NamedTuple):
    """What a reversal gives back: money, and the entries that do it, package parts included."""

    amount: Kopecks
    entries: tuple[Entry, ...]
    packages: bool


def reverse(account: Account, input: Reverse, moment: Moment, cited: Cited) -> list[Event]:
    """A reversal, or the first reason against it (R-11.1). Funds are not tested."""
    event = cited(input.event)
    if event is None:
        return [refuse(account, input, moment, "UNKNOWN_EVENT")]
    returned = returnable(account, event, input.amount)
    if isinstance(returned, str):
        return [refuse(account, input, moment, returned, left=money_left(account, event))]
    return [reversal(account, event, returned, moment, asked=input.amount, text=input.text)]


def returnable(account: Account, event: Event, asked: Kopecks | None) -> Return | str:
    """What can be given back of an event: with `asked` money only, else all that is left; or the reason why not."""
    if isinstance(event, ChargeReversed):
        return "NOT_REVERSIBLE"
    left = money_left(account, event)
    if asked is not None and asked > left:
        return "AMOUNT_TOO_LARGE"
    amount = left if asked is None else asked
    parts = _package_parts(account, event) if asked is None else ()
    if not amount and not parts:
        return "NOT_REVERSIBLE"
    back = [Entry(entry.to, entry.from_, "kop", amount) for entry in event.entries if entry.unit == "kop" and amount]
    return Return(amount, (*back, *parts), packages=bool(parts))


def money_left(account: Account, event: Event) -> Kopecks:
    """The money of an event that no reversal took back yet."""
    moved = sum(entry.amount for entry in event.entries if entry.unit == "kop")
    return moved - account.corrected_of(event.version).amount


def reversal(
    account: Account, event: Event, returned: Return, moment: Moment, *, asked: Kopecks | None, text: str
) -> ChargeReversed:
    """The event that gives back; a reversed fee changes no period, package, option or anchor (R-11.1)."""
    wallet = account.wallet
    for entry in returned.entries:
        if entry.unit == "kop":
            wallet += entry.amount if entry.to == WALLET else -entry.amount
    return ChargeReversed(
        **moment.stamp(account),
        entries=returned.entries,
        wallet_after=wallet if returned.amount else None,
        event=event.version,
        event_booked_at=event.booked_at,
        amount=returned.amount,
        packages=returned.packages,
        asked_amount=asked,
        personal=Personal(text=text),
    )


def adjust(account: Account, input: Adjust, moment: Moment, cited: Cited) -> list[Event]:
    """A clerk's correction in money; a minus needs the money (R-11.5)."""
    if input.amount < 0 and account.available < -input.amount:
        return [refuse(account, input, moment, "INSUFFICIENT_FUNDS", needed=-input.amount, available=account.available)]
    if any(cited(version) is None for version in input.cites):
        return [refuse(account, input, moment, "UNKNOWN_EVENT")]
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
            personal=Personal(text=input.text),
        )
    ]


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
