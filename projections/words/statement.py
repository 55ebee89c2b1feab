"""Statement: the words of its printed forms, and a speaker who says a whole document in one language."""

from datetime import timedelta
from typing import Final

from ledger import periods
from ledger.units import TenThousandths
from projections.ledger_line import Line
from projections.statement import Statement
from projections.words import lines, names, sizes, times
from projections.words.contracts import contract_name
from projections.words.language import Language, Text
from projections.words.phrasebook import Phrasebook

WORDS: Final[dict[str, Text]] = {
    "statement": Text("Детализация", "Statement"),
    "title": Text(
        "Детализация счёта {account} за период с {first} по {last}", "Statement of account {account}, {first} to {last}"
    ),
    "document_title": Text("Детализация {account}, с {first} по {last}", "Statement {account}, {first} to {last}"),
    "page_title": Text("Детализация за период с {first} по {last}", "Statement, {first} to {last}"),
    "number": Text("Номер", "Number"),
    "contract": Text("Договор", "Contract"),
    "plan": Text("Тарифный план", "Plan"),
    "period": Text("Период", "Period"),
    "range": Text("с {first} по {last}", "{first} to {last}"),
    "for_period": Text("за период", "for the period"),
    "times": Text("Время", "Times"),
    "since": Text("Период с", "From"),
    "until": Text("Период по", "To"),
    "state": Text("Состояние", "State"),
    "final": Text("Окончательно", "Final"),
    "provisional": Text("Предварительно", "Provisional"),
    "opening": Text("Баланс на начало", "Opening balance"),
    "closing": Text("Баланс на конец", "Closing balance"),
    "usage_total": Text("Услуги сверх пакета", "Usage beyond packages"),
    "ex_vat": Text("без НДС", "without VAT"),
    "total": Text("Итого", "Total"),
    "total_with_vat": Text("Итого с НДС", "Total with VAT"),
    "charged": Text("Списание", "Charged"),
    "next": Text("следующее — {time}, {amount}", "next: {time}, {amount}"),
    "next_due": Text("Следующее списание", "Next charge"),
    "next_fee": Text("Сумма списания", "Next fee"),
    "curve": Text("Баланс", "Balance"),
    "curve_told": Text(
        "{opening} → {closing}; от {lowest} до {highest}", "{opening} → {closing}; from {lowest} to {highest}"
    ),
    "packages": Text("Остатки пакетов", "Packages left"),
    "no_packages": Text("Пакетов нет.", "No packages."),
    "package_until": Text("{bucket}, до {time}", "{bucket}, until {time}"),
    "of_granted": Text("из {granted}", "of {granted}"),
    "ledger": Text("Операции по балансу", "Ledger"),
    "no_lines": Text("Операций нет.", "Nothing moved."),
    "usage": Text("Услуги связи", "Usage"),
    "no_usage": Text("Услуг не было.", "No usage."),
    "billed": Text("Учтено, из пакетов и с НДС", "Billed, from packages, and with VAT"),
    "unrated": Text("Записи без цены", "Records without a price"),
    "unrated_closed": Text("Записи без тарификации", "Records that were not rated"),
    "document": Text("Документ", "Document"),
    "former": Text("Прежний документ", "Former document"),
    "former_why": Text("персональные данные в нём уничтожены", "the personal data in it are destroyed"),
    "checkpoint": Text("Контрольная точка", "Checkpoint"),
    "page": Text("Страница", "Page"),
    "of_pages": Text("из", "of"),
    "summary_sheet": Text("Сводка", "Summary"),
    "ledger_sheet": Text("Баланс", "Balance"),
}
NUMBER: Final = Text("№", "No.")
"""The number of an event within its account, by which everything else is asked about it."""
LINE_HEAD: Final = (
    Text("Дата и время", "Date and time"),
    Text("Операция", "Operation"),
    Text("Сумма", "Amount"),
    Text("Баланс", "Balance"),
)
USAGE_HEAD: Final = (
    _START := Text("Начало", "Start"),
    Text("Номер", "Number"),
    Text("Зона", "Zone"),
    _SERVICE := Text("Услуга", "Service"),
    Text("Факт", "Actual"),
    _BILLED := Text("Учтено", "Billed"),
    _FROM_PACKAGES := Text("Из пакета", "From packages"),
    Text("Без НДС", "Without VAT"),
    _WITH_VAT := Text("С НДС", "With VAT"),
)
BILLED_HEAD: Final = (NUMBER, _START, _SERVICE, _BILLED, _FROM_PACKAGES, _WITH_VAT)
"""Of each row of usage what the operator's columns have no place for."""
LEFT_HEAD: Final = (
    Text("Пакет", "Package"),
    Text("Услуга", "Service"),
    Text("Осталось", "Left"),
    Text("Было", "Granted"),
    Text("Действует до", "Until"),
)
UNRATED_HEAD: Final = (
    Text("Начало", "Start"),
    Text("Услуга", "Service"),
    Text("Объём", "Quantity"),
    Text("Причина", "Reason"),
)
VERSION: Final = Text("Версия", "Version")
LEDGER_SHEET: Final = (
    VERSION,
    Text("Дата", "Date"),
    Text("Вид", "Kind"),
    Text("Операция", "Operation"),
    Text("Канал", "Channel"),
    Text("Период с", "Period from"),
    Text("Период по", "Period to"),
    Text("Сумма", "Amount"),
    Text("Баланс", "Balance"),
)
"""The columns of the ledger where each fact has one of its own, in csv and workbooks; the next ones too."""
USAGE_SHEET: Final = (
    VERSION,
    Text("Начало", "Start"),
    Text("Изменение баланса", "Balance changed"),
    Text("Номер", "Number"),
    Text("Зона", "Zone"),
    Text("Услуга", "Service"),
    Text("Направление", "Direction"),
    Text("Факт", "Actual"),
    Text("Учтено", "Billed"),
    Text("Из пакета", "From packages"),
    Text("Без НДС", "Without VAT"),
    Text("С НДС", "With VAT"),
    Text("Ставка НДС", "VAT rate"),
)
LEFT_SHEET: Final = (
    Text("Пакет", "Package"),
    Text("Услуга", "Service"),
    Text("Осталось", "Left"),
    Text("Было", "Granted"),
    Text("Единица", "Unit"),
    Text("Действует с", "From"),
    Text("Действует до", "Until"),
)
KINDS: Final[dict[str, Text]] = {
    "top_up": Text("пополнение", "top-up"),
    "monthly_fee": Text("плата за месяц", "month's fee"),
    "daily_fee": Text("плата за сутки", "day's fee"),
    "option_fee": Text("плата за опцию", "option's fee"),
    "usage": Text("услуги связи", "usage"),
    "promise_fee": Text("обещанный платёж", "promised payment"),
    "reversal": Text("корректировка", "reversal"),
    "adjustment": Text("перерасчёт", "adjustment"),
    "refund": Text("возврат средств", "refund"),
    "unrated": Text("без тарификации", "not rated"),
}
"""Kinds of lines and of rows of a summary, where they have a column."""
UNITS: Final[dict[str, Text]] = {"s": Text("с", "s"), "sms": names.PIECES, "kb": sizes.KILOBYTES}
OPERATOR: Final[dict[str, Text]] = {
    "day": Text("Дата", "Date"),
    "clock": Text("Время", "Time"),
    "number": Text("Номер", "Number"),
    "zp": Text("Зона вызова", "Zone of the call"),
    "zv": Text("Зона направления вызова/номер сессии", "Zone called/session"),
    "service": Text("Услуга", "Service"),
    "actual": Text("Длительность/Объем (мин.:сек.)/(Kb)", "Length/Volume (min:sec)/(Kb)"),
    "cost": Text("Стоимость руб. без НДС", "Cost, roubles without VAT"),
    "usage": Text("Оказанные услуги связи", "Services rendered"),
    "resource": Text("Сетевой ресурс", "Network resource"),
    "sim": Text("Номер SIM карты /Виртуальный Номер: ", "SIM card /Virtual number: "),
    "total": Text(" Итого:", " Total:"),
    "zone_note": Text("* - Часовой пояс места оказания услуги", "* - Time zone of the place of service"),
    "day_and_clock": Text("Дата  Время", "Date  Time"),
    "gmt_number_and_zones": Text(
        "GMT*  Номер, зона вызова, зона направления вызова/номер сессии",
        "GMT*  Number, zone of the call, zone called/session",
    ),
    "length": Text("Длит./объём мин.:сек./Kb/шт.", "Length/vol. min:sec/Kb/pcs"),
    "cost_and_changed": Text("Стоимость  Изм. баланса\nруб. без НДС", "Cost  Balance changed\nroubles, no VAT"),
    "Телеф.": Text("Телеф.", "voice"),
}
"""The operator's words, by what they name; programs for the operator's forms read them in Russian."""


class StatementPhrasebook(Phrasebook):
    """Says a statement's words in one language; times as its account's clocks showed them."""

    def __init__(self, lang: Language, made: Statement) -> None:
        super().__init__(lang, zone=made.zone)
        self.account = contract_name(self, made.contract)
        self.first, self.last = self.day(made.since), self.day(made.until)

    def __call__(self, name: str, **values: object) -> str:
        """A phrase of the statement."""
        return self.say(WORDS[name], **values)

    def canonical(self, line: Line) -> str:
        """A line's text without its channel or period."""
        return lines.text(self, line)

    def line(self, line: Line) -> str:
        """A line's text with its channel or period, as printed forms put them together (R-13.3)."""
        return lines.printed(self, line)

    def clocks(self, made: Statement) -> str:
        """Whose clocks the times are from: the zone and its offsets at the ends of the range."""
        ends = made.since, made.until + timedelta(days=1)
        starts = (periods.local(periods.day_start(end, made.zone), made.zone) for end in ends)
        offsets = dict.fromkeys(map(times.offset, starts))
        return f"{made.zone}, {', '.join(f'UTC{offset}' for offset in offsets)}"

    def operator(self, word: str) -> str:
        """A word of the operator's tables."""
        return self.named(word, OPERATOR)

    def ex_vat(self, amount: TenThousandths) -> str:
        """An amount without VAT, as money."""
        return f"{self('ex_vat')} {self.ten_thousandths(amount)}\N{NO-BREAK SPACE}₽"

    def unrated_title(self, made: Statement) -> str:
        """What the records are that nobody rated: without a price, or some of them from after the closing."""
        return self("unrated_closed" if any(each.reason == "CLOSED" for each in made.unrated) else "unrated")

    def unrated(self, made: Statement) -> str:
        """How many records nobody rated."""
        return f"{self.unrated_title(made)}: {len(made.unrated)}"
