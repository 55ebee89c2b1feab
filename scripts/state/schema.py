"""The tables of the server's state, as steps: a file of an older step is brought up by those it lacks.

A step that was released is never changed; what comes later is a step of its own at the end. No table has a number of
a telephone: whose a row is, the contract's id says, which outlives an erasure without telling anything (R-15.9).
"""

from typing import Final

APPLICATION_ID: Final = 0x4F424E53  # "OBNS"

STEPS: Final[tuple[tuple[str, ...], ...]] = ()
"""Statements of each step; `user_version` of a file says how many it has taken."""
