"""Top-up: money in, whatever the plan, mode or blocks (R-7.1); and how much of it something would take."""

from collections.abc import Callable

from ledger.account import Account
from ledger.entries import WALLET, money
from ledger.events import Event, ToppedUp
from ledger.evolve import evolve
from ledger.inputs import TopUp
from ledger.rules.credit import close_paid
from ledger.rules.moment import Moment
from ledger.units import Kopecks


def top_up(account: Account, input: TopUp, moment: Moment) -> list[Event]:
    """The wallet grows by the amount, and a promise that it pays is closed (R-10.3).

    Lifting a financial block is the booking's settlement (R-8.5).
    """
    return topped_up(account, moment, amount=input.amount, channel=input.channel)


def topped_up(account: Account, moment: Moment, *, amount: Kopecks, channel: str) -> list[Event]:
    """The events of money that came in through a channel."""
    event = ToppedUp(
        **moment.stamp(account),
        entries=money(f"cash:{channel}", WALLET, amount),
        wallet_after=account.wallet + amount,
        amount=amount,
        channel=channel,
    )
    return [event, *close_paid(evolve(account, event), moment)]


def least(missing: Callable[[Kopecks], Kopecks]) -> Kopecks:
    """The least top-up behind which nothing is missing; 0 where nothing is without one.

    `missing` says what is still missing behind a top-up, 0 or less for nothing. A larger top-up may free less than it
    brings (it repays a promise, or pays an option that was waiting), never more: so nothing below the answer is enough.
    """
    amount = 0
    while (more := missing(amount)) > 0:
        amount += more
    return amount
