"""Lacking: everything that kept an account from being refreshed, and what would have removed it (R-5.3)."""

from typing import Any, Final

import msgspec

from ledger import periods
from ledger.account import Account
from ledger.catalogue import Catalogue
from ledger.periods import Instant
from ledger.rules.night import tariff_due
from ledger.rules.refresh import REFUSALS, SMS_NUMBER, USSD_CODE, Facts, facts_of
from ledger.units import Kopecks, rubles

_LIFT: Final = {"voluntary": "снять добровольную блокировку", "operator": "снять блокировку оператора"}


class Lacking(msgspec.Struct, frozen=True):
    """The reasons that held, by precedence, and the steps that remove them all, in Russian.

    `missing` are the kopecks that these steps take together: of a fee that the night charges first, and of the refresh.
    """

    reasons: list[str]
    steps: list[str]
    missing: Kopecks


def lacking(account: Account, catalogue: Catalogue, at: Instant) -> Lacking:
    """What a refresh asked for at an instant lacks on an account advanced to it."""
    facts = facts_of(account, catalogue, periods.local_date(at, account.zone))
    reasons = [reason for reason, holds in REFUSALS if holds(facts)]
    if "NOT_ELIGIBLE" in reasons:
        return Lacking(["NOT_ELIGIBLE"], [_plan(facts)], 0)
    steps: list[str] = []
    if "FEE_WAIVED" in reasons and account.discount is not None:
        until = periods.parse_date(account.discount.until)
        steps.append(f"дождаться конца скидки {account.discount.percent} %: {until:%d.%m.%Y}")
    steps += [_LIFT[kind] for kind in facts.blocks if kind != "financial"]
    paid, missing = _paid(account, facts, catalogue)
    return Lacking(reasons, steps + paid, missing)


def of_other_inputs(input_type: str, reason: str, facts: dict[str, Any]) -> tuple[str | None, Kopecks | None]:
    """What another input lacked, where its facts tell, and the kopecks of it."""
    match reason:
        case "UNKNOWN_SERVICE_CODE":
            return (f"набрать ровно {USSD_CODE}" if input_type == "ussd" else f"отправить ровно на {SMS_NUMBER}"), None
        case "INSUFFICIENT_FUNDS":
            asked = facts.get("fee", facts.get("needed"))
            missing = int(asked or 0) - int(facts["available"])
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


def _paid(account: Account, facts: Facts, catalogue: Catalogue) -> tuple[list[str], Kopecks]:
    """The steps that take money or a night, in their order, and the kopecks of them."""
    fee, got, missing = facts.fee or 0, facts.available, 0
    steps: list[str] = []
    financial = "financial" in facts.blocks
    short = max(fee - got, 1 - min(got, 0) if financial else 0)
    if short > 0:
        steps.append(f"пополнить на {rubles(short)}" + (" (это снимет финансовую блокировку)" if financial else ""))
        got, missing = got + short, short
    if facts.mode != "monthly":
        steps.append(f"дождаться ночи {_night(account, facts, catalogue)}: спишется плата за месяц {rubles(fee)}")
        if (short := fee - (got - fee)) > 0:
            steps.append(f"для обновления сразу после неё пополнить {'ещё ' if missing else ''}на {rubles(short)}")
            missing += short
    return steps, missing


def _night(account: Account, facts: Facts, catalogue: Catalogue) -> str:
    due = None if facts.blocks else tariff_due(account, catalogue)
    return "после снятия блокировки" if due is None else f"{periods.local(due, account.zone):%d.%m.%Y %H:%M}"
