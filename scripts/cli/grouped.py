"""Grouped messages: of many lines that say the same, the first are told and the rest is counted."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

TOLD_OF_A_KIND: Final = 20
KINDS_MAX: Final = 20
OTHERWISE: Final = "otherwise"
_NUMBER: Final = re.compile("[0-9]+")


class GroupedMessages:
    """What was told of each kind so far: twenty lines of a kind, and twenty kinds; further kinds count as one."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def tell(self, kind: str) -> bool:
        """Whether to tell one more of a kind; it is counted either way. Numbers make no kinds."""
        kind = _NUMBER.sub("N", kind)
        if kind not in self._seen and len(self._seen) >= KINDS_MAX:
            kind = OTHERWISE
        self._seen[kind] += 1
        return self._seen[kind] <= TOLD_OF_A_KIND

    def rest(self) -> Iterator[tuple[str, int]]:
        """The kinds of which more came than was told, and how many more."""
        return ((kind, count - TOLD_OF_A_KIND) for kind, count in self._seen.items() if count > TOLD_OF_A_KIND)
