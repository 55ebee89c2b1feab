"""Supply: what the packages of a service have left for use at home, all that are live taken together (R-6.3, R-6.4)."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from ledger.account import Account, Bucket
from ledger.catalogue import PlanVersion
from ledger.entries import EXPIRED, Entry
from ledger.periods import Instant
from ledger.rules.cover import buckets_for
from ledger.units import PackageQuantity, Service

HOME: Final = "home"
LOW_PERCENT: Final = 80


class HomeUse(NamedTuple):
    """A use of a service where the subscriber lives."""

    service: Service
    at: Instant
    zone: str = HOME


class Supply(NamedTuple):
    """The buckets that a use at home could take from, none of them unlimited, and what they have together."""

    buckets: list[Bucket]
    granted: PackageQuantity
    left: PackageQuantity

    @property
    def newest(self) -> int:
        """The version that granted the newest of them: with it a supply is another one."""
        return max(bucket.grant for bucket in self.buckets)

    @property
    def until(self) -> Instant:
        """When the first of what is left ends; where nothing is left, the first of all."""
        ends = [bucket.end for bucket in self.buckets if bucket.left]
        return min(ends or [bucket.end for bucket in self.buckets])

    def is_low(self, spent: int = 0) -> bool:
        """Whether four fifths are used, or were before so much was spent."""
        return 100 * (self.granted - self.left - spent) >= LOW_PERCENT * self.granted


def supply(account: Account, service: Service, at: Instant, plan: PlanVersion) -> Supply | None:
    """What there is for a use at home at an instant; None where nothing was granted, or something has no limit."""
    buckets = buckets_for(HomeUse(service, at), account.buckets, plan)
    granted = sum(bucket.granted for bucket in buckets)
    if not granted or any(bucket.unlimited for bucket in buckets):
        return None
    left = sum(bucket.left for bucket in buckets)
    return Supply(buckets, PackageQuantity(granted), PackageQuantity(left))


def spent_live(entries: Iterable[Entry]) -> int:
    """What a record took from packages that are live, in package units; of expired leftovers nobody is warned."""
    gone = f"{EXPIRED}/"
    return sum(entry.amount for entry in entries if entry.grant is not None and not entry.from_.startswith(gone))
