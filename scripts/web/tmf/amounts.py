"""Amounts at this edge: decimals made of whole kopecks and read back to them, exactly; there are no floats (R-1.1)."""

from decimal import Decimal
from typing import Any, Final

from ledger.units import Kopecks, TenThousandths
from scripts.web.body import malformed

RUB: Final = "RUB"
DIGITS_MAX: Final = 32
"""More digits than any sum has; what is longer is not read."""


def rubles(amount: Kopecks) -> Decimal:
    """Kopecks as rubles with two decimals."""
    return Decimal(amount).scaleb(-2)


def quantity(amount: Kopecks) -> dict[str, Any]:
    """Money as a quantity of a bucket."""
    return {"amount": rubles(amount), "units": RUB}


def money(amount: Kopecks) -> dict[str, Any]:
    """Money as a price or a bill has it."""
    return {"unit": RUB, "value": rubles(amount)}


def money_ex_vat(amount: TenThousandths) -> dict[str, Any]:
    """Money without VAT, with its four decimals."""
    return {"unit": RUB, "value": Decimal(amount).scaleb(-4)}


def kopecks_of(name: str, amount: Decimal) -> Kopecks:
    """The kopecks of rubles as they are written. Raises Problem for parts of a kopeck, and what is no sum."""
    sign, digits, exponent = amount.as_tuple()
    if not isinstance(exponent, int) or len(digits) > DIGITS_MAX or abs(exponent) > DIGITS_MAX:
        raise malformed(f"{name}: not an amount of rubles")
    whole = int("".join(map(str, digits)))
    kopecks, rest = divmod(whole * int(10 ** max(0, exponent + 2)), int(10 ** max(0, -exponent - 2)))
    if rest:
        raise malformed(f"{name}: rubles have two decimals at most, there is nothing less than a kopeck")
    return -kopecks if sign else kopecks
