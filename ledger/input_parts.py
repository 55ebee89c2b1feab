"""Parts that several inputs have, each with its limits (contract §2)."""

from datetime import date
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field

from ledger.periods import Instant, parse_date, parse_instant
from ledger.units import Kopecks


def _instant(value: object) -> Instant:
    if not isinstance(value, str):
        raise ValueError("a time is a string")
    return parse_instant(value)


def _day(value: object) -> date:
    if not isinstance(value, str):
        raise ValueError("a date is a string")
    return parse_date(value)


At: TypeAlias = Annotated[Instant, BeforeValidator(_instant)]
Id: TypeAlias = Annotated[str, Field(strict=True, min_length=1, max_length=64)]
Text: TypeAlias = Annotated[str, Field(strict=True, max_length=1000)]
Amount: TypeAlias = Annotated[Kopecks, Field(strict=True, ge=1, le=10**12)]
Version: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=10**12)]
Holder: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=10**12)]
Channel: TypeAlias = Annotated[str, Field(strict=True, min_length=1, max_length=32)]
Day: TypeAlias = Annotated[date, BeforeValidator(_day)]
