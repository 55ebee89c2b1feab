"""Summary: what each of its rows is called, and its figures as people read them, in Russian and English."""

from typing import Final

from projections.summary import Summary, SummaryRow
from projections.words import names
from projections.words.language import Text
from projections.words.phrasebook import Phrasebook
from projections.words.statement import KINDS, UNITS

HEAD: Final = (
    Text("Статья", "Item"),
    Text("Число", "Count"),
    Text("Объём", "Quantity"),
    Text("Из пакетов", "From packages"),
    Text("Без пакетов", "Without packages"),
    Text("Сумма", "Amount"),
)
SHEET: Final = (
    Text("Вид", "Kind"),
    Text("Статья", "Item"),
    Text("Услуга", "Service"),
    Text("Направление", "Direction"),
    Text("Зона", "Zone"),
    Text("Число", "Count"),
    Text("Единица", "Unit"),
    Text("Объём", "Quantity"),
    Text("Из пакетов", "From packages"),
    Text("Из каких пакетов", "From which packages"),
    Text("Без пакетов", "Without packages"),
    Text("Сумма", "Amount"),
)
"""The columns of a table for spreadsheets."""
FIGURES: Final = (1, 2, 4, 5)
"""The columns of figures, which stand right."""
TITLE: Final = Text("Сводка по видам", "Summary by kind")
ANSWER: Final = Text(
    "Сводка счёта {account} за период с {first} по {last}", "Summary of account {account}, {first} to {last}"
)
EMPTY: Final = Text("Ничего не было.", "Nothing happened.")
TOTAL: Final = Text("Итого", "Total")
SPARED: Final = Text(
    "Без пакетов эти услуги стоили бы {cost}: пакеты сберегли {spared}.",
    "Without packages this usage would have cost {cost}: packages spared {spared}.",
)
ITEMS: Final[dict[str, Text]] = {
    "monthly_fee": Text("Плата за месяц", "Monthly fee"),
    "daily_fee": Text("Плата за сутки", "Daily fee"),
    "option_fee": Text("Опция «{option}»", "Option “{option}”"),
    "promise_fee": Text("Плата за обещанный платёж", "Fee of a promised payment"),
    "usage": Text("{usage}", "{usage}"),
    "top_up": Text("Пополнение ({channel})", "Top-up ({channel})"),
    "refund": Text("Возврат средств ({channel})", "Refund ({channel})"),
    "reversal": Text("Корректировка: {reversed}", "Reversal: {reversed}"),
    "adjustment": Text("Перерасчёт", "Adjustment"),
    "unrated": Text("Не тарифицировано: {usage}", "Not rated: {usage}"),
}
UNLIMITED: Final = Text("безлимитный пакет", "unlimited package")
NOT_PRICED: Final = Text("нет цены", "no price")


def item(phrases: Phrasebook, row: SummaryRow) -> str:
    """What a row is about; names and channels from outside are as they are."""
    usage = ""
    if row.service is not None and row.direction is not None:
        usage = f"{phrases.usage(row.service, row.direction)}, {phrases.zone(row.zone or '')}"
    reversed_ = phrases.say(KINDS[row.reverses]) if row.reverses is not None else ""
    if reversed_ and row.service is not None:
        reversed_ += f", {phrases.service(row.service)}"
    said = phrases.say(ITEMS[row.kind], option=row.option_name, channel=row.channel, usage=usage, reversed=reversed_)
    return said[:1].upper() + said[1:]


def shares(phrases: Phrasebook, row: SummaryRow) -> list[tuple[str, str]]:
    """Which packages gave how much of a row: their names and amounts."""
    unit = row.unit or ""
    given = [(phrases.bucket(share.bucket), share.quantity) for share in row.packages]
    given += [(phrases.say(UNLIMITED), row.unlimited)] if row.unlimited else []
    return [(bucket, phrases.exact(unit, amount)) for bucket, amount in given]


def cells(phrases: Phrasebook, row: SummaryRow) -> tuple[str, str, str, list[tuple[str, str]], str, str]:
    """A row below `HEAD`; what packages gave is told one by one, as of `shares`."""
    quantity = phrases.exact(row.unit, row.quantity) if row.unit is not None and row.quantity else ""
    if row.kind == "unrated" and row.service is not None:
        quantity = phrases.measured(row.service, row.measured)
    without = ""
    if row.from_packages > 0 or row.unlimited:
        without = phrases.say(NOT_PRICED) if row.without_packages is None else phrases.money(row.without_packages)
    return item(phrases, row), str(row.count), quantity, shares(phrases, row), without, phrases.money(row.amount)


def sheet(phrases: Phrasebook, row: SummaryRow) -> tuple[str, str, str, str, str, str, str]:
    """The texts of a row below `SHEET`: all but its figures, and from which packages."""
    return (
        phrases.say(KINDS[row.kind]),
        item(phrases, row),
        phrases.service(row.service) if row.service is not None else "",
        phrases.say(names.DIRECTIONS[row.direction]) if row.direction is not None else "",
        phrases.zone(row.zone) if row.zone is not None else "",
        phrases.say(UNITS[row.unit]) if row.unit is not None else "",
        "; ".join(f"{bucket} {amount}" for bucket, amount in shares(phrases, row)),
    )


def texts(phrases: Phrasebook, made: Summary) -> list[tuple[str, ...]]:
    """The rows below `HEAD`, with one text for what packages gave."""
    told = (cells(phrases, row) for row in made.rows)
    return [(*before, "; ".join(map(" ".join, given)), without, sum_) for *before, given, without, sum_ in told]


def spared(phrases: Phrasebook, made: Summary) -> str | None:
    """What packages spared the subscriber, where they covered anything that has a price."""
    if not made.spared:
        return None
    cost = made.spared - sum(row.amount for row in made.rows if row.kind == "usage")
    return phrases.say(SPARED, cost=phrases.money(cost), spared=phrases.money(made.spared))
