"""Data sizes as text: kilobytes, and megabytes where they are many."""

from typing import Final

from ledger.units import KB_PER_MB
from projections.words.language import Language, Text, sign

MEGABYTES: Final = Text("МБ", "MB")
KILOBYTES: Final = Text("КБ", "KB")


def rounded(kilobytes: int, lang: Language) -> str:
    """In megabytes from ten of them on, rounded down, for display only: 10239 → 10239 КБ, 10300 → 10 МБ."""
    if kilobytes >= 10 * KB_PER_MB:
        return f"{kilobytes // KB_PER_MB} {MEGABYTES.of(lang)}"
    return f"{kilobytes} {KILOBYTES.of(lang)}"


def exact(kilobytes: int, lang: Language) -> str:
    """To the kilobyte, as sizes sum and compare: −1025 → −1 МБ 1 КБ."""
    whole, rest = divmod(abs(kilobytes), KB_PER_MB)
    parts = [f"{whole} {MEGABYTES.of(lang)}"] if whole or not rest else []
    parts += [f"{rest} {KILOBYTES.of(lang)}"] if rest else []
    return sign(kilobytes) + " ".join(parts)
