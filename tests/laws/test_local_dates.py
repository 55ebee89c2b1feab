"""Laws of local dates: what the clocks of a zone show, also where they change over midnight (R-2.1, R-2.3)."""

import struct
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import periods
from ledger.periods import DAY, HOUR, SECOND, Instant

FIRST, LAST = (periods.parse_instant(f"{day}T00:00:00Z") for day in ("2000-01-01", "2038-01-01"))
FILES = resources.files("tzdata").joinpath("zoneinfo")
ZONES = resources.files("tzdata").joinpath("zones").read_text(encoding="ascii").split()
MINUTE = 60 * SECOND
AROUND = sorted({far + near for far in (-DAY, -HOUR, 0, HOUR, DAY) for near in (-1, 0)} | {MINUTE})


def _bytes(zone: str) -> bytes:
    return FILES.joinpath(*zone.split("/")).read_bytes()


UNLIKE = list({_bytes(zone): zone for zone in ZONES}.values())
"""One name of each zone: the others are links."""


def test_every_local_date_around_every_change_of_every_zones_clocks_is_the_clocks_own() -> None:
    """R-2.1: at each transition of 2000–2037, all of them, and at the hours and minutes beside it."""
    wrong = [
        (zone, periods.local_text(instant, zone))
        for zone in UNLIKE
        for change in _changes(zone)
        for instant in (change + delta for delta in AROUND)
        if periods.local_date(instant, zone) != periods.local(instant, zone).date()
    ]
    assert not wrong
    assert sum(len(_changes(zone)) for zone in UNLIKE) > 5_000  # there is something to be right about


@given(st.sampled_from(ZONES), st.integers(FIRST, LAST))
def test_the_local_date_of_any_instant_is_the_clocks_own(zone: str, instant: Instant) -> None:
    """R-2.1."""
    assert periods.local_date(instant, zone) == periods.local(instant, zone).date()


def test_every_time_around_every_change_of_every_zones_clocks_is_told_as_they_show_it() -> None:
    """R-2.1: what programs read, made without asking the clocks each time, is what they show."""
    wrong = [
        (zone, instant)
        for zone in UNLIKE
        for change in _changes(zone)
        for instant in (change + delta for delta in AROUND)
        if periods.local_text(instant, zone) != periods.local(instant, zone).isoformat()
    ]
    assert not wrong


@given(st.sampled_from(ZONES), st.integers(FIRST, LAST))
def test_any_time_is_told_as_the_clocks_show_it(zone: str, instant: Instant) -> None:
    """R-2.1, fractions of a second too."""
    assert periods.local_text(instant, zone) == periods.local(instant, zone).isoformat()


@given(st.data(), st.sampled_from(ZONES), st.integers(-2 * DAY, 2 * DAY))
def test_a_day_begins_once_and_a_night_follows_every_instant(data: st.DataObject, zone: str, delta: int) -> None:
    """R-2.3, R-4.4, R-13.1: the first of two midnights, what follows the gap of a skipped one; days tile."""
    changes = _changes(zone) or (FIRST,)
    instant = data.draw(st.sampled_from(changes)) + delta
    hour = data.draw(st.integers(0, 23))
    day = periods.local(instant, zone).date()
    days = [day + timedelta(days=each) for each in range(-3, 4)]
    starts = [periods.day_start(each, zone) for each in days]
    assert starts == sorted(starts)
    assert starts == [_first_shown(each, zone) for each in days]
    nights = [periods.night(each, zone, hour) for each in days]
    assert periods.first_night_after(instant, zone, hour) == min(night for night in nights if night > instant)


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        ("America/St_Johns", "2006-10-29T02:29:59Z", "2006-10-28"),
        ("America/St_Johns", "2006-10-29T02:30:00Z", "2006-10-29"),  # 00:00, the first time
        ("America/St_Johns", "2006-10-29T02:30:59Z", "2006-10-29"),
        ("America/St_Johns", "2006-10-29T02:31:00Z", "2006-10-28"),  # 00:01 becomes 23:01
        ("America/St_Johns", "2006-10-29T03:29:59Z", "2006-10-28"),
        ("America/St_Johns", "2006-10-29T03:30:00Z", "2006-10-29"),  # 00:00, the second time
    ],
)
def test_a_day_with_two_midnights(zone: str, instant: str, day: str) -> None:
    """R-2.1, R-2.3: its start is the first of them."""
    assert periods.local_date(periods.parse_instant(instant), zone).isoformat() == day
    assert periods.day_start(date(2006, 10, 29), zone) == periods.parse_instant("2006-10-29T02:30:00Z")


@cache
def _changes(zone: str) -> tuple[Instant, ...]:
    """When a zone's clocks change: what its file lists, then what the rule at the file's end makes of later years."""
    listed = [at * SECOND for at in _listed(zone) if FIRST <= at * SECOND < LAST]
    begin = max([FIRST, *listed])
    steps = range(begin, LAST, 20 * DAY)
    later = [_change_between(zone, *pair) for pair in pairwise(steps) if len({_offset(at, zone) for at in pair}) > 1]
    return tuple(listed + later)


def _listed(zone: str) -> tuple[int, ...]:
    """The transition times of a TZif file (RFC 9636), in seconds: those of its second, 64-bit block."""
    raw = _bytes(zone)
    utc, standard, leaps, times, types, letters = struct.unpack(">6l", raw[20:44])
    second = 44 + times * 5 + types * 6 + letters + leaps * 8 + standard + utc
    (times,) = struct.unpack(">l", raw[second + 32 : second + 36])
    return struct.unpack(f">{times}q", raw[second + 44 : second + 44 + times * 8])


def _change_between(zone: str, low: Instant, high: Instant) -> Instant:
    before = _offset(low, zone)
    while high - low > SECOND:
        middle = (low + high) // 2 // SECOND * SECOND
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return high


def _offset(instant: Instant, zone: str) -> Instant:
    """The offset from UTC, in microseconds."""
    shown = periods.local(instant, zone)
    return periods.from_datetime(shown.replace(tzinfo=UTC)) - instant


def _first_shown(day: date, zone: str) -> Instant:
    """The first instant at which the clocks of a zone show a date, or a later one where they skip it.

    It is a change of the clocks, or 00:00 of that date by one of the offsets there are around it.
    """
    midnight = periods.from_datetime(datetime(day.year, day.month, day.day, tzinfo=UTC))
    near = [at for at in _changes(zone) if abs(at - midnight) < 2 * DAY]
    offsets = {_offset(at + beside, zone) for at in (midnight, *near) for beside in (-1, 0)}
    candidates = [*near, *(midnight - offset for offset in offsets)]
    return min(at for at in candidates if periods.local(at, zone).date() >= day)


def test_a_day_turns_back_where_a_time_of_it_comes_twice_and_nowhere_else() -> None:
    """R-2.3: what is printed of such a day carries its offset; also where the hour crosses midnight."""
    for zone in UNLIKE:
        back = [change for change in _changes(zone) if _offset(change, zone) < _offset(change - SECOND, zone)]
        twice = {periods.local(change - each * SECOND, zone).date() for change in back for each in (0, 1)}
        for change in back:
            day = periods.local(change, zone).date()
            for near in (day + timedelta(days=each) for each in range(-2, 3)):
                assert periods.turns_back(near, zone) == (near in twice), (zone, near)
