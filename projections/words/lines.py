"""Lines: the text of a statement's line, which is Russian in its canonical form, and the same in English (R-13.3)."""

from typing import Final

from projections.words import adjustments
from projections.words.language import Text
from projections.words.phrasebook import Phrasebook

LINES: Final[dict[str, Text]] = {
    "usage": Text("Услуги связи сверх пакета", "Usage beyond packages"),
    "top_up": Text("Пополнение баланса", "Top-up"),
    "monthly_fee": Text("Списание ежемесячной платы по Тарифному плану", "Monthly fee of the plan"),
    "daily_fee": Text("Списание ежесуточной платы по Тарифному плану", "Daily fee of the plan"),
    "option_fee": Text("Списание платы за опцию «{option}»", "Fee of the option “{option}”"),
    "promise_fee": Text("Плата за услугу «Обещанный платёж»", "Fee of a promised payment"),
    "adjustment_told": Text("Перерасчёт: {text}", "Adjustment: {text}"),
    "adjustment": Text("Перерасчёт", "Adjustment"),
    "reversal": Text("Корректировка: {day} {line}", "Reversal: {day} {line}"),
}
"""By the kind of the line; an adjustment with a text of its clerk says it."""
DAY: Final = Text("{text} за {first}", "{text}, {first}")
PERIOD: Final = Text("{text}, период действия с {first} по {last}", "{text}, period from {first} to {last}")
"""A line with what it paid for, as printed forms put them together; both days belong to it."""


def canonical(kind: str, **values: str) -> str:
    """The text that a statement stores, in Russian."""
    return LINES[kind].ru.format(**values)


def translate(phrases: Phrasebook, text: str) -> str:
    """The text of a line in the language of the speaker; names and texts from outside are as they are."""
    if phrases.russian:
        return text
    for line in LINES.values():
        if (values := line.filled_in(text)) is not None:
            inner = {"line": translate, "text": adjustments.translate}
            said = {name: inner[name](phrases, value) for name, value in values.items() if name in inner}
            return phrases.say(line, **values | said)
    return text
