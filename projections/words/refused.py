"""The words of refusals: what a request lacked, and when it would have worked, in Russian and English."""

from typing import Final

from projections.words.language import Text

TITLE: Final = Text("Отказы", "Refusals")
HEAD: Final = (
    Text("Счёт", "Account"),
    Text("Запись", "Event"),
    Text("Когда", "When"),
    Text("Запрос", "Request"),
    Text("Отказ", "Refusal"),
    Text("Что было нужно", "What was needed"),
    Text("Сработало бы", "Would have worked"),
)
NOT_YET: Final = Text("пока нет", "not yet")
WORKED: Final = Text("{time} (запись {version})", "{time} (event {version})")
REPLY: Final = Text("Запись {version}, ответ абоненту: {reply}", "Event {version}, reply to the subscriber: {reply}")

STEPS: Final[dict[str, Text]] = {
    "voluntary": Text("снять добровольную блокировку", "lift the voluntary block"),
    "operator": Text("снять блокировку оператора", "have the operator's block lifted"),
    "discount": Text(
        "дождаться конца скидки {percent} %: {until}", "wait for the end of the discount of {percent} %: {until}"
    ),
    "code": Text("набрать ровно {code}", "dial exactly {code}"),
    "number": Text("отправить ровно на {number}", "send to exactly {number}"),
    "top up": Text("пополнить на {amount}", "top up {amount}"),
    "top up, freed": Text(
        "пополнить на {amount} (это снимет финансовую блокировку)", "top up {amount} (this lifts the financial block)"
    ),
    "promise": Text("просить не больше {max}", "ask for at most {max}"),
    "refund": Text("вернуть не больше {max}", "pay out at most {max}"),
    "new contract": Text(
        "открыть новый договор: этот закрыт {day}", "open a new contract: this one was closed on {day}"
    ),
    "claim": Text("подать не позднее {day}", "register it by {day}"),
    "no plan": Text("подключить тариф с «Обнови пакет»", "connect a plan with package refresh"),
    "not refreshable": Text(
        "перейти на тариф с «Обнови пакет»: у тарифа «{plan}» этой услуги нет",
        "move to a plan with package refresh: the plan “{plan}” has none",
    ),
    "no fee": Text(
        "перейти на тариф с ежемесячной платой: у тарифа «{plan}» её нет",
        "move to a plan with a monthly fee: the plan “{plan}” has none",
    ),
    "not here": Text(
        "перейти на тариф домашнего региона: тариф «{plan}» в нём не действует",
        "move to a plan of the home region: the plan “{plan}” does not hold there",
    ),
    "night": Text(
        "дождаться ночи {time}: спишется плата за месяц {fee}",
        "wait for the night of {time}: it takes the month's fee {fee}",
    ),
    "for the refresh": Text(
        "для обновления сразу после неё пополнить на {amount}", "for a refresh right after it top up {amount}"
    ),
    "more for the refresh": Text(
        "для обновления сразу после неё пополнить ещё на {amount}", "for a refresh right after it top up {amount} more"
    ),
}
"""What would have removed the reasons."""
