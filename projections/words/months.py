"""Months: what a month cost and brought in words, and what the bars of its picture stand for."""

from collections.abc import Sequence
from typing import Final

from projections.months import Month
from projections.words.language import Text
from projections.words.phrasebook import Phrasebook

TITLE: Final = Text("Расходы и пополнения по месяцам", "Spent and topped up by month")
IN_FIGURES: Final = Text("В цифрах", "In figures")
UNTIL: Final = Text("по {day}", "to {day}")
BARS: Final[dict[str, Text]] = {
    "fees": Text("плата", "fees"),
    "options": Text("опции", "options"),
    "usage": Text("услуги сверх пакета", "usage beyond packages"),
    "topped_up": Text("пополнения", "top-ups"),
    "other": Text("корректировки и возвраты", "corrections and refunds"),
}
HEAD: Final = (
    Text("Месяц", "Month"),
    Text("Потрачено", "Spent"),
    Text("Плата", "Fees"),
    Text("Опции", "Options"),
    Text("Сверх пакета", "Beyond packages"),
    Text("Пополнения", "Top-ups"),
    Text("Корр. и возвраты", "Corr. and refunds"),
)
_TOLD: Final = Text("{month}: потрачено {spent}", "{month}: spent {spent}")


def name(phrases: Phrasebook, month: Month) -> str:
    """A month, and the last day that is counted where it is not over."""
    said = f"{month.first:%m.%Y}"
    if month.until is None:
        return said
    return f"{said} {phrases.say(UNTIL, day=f'{month.until:%d.%m}')}"


def cells(phrases: Phrasebook, month: Month) -> tuple[str, ...]:
    """A row below `HEAD`."""
    amounts = (month.spent, month.fees, month.options, month.usage, month.topped_up, month.other)
    return name(phrases, month), *map(phrases.money, amounts)


def told(phrases: Phrasebook, months: Sequence[Month]) -> list[str]:
    """The months one by one, for those who do not see the picture; what a month had none of is left out."""
    return [_told(phrases, month) for month in months]


def _told(phrases: Phrasebook, month: Month) -> str:
    parts = [(bar, getattr(month, bar)) for bar in BARS]
    said = [f"{phrases.say(BARS[bar])} {phrases.money(amount)}" for bar, amount in parts if amount]
    whole = phrases.say(_TOLD, month=name(phrases, month), spent=phrases.money(month.spent))
    return "; ".join([whole, *said])
