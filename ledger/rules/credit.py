"""Credit: discounts, and the promised payment, which is headroom and not money (R-10)."""

from collections.abc import Iterator

from ledger import periods
from ledger.account import Account, Promise
from ledger.catalogue import Catalogue
from ledger.entries import REVENUE_PROMISE_FEE, WALLET, money
from ledger.events import DiscountGranted, Event, PromiseClosed, PromiseTaken
from ledger.inputs import GrantDiscount, TakePromise
from ledger.reasons import PromiseReason
from ledger.rules.check import Check, refusal
from ledger.rules.moment import Moment
from ledger.units import Kopecks


def grant_discount(account: Account, input: GrantDiscount, moment: Moment) -> list[Event]:
    """A discount replaces the one before at once, even if it begins later (R-10.1)."""
    return [
        DiscountGranted(
            **moment.stamp(account),
            percent=input.percent,
            from_=input.from_.isoformat(),
            until=input.until.isoformat(),
        )
    ]


def take_promise(account: Account, input: TakePromise, moment: Moment, catalogue: Catalogue) -> list[Event]:
    """Headroom for some days, its fee at once; no test of funds, mode or blocks (R-10.2)."""
    terms = catalogue.settings.promise
    if refused := refusal(account, input, moment, against_promise(account, input.amount, terms.max)):
        return refused
    return [
        PromiseTaken(
            **moment.stamp(account),
            entries=money(WALLET, REVENUE_PROMISE_FEE, terms.fee),
            wallet_after=account.wallet - terms.fee if terms.fee else None,
            amount=input.amount,
            until=moment.booked_at + terms.days * periods.DAY,
            fee=terms.fee,
            vat_rate=catalogue.vat_rate(periods.local_date(moment.booked_at, account.zone)),
        )
    ]


def against_promise(account: Account, amount: Kopecks, largest: Kopecks) -> Iterator[Check[PromiseReason]]:
    """The reasons against a promised payment by precedence (R-10.2)."""
    active = account.promise.amount if account.promise else None
    yield Check("PROMISE_ACTIVE", active is not None, {"active": active})
    yield Check("PROMISE_TOO_LARGE", amount > largest, {"max": largest}, {"amount": amount})


def close_paid(account: Account, moment: Moment) -> list[Event]:
    """In the booking of a top-up: the promise closes when top-ups since then reach its amount (R-10.3)."""
    promise = account.promise
    if promise is None or promise.topped_up < promise.amount:
        return []
    return [PromiseClosed(**moment.stamp(account), amount=promise.amount, cause="paid")]


def close_ended(account: Account, promise: Promise, moment: Moment) -> list[Event]:
    """The promise's time is over; nothing is debited (R-10.3)."""
    return [PromiseClosed(**moment.stamp(account), amount=promise.amount, cause="ended")]
