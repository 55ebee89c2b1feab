"""Times of very many events on the clocks of their accounts, written quickly."""

from functools import lru_cache
from typing import Final

from ledger import periods
from ledger.periods import SECOND, Instant

QUARTER: Final = 900 * SECOND


@lru_cache(maxsize=1_000)  # the times of one event are often one
def local_text(instant: Instant, zone: str) -> str:
    """As `periods.local_text`: RFC 3339 with the zone's offset."""
    number, into = divmod(instant, QUARTER)
    quarter = _quarter(number, zone)
    if quarter is None:
        return periods.local_text(instant, zone)
    hour, minute, offset = quarter
    seconds, fraction = divmod(into, SECOND)
    minutes, seconds = divmod(seconds, 60)
    behind = f".{fraction:06d}" if fraction else ""
    return f"{hour}:{minute + minutes:02d}:{seconds:02d}{behind}{offset}"


@lru_cache(maxsize=50_000)
def _quarter(number: int, zone: str) -> tuple[str, int, str] | None:
    """What all instants of a quarter of an hour share: date and hour, first minute, offset; None where they do not."""
    first = periods.local_text(number * QUARTER, zone)
    last = periods.local_text((number + 1) * QUARTER - SECOND, zone)
    if (first[:13], first[19:]) != (last[:13], last[19:]):
        return None
    return first[:13], int(first[14:16]), first[19:]
