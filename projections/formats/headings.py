"""Headings of the statement for people, in Russian or English; everything else is Russian."""

from typing import Final

import msgspec

from projections.words.language import LANGUAGES, Language

__all__ = ["HEADINGS", "LANGUAGES", "Headings", "Language"]


class Headings(msgspec.Struct, frozen=True):
    """The words over the parts of a statement and its columns."""

    statement: str
    final: str
    provisional: str
    opening: str
    closing: str
    usage_total: str
    next_due: str
    curve: str
    packages: str
    ledger: str
    usage: str
    when: str
    what: str
    amount: str
    balance: str
    document: str
    checkpoint: str


HEADINGS: Final[dict[Language, Headings]] = {
    "ru": Headings(
        statement="Детализация",
        final="Окончательно",
        provisional="Предварительно",
        opening="Баланс на начало",
        closing="Баланс на конец",
        usage_total="Услуги сверх пакета",
        next_due="Следующее списание",
        curve="Баланс",
        packages="Остатки пакетов",
        ledger="Операции по балансу",
        usage="Услуги связи",
        when="Дата и время",
        what="Операция",
        amount="Сумма",
        balance="Баланс",
        document="Документ",
        checkpoint="Контрольная точка",
    ),
    "en": Headings(
        statement="Statement",
        final="Final",
        provisional="Provisional",
        opening="Opening balance",
        closing="Closing balance",
        usage_total="Usage beyond packages",
        next_due="Next charge",
        curve="Balance",
        packages="Packages left",
        ledger="Ledger",
        usage="Usage",
        when="Date and time",
        what="Operation",
        amount="Amount",
        balance="Balance",
        document="Document",
        checkpoint="Checkpoint",
    ),
}
