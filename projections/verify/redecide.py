"""A stored booking decided again, from the account before it and under the catalogue of its position."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Final

import msgspec

from ledger.account import Account
from ledger.booking import book
from ledger.catalogue import Catalogue
from ledger.events import Event, PersonalErased, type_name
from ledger.evolve import BrokenLog, evolve
from ledger.inputs import Input, Malformed
from ledger.reconstruct_input import NotReconstructible, claim_name_in, opened_contract
from ledger.rules.closing import personal_erased
from ledger.rules.corrections import EventLookup
from ledger.rules.moment import Moment
from ledger.rules.schedule import advance

UNDECIDABLE: Final = (
    NotReconstructible,
    Malformed,
    BrokenLog,
    AssertionError,
    KeyError,
    TypeError,
    ValueError,
    OverflowError,
)
"""What a log that nobody's rules have written may raise when it is decided again."""


class Difference(msgspec.Struct, frozen=True):
    """A field of an event that is decided otherwise than it is stored."""

    version: int
    field: str
    expected: Any
    found: Any


def same_booking(before: Event, event: Event) -> bool:
    """Whether an event belongs to the booking of the one before it."""
    return before.booked_at == event.booked_at and before.input == event.input


def decide_again(
    account_id: str,
    before: Account | None,
    first: Event,
    input: Input | None,
    catalogue: Catalogue,
    history: EventLookup,
) -> tuple[list[Event], Account | None]:
    """The booking that begins with a stored event, of its input or its scheduled instant; and the account behind it.

    An erasure has neither: it can follow where the contract is closed (R-15.9). Raises UNDECIDABLE.
    """
    if isinstance(first, PersonalErased) and before is not None and before.closed_at is not None:
        moment = Moment(first.occurred_at, first.booked_at, first.recorded_at)
        erased = personal_erased(before, moment, first.ground, first.by, first.statements)
        return [erased], evolve(before, erased)
    if input is not None:
        booked = book(
            before,
            input,
            catalogue,
            recorded_at=first.recorded_at,
            history=history,
            contract=opened_contract(account_id, first),
            claim_name=claim_name_in(first),
        )
    elif before is not None:
        booked = advance(before, first.booked_at, catalogue, recorded_at=first.recorded_at)
    else:
        return [], None
    return booked.events, booked.account


def differences(expected: list[Event], found: list[Event]) -> Iterator[Difference]:
    """Where a booking as stored differs from the one decided again; nothing behind an event of another type."""
    for should, event in zip_longest(expected, found):
        if should == event:
            continue
        if event is None:
            yield Difference(found[-1].version, "event missing behind it", type_name(should), None)
        elif should is None:
            yield Difference(event.version, "event", None, type_name(event))
        elif type(should) is not type(event):
            yield Difference(event.version, "type", type_name(should), type_name(event))
            return  # what follows is shifted against it
        else:
            for field in event.__struct_fields__:
                if (a := getattr(should, field)) != (b := getattr(event, field)):
                    yield Difference(event.version, field, msgspec.to_builtins(a), msgspec.to_builtins(b))
