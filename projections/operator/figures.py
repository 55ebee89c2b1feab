"""Figures: times, quantities and amounts as the operator's statements write them, to print and to read by.

Times are the model's texts, RFC 3339 with the offset of the account's zone; fractions of a second are not printed.
"""

import re
from datetime import datetime
from typing import Final

from ledger.units import BYTES_PER_KB, Kopecks, PackageQuantity, RecordQuantity, round_up
from projections import wording

_LENGTH = re.compile(r"([0-9]+):([0-5][0-9])")
_VOLUME = re.compile(r"([0-9]+)Kb")
_PIECES = re.compile(r"(?:0:0)?([0-9]+)")
_DECIMAL = re.compile(r"(-?)([0-9]+)(?:,([0-9]{1,4}))?")
_OFFSET: Final = -6
"""Where the offset of an RFC 3339 time begins."""


def day(at: str) -> str:
    """The date of a time, or of a date: `2015-09-06…` → `06.09.2015`."""
    return f"{at[8:10]}.{at[5:7]}.{at[:4]}"


def clock(at: str) -> str:
    """The time of day, its hour without a leading zero: `8:28:49`."""
    return at[12:19] if at[11] == "0" else at[11:19]


def moment(at: str) -> str:
    """Date and time: `06.09.2015 8:28:49`."""
    return f"{day(at)} {clock(at)}"


def offset(at: str) -> str:
    """The offset from UTC: `+03:00`."""
    return at[_OFFSET:]


def at_offset_of(at: str, other: str) -> str:
    """A time at the offset of another one, beside which it is printed without its own."""
    if offset(at) == offset(other):
        return at
    return datetime.fromisoformat(at).astimezone(datetime.fromisoformat(other).tzinfo).isoformat()


def time_of(day: str, clock: str, offset: str) -> str:
    """RFC 3339 of `06.09.2015`, `8:28:49` and `+03:00`; ValueError where there is no such time."""
    found = datetime.strptime(f"{day} {clock} {offset}", "%d.%m.%Y %H:%M:%S %z")
    return found.isoformat()


def actual(service: str, quantity: RecordQuantity) -> str:
    """What was measured: seconds as `9:22`, bytes as started `435Kb`, pieces as they are."""
    return _written(service, round_up(quantity, BYTES_PER_KB) if service == "data" else quantity)


def billed(service: str, billed: PackageQuantity, quantity: RecordQuantity) -> str:
    """What was billed, in package units; what is free is printed as it was measured (R-6.2)."""
    return _written(service, billed) if billed else actual(service, quantity)


def _written(service: str, amount: int) -> str:
    if service == "data":
        return f"{amount}Kb"
    return wording.measured(service, RecordQuantity(amount))


def quantity_of(service: str, text: str) -> RecordQuantity:
    """Seconds, pieces or bytes of a printed quantity; ValueError where it is none of this service.

    Some messages of a real statement are `0:01` long: one piece.
    """
    pattern = {"voice": _LENGTH, "data": _VOLUME}.get(service, _PIECES)
    found = pattern.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"no quantity of {service}: {text!r}")
    match service:
        case "voice":
            return RecordQuantity(int(found[1]) * 60 + int(found[2]))
        case "data":
            return RecordQuantity(int(found[1]) * BYTES_PER_KB)
        case _:
            return RecordQuantity(int(found[1]))


def cost(amount: Kopecks) -> str:
    """An amount with VAT, in rubles with four decimals: 130 → `1,3000`."""
    return f"{amount // 100},{amount % 100:02d}00"


def comma(decimal: str) -> str:
    """An amount of the model, which has four decimals, with a comma: `1.1017` → `1,1017`."""
    return decimal.replace(".", ",")


def short(decimal: str) -> str:
    """A decimal as the XML form has it: nothing is a plain `0`."""
    return "0" if decimal == "0,0000" else decimal


def ten_thousandths_of(text: str) -> int:
    """Ten-thousandths of a ruble of `1,1017`, ` 0,0000` or `0`; ValueError for anything else."""
    found = _DECIMAL.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"no amount: {text!r}")
    value = int(found[2]) * 10_000 + int((found[3] or "").ljust(4, "0"))
    return -value if found[1] else value
