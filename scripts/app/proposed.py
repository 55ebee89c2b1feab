"""Proposed inputs: what the program itself would have booked, tried on copies of the accounts, or booked."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Final, Generic, NamedTuple, TypeVar

from ledger.booking import book
from ledger.catalogue import Catalogue
from ledger.contracts import Contract
from ledger.events import Event
from ledger.inputs import Input
from ledger.periods import Instant
from ledger.service import Ledger, Outcome
from ledger.snapshot import Snapshot
from scripts.app.accounts import require_account

In = TypeVar("In", bound=Input)
BOOKED_AT_ONCE: Final = 5_000


class Tried(NamedTuple, Generic[In]):
    """An input, and the events that it would come to."""

    contract: Contract
    input: In
    events: Sequence[Event]


def try_proposed(
    snapshot: Snapshot, proposed: Iterable[tuple[Contract, Iterable[In]]], catalogue: Catalogue, *, now: Instant
) -> Iterator[Tried[In]]:
    """What inputs would come to, each contract's in their order; nothing is written."""
    for contract, inputs in proposed:
        account = require_account(snapshot, contract.id)
        history = partial(snapshot.log.event, contract.id)
        for input in inputs:
            booked = book(account, input, catalogue, recorded_at=now, history=history)
            account = booked.account
            yield Tried(contract, input, booked.events)


def book_proposed(ledger: Ledger, inputs: Iterable[Input]) -> Iterator[Outcome]:
    """Book inputs, some thousand in a transaction. Interrupted, it leaves what is booked."""
    rest = iter(inputs)
    while some := list(islice(rest, BOOKED_AT_ONCE)):
        yield from ledger.apply(some)
