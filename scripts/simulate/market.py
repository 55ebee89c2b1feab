"""The market: where people live and what they can buy there on a date, by a catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.catalogue import Catalogue, OptionVersion, PlanVersion
from ledger.units import SECONDS_PER_MINUTE, Kopecks
from scripts.simulate.chance import Chance, Weighted

PEOPLE: Final = {
    "moscow": 30, "spb": 14, "krasnodar": 9, "yekaterinburg": 8, "novosibirsk": 7, "samara": 6, "krasnoyarsk": 5,
    "omsk": 4, "altai": 4, "irkutsk": 4, "primorye": 4, "kaliningrad": 3, "kamchatka": 2,
}  # fmt: skip
"""Weights of the shipped catalogue's regions; any other region has 5."""
PEOPLE_ELSEWHERE: Final = 5
UNPRICED_MINUTE: Final[Kopecks] = 5_00


class NothingOnSale(ValueError):
    """No plan of the catalogue can be connected anywhere on the date."""


@dataclass(frozen=True, slots=True)
class Home:
    """A region, its clock, and the plans on sale there."""

    region: str
    zone: str
    plans: Sequence[PlanVersion]


class Market:
    """What a catalogue sells on one date."""

    def __init__(self, catalogue: Catalogue, day: date) -> None:
        self.catalogue = catalogue
        ids = sorted({id for kind, id, _, _ in catalogue.versions() if kind == "plan"})
        plans = [plan for id in ids if (plan := catalogue.plan(id, day)) is not None]
        on_sale = [plan for plan in plans if plan.sold_on(day)]
        self.archived = [plan.id for plan in plans if not plan.sold_on(day)]
        """Plans somebody may still ask for in vain."""
        ids = sorted({id for kind, id, _, _ in catalogue.versions() if kind == "option"})
        options = [option for id in ids if (option := catalogue.option(id, day)) is not None]
        self.one_time: list[OptionVersion] = [option for option in options if option.days is not None]
        self.monthly: list[OptionVersion] = [option for option in options if option.days is None]
        self.promise_max = catalogue.settings.promise.max
        self.promise_days = catalogue.settings.promise.days
        self.night_hour = catalogue.settings.night_hour
        homes = [
            (Home(name, region.zone, sold), PEOPLE.get(name, PEOPLE_ELSEWHERE))
            for name, region in sorted(catalogue.regions.items())
            if (sold := [plan for plan in on_sale if plan.serves(name)])
        ]
        if not homes:
            raise NothingOnSale(f"the catalogue sells no plan on {day}")
        self.homes = Weighted(homes)


def chosen_plan(chance: Chance, home: Home, *, minutes: float) -> PlanVersion:
    """The plan somebody takes who calls so many minutes a month: cheap ones for him are likelier."""
    return chance.pick(Weighted([(plan, 1 / (1 + _cost(plan, minutes)) ** 2) for plan in home.plans]))


def _cost(plan: PlanVersion, minutes: float) -> float:
    """Rubles a month with so many minutes: the fee, and what the package does not hold."""
    package = plan.month.get("voice", 0)
    if package == "unlimited":
        return plan.monthly_fee / 100
    price = (plan.prices["home"].voice_minute if "home" in plan.prices else None) or UNPRICED_MINUTE
    return (plan.monthly_fee + max(0.0, minutes - package / SECONDS_PER_MINUTE) * price) / 100
