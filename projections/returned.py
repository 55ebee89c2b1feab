"""Returned: what reversals and adjustments moved back of an event so far, one by one, and what is left (R-11.1)."""

from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

import msgspec

from ledger.account import Account
from ledger.entries import wallet_movement
from ledger.events import Adjusted, ChargeReversed, Event
from ledger.periods import Instant
from ledger.rules.corrections import money_left
from ledger.units import Kopecks

Left: TypeAlias = Literal["some", "no money", "reversal", "all"]
"""Whether money of an event can still move back, or why none can."""


class Returned(msgspec.Struct, frozen=True):
    """A reversal or adjustment: how many kopecks of the event it moved back, below 0 where it took more instead.

    An adjustment is less its own reversals; where it does not `count`, in edition 1, it makes nothing less.
    """

    version: int
    type: Literal["ChargeReversed", "Adjusted"]
    booked_at: Instant
    amount: Kopecks
    packages: bool = False
    counts: bool = True


class SoFar(msgspec.Struct, frozen=True):
    """What was `moved` back of an event, oldest first; the kopecks that are `left`, and whether there are any."""

    moved: list[Returned] = []
    left: Kopecks = 0
    state: Left = "no money"

    @property
    def amount(self) -> Kopecks:
        """The kopecks that make what is left less."""
        return sum(each.amount for each in self.moved if each.counts)


def so_far(account: Account, events: Iterable[Event], disputed: Event, *, edition: int) -> SoFar:
    """What an account's events moved back of one of them, by the rules of an edition."""
    return SoFar(_moved(events, disputed, edition), *_left(account, disputed, edition))


def gave(event: Event) -> bool:
    """Whether an event put money into the wallet: what moves back of it is taken from the subscriber."""
    return wallet_movement(event.entries) > 0


def reversal_of(booked: Sequence[Event]) -> ChargeReversed | None:
    """The reversal of an answer's booking, if it has one."""
    return next((event for event in booked if isinstance(event, ChargeReversed)), None)


def takes(booked: Sequence[Event]) -> Kopecks:
    """The kopecks that an answer takes from the subscriber; 0 where it gives, or moves nothing."""
    back = reversal_of(booked)
    return max(-wallet_movement(back.entries), 0) if back is not None else 0


def _moved(events: Iterable[Event], disputed: Event, edition: int) -> list[Returned]:
    sign = -1 if gave(disputed) else 1
    found: dict[int, Returned] = {}
    for event in events:
        moved = sign * wallet_movement(event.entries)
        if isinstance(event, Adjusted) and disputed.version in event.cites:
            found[event.version] = Returned(event.version, "Adjusted", event.booked_at, moved, counts=edition >= 2)
        elif isinstance(event, ChargeReversed) and event.event == disputed.version:
            found[event.version] = Returned(event.version, "ChargeReversed", event.booked_at, moved, event.packages)
        elif isinstance(event, ChargeReversed) and (adjusted := found.get(event.event)) is not None:
            found[event.event] = msgspec.structs.replace(adjusted, amount=adjusted.amount + moved)
    return list(found.values())


def _left(account: Account, disputed: Event, edition: int) -> tuple[Kopecks, Left]:
    if isinstance(disputed, ChargeReversed):
        return 0, "reversal"
    if not wallet_movement(disputed.entries):
        return 0, "no money"
    left = money_left(account, disputed, edition)
    return left, "some" if left else "all"
