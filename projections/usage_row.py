"""Usage row: what a statement says of a usage record, or of a request for a refresh by USSD or SMS (R-13.1)."""

from functools import lru_cache

import msgspec

from ledger import periods
from ledger.entries import CONSUMED
from ledger.events import Event, PackagesRefreshed, RefreshRefused, UsageCharged
from ledger.units import Kopecks, PackageQuantity, RecordQuantity, ex_vat, ten_thousandths


class UsageRow(msgspec.Struct, frozen=True, kw_only=True):
    """A usage row: `quantity` as measured, `billed` and `from_packages` in package units, `amount` in kopecks."""

    version: int
    at: str
    booked_at: str
    service: str
    direction: str
    peer: str
    zone: str
    quantity: RecordQuantity
    billed: PackageQuantity
    from_packages: PackageQuantity
    amount: Kopecks
    amount_ex_vat: str
    vat_rate: int


def usage_row(event: Event, zone: str) -> UsageRow | None:
    """The row of a usage record, or of a refresh request by USSD or SMS (R-13.1); None for other events."""
    match event:
        case UsageCharged():
            taken = sum([entry.amount for entry in event.entries if entry.to.startswith(CONSUMED)])
            return UsageRow(
                version=event.version,
                at=_local_text(event.used_at or event.occurred_at, zone),
                booked_at=_local_text(event.booked_at, zone),
                service=event.service,
                direction=event.direction,
                peer=event.personal.peer or "",
                zone=event.zone,
                quantity=event.quantity,
                billed=event.billed,
                from_packages=PackageQuantity(taken),
                amount=event.amount,
                amount_ex_vat=_ex_vat_text(event.amount, event.vat_rate),
                vat_rate=event.vat_rate,
            )
        case PackagesRefreshed(input_type="ussd" | "sms") | RefreshRefused(input_type="ussd" | "sms"):
            return UsageRow(
                version=event.version,
                at=periods.local_text(event.occurred_at, zone),
                booked_at=periods.local_text(event.booked_at, zone),
                service=event.input_type,
                direction="out",
                peer=event.personal.text or event.personal.to or "",
                zone="home",
                quantity=RecordQuantity(1),
                billed=PackageQuantity(0),
                from_packages=PackageQuantity(0),
                amount=0,
                amount_ex_vat=_ex_vat_text(0, event.vat_rate),
                vat_rate=event.vat_rate,
            )
        case _:
            return None


_local_text = lru_cache(maxsize=16)(periods.local_text)
"""A record's start is often the instant of its booking."""


@lru_cache(maxsize=10_000)
def _ex_vat_text(amount: Kopecks, rate: int) -> str:
    """Rows of few amounts fill a statement; most cost nothing."""
    return ten_thousandths(ex_vat(amount, rate))
