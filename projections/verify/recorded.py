"""Recorded: whether time runs forward along the log, told by those who read it account by account (R-2.5)."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, TypeAlias

import msgspec

from ledger.events import Event
from ledger.log.store import Stored
from ledger.periods import Instant

INSTANTS_MAX: Final = 500_000
"""Beyond so many instants it costs less to go along the log."""
Span: TypeAlias = tuple[int, int]
"""The first and the last position of something."""


class Recorded(msgspec.Struct):
    """How many events were read, and where those stand that were recorded at an instant.

    A transaction records at one instant, so there are few. Time runs forward along the log exactly where the span of
    each instant ends before that of the next one begins.
    """

    events: int = 0
    spans: dict[Instant, Span] = msgspec.field(default_factory=dict)

    def add(self, rows: Sequence[Stored], events: Sequence[Event]) -> None:
        """Take events of an account, as read, in order of position and of time."""
        self.events += len(rows)
        if not rows:
            return
        first, instant = rows[0].position, events[0].recorded_at
        for (before, row), event in zip(pairwise(rows), events[1:], strict=True):
            if event.recorded_at != instant:
                self._note(instant, (first, before.position))
                first, instant = row.position, event.recorded_at
        self._note(instant, (first, rows[-1].position))

    def update(self, other: "Recorded") -> None:
        """Take what somebody else has read."""
        self.events += other.events
        for instant, span in other.spans.items():
            self._note(instant, span)

    def is_in_order(self, last: int) -> bool:
        """Whether these are the events of all positions up to the last, in order of time; False if nobody can tell."""
        if self.events != last or len(self.spans) > INSTANTS_MAX:
            return False
        spans = [self.spans[instant] for instant in sorted(self.spans)]
        return all(earlier[1] < later[0] for earlier, later in pairwise(spans))

    def _note(self, instant: Instant, span: Span) -> None:
        known = self.spans.get(instant)
        if known is not None:
            self.spans[instant] = (min(known[0], span[0]), max(known[1], span[1]))
        elif len(self.spans) <= INSTANTS_MAX:
            self.spans[instant] = span
