"""Money as text: for people with the sign of the ruble, for spreadsheets without; four decimals without VAT."""

from functools import lru_cache
from typing import Final

from ledger.units import Kopecks, TenThousandths
from projections.words.language import Language, sign

_POINT: Final[dict[Language, str]] = {"ru": ",", "en": "."}
_SPACE: Final = "\N{NO-BREAK SPACE}"


def rubles(amount: Kopecks, lang: Language = "ru") -> str:
    """Money for people, never broken over two lines: 45000 → "450,00 ₽", −5 → "−0,05 ₽"; in English "450.00 ₽"."""
    whole, kopecks = divmod(abs(amount), 100)
    return f"{sign(amount)}{whole:,}".replace(",", _SPACE) + f"{_POINT[lang]}{kopecks:02d}{_SPACE}₽"


def decimal(amount: Kopecks, lang: Language = "ru") -> str:
    """Rubles as a spreadsheet reads a number: −40000 → "-400,00"; in English "-400.00"."""
    whole, kopecks = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}{whole}{_POINT[lang]}{kopecks:02d}"


@lru_cache(maxsize=10_000)  # rows of few amounts fill a statement; most cost nothing
def ten_thousandths(value: TenThousandths, lang: Language = "en") -> str:
    """Four decimals of a ruble, with a point as JSON has them: 378815 → "37.8815"; in Russian "37,8815"."""
    whole, rest = divmod(abs(value), 10_000)
    return f"{'-' if value < 0 else ''}{whole}{_POINT[lang]}{rest:04d}"
