"""Oversights: what can be booked under but is hardly meant, found by comparing a catalogue's plans.

Ledgers may hold it, and a version that was used cannot be changed, so none of it makes a catalogue bad.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from ledger.catalogue.lines import Path
from ledger.catalogue.model import Catalogue, OptionVersion, PlanVersion
from ledger.catalogue.problems import Found, did_you_mean, in_lines

YEARS: Final = (2000, 2099)
"""Those in which something can be booked (contract §2)."""
NEARLY: Final = 0.9
"""So near a zone is misspelt, though the plan has the other one too: `roming`, but not `roaming-eu`."""
OTHERS_MIN: Final = 2
"""So many other plans make a custom."""


def oversights(catalogue: Catalogue) -> list[str]:
    """What is hardly meant, with its lines, in their order."""
    plans = list(enumerate(catalogue.document.plans))
    options = list(enumerate(catalogue.document.options))
    first_rate = min(date.fromisoformat(day) for day in catalogue.document.vat)
    newest = {plan.id: plan for plan in sorted(catalogue.document.plans, key=lambda plan: plan.effective_from)}
    found: list[Found] = []
    for place, plan in plans:
        found += (_named("plan", plan, ("plans", place, *path), said) for path, said in _of_cover(plan))
        found += (_named("plan", plan, ("plans", place, *path), said) for path, said in _of_dates(plan, first_rate))
        if plan is newest[plan.id]:
            others = [other for other in newest.values() if other is not plan]
            found += (_named("plan", plan, ("plans", place, *path), said) for path, said in _beside(plan, others))
    for place, option in options:
        found += (
            _named("option", option, ("options", place, *path), said) for path, said in _of_dates(option, first_rate)
        )
    found += (
        (("vat", day), f"vat.{day}: no year that is meant")
        for day in catalogue.document.vat
        if _far(date.fromisoformat(day))
    )
    return in_lines(catalogue.text, found)


def _named(kind: str, version: PlanVersion | OptionVersion, path: Path, said: str) -> Found:
    return path, f"{kind} {version.id} ({version.effective_from}): {said}"


def _of_cover(plan: PlanVersion) -> Iterator[Found]:
    """Packages cover a zone without prices, so never there (R-6.8)."""
    for zone in plan.packages_cover:
        if zone not in plan.prices:
            meant = did_you_mean(zone, plan.prices)
            yield (
                ("packages_cover",),
                (f"packages_cover: zone {zone!r} has no prices, so every record there stays unrated{meant}"),
            )


def _of_dates(version: PlanVersion | OptionVersion, first_rate: date) -> Iterator[Found]:
    for field in ("effective_from", "sold_from", "sold_until"):
        day = getattr(version, field, None)
        if day is not None and _far(day):
            yield (field,), f"{field}: no year that is meant"
    if not _far(version.effective_from) and version.effective_from < first_rate:
        yield ("effective_from",), f"effective_from: lies before the first rate of VAT ({first_rate})"


def _far(day: date) -> bool:
    return not YEARS[0] <= day.year <= YEARS[1]


def _beside(plan: PlanVersion, others: list[PlanVersion]) -> Iterator[Found]:
    """A zone that is spelt as in no other plan, and a service that all others price in a zone of this one."""
    known = {zone for other in others for zone in other.prices}
    for zone, prices in plan.prices.items():
        meant = (
            "" if zone in known else did_you_mean(zone, known - set(plan.prices)) or did_you_mean(zone, known, NEARLY)
        )
        if meant:
            yield ("prices", zone), f"prices.{zone}: no other plan has this zone{meant}"
        there = [other.prices[zone] for other in others if zone in other.prices]
        for service in ("voice", "sms", "data"):
            if (
                prices.of(service) is None
                and len(there) >= OTHERS_MIN
                and all(each.of(service) is not None for each in there)
            ):
                yield ("prices", zone), f"prices.{zone}: no price of {service}, which every other plan has there"
