"""A visitor: who asks, as far as it was shown."""

from typing import NamedTuple

from scripts.app.roles import Role


class Visitor(NamedTuple):
    """Who asks: a role, the name under which it books, and the contract that it is limited to, if any.

    `by_cookie`: it came with a session of a browser, which other sites could use unseen; `token` and `session` name
    what it showed, for whoever ends or counts it.
    """

    role: Role
    name: str
    contract: str | None = None
    by_cookie: bool = False
    token: str | None = None
    session: str | None = None
    csrf: str = ""
