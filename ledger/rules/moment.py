"""The moment of a booking: its four times and its cause, which every event of the booking carries (R-2.5)."""

from typing import TypedDict

import msgspec

from ledger.account import Account
from ledger.events import InputRef
from ledger.periods import Instant


class Stamp(TypedDict):
    """The fields that every event has, as keyword arguments."""

    version: int
    occurred_at: Instant
    booked_at: Instant
    recorded_at: Instant
    input: InputRef | None


class Moment(msgspec.Struct, frozen=True, gc=False):
    """When something is booked, and for which input; a scheduled instant has none (R-2.7)."""

    occurred_at: Instant
    booked_at: Instant
    recorded_at: Instant
    input: InputRef | None = None

    def stamp(self, account: Account) -> Stamp:
        """The common fields of the next event of an account."""
        return {
            "version": account.version + 1,
            "occurred_at": self.occurred_at,
            "booked_at": self.booked_at,
            "recorded_at": self.recorded_at,
            "input": self.input,
        }
