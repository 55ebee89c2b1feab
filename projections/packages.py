"""Packages: the buckets that can still be spent, carried-over ones first (contract §4, R-6.4, R-13.4)."""

import msgspec

from ledger.account import Account, Bucket
from ledger.periods import Instant
from ledger.rules.usage import spending_order
from ledger.units import SERVICES, UNIT_OF, PackageQuantity, Unit


class BucketRow(msgspec.Struct, frozen=True):
    """One bucket: `left` and `granted` in `unit`, valid `[start, end)`."""

    bucket: str
    service: str
    unit: Unit
    left: PackageQuantity
    granted: PackageQuantity
    start: Instant
    end: Instant


def rows(account: Account, *, at: Instant) -> list[BucketRow]:
    """Every bucket whose end has not come by `at`, also an empty one, in spending order, then by service.

    Unlimited services have no bucket to list (R-6.3).
    """
    live = [bucket for bucket in account.buckets if bucket.end > at and not bucket.unlimited]
    live.sort(key=lambda bucket: (*spending_order(bucket), SERVICES.index(bucket.service)))
    return [_row(bucket) for bucket in live]


def _row(bucket: Bucket) -> BucketRow:
    return BucketRow(
        bucket=bucket.name,
        service=bucket.service,
        unit=UNIT_OF[bucket.service],
        left=bucket.left,
        granted=bucket.granted,
        start=bucket.start,
        end=bucket.end,
    )
