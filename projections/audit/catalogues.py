"""What catalogues say, as tables: read from their TOML alone, by nothing that the booking reads them with."""

import tomllib
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

FOR_EVER: Final = "9999-12-31"
SERVICES: Final = {
    "voice": ("voice_minutes", 60, "voice_minute"),
    "sms": ("sms", 1, "sms"),
    "data": ("data_mb", 1024, "data_mb"),
}
"""What a catalogue calls the package of a service, how many package units one of it is, and what it calls the price."""


class Held(NamedTuple):
    """A catalogue of a dataset: of which shard, from which position on, and what it says."""

    shard: int
    position: int
    toml: str


class Table(NamedTuple):
    """A table by its name: columns with their types, as both engines know them, and its rows.

    A date is text, and an instant the microseconds since 1970.
    """

    name: str
    columns: dict[str, str]
    rows: list[tuple[Any, ...]]


def tables(catalogues: Sequence[Held]) -> Iterator[Table]:
    """Every table of what catalogues say, each row with the number of its catalogue, from 1."""
    read = [(number, tomllib.loads(each.toml)) for number, each in enumerate(catalogues, 1)]
    yield Table(
        "setting",
        {
            "catalogue": "INTEGER",
            "edition": "INTEGER",
            "night_hour": "INTEGER",
            "late_hours": "INTEGER",
            "promise_max": "BIGINT",
            "promise_days": "INTEGER",
            "promise_fee": "BIGINT",
        },
        [_settings(number, said.get("settings", {})) for number, said in read],
    )
    yield Table(
        "region",
        {"catalogue": "INTEGER", "region": "STRING", "zone": "STRING"},
        [(number, id, each["zone"]) for number, said in read for id, each in said["regions"].items()],
    )
    yield Table(
        "vat",
        {"catalogue": "INTEGER", "since": "DATE", "until": "DATE", "rate": "INTEGER"},
        [(number, *row) for number, said in read for row in _rates(said["vat"])],
    )
    yield Table(
        "plan",
        {
            "catalogue": "INTEGER",
            "plan": "STRING",
            "plan_version": "STRING",
            "since": "DATE",
            "until": "DATE",
            "sold_from": "DATE",
            "sold_until": "DATE",
            "refreshable": "BOOLEAN",
            "auto_carry": "BOOLEAN",
            "monthly_fee": "BIGINT",
            "daily_fee": "BIGINT",
            "voice_step": "BIGINT",
            "free_seconds": "BIGINT",
        },
        [(number, *_plan(each, until)) for number, said in read for each, until in _versions(said.get("plans", []))],
    )
    yield Table(
        "plan_region",
        {"catalogue": "INTEGER", "plan": "STRING", "plan_version": "STRING", "region": "STRING"},
        [
            (number, each["id"], str(each["effective_from"]), region)
            for number, said in read
            for each in said.get("plans", [])
            for region in (said["regions"] if "*" in each["regions"] else dict.fromkeys(each["regions"]))
        ],
    )
    yield Table(
        "package",
        {
            "catalogue": "INTEGER",
            "kind": "STRING",
            "id": "STRING",
            "id_version": "STRING",
            "service": "STRING",
            "size": "BIGINT",
        },
        [(number, *row) for number, said in read for row in _packages(said)],
    )
    yield Table(
        "tariff",
        {
            "catalogue": "INTEGER",
            "plan": "STRING",
            "plan_version": "STRING",
            "usage_zone": "STRING",
            "service": "STRING",
            "listed_price": "BIGINT",
            "is_covered": "BOOLEAN",
            "voice_step": "BIGINT",
            "free_seconds": "BIGINT",
            "since": "DATE",
            "until": "DATE",
        },
        [(number, *row) for number, said in read for row in _tariffs(said.get("plans", []))],
    )
    yield Table(
        "option_version",
        {
            "catalogue": "INTEGER",
            "option": "STRING",
            "option_version": "STRING",
            "since": "DATE",
            "until": "DATE",
            "fee": "BIGINT",
            "days": "INTEGER",
        },
        [
            (
                number,
                each["id"],
                str(each["effective_from"]),
                str(each["effective_from"]),
                until,
                kopecks(each["fee"]),
                each.get("days"),
            )
            for number, said in read
            for each, until in _versions(said.get("options", []))
        ],
    )


def kopecks(rubles: str) -> int:
    """Kopecks of a catalogue's text of rubles, as "350.00" or "350"."""
    whole, _, part = rubles.partition(".")
    return int(whole) * 100 + int(part or 0)


def _settings(number: int, said: dict[str, Any]) -> tuple[Any, ...]:
    """Settings, with what holds where a catalogue says nothing (contract §4)."""
    promise = said.get("promise", {})
    return (
        number,
        said.get("edition", 1),
        said.get("night_hour", 3),
        said.get("late_window_hours", 72),
        kopecks(promise.get("max", "800.00")),
        promise.get("days", 3),
        kopecks(promise.get("fee", "0.00")),
    )


def _rates(said: dict[str, int]) -> Iterator[tuple[str, str, int]]:
    """Rates of VAT with the dates between which they hold; the first one holds before its date, too."""
    days = sorted(said)
    for number, day in enumerate(days):
        since = day if number else "0001-01-01"
        yield since, days[number + 1] if number + 1 < len(days) else FOR_EVER, said[day]


def _versions(said: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str]]:
    """Versions of plans or of options, each with the date from which the next one holds."""
    for each in said:
        later: list[date] = [
            other["effective_from"]
            for other in said
            if other["id"] == each["id"] and other["effective_from"] > each["effective_from"]
        ]
        yield each, str(min(later)) if later else FOR_EVER


def _plan(said: dict[str, Any], until: str) -> tuple[Any, ...]:
    version = str(said["effective_from"])
    return (
        said["id"],
        version,
        version,
        until,
        str(said["sold_from"]),
        str(said.get("sold_until", FOR_EVER)),
        said.get("refreshable", True),
        said.get("auto_carry", False),
        kopecks(said["monthly_fee"]),
        kopecks(said["daily_fee"]) if "daily_fee" in said else None,
        said.get("voice_increment_seconds", 60),
        said.get("free_call_seconds", 3),
    )


def _packages(said: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Packages of a month, a day and an option in package units; no size for an unlimited one."""
    wanted = [("month", each, each["packages"]) for each in said.get("plans", [])]
    wanted += [("day", each, each.get("daily_packages", {})) for each in said.get("plans", [])]
    wanted += [("option", each, each["packages"]) for each in said.get("options", [])]
    for kind, each, packages in wanted:
        for service, (name, units, _) in SERVICES.items():
            size = packages.get(name, 0)
            if size:
                in_units = None if size == "unlimited" else size * units
                yield kind, each["id"], str(each["effective_from"]), service, in_units


def _tariffs(said: list[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    """What a plan version says about each zone among its prices and each service."""
    for each, until in _versions(said):
        version = str(each["effective_from"])
        for zone, prices in each.get("prices", {}).items():
            for service, (_, _, name) in SERVICES.items():
                price = kopecks(prices[name]) if name in prices else None
                step, free = each.get("voice_increment_seconds", 60), each.get("free_call_seconds", 3)
                covered = zone in each["packages_cover"]
                yield each["id"], version, zone, service, price, covered, step, free, version, until
