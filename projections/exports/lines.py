"""The lines of an exported log: each says what it is, and nothing that it does not know is let through."""

from typing import Final, Literal, TypeAlias

import msgspec

FORMAT: Final = 2
"""Raised whenever an older program could not make the same log of a file any more."""
FORMATS_READ: Final = (1, FORMAT)
"""In the first one, events were in the clear and streams called by numbers."""


Form: TypeAlias = Literal["sealed", "clear"]
"""How the contracts of a ledger are kept."""


class _Line(msgspec.Struct, frozen=True, tag_field="line", forbid_unknown_fields=True, omit_defaults=True):
    """One line."""


class Log(_Line, frozen=True, tag="log"):
    """The first line: the format, how many events follow, and what the ledger says about its contracts.

    One of an older build, whose streams are called by numbers, says nothing about them.
    """

    format: int
    events: int
    contracts: Form | None = None
    ledger: str | None = None


class CatalogueLine(_Line, frozen=True, tag="catalogue"):
    """A catalogue, before the event of the position from which it holds, with the zone data of its time (R-3.6)."""

    position: int
    digest: str
    tzdata: str
    toml: str


class EventLine(_Line, frozen=True, tag="event"):
    """An event: `state` is what is stored, byte by byte."""

    position: int
    account: str
    version: int
    topic: str
    state: str


class KeyLine(_Line, frozen=True, tag="key"):
    """What is remembered of a booked input (R-12.2): digests of its name and its content, in hexadecimal.

    `version` is that of its first event. Keys stand behind all events, in order of digest and account.
    """

    key: str
    account: str
    version: int
    content: str


class End(_Line, frozen=True, tag="end"):
    """The last line: how many events and keys there were, and the root of RFC 6962 over the events, in Base64."""

    events: int
    keys: int
    root: str


Line: TypeAlias = Log | CatalogueLine | EventLine | KeyLine | End
