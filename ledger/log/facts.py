"""Facts about a store itself, for whoever runs it: what keeps the log, where, in which form, and how large it is."""

from typing import Literal, NamedTuple


class StoreFacts(NamedTuple):
    """What one log is kept in. Of a file `schema` is None, and `server` the version of the library that reads it."""

    store: Literal["sqlite", "postgresql"]
    schema: str | None
    server: str
    form: int
    bytes: int
    """With indexes, and with what is written beside a file while it is in use."""
