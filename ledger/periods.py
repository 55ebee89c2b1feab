"""Time: instants, local dates, nights, and due dates that keep their anchor day (R-2)."""

import calendar
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from importlib import resources
from typing import Final, Generic, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

Instant: TypeAlias = int
"""Microseconds since 1970-01-01T00:00:00Z: instants compare as integers, whatever offset they were written with."""

T = TypeVar("T")

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
_RFC_3339 = re.compile(
    r"20[0-9]{2}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-5][0-9])"
)
_STRETCH_BITS: Final = 36
"""Stretches of 2^36 microseconds, some 19 hours, have one midnight at most, and are found without a division."""
_DATE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"(20[0-9]{2}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2})(:[0-9]{2})?(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-5][0-9])?"
)


Moment: TypeAlias = Instant | datetime | date
"""A time that somebody asks for: an instant, what the clocks show where an account is, or a date alone.

What clocks show is a datetime without an offset. A date is as long as that day is where an account is.
"""


class UnknownZone(ValueError):
    """No such IANA time zone in the pinned zone data."""


@lru_cache(maxsize=16)  # `at` and `received_at` of a line are often the same text
def parse_instant(text: str) -> Instant:
    """The instant of an RFC 3339 time with seconds, an offset and a year 2000–2099 as written.

    Raises ValueError for anything else: no offset, second 60, 24:00, other digits than ASCII.
    """
    if _RFC_3339.fullmatch(text) is None:
        raise ValueError("not an RFC 3339 time with seconds and an offset, years 2000-2099")
    try:
        return from_datetime(datetime.fromisoformat(text.upper()))
    except ValueError as error:
        raise ValueError(f"no such time: {error}") from None


def parse_date(text: str) -> date:
    """A date written exactly YYYY-MM-DD, years 2000–2099; ValueError otherwise."""
    if _DATE.fullmatch(text) is None:
        raise ValueError("not a date YYYY-MM-DD of the years 2000-2099")
    return date.fromisoformat(text)


def parse_moment(text: str) -> Moment:
    """A date alone, or a time as people write it: a blank for the T, no seconds, no offset for what clocks show there.

    Raises ValueError.
    """
    if _DATE.fullmatch(text):
        return parse_date(text)
    found = _TIME.fullmatch(text)
    if found is None or (found[4] and not found[3]):
        raise ValueError("no date, local time or RFC 3339 time of the years 2000-2099")
    day, minute, second, fraction, offset = (part or "" for part in found.groups())
    written = f"{day}T{minute}{second or ':00'}{fraction}"
    if offset:
        return parse_instant(written + offset)
    try:
        return datetime.fromisoformat(written)
    except ValueError as error:
        raise ValueError(f"no such time: {error}") from None


def resolution_of(text: str) -> Instant:
    """How long a time is as it is written: a minute, a second, or with a fraction a microsecond. Not of a date."""
    found = _TIME.fullmatch(text)
    if found is None or found[4]:
        return 1
    return SECOND if found[3] else MINUTE


def from_datetime(moment: datetime) -> Instant:
    """The instant of an aware datetime."""
    return (moment - EPOCH) // MICROSECOND


@cache
def zone_named(name: str) -> ZoneInfo:
    """The IANA zone from the pinned `tzdata` package, never from the machine's own files.

    Two machines with the same lock file so have the same nights. Raises UnknownZone.
    """
    folder, _, leaf = name.rpartition("/")
    package = "tzdata.zoneinfo" + ("." + folder.replace("/", ".") if folder else "")
    try:
        with resources.files(package).joinpath(leaf).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
    except (ModuleNotFoundError, FileNotFoundError, IsADirectoryError, ValueError, OSError):
        raise UnknownZone(f"no time zone {name!r} in the IANA data") from None


def local(instant: Instant, zone: str) -> datetime:
    """The instant on the clocks of a zone."""
    seconds, fraction = divmod(instant, SECOND)
    shown = datetime.fromtimestamp(seconds, zone_named(zone))
    return shown.replace(microsecond=fraction) if fraction else shown


def local_date(instant: Instant, zone: str) -> date:
    """The local date of an instant (R-2.1), also where the clocks go back over midnight and a date comes twice."""
    return _LOCAL_DATES.at(instant, zone)


class ByLocalDate(Generic[T]):
    """What depends on the local date alone; it is remembered by stretches of time, as every record asks for it."""

    def __init__(self, of_date: Callable[[date], T]) -> None:
        self._of_date = of_date
        self._known: dict[str, dict[int, tuple[T, Instant, T]]] = {}

    def at(self, instant: Instant, zone: str) -> T:
        """That of the local date of an instant."""
        try:
            before, midnight, after = self._known[zone][instant >> _STRETCH_BITS]
        except KeyError:
            return self._found(instant, zone)
        return before if instant < midnight else after

    def _found(self, instant: Instant, zone: str) -> T:
        stretch = instant >> _STRETCH_BITS
        dates = _dates_of(stretch, zone)
        if dates is None:
            return self._of_date(local(instant, zone).date())
        before, midnight, after = dates
        self._known.setdefault(zone, {})[stretch] = self._of_date(before), midnight, self._of_date(after)
        return self.at(instant, zone)


_LOCAL_DATES: Final = ByLocalDate[date](lambda day: day)


def _dates_of(stretch: int, zone: str) -> tuple[date, Instant, date] | None:
    """The two local dates that a stretch of time touches, and the instant between them; None where the clocks change.

    In such a one there may be two midnights (America/St_Johns 00:01 → 23:01) or none: its clocks are read each time.
    """
    first, last = local(stretch << _STRETCH_BITS, zone), local(((stretch + 1) << _STRETCH_BITS) - 1, zone)
    if first.utcoffset() != last.utcoffset():
        return None
    return first.date(), day_start(last.date(), zone), last.date()


def local_text(instant: Instant, zone: str) -> str:
    """RFC 3339 with the zone's offset: what programs read."""
    ahead = _offset_of(instant // DAY, zone)
    if ahead is None:
        return local(instant, zone).isoformat()
    offset, told = ahead
    hour, within = divmod(instant + offset, HOUR)
    second, fraction = divmod(within, SECOND)
    behind = f".{fraction:06d}" if fraction else ""
    return f"{_hour_text(hour)}{_WITHIN_HOUR[second]}{behind}{told}"


@lru_cache(maxsize=1_000)
def _offset_of(utc_day: int, zone: str) -> tuple[Instant, str] | None:
    """What the clocks of a zone are ahead of UTC on a UTC day, also as text; None where they change on it."""
    first, last = local(utc_day * DAY, zone), local((utc_day + 1) * DAY - 1, zone)
    offset = first.utcoffset()
    if offset is None or offset != last.utcoffset():
        return None
    return offset // MICROSECOND, first.isoformat()[19:]


@lru_cache(maxsize=1_000)
def _hour_text(hour: int) -> str:
    """The date and hour of so many hours since 1970, up to where the minutes stand."""
    return (EPOCH + timedelta(hours=hour)).isoformat()[:14]


_WITHIN_HOUR: Final = [f"{second // 60:02d}:{second % 60:02d}" for second in range(3600)]
"""Minutes and seconds of each second of an hour."""


@lru_cache(maxsize=1_000)
def turns_back(day: date, zone: str) -> bool:
    """Whether clocks go back on a local date, so that times of it come twice."""
    tz = zone_named(zone)
    first = datetime(day.year, day.month, day.day, tzinfo=tz)
    last = datetime(day.year, day.month, day.day, 23, 59, 59, 999_999, tzinfo=tz, fold=1)
    return _offset(last) < _offset(first)


def _offset(aware: datetime) -> timedelta:
    return aware.utcoffset() or timedelta()


@lru_cache(maxsize=10_000)  # a night or a midnight is one for all accounts of a zone
def at_local(day: date, hour: int, zone: str) -> Instant:
    """The instant at which a local day reaches a whole hour.

    An hour that the clocks skip is the first instant after the gap; one that comes twice is the first (R-2.3).
    """
    return at_clock(datetime(day.year, day.month, day.day, hour), zone)  # noqa: DTZ001  # what clocks show


def at_clock(shown: datetime, zone: str) -> Instant:
    """The instant at which the clocks of a zone show a time, a datetime without an offset; as `at_local` has hours."""
    tz = zone_named(zone)
    first = shown.replace(tzinfo=tz)
    second = first.replace(fold=1)
    before, after = _offset(first), _offset(second)
    if after <= before:  # an ordinary hour, or one that comes twice: the first
        return from_datetime(first)
    # Skipped: the change of offset lies between the two readings of this wall time.
    low, high = (from_datetime(each.replace(microsecond=0)) for each in (second, first))
    while high - low > SECOND:
        middle = (low + high) // 2 // SECOND * SECOND
        if local(middle, zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def night(day: date, zone: str, hour: int) -> Instant:
    """The night of a local date: the instant at which its fees fall due (R-2.2)."""
    return at_local(day, hour, zone)


def first_night_after(instant: Instant, zone: str, hour: int) -> Instant:
    """The first night strictly after an instant (R-4.4)."""
    day = local_date(instant, zone)
    while (found := night(day, zone, hour)) <= instant:
        day += timedelta(days=1)
    return found


def next_due_date(after: date, anchor_day: int) -> date:
    """The due date after a date: next calendar month, on the anchor day or the month's last (R-2.3).

    The anchor never moves: 31 Jan → 28 Feb → 31 Mar → 30 Apr.
    """
    return _months_later(after, 1, anchor_day)


def months_after(day: date, months: int) -> date:
    """The same day some calendar months later, or that month's last (R-11.2)."""
    return _months_later(day, months, day.day)


def _months_later(day: date, months: int, anchor_day: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(anchor_day, calendar.monthrange(year, month)[1]))


def day_start(day: date, zone: str) -> Instant:
    """00:00 of a local date, where ranges of statements begin and end (R-13.1); the first of two, as R-2.3 has it."""
    return at_local(day, 0, zone)


def first_instant(moment: Moment, zone: str) -> Instant:
    """A moment as a lower bound: of a date its 00:00 in a zone."""
    if isinstance(moment, datetime):
        return at_clock(moment, zone)
    return day_start(moment, zone) if isinstance(moment, date) else moment


def last_instant(moment: Moment, zone: str) -> Instant:
    """A moment as it is asked for: of a date its 23:59:59.999999 in a zone."""
    if isinstance(moment, datetime):
        return at_clock(moment, zone)
    return day_start(moment + timedelta(days=1), zone) - 1 if isinstance(moment, date) else moment
