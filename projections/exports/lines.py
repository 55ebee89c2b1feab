"""The lines of an exported log: each says what it is, and nothing that it does not know is let through."""

from typing import Final, TypeAlias

import msgspec

FORMAT: Final = 1
"""Raised whenever an older program could not make the same log of a file any more."""


class _Line(msgspec.Struct, frozen=True, tag_field="line", forbid_unknown_fields=True, omit_defaults=True):
    """One line."""


class Log(_Line, frozen=True, tag="log"):
    """The first line: the format, and how many events follow."""

    format: int
    events: int


class CatalogueLine(_Line, frozen=True, tag="catalogue"):
    """A catalogue, before the event of the position from which it holds, with the zone data of its time (R-3.6)."""

    position: int
    digest: str
    tzdata: str
    toml: str


class EventLine(_Line, frozen=True, tag="event"):
    """An event: `state` is what is stored, byte by byte.

    `content` is the digest of what an input said, in hexadecimal (R-12.2); the first event of its booking has it.
    """

    position: int
    account: str
    version: int
    topic: str
    state: str
    content: str | None = None


class End(_Line, frozen=True, tag="end"):
    """The last line: how many events there were, and the root of RFC 6962 over them, in Base64."""

    events: int
    root: str


Line: TypeAlias = Log | CatalogueLine | EventLine | End
