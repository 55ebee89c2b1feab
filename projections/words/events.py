"""What happened: titles of events, in Russian and English."""

from typing import Final

from projections.words.language import Text

TITLES: Final[dict[str, Text]] = {
    "AccountOpened": Text("счёт открыт", "account opened"),
    "ToppedUp": Text("пополнение баланса", "top-up"),
    "PlanConnected": Text("тариф подключён", "plan connected"),
    "MonthlyFeeCharged connection": Text("плата за месяц при подключении", "month's fee at connection"),
    "MonthlyFeeCharged nightly": Text("плата за месяц ночью", "month's fee at night"),
    "DailyFeeCharged": Text("плата за сутки", "day's fee"),
    "PackagesRefreshed": Text("пакеты обновлены", "packages refreshed"),
    "RefreshRefused": Text("отказ в обновлении пакетов", "refresh refused"),
    "UsageCharged": Text("услуга связи", "usage"),
    "UsageUnrated": Text("услуга связи без цены", "usage that nobody could rate"),
    "UsageUnrated CLOSED": Text("услуга связи после закрытия", "usage after the closing"),
    "Blocked request": Text("блокировка по запросу", "block on request"),
    "Blocked balance": Text("финансовая блокировка после операции", "financial block after a booking"),
    "Blocked nightly": Text("финансовая блокировка ночью", "financial block at night"),
    "Unblocked request": Text("блокировка снята по запросу", "block lifted on request"),
    "Unblocked balance": Text("финансовая блокировка снята", "financial block lifted"),
    "PeriodLapsed": Text("период истёк под блокировкой", "period lapsed under a block"),
    "DiscountGranted": Text("скидка", "discount granted"),
    "PromiseTaken": Text("обещанный платёж", "promised payment taken"),
    "PromiseClosed paid": Text("обещанный платёж закрыт пополнениями", "promised payment paid"),
    "PromiseClosed ended": Text("срок обещанного платежа вышел", "promised payment ended"),
    "OptionConnected": Text("опция подключена", "option connected"),
    "OptionFeeCharged": Text("плата за опцию", "option's fee"),
    "OptionSuspended": Text("опция приостановлена", "option suspended"),
    "OptionExpired": Text("разовая опция закончилась", "one-time option expired"),
    "OptionDisconnected": Text("опция отключена", "option disconnected"),
    "ChargeReversed": Text("корректировка", "reversal"),
    "Adjusted": Text("перерасчёт", "adjustment"),
    "DisputeOpened": Text("претензия принята", "claim registered"),
    "DisputeResolved": Text("ответ на претензию", "claim answered"),
    "AccountClosed": Text("договор закрыт", "contract closed"),
    "Refunded": Text("возврат средств", "refund"),
    "PersonalErased": Text("персональные данные уничтожены", "personal data erased"),
    "InputRefused": Text("отказ", "refusal"),
}
"""What happened, by the event's type, and by its cause where it has one."""

TYPES: Final[dict[str, Text]] = {
    "MonthlyFeeCharged": Text("плата за месяц", "month's fee"),
    "Blocked": Text("блокировка", "block"),
    "Unblocked": Text("блокировка снята", "block lifted"),
    "PromiseClosed": Text("обещанный платёж закрыт", "promised payment closed"),
}
"""What happened, by the type alone, of types that are titled by their cause."""

ABOUT: Final[dict[str, Text]] = {
    "connection": Text("при подключении", "at connection"),
    "nightly": Text("ночью", "at night"),
    "request": Text("по запросу", "on request"),
    "balance": Text("по балансу", "by the balance"),
    "paid": Text("пополнениями", "by top-ups"),
    "ended": Text("по сроку", "by its end"),
    "days": Text("с {first} до {last}", "from {first} to {last}"),
    "until": Text("до {time}", "until {time}"),
    "event": Text("запись {version}", "event {version}"),
    "packages": Text("и пакеты", "and packages"),
    "answer_due": Text("ответить до {day}", "answer due {day}"),
}
"""Words about an event, beside its type."""
