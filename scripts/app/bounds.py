"""Bounds: times that something must lie between, as somebody asks for them."""

from typing import NamedTuple

from ledger import periods
from ledger.periods import Moment
from scripts.app.errors import InvalidRequest


class Bounds(NamedTuple):
    """Times that something must lie between; dates and local times are those of where the account is."""

    since: Moment | None = None
    until: Moment | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is no bound at all."""
        return self.since is None and self.until is None

    @property
    def is_reversed(self) -> bool:
        """Whether nothing can lie between, as far as that can be told without a zone."""
        if self.since is None or self.until is None or isinstance(self.since, int) != isinstance(self.until, int):
            return False
        return periods.first_instant(self.since, "UTC") > periods.last_instant(self.until, "UTC")

    def require_order(self) -> None:
        """Raise InvalidRequest where nothing can lie between."""
        if self.is_reversed:
            raise InvalidRequest("RANGE_REVERSED")

    def have(self, at: int | None, zone: str) -> bool:
        """Whether an instant lies between, the bounds included."""
        if self.is_open:
            return True
        if at is None:
            return False
        after = self.since is None or at >= periods.first_instant(self.since, zone)
        return after and (self.until is None or at <= periods.last_instant(self.until, zone))
