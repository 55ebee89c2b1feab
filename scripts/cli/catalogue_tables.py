"""Tables of a catalogue, and of what differs between two (`obnovi catalogue show` and `diff`)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ledger.catalogue.differences import Difference, flat
from projections.words import catalogue as words
from projections.words.phrasebook import Phrasebook
from scripts.cli import terminal
from scripts.cli.options import print_text


def show(phrases: Phrasebook, shown: Mapping[str, Any], *, is_whole: bool) -> None:
    """A catalogue as tables: plans and their prices; with `is_whole` also what is no plan's."""
    print_text(phrases.say(words.TITLE, digest=shown["digest"][:12]))
    if is_whole:
        rates = (
            phrases.say(words.RATE, rate=rate, day=_day(phrases, day)) for day, rate in sorted(shown["vat"].items())
        )
        print_text(phrases.say(words.VAT, rates=", ".join(rates)))
        settings = list(_settings(phrases, shown["settings"]))
        terminal.table(phrases.say(words.SETTINGS), phrases.head(words.SETTINGS_HEAD), settings, right=(1,))
        regions = [(id, region["name"], region["zone"]) for id, region in shown["regions"].items()]
        terminal.table(phrases.say(words.REGIONS), phrases.head(words.REGIONS_HEAD), regions)
    plans = [_plan(phrases, plan) for plan in shown["plans"]]
    terminal.table(phrases.say(words.PLANS), phrases.head(words.PLANS_HEAD), plans, right=(4, 5), wide=6)
    prices = [row for plan in shown["plans"] for row in _prices(phrases, plan)]
    terminal.table(phrases.say(words.PRICES), phrases.head(words.PRICES_HEAD), prices, right=(3, 4, 5))
    if is_whole:
        options = [_option(phrases, option) for option in shown["options"]]
        terminal.table(phrases.say(words.OPTIONS), phrases.head(words.OPTIONS_HEAD), options, right=(3,))


def show_differences(phrases: Phrasebook, made: Sequence[Difference], contracts: Mapping[str, int] | None) -> None:
    """What differs, in the order of plans and dates; with `contracts`, how many have each plan."""
    if not made:
        print_text(phrases.say(words.ALIKE))
        return
    head = words.DIFFERENCES_HEAD if contracts is None else (*words.DIFFERENCES_HEAD, words.CONTRACTS)
    cells = []
    for each in made:
        row = [
            words.subject(phrases, each),
            "" if each.version is None else _day(phrases, each.version),
            words.field(phrases, each.field),
            *(words.value(phrases, each.field, given) for given in (each.was, each.is_)),
        ]
        if contracts is not None:
            row.append(str(contracts.get(each.id, 0)) if each.kind == "plan" else "")
        cells.append(row)
    terminal.table(phrases.say(words.DIFFERENCES), phrases.head(head), cells, right=range(3, len(head)), wide=2)


def _settings(phrases: Phrasebook, settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in flat(settings):
        yield words.field(phrases, name), words.value(phrases, name, value)


def _plan(phrases: Phrasebook, plan: Mapping[str, Any]) -> tuple[str, ...]:
    sold = words.SINCE if plan["sold_until"] is None else words.SINCE_UNTIL
    until = {} if plan["sold_until"] is None else {"last": _day(phrases, plan["sold_until"])}
    return (
        plan["id"],
        plan["name"],
        _day(phrases, plan["effective_from"]),
        phrases.say(sold, first=_day(phrases, plan["sold_from"]), **until),
        phrases.money(plan["monthly_fee"]),
        "" if plan["daily_fee"] is None else phrases.money(plan["daily_fee"]),
        words.packages(phrases, plan["packages"]),
        words.packages(phrases, plan["daily_packages"]),
        words.value(phrases, "packages_cover", plan["packages_cover"]),
    )


def _prices(phrases: Phrasebook, plan: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for zone, prices in plan["prices"].items():
        money = ("" if price is None else phrases.money(price) for price in prices.values())
        yield plan["id"], _day(phrases, plan["effective_from"]), phrases.zone(zone), *money


def _option(phrases: Phrasebook, option: Mapping[str, Any]) -> tuple[str, ...]:
    days = option["days"]
    return (
        option["id"],
        option["name"],
        _day(phrases, option["effective_from"]),
        phrases.money(option["fee"]),
        words.packages(phrases, option["packages"]),
        phrases.say(words.MONTHLY) if days is None else phrases.say(words.DAYS, days=days),
    )


def _day(phrases: Phrasebook, text: str) -> str:
    return words.value(phrases, "sold_from", text)
