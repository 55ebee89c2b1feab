"""Units: money is integer kopecks, packages are integer seconds, pieces and kilobytes (R-1.1, R-1.2)."""

import re
from typing import Final, Literal, NewType, TypeAlias

Kopecks: TypeAlias = int
"""Money including VAT. 450_00 reads as 450 rubles 00 kopecks."""
TenThousandths: TypeAlias = int
"""Money without VAT, in ten-thousandths of a ruble."""
RecordQuantity = NewType("RecordQuantity", int)
"""How much a record was, as measured: seconds, pieces or bytes, as the service says."""
PackageQuantity = NewType("PackageQuantity", int)
"""How much a package holds or gives, as it is billed: seconds, pieces or kilobytes (1 KB = 1024 bytes)."""
PackageSize: TypeAlias = PackageQuantity | Literal["unlimited"]

Service = Literal["voice", "sms", "data"]
Unit = Literal["kop", "s", "sms", "kb"]

SERVICES: Final[tuple[Service, ...]] = ("voice", "sms", "data")
UNIT_OF: Final[dict[str, Unit]] = {"voice": "s", "sms": "sms", "data": "kb"}
SECONDS_PER_MINUTE: Final = 60
BYTES_PER_KB: Final = 1024
KB_PER_MB: Final = 1024

_RUBLES = re.compile(r"([0-9]{1,10})(?:\.([0-9]{2}))?")


def round_half_up(numerator: int, denominator: int) -> int:
    """The nearest integer to a quotient; a half goes away from zero (R-1.5). The one rounding there is."""
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    quotient, remainder = divmod(abs(numerator), abs(denominator))
    return sign * (quotient + (1 if 2 * remainder >= abs(denominator) else 0))


def round_up(amount: int, step: int) -> int:
    """How many whole steps cover an amount ≥ 0: started minutes, kilobytes, megabytes (R-6.2, R-6.6)."""
    return -(-amount // step)


def percent_off(fee: Kopecks, percent: int) -> Kopecks:
    """The fee after a discount of 0–100 percent (R-3.5)."""
    return round_half_up(fee * (100 - percent), 100)


def ex_vat(amount: Kopecks, rate: int) -> TenThousandths:
    """An amount without VAT, rounded for this one row (R-1.6)."""
    return round_half_up(amount * 100 * 100, 100 + rate)


def parse_rubles(text: str) -> Kopecks:
    """Kopecks of a catalogue's "350.00" (or "350").

    Raises ValueError for any other spelling; a float never gets here.
    """
    match = _RUBLES.fullmatch(text)
    if match is None:
        raise ValueError(f'money is written as rubles with two decimals, like "350.00", not {text!r}')
    return int(match[1]) * 100 + int(match[2] or 0)


def as_rubles(amount: Kopecks) -> str:
    """Kopecks as a catalogue writes them: 35000 → "350.00"."""
    return f"{amount // 100}.{amount % 100:02}"
