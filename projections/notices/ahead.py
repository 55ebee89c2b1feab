"""Ahead: what the schedule will ask of an account and not find, told some days before, by the night's own steps."""

from collections.abc import Iterator
from typing import Final

from ledger import periods
from ledger.account import Account
from ledger.catalogue import Catalogue
from ledger.events import Blocked, DailyFeeCharged, OptionSuspended, PromiseClosed
from ledger.periods import Instant
from ledger.rules.coming_month import coming_month
from ledger.rules.moment import Moment
from ledger.rules.schedule import advance
from ledger.units import Kopecks
from projections.next_charges import Scheduled, charges_until
from projections.notices.notice import Facts, Kind, Notice

FEE_AHEAD: Final[Instant] = 3 * periods.DAY
PROMISE_AHEAD: Final[Instant] = periods.DAY
HORIZONS: Final = (FEE_AHEAD, PROMISE_AHEAD)
"""So long before an instant of the schedule something may have to be told about it."""


def notices_ahead(account: Account, catalogue: Catalogue, now: Instant) -> Iterator[Notice]:
    """What is to be told by `now` about what the schedule will book if nothing else happens, in its order.

    A fee that the money will not reach, three days before its night; the end of a promise that will block the number, a
    day before. Whoever asks later is told the same, once: it has the due instant for its key. What should have been
    booked already is not foretold.
    """
    promise: Scheduled | None = None
    tariff_told = False
    for each in charges_until(account, catalogue, now + FEE_AHEAD):
        event, due = each.event, each.event.booked_at
        match event:
            case PromiseClosed():
                promise = each
            case Blocked(cause="balance") if promise is not None and promise.event.booked_at == due:
                if now < due <= now + PROMISE_AHEAD:
                    missing = -each.facts["available"]
                    ends = {"amount": _amount(promise), "until": due, "missing": missing}
                    yield _notice(account, "promise_ends", due, f"{due}", ends, PROMISE_AHEAD)
            case Blocked(cause="nightly") | DailyFeeCharged() if each.of_tariff and not tariff_told:
                if isinstance(event, DailyFeeCharged) and account.mode != "monthly":
                    continue
                tariff_told = True
                if due > now:
                    yield _notice(account, "fee_due", due, f"{due}", _uncovered(each, account, catalogue), FEE_AHEAD)
            case OptionSuspended(option=option, option_name=name) if not each.facts["blocks"] and due > now:
                fee, available = each.facts["fee"], each.facts["available"]
                lacks = {"option": option, "name": name, "due": due, "fee": fee, "available": available}
                yield _notice(account, "fee_due", due, f"{option}:{due}", lacks, FEE_AHEAD)
            case _:
                pass


def _notice(account: Account, kind: Kind, due: Instant, key: str, facts: Facts, ahead: Instant) -> Notice:
    at = max(due - ahead, account.clock)
    return Notice(kind, account.account, account.version, at, account.zone, key, facts)


def _amount(promise: Scheduled) -> Kopecks:
    assert isinstance(promise.event, PromiseClosed)
    return promise.event.amount


def _uncovered(each: Scheduled, account: Account, catalogue: Catalogue) -> Facts:
    """What the night asks for and finds, what it does then, and what has to be topped up for it to take the month."""
    due = each.event.booked_at
    then = "daily_fee" if isinstance(each.event, DailyFeeCharged) else "block"
    asked = {name: each.facts[name] for name in ("fee", "daily_fee", "available")}
    return {"due": due, **asked, "missing": _missing(account, catalogue, due), "then": then}


def _missing(account: Account, catalogue: Catalogue, due: Instant) -> Kopecks | None:
    """What a top-up has to bring for that night to take the month, be it behind some daily ones (R-5.3)."""
    month = coming_month(account, _at(account.clock), catalogue)
    if month is not None and month.at < due:
        before = advance(account, due - 1, catalogue, recorded_at=account.clock).account
        month = coming_month(before, _at(due - 1), catalogue)
    return None if month is None else month.missing


def _at(instant: Instant) -> Moment:
    return Moment(instant, instant, instant)
