"""Routing: which contract of its number an input goes to (R-15.2, R-15.6)."""

from collections.abc import Sequence
from typing import NamedTuple

from ledger.account import Account
from ledger.contracts import Contract
from ledger.inputs import Input, Open, Usage


class Held(NamedTuple):
    """A contract of a number, and the account as it stands."""

    contract: Contract
    account: Account


def opens_contract(input: Input, held: Sequence[Held]) -> bool:
    """Whether an `open` makes the number's next contract: the first one, or behind the end of the latest (R-15.6)."""
    if not isinstance(input, Open):
        return False
    if not held:
        return True
    closed_at = held[-1].account.closed_at
    return closed_at is not None and input.received_at >= closed_at


def contract_of(input: Input, held: Sequence[Held]) -> Held | None:
    """The contract of its number that an input goes to; None where there is none, or it was erased (R-15.9)."""
    if not held:
        return None
    first = held[0]
    if first.contract.holder > 1 and input.at < first.account.opened_at:
        return None
    if (holder := getattr(input, "holder", None)) is not None:
        return next((each for each in held if each.contract.holder == holder), None)
    if isinstance(input, Usage):
        return next((each for each in reversed(held) if each.account.opened_at <= input.at), first)
    return held[-1]
