"""Behind: what an event is to be told about, from the event and the account behind it."""

from typing import Any, Final

from ledger import periods
from ledger.account import Account
from ledger.catalogue import Catalogue
from ledger.events import (
    Blocked,
    DailyFeeCharged,
    DisputeResolved,
    Event,
    MonthlyFeeCharged,
    OptionConnected,
    OptionFeeCharged,
    PackagesRefreshed,
    PromiseClosed,
    RefreshRefused,
    Unblocked,
    UsageCharged,
)
from ledger.rules import tariff
from ledger.rules.coming_month import after_top_up, coming_month
from ledger.rules.moment import Moment
from ledger.rules.refresh import REFUSALS, facts_of, month_of_refusal, needs_month, reply
from ledger.rules.top_up import least
from ledger.units import Kopecks
from projections.notices.notice import Facts, Kind, Notice
from projections.notices.supply import spent_live, supply

TOLD: Final = (
    PackagesRefreshed,
    RefreshRefused,
    MonthlyFeeCharged,
    DailyFeeCharged,
    OptionConnected,
    OptionFeeCharged,
    UsageCharged,
    Blocked,
    Unblocked,
    PromiseClosed,
    DisputeResolved,
)
"""The events that may be told about."""


def needs_account(event: Event) -> bool:
    """Whether what is told of an event depends on the account just behind it, and not on the event alone."""
    return isinstance(event, Blocked | Unblocked | UsageCharged) or needs_month(event)


def notice_behind(event: Event, account: Account, catalogue: Catalogue) -> Notice | None:
    """What is to be told about an event, if anything.

    `account` is that behind the event; where the event does not need it, any later state of the contract will do.
    `catalogue` is the one that the event was booked under.
    """

    def told(kind: Kind, facts: Facts, key: str | None = None) -> Notice:
        key = f"{event.version}" if key is None else key
        return Notice(kind, account.account, event.version, event.booked_at, account.zone, key, facts)

    match event:
        case PackagesRefreshed() | RefreshRefused():
            return told("refresh_reply", _reply(event, account, catalogue))
        case MonthlyFeeCharged(amount=amount) | DailyFeeCharged(amount=amount) if amount:
            kind: Kind = "monthly_fee" if isinstance(event, MonthlyFeeCharged) else "daily_fee"
            return told(kind, {"amount": amount, "wallet": event.wallet_after, "next_due": event.period.next_due})
        case OptionConnected(fee=fee) | OptionFeeCharged(fee=fee) if fee:
            named = {"option": event.option, "name": event.option_name}
            paid = {"amount": fee, "wallet": event.wallet_after, "until": event.period.next_due}
            return told("option_fee", {**named, **paid})
        case UsageCharged():
            return _used(event, account, catalogue)
        case Blocked(kind=block, cause=cause):
            missing = _missing(account, _moment(event), catalogue) if block == "financial" else None
            facts = {"block": block, "cause": cause, "available": account.available, "missing": missing}
            return told("blocked", facts)
        case Unblocked(kind=block, cause=cause):
            return told("unblocked", {"block": block, "cause": cause, **_next(event, account, catalogue)})
        case PromiseClosed(amount=amount, cause=why):
            return told("promise_closed", {"amount": amount, "cause": why})
        case DisputeResolved(outcome=outcome, event=disputed, opened=opened):
            return told("claim_answered", {"outcome": outcome, "event": disputed, "opened": opened})
        case _:
            return None


def _moment(event: Event) -> Moment:
    return Moment(event.occurred_at, event.booked_at, event.recorded_at)


def _reply(event: PackagesRefreshed | RefreshRefused, account: Account, catalogue: Catalogue) -> Facts:
    """The reply to a request for a refresh; a refusal moves nothing, so the account behind it is the one before."""
    made = reply(event, account.zone, month_of_refusal(event, account, catalogue))
    if isinstance(event, PackagesRefreshed):
        return {"reason": None, "amount": made.amount, "wallet": event.wallet_after, "next_due": event.period.next_due}
    facts: dict[str, Any] = {"reason": made.reason, "fee": made.amount, "available": made.available}
    return facts if made.missing is None else facts | {"missing": made.missing}


def _used(event: UsageCharged, account: Account, catalogue: Catalogue) -> Notice | None:
    """The record by which packages of its service went beyond four fifths, or to their end."""
    spent = spent_live(event.entries)
    plan = tariff.plan_version(account, catalogue, periods.local_date(event.booked_at, account.zone))
    if not spent or plan is None:
        return None
    found = supply(account, event.service, event.booked_at, plan)
    if found is None or (found.left and (not found.is_low() or found.is_low(spent))):
        return None
    facts: dict[str, Any] = {"service": event.service, "granted": found.granted, "left": found.left}
    facts["until"] = found.until
    kind: Kind = "packages_low"
    if not found.left:
        kind = "packages_used_up"
        facts |= _offer(event, account, catalogue)
    key = f"{event.service}:{found.newest}"
    return Notice(kind, account.account, event.version, event.booked_at, account.zone, key, facts)


def _offer(event: UsageCharged, account: Account, catalogue: Catalogue) -> Facts:
    """The fee of a refresh, where a request would be accepted right then (R-5.3)."""
    facts = facts_of(account, catalogue, periods.local_date(event.booked_at, account.zone))
    return {} if any(holds(facts) for _, holds in REFUSALS) else {"refresh_fee": facts.fee}


def _missing(account: Account, moment: Moment, catalogue: Catalogue) -> Kopecks:
    """What a top-up has to bring for a financial block to be lifted, and for the month to be paid where it is not."""
    month = coming_month(account, moment, catalogue) if account.mode == "unpaid" else None
    if month is not None:
        return month.missing

    def lacks(amount: Kopecks) -> Kopecks:
        paid = after_top_up(account, amount, moment)
        return max(1 - paid.available, 1) if "financial" in paid.blocks else 0

    return least(lacks)


def _next(event: Unblocked, account: Account, catalogue: Catalogue) -> Facts:
    """What blocks are left; without any, what the night takes where nothing is paid, and what it lacks."""
    if account.blocks:
        return {"blocks": list(account.blocks)}
    month = coming_month(account, _moment(event), catalogue) if account.mode == "unpaid" else None
    return {"blocks": []} if month is None else {"blocks": [], "fee": month.fee, "missing": month.missing}
