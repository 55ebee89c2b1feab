"""Corrections: what an input of a clerk's moves, and above which sum one person is not enough."""

from collections.abc import Iterable
from typing import Final

from ledger.contracts import chosen
from ledger.entries import wallet_movement
from ledger.events import Adjusted, ChargeReversed, Event, Refunded
from ledger.inputs import Adjust, Input, Refund, ResolveDispute, Reverse
from ledger.periods import Instant
from ledger.snapshot import Snapshot
from ledger.units import Kopecks
from scripts.app.accounts import require_account
from scripts.app.errors import Declined
from scripts.app.trying import outcome_of

LIMIT: Final = 100_000
"""Kopecks that one person may move by a correction or a refund, where the server does not say otherwise."""
_MOVING: Final = (Adjusted, ChargeReversed, Refunded)
_NAME_LENGTH_MAX: Final = 64


def moved_by(events: Iterable[Event]) -> Kopecks:
    """The kopecks that corrections and refunds among some events move, whichever way."""
    return sum(abs(wallet_movement(event.entries)) for event in events if isinstance(event, _MOVING))


def needs_second(snapshot: Snapshot, input: Input, limit: Kopecks, *, is_first: bool, now: Instant) -> bool:
    """Whether an input moves more than one person may, as the account stands.

    Where others are booked on its account just before it, it is not the `is_first`: then only the sum that it says
    itself tells, and where it says none, that is too much.
    """
    if not isinstance(input, Reverse | Adjust | ResolveDispute | Refund):
        return False
    if not is_first:
        if isinstance(input, ResolveDispute) and input.outcome == "rejected":
            return False
        return input.amount is None or abs(input.amount) > limit
    contract = chosen(snapshot.contracts, input.account, input.holder)
    if contract is None:
        return False
    account = require_account(snapshot, contract.id)
    try:
        outcome = outcome_of(snapshot, contract, account, input, snapshot.catalogues.newest(), now)
    except Declined:
        return False  # its id is taken: it will be rejected
    return moved_by(outcome.events) > limit


def names_of(proposed_by: str, confirmed_by: str) -> str:
    """The name under which two people book, `ONE/OTHER`, with something of both where they are long."""
    room = _NAME_LENGTH_MAX - 1
    first = proposed_by[: max(room - len(confirmed_by), room // 2)]
    return f"{first}/{confirmed_by[: room - len(first)]}"
