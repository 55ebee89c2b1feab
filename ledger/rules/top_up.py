"""Top-up: money in, whatever the plan, mode or blocks (R-7.1)."""

from ledger.account import Account
from ledger.entries import WALLET, money
from ledger.events import Event, ToppedUp
from ledger.evolve import evolve
from ledger.inputs import TopUp
from ledger.rules.credit import close_paid
from ledger.rules.moment import Moment


def top_up(account: Account, input: TopUp, moment: Moment) -> list[Event]:
    """The wallet grows by the amount, and a promise that it pays is closed (R-10.3).

    Lifting a financial block is the booking's settlement (R-8.5).
    """
    topped_up = ToppedUp(
        **moment.stamp(account),
        entries=money(f"cash:{input.channel}", WALLET, input.amount),
        wallet_after=account.wallet + input.amount,
        amount=input.amount,
        channel=input.channel,
    )
    return [topped_up, *close_paid(evolve(account, topped_up), moment)]
