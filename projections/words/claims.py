"""The words of what a clerk books about a claim, in Russian and English."""

from typing import Final

from projections.words.language import Text

BOOKED: Final = Text("Проведено по счёту {account}", "Booked on account {account}")
TRIED: Final = Text("Было бы проведено по счёту {account}", "Would be booked on account {account}")
HEAD: Final = (
    Text("Запись", "Version"),
    Text("Проведена", "Booked"),
    Text("Что произошло", "Event"),
    Text("Строка детализации", "Statement line"),
    Text("Сумма", "Amount"),
    Text("Баланс", "Wallet"),
)
REGISTERED: Final = Text(
    "Претензия {claim} принята; ответить до {due}.", "Claim {claim} is registered; the answer is due by {due}."
)
REGISTERED_TRIED: Final = Text(
    "Претензия {claim} была бы принята; ответить до {due}.",
    "Claim {claim} would be registered; the answer is due by {due}.",
)
GIVEN: Final = Text(
    "По записи {event} уже возвращено {amount}.", "{amount} of event {event} have been given back already."
)
TAKEN: Final = Text(
    "По записи {event} уже снято обратно {amount}.", "{amount} of event {event} have been taken back already."
)
OTHERS: Final = Text(
    "По записи {event} уже есть открытая претензия: {claims}.",
    "About event {event} there was one before, still open: {claims}.",
)
ANSWERED: Final = Text("Претензия {claim} {outcome}: {what}.", "Claim {claim} is {outcome}: {what}.")
ANSWERED_TRIED: Final = Text(
    "Претензия {claim} была бы {outcome}: {what}. Ничего не записано.",
    "Claim {claim} would be {outcome}: {what}. Nothing was written.",
)
CAME_BEFORE: Final = Text(
    "Вход {id} уже был, запись {version}; ничего не записано.",
    "Input {id} came before, as event {version}; nothing was written.",
)
NOTHING_WRITTEN: Final = Text("Ничего не записано.", "Nothing was written.")
DUE: Final = Text("ответить до {day}", "answer due {day}")
PACKAGES: Final = Text("пакеты возвращены", "packages given back")
