"""Figures: times, quantities and amounts as the operator's statements write them, to print and to read by.

Times are on the clocks of the account; fractions of a second are not printed.
"""

import re
from datetime import datetime, timezone

from ledger.units import BYTES_PER_KB, Kopecks, PackageQuantity, RecordQuantity, TenThousandths, round_up
from projections.words import durations, money
from projections.words.times import day

_LENGTH = re.compile(r"([0-9]+):([0-5][0-9])")
_VOLUME = re.compile(r"([0-9]+)Kb")
_PIECES = re.compile(r"(?:0:0)?([0-9]+)")
_DECIMAL = re.compile(r"(-?)([0-9]+)(?:,([0-9]{1,4}))?")


def clock(at: datetime) -> str:
    """The time of day, its hour without a leading zero: `8:28:49`."""
    return f"{at.hour}:{at.minute:02d}:{at.second:02d}"


def moment(at: datetime) -> str:
    """Date and time: `06.09.2015 8:28:49`."""
    return f"{day(at)} {clock(at)}"


def at_offset_of(at: datetime, other: datetime) -> datetime:
    """A time at the offset of another one, beside which it is printed without its own."""
    ahead = other.utcoffset()
    assert ahead is not None, "a local time has an offset"
    return at if at.utcoffset() == ahead else at.astimezone(timezone(ahead))


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
    return durations.clock(amount) if service == "voice" else str(amount)


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
    """An amount with VAT as the XML form has it: 130 → `1,3000`, nothing is a plain `0`."""
    return cost_ex_vat(100 * amount)


def cost_ex_vat(amount: TenThousandths) -> str:
    """An amount without VAT as the XML form has it: 11017 → `1,1017`."""
    return money.ten_thousandths(amount, "ru") if amount else "0"


def ten_thousandths_of(text: str) -> TenThousandths:
    """Ten-thousandths of a ruble of `1,1017`, ` 0,0000` or `0`; ValueError for anything else."""
    found = _DECIMAL.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"no amount: {text!r}")
    value = int(found[2]) * 10_000 + int((found[3] or "").ljust(4, "0"))
    return -value if found[1] else value
