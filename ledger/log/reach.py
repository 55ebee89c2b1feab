"""Reach: how far a ledger has been fed from a partition of a topic, kept in each shard with what it booked of it."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from ledger.log.errors import StoreError

_NAME: Final = re.compile(r"kafka (\S+) (\S+) (0|[1-9][0-9]{0,9})")
_VALUE: Final = re.compile(r"(0|[1-9][0-9]{0,18}) (\S+)")
UNMARKED: Final = "-"
"""The mark of a place before which nothing stands that could be known again."""


class Partition(NamedTuple):
    """A partition of a topic of a cluster; none of the names has a blank."""

    cluster: str
    topic: str
    number: int

    @property
    def setting(self) -> str:
        """The name of the setting that its reach is kept as."""
        return f"kafka {self.cluster} {self.topic} {self.number}"


class Reach(NamedTuple):
    """The offset up to which, not including it, inputs are booked, and the mark of the last message before it."""

    offset: int
    mark: str = UNMARKED

    @property
    def value(self) -> str:
        """As it is kept: whatever the mark, the offset stands first."""
        return f"{self.offset} {self.mark}"


def is_reach(name: str) -> bool:
    """Whether a setting of this name is a reach."""
    return _NAME.fullmatch(name) is not None


def reach_of(name: str, value: str) -> Reach | None:
    """What a setting says; None where it says no reach."""
    found = _VALUE.fullmatch(value)
    return Reach(int(found[1]), found[2]) if is_reach(name) and found is not None else None


def reaches(settings: Mapping[str, str]) -> dict[Partition, Reach]:
    """Every reach among the settings of a log. Raises StoreError for one that is none."""
    found: dict[Partition, Reach] = {}
    for name, value in settings.items():
        if (named := _NAME.fullmatch(name)) is None:
            continue
        if (reach := reach_of(name, value)) is None:
            raise StoreError(f"setting {name} of the ledger is {value!r}, and no offset with a mark", "run_verify")
        found[Partition(named[1], named[2], int(named[3]))] = reach
    return found
