"""Names: what the ledger names by one word, as people call it, in Russian and English."""

from typing import Final

from projections.words.language import Text

BUCKETS: Final[dict[str, Text]] = {
    "carried": Text("сохранённый остаток", "carried leftover"),
    "base": Text("основной пакет", "base package"),
    "daily": Text("дневной пакет", "daily package"),
    "expired": Text("сгоревший остаток", "expired leftover"),
}
OPTION: Final = Text("опция «{option}»", "option “{option}”")
"""The bucket of an option."""
SERVICES: Final[dict[str, Text]] = {
    "voice": Text("звонки", "voice"),
    "sms": Text("SMS", "SMS"),
    "data": Text("интернет", "data"),
    "ussd": Text("USSD", "USSD"),
}
DIRECTIONS: Final[dict[str, Text]] = {"out": Text("исх.", "outgoing"), "in": Text("вх.", "incoming")}
ZONES: Final[dict[str, Text]] = {
    "home": Text("домашний регион", "home"),
    "russia": Text("Россия", "russia"),
    "international": Text("другие страны", "international"),
    "roaming": Text("роуминг", "roaming"),
}
MODES: Final[dict[str, Text]] = {
    "none": Text("без тарифа", "no plan"),
    "monthly": Text("помесячно", "monthly"),
    "daily": Text("посуточно", "daily"),
    "unpaid": Text("период не оплачен", "nothing paid"),
    "closed": Text("договор закрыт", "contract closed"),
}
BLOCKS: Final[dict[str, Text]] = {
    "financial": Text("финансовая", "financial"),
    "voluntary": Text("добровольная", "voluntary"),
    "operator": Text("оператора", "operator"),
}
OUTCOMES: Final[dict[str, Text]] = {
    "upheld": Text("удовлетворена", "upheld"),
    "rejected": Text("отклонена", "rejected"),
}
CLAIMS: Final[dict[str, Text]] = {"open": Text("открыта", "open"), **OUTCOMES}
"""The states of a claim."""
PLACES: Final[dict[str, Text]] = {
    "revenue:monthly_fee": Text("плата за месяц", "month's fee"),
    "revenue:daily_fee": Text("плата за сутки", "day's fee"),
    "revenue:option_fee": Text("плата за опцию", "option's fee"),
    "revenue:usage": Text("услуги сверх пакета", "usage beyond packages"),
    "revenue:promise_fee": Text("плата за обещанный платёж", "fee of a promised payment"),
    "revenue:adjustment": Text("перерасчёт", "adjustment"),
}
"""Where money of the wallet goes to or comes from."""
INPUTS: Final[dict[str, Text]] = {
    "open": Text("открытие счёта", "opening"),
    "top_up": Text("пополнение", "top-up"),
    "connect_plan": Text("подключение тарифа", "connection of a plan"),
    "connect_option": Text("подключение опции", "connection of an option"),
    "disconnect_option": Text("отключение опции", "disconnection of an option"),
    "usage": Text("запись об услуге", "usage record"),
    "ussd": Text("USSD-запрос", "USSD request"),
    "sms": Text("SMS-запрос", "SMS request"),
    "refresh": Text("обновление пакетов", "refresh"),
    "block": Text("блокировка", "block"),
    "unblock": Text("снятие блокировки", "lifting of a block"),
    "grant_discount": Text("скидка", "discount"),
    "take_promise": Text("обещанный платёж", "promised payment"),
    "reverse": Text("корректировка", "reversal"),
    "adjust": Text("перерасчёт", "adjustment"),
    "rerate": Text("тарификация", "rating"),
    "open_dispute": Text("претензия", "claim"),
    "resolve_dispute": Text("ответ на претензию", "answer to a claim"),
    "close": Text("закрытие договора", "end of the contract"),
    "refund": Text("возврат средств", "refund"),
}
"""What came in, by the type of the input."""
COUNTED: Final[dict[str, tuple[tuple[str, str, str], tuple[str, str]]]] = {
    "account": (("счёт", "счёта", "счетов"), ("account", "accounts")),
    "event": (("запись", "записи", "записей"), ("event", "events")),
    "duplicate": (("повтор", "повтора", "повторов"), ("duplicate", "duplicates")),
    "record": (("запись", "записи", "записей"), ("record", "records")),
    "input": (("вход", "входа", "входов"), ("input", "inputs")),
    "charge": (("списание", "списания", "списаний"), ("charge", "charges")),
    "adjustment": (("перерасчёт", "перерасчёта", "перерасчётов"), ("adjustment", "adjustments")),
}
"""What is counted: in Russian one, two and five of it, in English one and more."""
MINUTES: Final = Text("мин", "min")
PIECES: Final = Text("шт", "pcs")
NONE: Final = Text("нет", "none")
YES: Final = Text("да", "yes")
NO: Final = Text("нет", "no")
FUNDS: Final[dict[str, Text]] = {
    "available": Text("нужно {needed}, доступно {available}", "{needed} needed, {available} available"),
    "wallet": Text("нужно {needed}, на балансе {available}", "{needed} needed, {available} in the wallet"),
}
"""What was needed beside what there was, of the funds of a rule or of the wallet alone."""
FUNDS_SHORT: Final = Text("{funds} — не хватает {short}", "{funds}: {short} short")
CLOCKS: Final = Text("{title}, время {zone}", "{title}, times of {zone}")
EACH_ITS_CLOCKS: Final = Text("{title}, время — своё у каждого счёта", "{title}, each account's own times")
THE_SAME: Final = Text("столько же", "the same")
MORE: Final = Text("на {amount} больше", "{amount} more")
LESS: Final = Text("на {amount} меньше", "{amount} less")
