"""Lacking: everything that kept an account from being refreshed, and what would have removed it (R-5.3)."""

from typing import Any, Final

import msgspec
from msgspec.structs import replace

from ledger import periods
from ledger.account import Account
from ledger.catalogue import Catalogue
from ledger.periods import Instant
from ledger.rules.coming_month import after_top_up, coming_month
from ledger.rules.moment import Moment
from ledger.rules.refresh import REFUSALS, SMS_NUMBER, USSD_CODE, Facts, facts_of
from ledger.rules.schedule import advance
from ledger.rules.top_up import least
from ledger.units import Kopecks, rubles

_LIFT: Final = {"voluntary": "снять добровольную блокировку", "operator": "снять блокировку оператора"}


class Lacking(msgspec.Struct, frozen=True):
    """The reasons that held, by precedence, and the steps that remove them all, in Russian.

    `missing` are the kopecks that these steps take together: of a fee that the night charges first, and of the refresh.
    """

    reasons: list[str]
    steps: list[str]
    missing: Kopecks


def lacking(account: Account, catalogue: Catalogue, moment: Moment) -> Lacking:
    """What a refresh asked for at a moment lacks on an account advanced to it."""
    facts = facts_of(account, catalogue, periods.local_date(moment.booked_at, account.zone))
    reasons = [reason for reason, holds in REFUSALS if holds(facts)]
    if "NOT_ELIGIBLE" in reasons:
        return Lacking(["NOT_ELIGIBLE"], [_plan(facts)], 0)
    steps: list[str] = []
    lifted = _lifted(account, moment)
    if "FEE_WAIVED" in reasons and account.discount is not None:
        until = periods.parse_date(account.discount.until)
        steps.append(f"дождаться конца скидки {account.discount.percent} %: {until:%d.%m.%Y}")
        end = periods.day_start(until, account.zone)
        waited = advance(lifted, end, catalogue, recorded_at=moment.recorded_at).account
        assert waited is not None
        lifted, moment = waited, Moment(end, end, moment.recorded_at)
    steps += [_LIFT[kind] for kind in facts.blocks if kind != "financial"]
    paid, missing = _paid(lifted, moment, catalogue)
    return Lacking(reasons, steps + paid, missing)


def of_other_inputs(
    input_type: str, reason: str, facts: dict[str, Any], account: Account, moment: Moment
) -> tuple[str | None, Kopecks | None]:
    """What another input lacked on an account advanced to it, where that can be told, and the kopecks of it."""
    match reason:
        case "UNKNOWN_SERVICE_CODE":
            return (f"набрать ровно {USSD_CODE}" if input_type == "ussd" else f"отправить ровно на {SMS_NUMBER}"), None
        case "INSUFFICIENT_FUNDS":
            asked = int(facts.get("fee", facts.get("needed")) or 0)
            missing = least(lambda amount: asked - after_top_up(account, amount, moment).available)
            return f"пополнить на {rubles(missing)}", missing
        case "PROMISE_TOO_LARGE":
            return f"просить не больше {rubles(facts['max'])}", None
        case "CLAIM_TOO_LATE":
            return f"подать не позднее {periods.parse_date(facts['last_day']):%d.%m.%Y}", None
        case _:
            return None, None


def _plan(facts: Facts) -> str:
    plan = facts.plan
    if plan is None:
        return "подключить тариф с «Обнови пакет»"
    if not plan.refreshable:
        return f"перейти на тариф с «Обнови пакет»: у тарифа «{plan.name}» этой услуги нет"
    if not plan.monthly_fee:
        return f"перейти на тариф с ежемесячной платой: у тарифа «{plan.name}» её нет"
    return f"перейти на тариф домашнего региона: тариф «{plan.name}» в нём не действует"


def _lifted(account: Account, moment: Moment) -> Account:
    """The account as the end of the blocks that money does not lift would leave it (R-8.4)."""
    financial = tuple(kind for kind in account.blocks if kind == "financial")
    if financial == account.blocks:
        return account
    return replace(account, blocks=financial, waiting_since=account.waiting_since if financial else moment.booked_at)


def _paid(account: Account, moment: Moment, catalogue: Catalogue) -> tuple[list[str], Kopecks]:
    """The steps that take money or a night, in their order, and the kopecks of them."""
    frees = " (это снимет финансовую блокировку)" if account.blocks else ""
    if account.mode == "monthly":
        missing = least(lambda amount: _short(after_top_up(account, amount, moment), moment.booked_at, catalogue))
        return ([f"пополнить на {rubles(missing)}{frees}"] if missing else []), missing
    month = coming_month(account, moment, catalogue)
    assert month is not None, "an account with a plan and no lasting block has a month to come"
    first = max(month.missing, 0)
    steps = [f"пополнить на {rubles(first)}{frees}"] if first else []
    steps.append(
        f"дождаться ночи {periods.local(month.at, account.zone):%d.%m.%Y %H:%M}: "
        f"спишется плата за месяц {rubles(month.fee)}"
    )
    paid = after_top_up(account, first, moment)
    then = advance(paid, month.at, catalogue, recorded_at=moment.recorded_at).account
    assert then is not None
    night = Moment(month.at, then.clock, moment.recorded_at)
    more = least(lambda amount: _short(after_top_up(then, amount, night), night.booked_at, catalogue))
    if more:
        steps.append(f"для обновления сразу после неё пополнить {'ещё ' if first else ''}на {rubles(more)}")
    return steps, first + more


def _short(account: Account, at: Instant, catalogue: Catalogue) -> Kopecks:
    """What an account lacks for a refresh at an instant, but for what money does not mend; 0 or less: nothing."""
    fee = facts_of(account, catalogue, periods.local_date(at, account.zone)).fee or 0
    return max(fee - account.available, max(1 - account.available, 1) if account.blocks else 0)
