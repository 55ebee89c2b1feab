"""The clocks of zones as tables: how far ahead of UTC they are from when to when, and the instant of every night.

Of the zone data that the program is pinned to, whatever an engine has of its own: all of them read the same clocks.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo

from projections.audit.catalogues import Table

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LONG_AGO: Final = -62_135_596_800
FAR_AHEAD: Final = 253_370_764_800
SECOND: Final = 1_000_000
MARGIN: Final = timedelta(days=40)
"""Nights are asked for beyond the last event: that of a month which begins with it."""
_DAY: Final = timedelta(days=1)

Stretch = tuple[int, int, int]
"""From which second since 1970, to which one, clocks are so many seconds ahead of UTC."""


def tables(zones: Collection[str], hours: Collection[int], first: date, last: date) -> Iterator[Table]:
    """`clock` and `night` of the zones that there are, for dates from a first to a last one."""
    stretches = {zone: _stretches(named, first, last) for zone in sorted(zones) if (named := _zone(zone)) is not None}
    yield Table(
        "clock",
        {"zone": "STRING", "since": "TIMESTAMP", "until": "TIMESTAMP", "ahead": "INTEGER"},
        [
            (zone, since * SECOND, until * SECOND, ahead)
            for zone, known in stretches.items()
            for since, until, ahead in known
        ],
    )
    yield Table(
        "night",
        {"zone": "STRING", "hour": "INTEGER", "day": "DATE", "at": "TIMESTAMP"},
        [
            (zone, hour, day.isoformat(), _reached(day, hour, known) * SECOND)
            for zone, known in stretches.items()
            for hour in sorted(hours)
            for day in _days(first, last)
        ],
    )


@cache
def _zone(name: str) -> ZoneInfo | None:
    """A zone of the pinned data; None where it has no such one."""
    *folders, leaf = name.split("/")
    try:
        with resources.files(".".join(["tzdata.zoneinfo", *folders])).joinpath(leaf).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
    except (ImportError, OSError, ValueError):
        return None


def _stretches(zone: ZoneInfo, first: date, last: date) -> list[Stretch]:
    """The stretches between changes of the clocks, the outer ones without an end."""
    since, found = LONG_AGO, []
    for day in _days(first - 2 * _DAY, last + 2 * _DAY):
        start = int((datetime(day.year, day.month, day.day, tzinfo=UTC) - EPOCH).total_seconds())
        before, after = _ahead(zone, start), _ahead(zone, start + 86_400)
        if before != after:
            change = _change(zone, start, start + 86_400)
            found.append((since, change, before))
            since = change
    found.append((since, FAR_AHEAD, _ahead(zone, start + 86_400)))
    return found


def _change(zone: ZoneInfo, low: int, high: int) -> int:
    """The second between two at which the clocks change."""
    before = _ahead(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _ahead(zone, middle) == before else (low, middle)
    return high


def _ahead(zone: ZoneInfo, second: int) -> int:
    shown = datetime.fromtimestamp(second, zone).utcoffset()
    return int(shown.total_seconds()) if shown is not None else 0


def _reached(day: date, hour: int, known: list[Stretch]) -> int:
    """The second at which a local day reaches an hour: the first of two, or the first behind a gap (R-2.3)."""
    shown = (day - EPOCH.date()).days * 86_400 + hour * 3_600
    for (_, until, before), (_, _, after) in zip(known, [*known[1:], known[-1]], strict=True):
        if shown - before < until or until == FAR_AHEAD:
            return shown - before
        if shown - after < until:  # skipped
            return until
    raise AssertionError("the last stretch has no end")


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += _DAY
