"""Blocks: three kinds, several at once; a block neither stops nor extends the paid period (R-8.1–R-8.4)."""

from ledger.account import Account
from ledger.events import Blocked, Event, Unblocked
from ledger.inputs import Block, Unblock
from ledger.rules.moment import Moment, refuse


def block(account: Account, input: Block, moment: Moment) -> list[Event]:
    """A block by subscriber or operator; one of a kind at a time."""
    if input.kind in account.blocks:
        return [refuse(account, input, moment, "ALREADY_BLOCKED", blocks=list(account.blocks))]
    return [Blocked(**moment.stamp(account), kind=input.kind, cause="request")]


def unblock(account: Account, input: Unblock, moment: Moment) -> list[Event]:
    """The end of a block of this kind; others stay, and nothing is charged (R-8.4)."""
    if input.kind not in account.blocks:
        return [refuse(account, input, moment, "NOT_BLOCKED", blocks=list(account.blocks))]
    return [Unblocked(**moment.stamp(account), kind=input.kind, cause="request")]
