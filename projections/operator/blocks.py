"""Blocks: usage in the order of its start, and neighbouring rows that belong together, as on the operator's page."""

import itertools
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Final, Literal, TypeAlias

from projections.usage_row import UsageRow

Block: TypeAlias = Literal["OutOfBlock", "FirstInBlock", "InBlock", "LastInBlock"]
Started: TypeAlias = tuple[datetime, UsageRow]

PARTS: Final = timedelta(seconds=3)
"""Rows of one number that begin within this are parts of one message, or an answer to it."""
SLICE: Final = timedelta(hours=1)
"""A data session is cut into slices of an hour."""


def by_start(usage: Iterable[UsageRow]) -> list[Started]:
    """Usage rows with their instants, earliest start first; of one start in order of booking (R-13.1)."""
    return sorted(((datetime.fromisoformat(row.at), row) for row in usage), key=itemgetter(0))


def blocks(rows: Sequence[Started]) -> list[Block]:
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


def _related(one: Started, next: Started) -> bool:
    """Parts of a message and answers to it; slices of a session, and what one session counts apart."""
    apart = next[0] - one[0]
    row, other = one[1], next[1]
    data = row.service == other.service == "data"
    if row.peer != other.peer:
        return data and not apart
    return apart <= PARTS or (data and apart == SLICE)
