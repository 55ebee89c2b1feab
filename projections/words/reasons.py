"""Why: the reasons of the rulebook, the steps of a night and what is passed over, in Russian and English."""

from typing import Final, Literal, TypeAlias

from ledger.reasons import NightStep, Reason
from ledger.rules.considered import PassedOver
from projections.words.language import Text

Why: TypeAlias = Literal[PassedOver, "covers only a part", "does not hold", "no block", "not affordable", "not offered"]

REASONS: Final[dict[Reason, Text]] = {
    "CLOSED": Text("договор закрыт", "the contract is closed"),
    "ALREADY_OPEN": Text("счёт уже открыт", "the account is open already"),
    "PLAN_NOT_AVAILABLE": Text("тариф здесь не продаётся", "the plan is not sold here"),
    "BLOCKED": Text("номер заблокирован", "the number is blocked"),
    "INSUFFICIENT_FUNDS": Text("денег не хватает", "the money does not reach"),
    "UNKNOWN_SERVICE_CODE": Text("это не код и не номер обновления", "not the code or number of a refresh"),
    "NOT_ELIGIBLE": Text("обновлять нечего: нет подходящего тарифа", "nothing to refresh: no plan with the service"),
    "FEE_WAIVED": Text("скидка делает плату нулевой", "a discount makes the fee 0"),
    "ALTERNATIVE_PERIOD": Text("идёт посуточное списание", "the fee is taken per day"),
    "UNPAID_PERIOD": Text("период не оплачен", "nothing is paid now"),
    "ALREADY_BLOCKED": Text("такая блокировка уже действует", "such a block is in force already"),
    "NOT_BLOCKED": Text("такой блокировки нет", "there is no such block"),
    "UNKNOWN_OPTION": Text("такой опции нет", "there is no such option"),
    "ALREADY_CONNECTED": Text("опция уже подключена", "the option is connected already"),
    "NOT_CONNECTED": Text("опция не подключена", "the option is not connected"),
    "PROMISE_ACTIVE": Text("обещанный платёж уже действует", "a promised payment is in force already"),
    "PROMISE_TOO_LARGE": Text("сумма больше предела", "the amount is above the maximum"),
    "UNKNOWN_EVENT": Text("такого события ещё нет", "there is no such event yet"),
    "NOT_REVERSIBLE": Text("возвращать нечего", "there is nothing to give back"),
    "AMOUNT_TOO_LARGE": Text("сумма больше остатка", "the amount is more than is left"),
    "NOT_UNRATED": Text("событие — не запись без цены", "the event is no unrated record"),
    "ALREADY_RATED": Text("запись уже тарифицирована", "the record is rated already"),
    "CLAIM_TOO_LATE": Text("шесть месяцев прошли", "six months have passed"),
    "UNKNOWN_DISPUTE": Text("такой претензии нет", "there is no such claim"),
    "ALREADY_RESOLVED": Text("на претензию уже ответили", "the claim is answered already"),
    "ALREADY_CLOSED": Text("договор уже закрыт", "the contract is closed already"),
    "NO_PLAN": Text("в это время тарифа не было", "there was no plan at that time"),
    "NO_PRICE": Text("у тарифа нет цены на это", "the plan has no price for this"),
}
"""Each reason of the rulebook as what it claims."""

STEPS: Final[dict[NightStep, Text]] = {
    "LAPSE": Text("период истекает под блокировкой", "the period lapses under a block"),
    "MONTH": Text("плата за месяц", "the month's fee"),
    "DAY": Text("плата за сутки", "the day's fee"),
    "BLOCK": Text("блокировка", "a block"),
}
"""What a night may do."""

WHY: Final[dict[Why, Text]] = {
    "other service": Text("другая услуга", "other service"),
    "zone not covered": Text("зона не покрыта", "zone not covered"),
    "expired": Text("срок истёк", "expired"),
    "not valid at that time": Text("тогда ещё не действовал", "not valid at that time"),
    "late window closed": Text(
        "для опоздавших записей закрыт с {late_until}", "closed to late records since {late_until}"
    ),
    "empty": Text("пуст", "empty"),
    "not reached": Text("не понадобилось", "not reached"),
    "covers only a part": Text("хватило бы лишь на часть", "covers only a part"),
    "does not hold": Text("нет", "does not hold"),
    "no block": Text("блокировок нет", "no block"),
    "not affordable": Text("не хватает денег", "not affordable"),
    "not offered": Text("у тарифа её нет", "the plan has none"),
}
"""Why something was passed over."""
