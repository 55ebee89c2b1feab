"""A person: what stays the same in somebody's life, drawn once."""

from dataclasses import dataclass
from typing import Final

from ledger.catalogue import PlanVersion
from ledger.units import Kopecks
from scripts.simulate import habits
from scripts.simulate.chance import Chance
from scripts.simulate.market import Home, Market, chosen_plan

MINUTES_OF_2015: Final = 700
"""Outgoing minutes a month of the person of 2015."""


@dataclass(frozen=True, slots=True)
class Person:
    """Habits of one subscriber, in the words of `habits`; the shares say how readily he does a thing."""

    home: Home
    plan: PlanVersion
    activity: float
    data_need: float
    credit: Kopecks
    channel: str
    way: str
    spare_money: Kopecks
    top_up_step: Kopecks
    prudence: float
    """Pays before the money is due."""
    promptness: float
    """Pays soon after it was missing, by day."""
    impatience: float
    """Refreshes when a package has run out."""
    joins: int
    """The day on which the account is opened, counted from 0."""


def born(chance: Chance, market: Market, *, days: int, home: Home | None = None) -> Person:
    """Somebody who joins within the given days; `home` where that is known."""
    home = home or chance.pick(market.homes)
    activity = chance.draw(habits.ACTIVITY)
    return Person(
        home=home,
        plan=chosen_plan(chance, home, minutes=activity * MINUTES_OF_2015),
        activity=activity,
        data_need=chance.draw(habits.DATA_NEED),
        credit=chance.pick(habits.CREDIT),
        channel=chance.pick(habits.CHANNELS),
        way=chance.pick(habits.REFRESH_WAYS),
        spare_money=chance.pick(habits.SPARE_MONEY),
        top_up_step=chance.pick(habits.TOP_UP_STEP),
        prudence=0.2 + 0.7 * chance.share(),
        promptness=0.1 + 0.8 * chance.share(),
        impatience=0.8 * chance.share(),
        joins=chance.below(min(days, habits.JOINING_DAYS_MAX)) if chance.happens(habits.JOINS_LATER) else 0,
    )
