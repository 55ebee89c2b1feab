"""Blocks: usage in the order of its start, and neighbouring rows that belong together, as on the operator's page."""

import itertools
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Final, Literal, TypeAlias

from ledger.periods import HOUR, SECOND
from projections.usage_row import UsageRow

Block: TypeAlias = Literal["OutOfBlock", "FirstInBlock", "InBlock", "LastInBlock"]

PARTS: Final = 3 * SECOND
"""Rows of one number that begin within this are parts of one message, or an answer to it."""
SLICE: Final = HOUR
"""A data session is cut into slices of an hour."""


def by_start(usage: Iterable[UsageRow]) -> list[UsageRow]:
    """Usage rows, earliest start first; of one start in order of booking (R-13.1)."""
    return sorted(usage, key=attrgetter("at"))


def blocks(rows: Sequence[UsageRow]) -> list[Block]:
    """For each row whether it stands alone or where it stands among neighbours that belong together."""
    if not rows:
        return []
    joined = [False, *(_related(*pair) for pair in itertools.pairwise(rows)), False]
    return [_BLOCKS[pair] for pair in itertools.pairwise(joined)]


_BLOCKS: Final[dict[tuple[bool, bool], Block]] = {
    (False, False): "OutOfBlock",
    (False, True): "FirstInBlock",
    (True, True): "InBlock",
    (True, False): "LastInBlock",
}


def _related(row: UsageRow, other: UsageRow) -> bool:
    """Parts of a message and answers to it; slices of a session, and what one session counts apart."""
    apart = other.at - row.at
    data = row.service == other.service == "data"
    if row.peer != other.peer:
        return data and not apart
    return apart <= PARTS or (data and apart == SLICE)
