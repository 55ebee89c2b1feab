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
from ledger.rules.top_up import least, topped_up
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

    An account under a block that money does not lift, or without a plan, has none.
    """
    if account.mode == "none" or set(account.blocks) - {"financial"}:
        return None

    def at_night(amount: Kopecks) -> ComingMonth | Kopecks:
        """The month behind a top-up, or what at least is missing for the account to be free of blocks by then."""
        paid = after_top_up(account, amount, moment)
        if paid.blocks:
            return max(1 - paid.available, 1)
        due, then = before_tariff(paid, catalogue, recorded_at=moment.recorded_at)
        if due is None:
            return -then.available
        day = periods.local_date(due, account.zone)
        plan = tariff.plan_version(then, catalogue, day)
        assert plan is not None, "an account with a plan has a version of it on every later date"
        fee = tariff.effective_fee(then, plan.monthly_fee, day)
        return ComingMonth(due, fee, then.available - amount, missing=amount)

    def missing(amount: Kopecks) -> Kopecks:
        month = at_night(amount)
        return month.fee - month.available - amount if isinstance(month, ComingMonth) else month

    month = at_night(least(missing))
    assert isinstance(month, ComingMonth)
    return month


def after_top_up(account: Account, amount: Kopecks, moment: Moment) -> Account:
    """The account behind a top-up at a moment; behind one of 0 only its clock is there."""
    if not amount:
        return replace(account, clock=moment.booked_at)
    booked = Booked(account)
    events = topped_up(account, moment, amount=amount, channel="cash")
    booked.add(events, account.account)
    assert booked.account is not None
    booked.add(settle(booked.account, events, moment), account.account)
    return booked.account
