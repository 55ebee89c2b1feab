"""Blocks: three kinds, several at once; a block neither stops nor extends the paid period (R-8.1–R-8.4)."""

from collections.abc import Iterator

from ledger.account import Account
from ledger.events import Blocked, Event, Unblocked
from ledger.inputs import Block, Unblock
from ledger.reasons import BlockReason, UnblockReason
from ledger.rules.check import Check, refusal
from ledger.rules.moment import Moment


def block(account: Account, input: Block, moment: Moment) -> list[Event]:
    """A block by subscriber or operator; one of a kind at a time."""
    if refused := refusal(account, input, moment, against(account, input)):
        return refused
    return [Blocked(**moment.stamp(account), kind=input.kind, cause="request")]


def unblock(account: Account, input: Unblock, moment: Moment) -> list[Event]:
    """The end of a block of this kind; others stay, and nothing is charged (R-8.4)."""
    if refused := refusal(account, input, moment, against(account, input)):
        return refused
    return [Unblocked(**moment.stamp(account), kind=input.kind, cause="request")]


def against(account: Account, input: Block | Unblock) -> Iterator[Check[BlockReason | UnblockReason]]:
    """The one reason against a block, or against its end (R-8.2)."""
    in_force, facts = input.kind in account.blocks, {"blocks": list(account.blocks)}
    match input:
        case Block():
            yield Check("ALREADY_BLOCKED", in_force, facts)
        case Unblock():
            yield Check("NOT_BLOCKED", not in_force, facts)
