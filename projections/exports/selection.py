"""Selection: the events of some contracts, of some local dates, in order of position; what lies before them, apart."""

import sys
from collections.abc import Iterator
from datetime import date
from heapq import merge
from operator import attrgetter
from typing import Final, NamedTuple

import msgspec

from ledger import periods
from ledger.events import AccountOpened, Event
from ledger.log.errors import BadEvents
from ledger.log.store import Reading, Stored
from ledger.progress import Progress

PROGRESS_EVERY_EVENTS: Final = 5_000
MERGED_MAX: Final = 100
"""So many contracts are read one by one and merged; more are picked out of the whole log."""


class Selection(msgspec.Struct, frozen=True):
    """Contracts by their ids, all for None, and local dates, both included, without bounds for None."""

    contracts: frozenset[str] | None = None
    since: date | None = None
    until: date | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole log."""
        return self.contracts is None and self.since is None and self.until is None

    def count(self, log: Reading) -> int:
        """How many events have to be read."""
        return log.count() if self._is_scanned else log.count_of(sorted(self.contracts or ()))

    @property
    def _is_scanned(self) -> bool:
        return self.contracts is None or len(self.contracts) > MERGED_MAX

    def _rows(self, log: Reading) -> Iterator[Stored]:
        if self.contracts is not None and not self._is_scanned:
            return merge(*(log.events(id) for id in sorted(self.contracts)), key=attrgetter("position"))
        rows = log.events_between(0, log.last_position())
        return rows if self.contracts is None else (row for row in rows if row.account in self.contracts)


EVERYTHING: Final = Selection()


class Placed(NamedTuple):
    """An event with the local date it was booked on; `is_before`: it lies before what is selected."""

    stored: Stored
    event: Event
    zone: str
    day: date
    is_before: bool


def placed_events(log: Reading, selection: Selection, progress: Progress) -> Iterator[Placed]:
    """What is selected, with what each contract did before it; of that nothing personal is opened. Raises BadEvents."""
    zones: dict[str, str] = {}
    since = selection.since
    for done, stored in enumerate(selection._rows(log), start=1):
        event = stored.event() if since is not None else log.opened(stored)
        if isinstance(event, AccountOpened):
            zones[stored.account] = sys.intern(event.zone)
        zone = zones.get(stored.account)
        if zone is None:
            raise BadEvents(f"account {stored.account} has events but no opening", "run_verify")
        day = periods.local_date(event.booked_at, zone)
        if since is not None and day < since:
            yield Placed(stored, event, zone, day, True)
        elif selection.until is None or day <= selection.until:
            yield Placed(stored, event if since is None else log.opened(stored), zone, day, False)
        if done % PROGRESS_EVERY_EVENTS == 0:
            progress(done)
