"""Connecting a plan: the first month is debited at once, in full; what was paid before ends (R-3.2, R-3.3)."""

from ledger import periods
from ledger.account import Account
from ledger.catalogue import Catalogue
from ledger.entries import BASE, REVENUE_MONTHLY_FEE
from ledger.events import Event, MonthlyFeeCharged, PlanConnected
from ledger.evolve import evolve
from ledger.inputs import ConnectPlan
from ledger.rules import tariff
from ledger.rules.moment import Moment, refuse


def connect_plan(account: Account, input: ConnectPlan, moment: Moment, catalogue: Catalogue) -> list[Event]:
    """The contract and its first fee, or the first reason against it: availability, block, funds."""
    day = periods.local_date(moment.booked_at, account.zone)
    plan = catalogue.plan(input.plan, day)
    if plan is None or not plan.sold_on(day) or not plan.serves(account.region):
        return [refuse(account, input, moment, "PLAN_NOT_AVAILABLE")]
    if account.blocks:
        return [refuse(account, input, moment, "BLOCKED", blocks=list(account.blocks))]
    needed = tariff.effective_fee(account, plan.monthly_fee, day)
    if account.available < needed:
        return [refuse(account, input, moment, "INSUFFICIENT_FUNDS", fee=needed, available=account.available)]
    connected = PlanConnected(
        **moment.stamp(account),
        entries=tuple(tariff.expiry(list(account.tariff_buckets()))),
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
