"""Replies: what a request for a refresh was answered, which the ledger says in Russian, in English too (R-5.3)."""

from typing import Final

from projections.words.language import Text
from projections.words.phrasebook import Phrasebook

REPLIES: Final = (
    Text(
        "Пакеты обновлены: списано {amount}, следующее списание {due}.",
        "Packages are refreshed: {amount} debited, the next charge is on {due}.",
    ),
    Text("На вашем номере нет пакетов для обновления.", "There are no packages to refresh on your number."),
    Text(
        "Обновление недоступно: по вашему тарифу действует скидка 100 %.",
        "No refresh: a discount of 100 % is in force on your plan.",
    ),
    Text(
        "Обновление недоступно: номер заблокирован. Пополните счёт или снимите блокировку.",
        "No refresh: the number is blocked. Top up, or lift the block.",
    ),
    Text(
        "Обновление недоступно при посуточном списании. Пополните счёт на {amount}: ночью спишется плата за месяц.",
        "No refresh while the fee is taken per day. Top up {amount}: the night then takes the month's fee.",
    ),
    Text(
        "Обновление недоступно при посуточном списании. Ночью спишется плата за месяц.",
        "No refresh while the fee is taken per day. The night takes the month's fee.",
    ),
    Text("Обновление недоступно при посуточном списании.", "No refresh while the fee is taken per day."),
    Text(
        "Обновление станет доступно после списания платы ближайшей ночью.",
        "A refresh is possible once the coming night has taken the fee.",
    ),
    Text(
        "Недостаточно средств: нужно {needed}, доступно {available}.",
        "There is not enough money: {needed} needed, {available} available.",
    ),
)
"""Every reply that there is; a test holds them against the ledger's."""


def translate(phrases: Phrasebook, reply: str) -> str:
    """A reply in the language of the speaker."""
    return phrases.translated(reply, REPLIES)
