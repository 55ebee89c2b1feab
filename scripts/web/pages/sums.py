"""Sums as people write them in the fields of a page."""

from typing import Final

from ledger.units import Kopecks
from scripts.web.problems import Problem

RUBLES_DIGITS_MAX: Final = 10


def kopecks_of(text: str, *, signed: bool = False) -> Kopecks:
    """A sum in rubles, `400` or `400,50`; with `signed` it may be less than nothing. Raises Problem."""
    bare = text.strip().replace(" ", "").replace("\N{NO-BREAK SPACE}", "").replace("\N{MINUS SIGN}", "-")
    sign = -1 if signed and bare.startswith("-") else 1
    bare = bare.removeprefix("-" if sign < 0 else "+" if signed else "")
    rubles, _, kopecks = bare.replace(",", ".").partition(".")
    is_sum = rubles.isascii() and rubles.isdecimal() and len(rubles) <= RUBLES_DIGITS_MAX and len(kopecks) <= 2
    if not is_sum or (kopecks and not (kopecks.isascii() and kopecks.isdecimal())):
        raise Problem(422, "BAD_PARAMETER", "Сумма пишется в рублях: 400 или 400,50.")
    return sign * (int(rubles) * 100 + int(f"{kopecks:0<2}"))


def sum_text(amount: Kopecks) -> str:
    """A sum as a field has it."""
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100},{abs(amount) % 100:02d}"
