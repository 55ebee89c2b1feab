"""Roles: who may ask the server for what."""

from typing import Final, Literal, TypeAlias, get_args

Role: TypeAlias = Literal["subscriber", "feeder", "gateway", "clerk", "senior", "operator", "auditor", "privacy"]
"""A subscriber asks about the own open contract. A feeder hands over inputs, a gateway requests of subscribers, and it
tells them what they are to be told. A clerk answers subscribers; a senior one also confirms what is above a clerk's
limit. An operator runs nights and the machine, an auditor reads, and privacy reads who read whose data."""
ROLES: Final[tuple[Role, ...]] = get_args(Role)
STAFF: Final[frozenset[Role]] = frozenset({"clerk", "senior", "operator", "auditor"})
"""Whose reading of somebody's data is written down."""
