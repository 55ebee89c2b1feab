"""The coming month: what the next night that may charge it will ask for, and find (R-5.3, R-4.4)."""

from typing import NamedTuple

from msgspec.structs import replace

from ledger import periods
from ledger.account import Account
from ledger.catalogue import Catalogue
from ledger.periods import Instant
from ledger.rules import tariff
from ledger.rules.moment import Moment
from ledger.rules.schedule import Booked, before_tariff, settle
from ledger.rules.top_up import topped_up
from ledger.units import Kopecks


class ComingMonth(NamedTuple):
    """The night at which the month would be charged, its effective fee by then, and what will be available.

    `available` is without the money that would have to be topped up for it, but as that money would leave it: a promise
    that it repays is gone. `missing` is that money: topped up at once, it makes that night take the month, where one
    kopeck less does not; 0 where none is needed. It is the fee less `available`, but where a block has to be lifted
    first: that takes a kopeck above 0 also where the fee is 0 (R-8.5).
    """

    at: Instant
    fee: Kopecks
    available: Kopecks
    missing: Kopecks


def coming_month(account: Account, moment: Moment, catalogue: Catalogue) -> ComingMonth | None:
    """The coming month of an account that has been advanced to a moment; None if no top-up brings one.

    An account under a block that money does not lift, without a plan, or closed has none.
    """
    if account.mode in ("none", "closed") or set(account.blocks) - {"financial"}:
        return None

    def at_night(amount: Kopecks) -> ComingMonth | Kopecks:
        """The month behind a top-up, or what at least is missing for the account to be free of blocks by then."""
        paid = after_top_up(account, amount, moment)
        if paid.blocks:
            return max(1 - paid.available, 1)
        due, then = before_tariff(paid, catalogue, recorded_at=moment.recorded_at)
        if due is None:
            return max(-then.available, 1)
        day = periods.local_date(due, account.zone)
        fee = tariff.effective_fee(then, tariff.plan_to_pay(then, catalogue, day).monthly_fee, day)
        return ComingMonth(due, fee, then.available - amount, missing=amount)

    amount = 0
    while True:  # as `least`: a larger top-up may free less than it brings, never more
        month = at_night(amount)
        if not isinstance(month, ComingMonth):
            amount += month
        elif month.fee > month.available + amount:
            amount = month.fee - month.available
        else:
            return month


def after_top_up(account: Account, amount: Kopecks, moment: Moment) -> Account:
    """The account behind a top-up at a moment; behind one of 0 only its clock is there."""
    if not amount:
        return replace(account, clock=moment.booked_at)
    booked = Booked(account)
    events = topped_up(account, moment, amount=amount, channel="cash")
    booked.add(events)
    booked.add(settle(booked.account, events, moment))
    return booked.account
