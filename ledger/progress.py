"""Progress: how long work says how far it is, to whoever watches."""

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[int], None]
"""Takes how much is done in total: accounts, events or bytes, as the work says."""


def unwatched(done: int) -> None:
    """Nobody watches."""
