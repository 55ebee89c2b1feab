"""Cover: which buckets may pay for a record, and why the others may not (R-6.3, R-6.5)."""

from collections.abc import Iterable
from typing import Literal, Protocol, TypeAlias

from ledger.account import LEFTOVERS, Account, Bucket, is_open
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


def buckets_for(record: Record, buckets: Iterable[Bucket], plan: PlanVersion) -> list[Bucket]:
    """Those of some buckets that can cover a record; of one of another service nothing more is asked."""
    found = []
    for bucket in buckets:
        if bucket.service == record.service and why_not(bucket, record, plan) is None:
            found.append(bucket)
    return found


def late(account: Account, moment: Moment, occurred_at: Instant) -> list[Bucket]:
    """Expired leftovers that a record may find: their late window is still open at the booked time (R-6.5).

    Those of which none ended after the record occurred are not looked at.
    """
    if LEFTOVERS.name not in account.memory.parts:
        return []
    parts = account.memory.parts[LEFTOVERS.name]
    some = [account.memory.part(LEFTOVERS, number) for number, part in parts.items() if part.marks[0] > occurred_at]
    return [bucket for buckets in some for bucket in buckets if is_open(bucket, moment.booked_at)]
