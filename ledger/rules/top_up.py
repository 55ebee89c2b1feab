"""Top-up: money in, whatever the plan, mode or blocks (R-7.1)."""

from ledger.account import Account
from ledger.entries import WALLET, money
from ledger.events import Event, ToppedUp
from ledger.inputs import TopUp
from ledger.rules.moment import Moment


def top_up(account: Account, input: TopUp, moment: Moment) -> list[Event]:
    """The wallet grows by the amount; lifting a financial block is the booking's settlement (R-8.5)."""
    return [
        ToppedUp(
            **moment.stamp(account),
            entries=money(f"cash:{input.channel}", WALLET, input.amount),
            wallet_after=account.wallet + input.amount,
            amount=input.amount,
            channel=input.channel,
        )
    ]
