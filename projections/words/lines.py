"""Lines: the text of a statement's line, in Russian and English (R-13.3)."""

from typing import Final

from projections.ledger_line import Line
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
    "adjustment_told": Text("Перерасчёт: {note}", "Adjustment: {note}"),
    "adjustment": Text("Перерасчёт", "Adjustment"),
    "refund": Text("Возврат средств", "Refund"),
    "reversal": Text("Корректировка: {day} {line}", "Reversal: {day} {line}"),
}
"""By the kind of the line; an adjustment with a text of its clerk says it."""
DAY: Final = Text("{text} за {first}", "{text}, {first}")
PERIOD: Final = Text("{text}, период действия с {first} по {last}", "{text}, period from {first} to {last}")
"""A line with what it paid for, as printed forms put them together; both days belong to it."""


def text(phrases: Phrasebook, line: Line) -> str:
    """The text of a line without its channel or period; names and texts from outside are as they are."""
    if line.reverses is not None:
        day = phrases.day_of(line.reverses.booked_at)
        return phrases.say(LINES["reversal"], day=day, line=text(phrases, line.reverses))
    if line.note is not None:
        return phrases.say(LINES["adjustment_told"], note=adjustments.translate(phrases, line.note))
    return phrases.say(LINES[line.kind], option=line.option)


def printed(phrases: Phrasebook, line: Line) -> str:
    """A line's text with its channel or period, as printed forms put them together."""
    said = text(phrases, line)
    if line.channel is not None:
        return f"{said} ({line.channel})"
    if line.period is None:
        return said
    days = {"first": phrases.day(line.period.first), "last": phrases.day(line.period.last)}
    return phrases.say(DAY if line.kind == "daily_fee" else PERIOD, text=said, **days)
