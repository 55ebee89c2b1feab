"""Replies: what a request for a refresh is answered, with sum, date and next step (R-5.3)."""

from typing import Final

from ledger.rules.refresh import Reply
from projections.words.language import Text
from projections.words.phrasebook import Phrasebook

REPLIES: Final[dict[str, Text]] = {
    "refreshed": Text(
        "Пакеты обновлены: списано {amount}, следующее списание {due}.",
        "Packages are refreshed: {amount} debited, the next charge is on {due}.",
    ),
    "NOT_ELIGIBLE": Text(
        "На вашем номере нет пакетов для обновления.", "There are no packages to refresh on your number."
    ),
    "FEE_WAIVED": Text(
        "Обновление недоступно: по вашему тарифу действует скидка 100 %.",
        "No refresh: a discount of 100 % is in force on your plan.",
    ),
    "BLOCKED": Text(
        "Обновление недоступно: номер заблокирован. Пополните счёт или снимите блокировку.",
        "No refresh: the number is blocked. Top up, or lift the block.",
    ),
    "ALTERNATIVE_PERIOD": Text(
        "Обновление недоступно при посуточном списании.", "No refresh while the fee is taken per day."
    ),
    "UNPAID_PERIOD": Text(
        "Обновление станет доступно после списания платы ближайшей ночью.",
        "A refresh is possible once the coming night has taken the fee.",
    ),
    "INSUFFICIENT_FUNDS": Text(
        "Недостаточно средств: нужно {amount}, доступно {available}.",
        "There is not enough money: {amount} needed, {available} available.",
    ),
}
"""By the reason of a refusal."""
TOP_UP: Final = Text(
    "{reply} Пополните счёт на {missing}: ночью спишется плата за месяц.",
    "{reply} Top up {missing}: the night then takes the month's fee.",
)
NIGHT: Final = Text("{reply} Ночью спишется плата за месяц.", "{reply} The night takes the month's fee.")
"""What brings the month back; when the money is there already, only the night is missing."""


def say(phrases: Phrasebook, reply: Reply) -> str:
    """A reply in the language of the phrasebook."""
    sums = {"amount": phrases.money(reply.amount), "available": phrases.money(reply.available)}
    due = "" if reply.due is None else phrases.day(reply.due)
    said = phrases.say(REPLIES[reply.reason or "refreshed"], **sums, due=due)
    if reply.missing is None:
        return said
    if reply.missing <= 0:
        return phrases.say(NIGHT, reply=said)
    return phrases.say(TOP_UP, reply=said, missing=phrases.money(reply.missing))
