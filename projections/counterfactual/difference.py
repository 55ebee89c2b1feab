"""Difference: what a change makes of a contract's statement, line by line, in kopecks, packages and refusals."""

from collections.abc import Iterator
from operator import attrgetter
from typing import Any, Final

import msgspec

from ledger.contracts import Contract
from ledger.entries import wallet_movement
from ledger.events import Event, type_name
from ledger.periods import Instant
from ledger.units import Kopecks
from projections.counterfactual.history import Counterfactual
from projections.counterfactual.pairs import Pair, pairs

EVENT: Final = "event"
TYPE: Final = "type"
REASON: Final = "reason"
AMOUNT: Final = "amount"
WALLET_AFTER: Final = "wallet_after"


class Line(msgspec.Struct, frozen=True):
    """One difference of one event; `version` is that of the stored event.

    A new event of a stored booking stands at the version of that booking; one that the schedule would make anew has
    none. `field` is `event` (there is none, or would be none), `type`, `reason`, `amount` (what moves the wallet, in
    kopecks, − or +), a movement of packages as `base/voice > consumed/voice` (in the unit of the service), or, once and
    at the last version, `wallet_after`. `about` is the event's type, `zone` that of the contract.
    """

    contract: Contract
    version: int | None
    field: str
    was: int | str | None
    would_be: int | str | None
    about: str
    booked_at: Instant
    zone: str

    def kopecks(self) -> tuple[Kopecks, Kopecks]:
        """Both sides, of a line about the wallet or an amount. Raises TypeError for any other."""
        if isinstance(self.was, int) and isinstance(self.would_be, int):
            return self.was, self.would_be
        raise TypeError(f"{self.field}: no kopecks")


def differs(found: Counterfactual) -> bool:
    """Whether anything is otherwise that a statement shows."""
    return found.was != found.would_be and next(_unlike(found), None) is not None


def lines(found: Counterfactual) -> list[Line]:
    """Every difference, in order of time; what merely carries an earlier one, as the wallet behind it, is left out."""
    made: list[Line] = []
    for pair, field, was, would_be in _unlike(found) if found.was != found.would_be else ():
        version = pair.was.version if pair.was else pair.behind
        event = pair.event
        about = type_name(event)
        made.append(Line(found.contract, version, field, was, would_be, about, event.booked_at, found.zone))
    made.sort(key=attrgetter("booked_at"))
    if found.wallet_was != found.wallet_would_be:
        made.append(wallet(found))
    return made


def wallet(found: Counterfactual) -> Line:
    """The wallet behind everything, as a line at the last version."""
    last = found.was[-1]
    was, would_be = found.wallet_was, found.wallet_would_be
    about = type_name(last)
    return Line(found.contract, last.version, WALLET_AFTER, was, would_be, about, last.booked_at, found.zone)


def _unlike(found: Counterfactual) -> Iterator[tuple[Pair, str, Any, Any]]:
    for pair in pairs(found.was, found.would_be):
        was, would_be = _facts(pair.was), _facts(pair.would_be)
        if was == would_be:
            continue
        for field in dict.fromkeys((*was, *would_be)):
            nothing = None if field in (EVENT, TYPE, REASON) else 0
            mine, theirs = was.get(field, nothing), would_be.get(field, nothing)
            if mine != theirs:
                if field == TYPE and None in (mine, theirs):
                    yield pair, EVENT, mine, theirs
                else:
                    yield pair, field, mine, theirs


def _facts(event: Event | None) -> dict[str, Any]:
    """What is compared of an event: its type, its reason, the kopecks and the packages that it moves."""
    if event is None:
        return {}
    facts: dict[str, Any] = {TYPE: type_name(event)}
    reason = getattr(event, "reason", None)
    if reason is not None:
        facts[REASON] = reason
    for entry in event.entries:
        if entry.unit != "kop":
            field, amount = f"{entry.from_} > {entry.to}", entry.amount
        else:
            field, amount = AMOUNT, wallet_movement((entry,))
        facts[field] = facts.get(field, 0) + amount
    return facts
