"""Cells: sums, times and numbers as people and programs write them in tables; exactly, or not at all (R-1.1)."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from ledger import periods
from ledger.periods import DAY, HOUR, SECOND, Instant
from ledger.units import Kopecks

DecimalMark: TypeAlias = Literal["comma", "point"]
AMOUNT_MAX: Final = 10**12
_BETWEEN: Final = re.compile(r"[\s'\u00a0\u202f\u2009’]+")
_CURRENCY: Final = re.compile(r"(?:₽|руб(?:\.|лей|ля|ль)?|р\.?|rub|rur)$", re.IGNORECASE)
_MARKS: Final[dict[DecimalMark | None, str]] = {None: ",.", "comma": ",", "point": "."}
_PLAIN: Final = re.compile(r"([+-]?)([0-9]{1,10})(?:([.,])([0-9]{2}))?").fullmatch
_POWER: Final = re.compile(r"[0-9][.,]?[0-9]*[eEеЕ]\+?[0-9]+")
_DATE: Final = re.compile(
    r"(?:(?P<d>[0-9]{1,2})[./-](?P<m>[0-9]{1,2})[./-](?P<y>[0-9]{4}|[0-9]{2})"
    r"|(?P<Y>[0-9]{4})[-./](?P<M>[0-9]{2})[-./](?P<D>[0-9]{2})"
    r"|(?P<y8>[0-9]{4})(?P<m8>[0-9]{2})(?P<d8>[0-9]{2}))"
)
_TIME: Final = re.compile(
    r"(?P<h>[0-9]{1,2})[:.-]?(?P<min>[0-9]{2})(?:[:.-]?(?P<s>[0-9]{2})(?:[.,](?P<f>[0-9]{1,6})[0-9]*)?)?"
    r"\s*(?P<zone>[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_ISO_MARK: Final = re.compile(r"(?<=[0-9])[Tt](?=[0-9])")
_OFFSET: Final = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})?")


class Ambiguous(ValueError):
    """A sum that may be read in two ways."""


def kopecks(text: str, *, decimal: DecimalMark | None = None, most: Kopecks = AMOUNT_MAX) -> Kopecks:
    """A sum in rubles as kopecks, below zero too, and `most` either way. Raises ValueError.

    Either mark may part the kopecks; where both stand there, the latter does. One mark with three digits behind it
    may be either, and is not guessed unless `decimal` says.
    """
    whole, fraction = text[:-3], text[-2:]  # most are written like this
    if (
        whole.isdecimal()
        and fraction.isdecimal()
        and text[-3] in _MARKS[decimal]
        and text.isascii()
        and len(whole) < 11
    ):
        return int(whole + fraction)
    found = _PLAIN(text)
    if found is not None and (decimal is None or found[3] is None or (found[3] == ",") == (decimal == "comma")):
        amount = int(found[2]) * 100 + int(found[4] or 0)
        return -amount if found[1] == "-" else amount
    return _in_hundredths(text, decimal, most)


def _in_hundredths(text: str, decimal: DecimalMark | None, most: Kopecks) -> Kopecks:
    bare = _CURRENCY.sub("", _BETWEEN.sub("", text)).replace("\u2212", "-").replace("–", "-")
    if bare.startswith("(") and bare.endswith(")"):
        bare = f"-{bare[1:-1]}"
    if is_rounded(bare):
        raise ValueError(f"{text!r} was rounded by a spreadsheet; export the column as text")
    sign = -1 if bare.startswith("-") else 1
    digits = bare[1:] if bare[:1] in ("+", "-") else bare
    whole, fraction = _parted(digits, text, decimal)
    if (
        not whole.isascii()
        or not whole.isdecimal()
        or not (fraction.isascii() and (fraction.isdecimal() or not fraction))
    ):
        raise ValueError(f"{text!r} is no sum of money")
    if fraction[2:].strip("0"):
        raise ValueError(f"{text!r} has a part of a kopeck")
    amount = int(whole) * 100 + int(fraction[:2].ljust(2, "0"))
    if amount > most:
        raise ValueError(f"{text!r} is more than the ledger takes")
    return sign * amount


def _parted(digits: str, text: str, decimal: DecimalMark | None) -> tuple[str, str]:
    """What stands before the decimal mark, without thousands marks, and behind it."""
    marks = [mark for mark in ",." if mark in digits]
    if not marks:
        return digits, ""
    mark = {"comma": ",", "point": "."}[decimal] if decimal else max(marks, key=digits.rindex)
    other = "." if mark == "," else ","
    whole, _, fraction = digits.rpartition(mark) if mark in digits else (digits, "", "")
    groups = re.split(re.escape(other), whole)
    if decimal is None and len(marks) == 1 and digits.count(mark) > 1:  # 1.234.567
        groups, fraction = digits.split(mark), ""
    elif decimal is None and len(marks) == 1 and len(fraction) == 3:
        raise Ambiguous(f"{text!r} may have thousands or a decimal mark")
    if len(groups) > 1 and (any(len(group) != 3 for group in groups[1:]) or not 1 <= len(groups[0]) <= 3):
        raise ValueError(f"{text!r} is no sum of money")
    return "".join(groups), fraction


def is_rounded(text: str) -> bool:
    """Whether a spreadsheet has made a power of ten of a long number, `7,9161E+10`, whose digits are gone."""
    return _POWER.fullmatch(text) is not None


def instant(text: str, zone: str) -> Instant:
    """A date with or without a time, `31.12.2025 23:59:58` or ISO, as an instant. Raises ValueError.

    Without an offset it is as the clocks of a zone showed it, the first time where they showed it twice; without a time
    it is the beginning of the day.
    """
    first, _, then = text.partition(" ")
    if then:  # most are these
        try:
            (begins, is_even), (within, said) = _day(first, zone), _within_day(then)
            if said is None and is_even:
                return begins + within
        except ValueError:
            pass
    return _written_otherwise(text.strip(), zone)


def _written_otherwise(text: str, zone: str) -> Instant:
    if len(text) == 14 and text.isdecimal():
        text = f"{text[:8]} {text[8:]}"
    parted = _ISO_MARK.sub(" ", text).split(None, 1)
    if not parted or not parted[0]:
        raise ValueError("there is no date")
    first = parted[0].rstrip(",")
    begins, is_even = _day(first, zone)
    if len(parted) == 1:
        return begins
    within, said = _within_day(parted[1].strip())
    midnight = datetime.combine(_date(first), datetime.min.time())
    if said is not None:
        return periods.from_datetime(midnight.replace(tzinfo=UTC)) + within - said
    if not is_even:
        return on_clocks(midnight + timedelta(microseconds=within), zone)
    return begins + within


def on_clocks(read: datetime, zone: str) -> Instant:
    """What clocks of a zone showed, as an instant: the first where they showed it twice."""
    return periods.from_datetime(read.replace(tzinfo=periods.zone_named(zone)))


@lru_cache(maxsize=4_000)
def _day(text: str, zone: str) -> tuple[Instant, bool]:
    """When a day begins, and whether its clocks do not change."""
    day = _date(text)
    begins, ends = periods.day_start(day, zone), periods.day_start(day + timedelta(days=1), zone)
    return begins, ends - begins == DAY


def _date(text: str) -> date:
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no date DD.MM.YYYY or YYYY-MM-DD")
    parts = found.groupdict()
    names = (("y", "Y", "y8"), ("m", "M", "m8"), ("d", "D", "d8"))
    year, month, day = (int(next(parts[name] for name in some if parts[name])) for some in names)
    year += 2000 if year < 100 else 0
    try:
        made = date(year, month, day)
    except ValueError:
        raise ValueError(f"{text!r} is no date of the calendar") from None
    if not 2000 <= year <= 2099:
        raise ValueError(f"{text!r} is not in the years 2000-2099")
    return made


@lru_cache(maxsize=100_000)
def _within_day(text: str) -> tuple[Instant, Instant | None]:
    """Microseconds since the day began, and the offset that is written, if one is."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no time HH:MM:SS")
    hour, minute, second = int(found["h"]), int(found["min"]), int(found["s"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(f"{text!r} is no time of a day")
    fraction = int((found["f"] or "").ljust(6, "0"))
    return hour * HOUR + minute * 60 * SECOND + second * SECOND + fraction, offset(found["zone"])


def offset(text: str | None) -> Instant | None:
    """What an offset like `+03:00` or `Z` is ahead of UTC."""
    if not text:
        return None
    if text in "Zz":
        return 0
    found = _OFFSET.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no offset like +03:00")
    ahead = int(found[2]) * HOUR + int(found[3] or 0) * 60 * SECOND
    return -ahead if found[1] == "-" else ahead
