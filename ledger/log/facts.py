"""Facts about a store itself, for whoever runs it: what keeps the log, in which form, how large, and what it lacks."""

from typing import Literal, NamedTuple


class StoreFacts(NamedTuple):
    """What one log is kept in. Of a file `schema` is None, and `server` the version of the library that reads it."""

    store: Literal["sqlite", "postgresql"]
    schema: str | None
    server: str
    form: int
    bytes: int
    """With indexes, and with what is written beside a file while it is in use."""


class Repairs(NamedTuple):
    """What the tables of one log lack: what is mended, and what is beyond that."""

    schema: str
    repairs: list[str]
    beyond: list[str]
