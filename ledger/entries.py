"""Entries: the transfers an event caused, between accounts of one subscriber and counter-accounts (R-1.3, R-1.4)."""

from typing import Final

import msgspec

from ledger.units import UNIT_OF, Kopecks, Unit

WALLET: Final = "wallet"
BASE: Final = "base"
CARRIED: Final = "carried"
DAILY: Final = "daily"
TARIFF_BUCKETS: Final = (BASE, CARRIED, DAILY)
"""Buckets that the tariff grants and ends; options keep their own."""

GRANTED: Final = "granted"
CONSUMED: Final = "consumed"
EXPIRED: Final = "expired"

REVENUE_MONTHLY_FEE: Final = "revenue:monthly_fee"
REVENUE_DAILY_FEE: Final = "revenue:daily_fee"
REVENUE_USAGE: Final = "revenue:usage"
REVENUE_OPTION_FEE: Final = "revenue:option_fee"
REVENUE_PROMISE_FEE: Final = "revenue:promise_fee"
REVENUE_ADJUSTMENT: Final = "revenue:adjustment"


class Entry(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One transfer: `amount` > 0 of `unit` leaves one account and reaches the other, so every unit sums to zero.

    `grant` is the version of the event that granted the bucket, on package entries only.
    """

    from_: str = msgspec.field(name="from")
    to: str
    unit: Unit
    amount: int
    grant: int | None = None


def option_bucket(option_id: str) -> str:
    """The bucket of an option, as `option:gb1`."""
    return f"option:{option_id}"


def money(from_: str, to: str, amount: int) -> tuple[Entry, ...]:
    """A transfer of kopecks; none for 0, because an entry's amount is positive (R-4.7)."""
    return (Entry(from_, to, "kop", amount),) if amount else ()


def package(from_: str, to: str, service: str, amount: int, grant: int) -> Entry:
    """A transfer of package units between two places of one service, as `base/voice`."""
    return Entry(f"{from_}/{service}", f"{to}/{service}", UNIT_OF[service], amount, grant)


def wallet_movement(entries: tuple[Entry, ...]) -> Kopecks:
    """What entries add to the wallet, below 0 where they take from it."""
    moved = 0
    for entry in entries:
        if entry.unit == "kop":
            if entry.from_ == WALLET:
                moved -= entry.amount
            elif entry.to == WALLET:
                moved += entry.amount
    return moved
