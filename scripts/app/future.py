"""The future: later times than somebody's clock may show are an error, and no input."""

from datetime import date
from typing import Final

from ledger import periods
from ledger.contracts import chosen
from ledger.inputs import Input, Open
from ledger.periods import Instant, Moment
from ledger.snapshot import Snapshot

FUTURE_ALLOWED: Final[Instant] = 24 * periods.HOUR


def limit_of_future(not_after: Moment | None, zone: str, *, now: Instant) -> Instant:
    """The instant after which times of an account in a zone are refused: the one given, else a day from now."""
    return now + FUTURE_ALLOWED if not_after is None else periods.last_instant(not_after, zone)


class Future:
    """What lies in the future of the accounts of a snapshot; made anew for every batch, for the clock goes on."""

    def __init__(self, not_after: Moment | None, snapshot: Snapshot, *, now: Instant) -> None:
        self._snapshot = snapshot
        self._day = not_after if isinstance(not_after, date) else None
        self._opened: dict[str, str] = {}
        self._regions = snapshot.catalogues.newest().regions if self._day is not None else {}
        self._limit = 0 if self._day is not None else limit_of_future(not_after, "UTC", now=now)

    def has(self, input: Input) -> bool:
        """Whether an input came later than may be; `at` is never later."""
        if self._day is None:
            return input.received_at > self._limit
        return input.received_at > periods.last_instant(self._day, self._zone(input))

    def _zone(self, input: Input) -> str:
        """Where the account is: as this batch opens it, or as the ledger has it."""
        if isinstance(input, Open) and input.region in self._regions:
            self._opened.setdefault(input.account, self._regions[input.region].zone)
        if input.account not in self._opened:
            contract = chosen(self._snapshot.contracts, input.account)
            found = None if contract is None else self._snapshot.account(contract.id)
            self._opened[input.account] = "UTC" if found is None else found.zone
        return self._opened[input.account]
