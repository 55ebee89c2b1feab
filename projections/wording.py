"""Wording for people: Russian names of what the ledger calls in English, and quantities as people read them."""

from datetime import datetime
from typing import Final

from ledger.units import KB_PER_MB, Quantity, Service

BUCKETS: Final = {"carried": "сохранённый остаток", "base": "основной пакет", "daily": "дневной пакет"}
SERVICES: Final = {"voice": "звонки", "sms": "SMS", "data": "интернет", "ussd": "USSD"}
DIRECTIONS: Final = {"out": "исх.", "in": "вх."}
ZONES: Final = {
    "home": "домашний регион",
    "russia": "Россия",
    "international": "другие страны",
    "roaming": "роуминг",
}
MODES: Final = {
    "none": "без тарифа",
    "monthly": "помесячно",
    "daily": "посуточно",
    "unpaid": "период не оплачен",
}
BLOCKS: Final = {"financial": "финансовая", "voluntary": "добровольная", "operator": "оператора"}


def bucket(name: str) -> str:
    """The Russian name of a bucket."""
    return BUCKETS.get(name, f"опция {name.removeprefix('option:')}")


def zone(name: str) -> str:
    """The Russian name of a zone, or the catalogue's own."""
    return ZONES.get(name, name)


def measured(service: Service | str, quantity: Quantity) -> str:
    """A measured quantity: 1530 s → 25:30, 444 bytes → 1 КБ, pieces as they are."""
    match service:
        case "voice":
            return f"{quantity // 60}:{quantity % 60:02d}"
        case "data":
            return kilobytes(-(-quantity // 1024))
        case _:
            return str(quantity)


def packaged(service: Service | str, amount: Quantity) -> str:
    """A package amount: seconds as minutes, pieces, kilobytes."""
    match service:
        case "voice":
            return f"{measured('voice', amount)} мин"
        case "data":
            return kilobytes(amount)
        case _:
            return f"{amount} шт"


def kilobytes(amount: Quantity) -> str:
    """Kilobytes, in megabytes where they are many; rounded down for display only."""
    return f"{amount // KB_PER_MB} МБ" if amount >= 10 * KB_PER_MB else f"{amount} КБ"


def day(text: str) -> str:
    """The date of a local time or date, as 01.02.2023."""
    return f"{datetime.fromisoformat(text):%d.%m.%Y}"


def time(text: str) -> str:
    """A local time, as 01.02.2023 10:00:00."""
    return f"{datetime.fromisoformat(text):%d.%m.%Y %H:%M:%S}"
