"""Connecting a plan: the first month is debited at once, in full; what was paid before ends (R-3.2, R-3.3)."""

from collections.abc import Iterator
from datetime import date

from ledger import periods
from ledger.account import Account
from ledger.catalogue import Catalogue, PlanVersion
from ledger.entries import BASE, REVENUE_MONTHLY_FEE
from ledger.events import Event, MonthlyFeeCharged, PlanConnected
from ledger.evolve import evolve
from ledger.inputs import ConnectPlan
from ledger.reasons import PlanReason
from ledger.rules import tariff
from ledger.rules.check import Check, refusal
from ledger.rules.moment import Moment


def connect_plan(account: Account, input: ConnectPlan, moment: Moment, catalogue: Catalogue) -> list[Event]:
    """The contract and its first fee, or the first reason against it: availability, block, funds."""
    day = periods.local_date(moment.booked_at, account.zone)
    plan = catalogue.plan(input.plan, day)
    refused = refusal(account, input, moment, against(account, plan, day))
    if refused or plan is None:
        return refused
    connected = PlanConnected(
        **moment.stamp(account),
        entries=tuple(tariff.expiry(account.tariff_buckets())),
        plan=plan.id,
        plan_version=plan.version,
        plan_name=plan.name,
        late_until=tariff.late_until(moment.booked_at, catalogue),
    )
    account = evolve(account, connected)
    charged = MonthlyFeeCharged(
        **tariff.fee(
            account,
            moment,
            catalogue,
            plan,
            fee=plan.monthly_fee,
            revenue=REVENUE_MONTHLY_FEE,
            bucket=BASE,
            packages=plan.month,
            period=tariff.month_from(moment.booked_at, day, day.day, account, catalogue),
            turnover=[],
        ),
        cause="connection",
        anchor_day=day.day,
    )
    return [connected, charged]


def against(account: Account, plan: PlanVersion | None, day: date) -> Iterator[Check[PlanReason]]:
    """The reasons against a contract by precedence: availability, block, funds (R-3.2)."""
    sold, serves = plan is not None and plan.sold_on(day), plan is not None and plan.serves(account.region)
    offer = {"exists": plan is not None, "sold": sold, "in_region": serves}
    yield Check("PLAN_NOT_AVAILABLE", not (sold and serves), compared=offer)
    if plan is None:
        return
    yield Check("BLOCKED", bool(account.blocks), {"blocks": list(account.blocks)})
    needed = tariff.effective_fee(account, plan.monthly_fee, day)
    yield Check("INSUFFICIENT_FUNDS", account.available < needed, {"fee": needed, "available": account.available})
