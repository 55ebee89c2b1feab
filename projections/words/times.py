"""Dates and times as text for people; what programs read is RFC 3339 (`periods.local_text`)."""

from datetime import date, datetime, timedelta
from functools import lru_cache


def day(on: date) -> str:
    """01.02.2023."""
    return f"{on.day:02d}.{on.month:02d}.{on.year}"


def moment(at: datetime) -> str:
    """01.02.2023 09:00:00, as the clocks showed it."""
    return f"{day(at)} {at.hour:02d}:{at.minute:02d}:{at.second:02d}"


def minute(at: datetime) -> str:
    """01.02.2023 09:00."""
    return f"{day(at)} {at.hour:02d}:{at.minute:02d}"


def offset(at: datetime) -> str:
    """What the clocks were ahead of UTC: +03:00."""
    ahead = at.utcoffset()
    assert ahead is not None, "a local time has an offset"
    return _offset(ahead)


@lru_cache(maxsize=100)
def _offset(ahead: timedelta) -> str:
    minutes = ahead // timedelta(minutes=1)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def read_day(text: str) -> date:
    """The date of 01.02.2023. Raises ValueError."""
    day, month, year = map(int, text.split("."))
    return date(year, month, day)
