"""Routing: which contract of its number an input goes to (R-15.2, R-15.6)."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from ledger.account import Account
from ledger.contracts import Contract
from ledger.inputs import Input, Open, Usage


def opens_contract(input: Input, held: Sequence[Contract], accounts: Mapping[str, Account]) -> bool:
    """Whether an `open` makes the number's next contract: the first one, or behind the end of the latest (R-15.6).

    `held` are the number's contracts in order of opening, `accounts` as they stand by id.
    """
    if not isinstance(input, Open):
        return False
    if not held:
        return True
    closed_at = accounts[held[-1].id].closed_at
    return closed_at is not None and input.received_at >= closed_at


def contract_of(input: Input, held: Sequence[Contract], accounts: Mapping[str, Account]) -> Contract | None:
    """The contract of its number that an input goes to; None where there is none, or it was erased (R-15.9)."""
    holder = getattr(input, "holder", None)
    if len(held) == 1 and held[0].holder == 1 and holder is None:  # so it is with most numbers
        return held[0]
    if not held or (held[0].holder > 1 and input.at < accounts[held[0].id].opened_at):
        return None
    if holder is not None:
        return next((each for each in held if each.holder == holder), None)
    if isinstance(input, Usage):
        return next((each for each in reversed(held) if accounts[each.id].opened_at <= input.at), held[0])
    return held[-1]


def is_of_an_erased(input: Input, held: Sequence[Contract], accounts: Mapping[str, Account]) -> bool:
    """Whether an input nobody knows is of the time of an erased contract that stood between two that are left.

    Its contract's inputs are known to nobody any more: an old file must not be booked in the next holder's (R-15.7).
    What names a holder is for that one.
    """
    if len(held) < 2 or getattr(input, "holder", None) is not None:
        return False
    return any(
        later.holder > earlier.holder + 1
        and (closed_at := accounts[earlier.id].closed_at) is not None
        and closed_at <= input.at < accounts[later.id].opened_at
        for earlier, later in pairwise(held)
    )


def why_unknown(input: Input, held: Sequence[Contract]) -> str:
    """What to do about an input that belongs to no contract."""
    if not held:
        return "open the account first"
    holder = getattr(input, "holder", None)
    if holder is not None and holder not in [each.holder for each in held]:
        return f"holder: the number has no contract {holder}"
    return "at lies before the contracts of the number that are left, or between them where one was erased"
