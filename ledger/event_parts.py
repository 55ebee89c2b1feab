"""Parts that several events have: what caused them, what is personal in them, and a few words of their fields."""

from typing import Literal, TypeAlias

import msgspec

from ledger.periods import Instant
from ledger.units import PackageSize, Service

BlockKind: TypeAlias = Literal["financial", "voluntary", "operator"]
Mode: TypeAlias = Literal["none", "monthly", "daily", "unpaid", "closed"]
Granted: TypeAlias = dict[Service, PackageSize]


class InputRef(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Which input caused a booking; scheduled events have none (R-2.7). `id` and `by` are personal (R-15.9)."""

    source: str
    id: str = ""
    received_at: Instant = 0
    by: str | None = None


class Personal(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Peers, free texts and the number itself, kept apart from the rest of the event so that they can be sealed."""

    peer: str | None = None
    to: str | None = None
    text: str | None = None
    number: str | None = None


class FormerStatement(msgspec.Struct, frozen=True, gc=False):
    """The id that the final statement of a month had before the personal data in it were destroyed (R-15.9)."""

    month: str
    id: str


class Period(msgspec.Struct, frozen=True, gc=False):
    """What a fee paid for: `[start, next_due)` (R-2.4)."""

    start: Instant
    next_due: Instant
