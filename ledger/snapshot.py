"""A snapshot: one state of a ledger, asked as often as an answer needs, whatever others write meanwhile."""

from collections.abc import Callable, Generator
from functools import cached_property

from ledger.account import Account
from ledger.accounts import stored_account
from ledger.contracts import Contracts
from ledger.events import Event
from ledger.log.store import Reading
from ledger.periods import Instant
from ledger.timeline import CatalogueTimeline, timeline_of


class Snapshot:
    """The accounts, events and catalogues of a ledger at one moment; `log` reads the same state.

    It lasts as long as the block of `Ledger.snapshot`.
    """

    def __init__(self, log: Reading, timeline: Callable[[Reading], CatalogueTimeline] = timeline_of) -> None:
        self.log = log
        self._timeline = timeline

    @cached_property
    def catalogues(self) -> CatalogueTimeline:
        """Every catalogue the ledger was given (R-3.6)."""
        return self._timeline(self.log)

    def account(self, account_id: str) -> Account | None:
        """The account as it stands, or None if nobody opened it. Raises BadEvents."""
        return stored_account(self.log, account_id)

    @property
    def contracts(self) -> Contracts:
        """Whose contracts the streams are (R-15.1)."""
        return self.log.contracts

    def events(self, account_id: str, *, known_at: Instant | None = None) -> Generator[tuple[int, Event]]:
        """An account's events with their positions, oldest first; only those recorded by `known_at`, if given.

        `recorded_at` never runs backwards along the log (R-2.5), so what was known at a time is a beginning of it.
        Raises BadEvents.
        """
        for stored in self.log.events(account_id):
            event = self.log.opened(stored)
            if known_at is not None and event.recorded_at > known_at:
                return
            yield stored.position, event
