"""Corrections: what a clerk's input would move, and above which sum one person is not enough."""

from collections.abc import Iterable
from typing import Final

from ledger.entries import wallet_movement
from ledger.events import Adjusted, ChargeReversed, Event, Refunded
from ledger.units import Kopecks

LIMIT: Final = 100_000
"""Kopecks that one person may move by a correction or a refund, where the server does not say otherwise."""
TYPES: Final = frozenset({"reverse", "adjust", "resolve_dispute", "refund"})
"""The inputs that move money because somebody says so."""
_MOVING: Final = (Adjusted, ChargeReversed, Refunded)


def moved_by(events: Iterable[Event]) -> Kopecks:
    """The kopecks that corrections and refunds among some events move, whichever way."""
    return sum(abs(wallet_movement(event.entries)) for event in events if isinstance(event, _MOVING))
