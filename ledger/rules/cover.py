"""Cover: which buckets may pay for a record, and why the others may not (R-6.3, R-6.5)."""

from typing import Literal, Protocol, TypeAlias

from ledger.account import Account, Bucket
from ledger.catalogue import PlanVersion
from ledger.periods import Instant
from ledger.rules.moment import Moment
from ledger.units import Service

WhyNot: TypeAlias = Literal["other service", "zone not covered", "expired", "not valid at that time"]


class Record(Protocol):
    """What of a usage record decides about its cover."""

    @property
    def service(self) -> Service:
        """The service used."""

    @property
    def zone(self) -> str:
        """A key of the plan's prices."""

    @property
    def at(self) -> Instant:
        """When it occurred."""


def why_not(bucket: Bucket, record: Record, plan: PlanVersion) -> WhyNot | None:
    """Why a bucket cannot cover a record, whatever is left in it; None where it can (R-6.3, R-6.5)."""
    if bucket.service != record.service:
        return "other service"
    if record.zone not in plan.packages_cover:
        return "zone not covered"
    if bucket.start <= record.at < bucket.end:
        return None
    return "not valid at that time" if record.at < bucket.start else "expired"


def late(account: Account, moment: Moment) -> list[Bucket]:
    """Expired leftovers whose late window is still open at the booked time (R-6.5)."""
    if not account.leftovers:
        return []
    return [b for b in account.leftovers if b.late_until is not None and moment.booked_at < b.late_until]
