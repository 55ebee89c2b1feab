"""Columns of the two tables of a statement, as spreadsheets have them, headed in Russian or English."""

from typing import Final

from projections.formats.headings import Language

LEDGER: Final[dict[Language, tuple[str, ...]]] = {
    "ru": ("Версия", "Дата", "Вид", "Операция", "Канал", "Период с", "Период по", "Сумма", "Баланс"),
    "en": ("Version", "Date", "Kind", "Operation", "Channel", "Period from", "Period to", "Amount", "Balance"),
}
USAGE: Final[dict[Language, tuple[str, ...]]] = {
    "ru": (
        "Версия",
        "Начало",
        "Изменение баланса",
        "Номер",
        "Зона",
        "Услуга",
        "Направление",
        "Факт",
        "Учтено",
        "Из пакета",
        "Без НДС",
        "С НДС",
        "Ставка НДС",
    ),
    "en": (
        "Version",
        "Start",
        "Balance changed",
        "Number",
        "Zone",
        "Service",
        "Direction",
        "Actual",
        "Billed",
        "From packages",
        "Without VAT",
        "With VAT",
        "VAT rate",
    ),
}
LEFT: Final[dict[Language, tuple[str, ...]]] = {
    "ru": ("Пакет", "Услуга", "Осталось", "Было", "Единица", "Действует с", "Действует до"),
    "en": ("Package", "Service", "Left", "Granted", "Unit", "From", "Until"),
}

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a text begins that some spreadsheet takes for a formula; the wide ones where Japanese is typed."""
