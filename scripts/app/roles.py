"""Roles: who asks the server, and with it what may be asked; the table of routes says which of them each one takes."""

from typing import Final, Literal, TypeAlias, get_args

Role: TypeAlias = Literal["subscriber", "feeder", "gateway", "clerk", "senior", "operator", "auditor", "privacy"]
"""Everybody who asks has exactly one.

- `subscriber`: whoever has the number now; sees and asks for what concerns the one open contract he came for
- `feeder`: another system that books inputs, without a name in them
- `gateway`: takes requests of telephones and passes their replies and notices on
- `clerk`: serves subscribers; what he books carries his name
- `senior`: a clerk who also confirms what is above a clerk's limit
- `operator`: keeps the server running: nights, metrics, jobs
- `auditor`: reads everything, books nothing
- `privacy`: reads who read whose data, and nothing else
"""

ROLES: Final[tuple[Role, ...]] = get_args(Role)
STAFF: Final[frozenset[Role]] = frozenset({"clerk", "senior", "operator", "auditor", "privacy"})
"""People of the operator; what they read of somebody's data is written down."""


def named_role(word: str) -> Role | None:
    """The role that a word means, if any."""
    return next((role for role in ROLES if role == word), None)
