"""Parameters and roles that several routes have."""

from typing import Final

from scripts.app.roles import Role
from scripts.web.route import Anybody, Param


def roles(*names: Role) -> frozenset[Role | Anybody]:
    """Some roles."""
    return frozenset(names)


CLERKS: Final = roles("clerk", "senior")
OFFICE: Final = roles("clerk", "senior", "auditor")
READERS: Final = roles("clerk", "senior", "auditor", "subscriber")
HOLDER: Final = Param(name="holder", kind="integer", does="The number's N-th contract; by default the latest.")
KNOWN_AT: Final = Param(name="known_at", kind="moment", does="Only what had been written down by this time.")
FROM: Final = Param(name="from", kind="day", required=True, does="First local date.")
TO: Final = Param(name="to", kind="day", required=True, does="Last local date, included.")
LIMIT: Final = Param(name="limit", kind="integer", does="At most so many.")
DRY_RUN: Final = Param(name="dry_run", kind="flag", does="Tell what would be booked, and write nothing.")
