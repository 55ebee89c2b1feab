"""Durations as text: seconds as minutes and seconds, none rounded away."""

from ledger.units import SECONDS_PER_MINUTE
from projections.words.language import sign


def clock(seconds: int) -> str:
    """1530 → 25:30, −61 → −1:01."""
    minutes, rest = divmod(abs(seconds), SECONDS_PER_MINUTE)
    return f"{sign(seconds)}{minutes}:{rest:02d}"
