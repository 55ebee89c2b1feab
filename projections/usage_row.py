"""Usage row: what a statement says of a usage record, or of a request for a refresh by USSD or SMS (R-13.1)."""

from functools import lru_cache

import msgspec

from ledger import units
from ledger.entries import CONSUMED
from ledger.events import Event, PackagesRefreshed, RefreshRefused, UsageCharged
from ledger.periods import Instant
from ledger.units import Kopecks, PackageQuantity, RecordQuantity, TenThousandths


class UsageRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A usage row: `quantity` as measured, `billed` and `from_packages` in package units; `at` is when it began."""

    version: int
    at: Instant
    booked_at: Instant
    service: str
    direction: str
    peer: str
    zone: str
    quantity: RecordQuantity
    billed: PackageQuantity
    from_packages: PackageQuantity
    amount: Kopecks
    amount_ex_vat: TenThousandths
    vat_rate: int

    @property
    def is_billed(self) -> bool:
        """Whether packages or money were asked for it: it went out, and is not free by itself (R-6.2)."""
        return self.direction == "out" and self.billed > 0


def usage_row(event: Event) -> UsageRow | None:
    """The row of a usage record, or of a refresh request by USSD or SMS (R-13.1); None for other events."""
    match event:
        case UsageCharged():
            taken = sum([entry.amount for entry in event.entries if entry.to.startswith(CONSUMED)])
            return UsageRow(
                version=event.version,
                at=event.used_at or event.occurred_at,
                booked_at=event.booked_at,
                service=event.service,
                direction=event.direction,
                peer=event.personal.peer or "",
                zone=event.zone,
                quantity=event.quantity,
                billed=event.billed,
                from_packages=PackageQuantity(taken),
                amount=event.amount,
                amount_ex_vat=_ex_vat(event.amount, event.vat_rate),
                vat_rate=event.vat_rate,
            )
        case PackagesRefreshed(input_type="ussd" | "sms") | RefreshRefused(input_type="ussd" | "sms"):
            return UsageRow(
                version=event.version,
                at=event.occurred_at,
                booked_at=event.booked_at,
                service=event.input_type,
                direction="out",
                peer=event.personal.text or event.personal.to or "",
                zone="home",
                quantity=RecordQuantity(1),
                billed=PackageQuantity(0),
                from_packages=PackageQuantity(0),
                amount=0,
                amount_ex_vat=0,
                vat_rate=event.vat_rate,
            )
        case _:
            return None


_ex_vat = lru_cache(maxsize=10_000)(units.ex_vat)
"""Rows of few amounts fill a statement; most cost nothing."""
