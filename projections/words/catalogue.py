"""The catalogue in words: its plans, options, prices and settings, and what differs between two of them."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from ledger.catalogue.differences import EFFECTIVE_FROM, Difference, is_money
from projections.words import names
from projections.words.language import Text
from projections.words.phrasebook import Phrasebook

TITLE: Final = Text("Каталог {digest}", "Catalogue {digest}")
VAT: Final = Text("НДС: {rates}", "VAT: {rates}")
RATE: Final = Text("{rate} % с {day}", "{rate} % from {day}")
SETTINGS: Final = Text("Настройки", "Settings")
SETTINGS_HEAD: Final = (Text("Настройка", "Setting"), Text("Значение", "Value"))
PLANS: Final = Text("Тарифы", "Plans")
PLANS_HEAD: Final = (
    Text("Тариф", "Plan"),
    Text("Название", "Name"),
    Text("С даты", "From"),
    Text("Продаётся", "Sold"),
    Text("В месяц", "A month"),
    Text("В сутки", "A day"),
    Text("Пакеты", "Packages"),
    Text("Пакеты в сутки", "Packages a day"),
    Text("Где действуют", "Covered"),
)
PRICES: Final = Text("Цены сверх пакетов, с НДС", "Prices beyond packages, with VAT")
PRICES_HEAD: Final = (
    Text("Тариф", "Plan"),
    Text("С даты", "From"),
    Text("Зона", "Zone"),
    Text("Минута", "Minute"),
    Text("SMS", "SMS"),
    Text("Мегабайт", "Megabyte"),
)
OPTIONS: Final = Text("Опции", "Options")
OPTIONS_HEAD: Final = (
    Text("Опция", "Option"),
    Text("Название", "Name"),
    Text("С даты", "From"),
    Text("Плата", "Fee"),
    Text("Пакеты", "Packages"),
    Text("На сколько", "For"),
)
REGIONS: Final = Text("Регионы", "Regions")
REGIONS_HEAD: Final = (Text("Регион", "Region"), Text("Название", "Name"), Text("Часовой пояс", "Zone of clocks"))
DAYS: Final = Text("дней: {days}", "{days} days")
MONTHLY: Final = Text("помесячно", "monthly")
UNLIMITED: Final = Text("без ограничений", "unlimited")
SINCE: Final = Text("с {first}", "from {first}")
SINCE_UNTIL: Final = Text("с {first} до {last}", "from {first} until {last}")

DIFFERENCES: Final = Text("Чем отличаются каталоги", "What differs between the catalogues")
DIFFERENCES_HEAD: Final = (
    Text("Что", "What"),
    Text("С даты", "From"),
    Text("Что отличается", "Field"),
    Text("Было", "Was"),
    Text("Стало", "Is"),
)
CONTRACTS: Final = Text("Договоров", "Contracts")
ALIKE: Final = Text("Каталоги говорят одно и то же.", "The catalogues say the same.")
KINDS: Final[dict[str, Text]] = {
    "plan": Text("тариф {id}", "plan {id}"),
    "option": Text("опция {id}", "option {id}"),
    "region": Text("регион {id}", "region {id}"),
    "setting": Text("настройка", "setting"),
    "vat": Text("НДС", "VAT"),
}
FIELDS: Final[dict[str, Text]] = {
    EFFECTIVE_FROM: Text("начинается версия", "a version begins"),
    "name": Text("название", "name"),
    "sold_from": Text("продаётся с", "sold from"),
    "sold_until": Text("продаётся до", "sold until"),
    "regions": Text("регионы", "regions"),
    "premium": Text("премиальный", "premium"),
    "refreshable": Text("можно обновить пакеты", "packages can be refreshed"),
    "auto_carry": Text("остаток сохраняется сам", "leftovers are carried by themselves"),
    "figures": Text("откуда числа", "source of the figures"),
    "monthly_fee": Text("плата за месяц", "monthly fee"),
    "daily_fee": Text("плата за сутки", "daily fee"),
    "fee": Text("плата", "fee"),
    "days": Text("дней", "days"),
    "packages_cover": Text("где действуют пакеты", "zones that packages cover"),
    "voice_increment_seconds": Text("шаг тарификации, с", "billing step, s"),
    "free_call_seconds": Text("бесплатное начало звонка, с", "free beginning of a call, s"),
    "zone": Text("часовой пояс", "zone of clocks"),
    "edition": Text("редакция правил", "edition of the rules"),
    "retention_days": Text("хранение данных, дней", "data kept, days"),
    "night_hour": Text("час ночного списания", "hour of the night"),
    "late_window_hours": Text("окно опоздания, ч", "late window, h"),
    "promise.max": Text("обещанный платёж, не больше", "promised payment, at most"),
    "promise.days": Text("обещанный платёж, дней", "promised payment, days"),
    "promise.fee": Text("обещанный платёж, плата", "promised payment, fee"),
    "rate": Text("ставка, %", "rate, %"),
}
SIZES: Final[dict[str, Text]] = {
    "voice_minutes": Text("минут", "minutes"),
    "sms": Text("SMS", "SMS"),
    "data_mb": Text("МБ", "MB"),
}
PRICED: Final[dict[str, Text]] = {
    "voice_minute": Text("минута", "minute"),
    "sms": Text("SMS", "SMS"),
    "data_mb": Text("мегабайт", "megabyte"),
}
OF_PACKAGES: Final[dict[str, Text]] = {
    "packages": Text("в пакете: {size}", "in the package: {size}"),
    "daily_packages": Text("в пакете на сутки: {size}", "in the day's package: {size}"),
}
PRICE: Final = Text("цена: {zone}, {service}", "price: {zone}, {service}")


def subject(phrases: Phrasebook, made: Difference) -> str:
    """What differs: a plan, an option, a region."""
    return phrases.say(KINDS[made.kind], id=made.id)


def field(phrases: Phrasebook, name: str) -> str:
    """A field of the catalogue; one in a table of its own by its names with dots."""
    first, _, rest = name.partition(".")
    if first == "prices":
        zone, _, service = rest.rpartition(".")
        return phrases.say(PRICE, zone=phrases.zone(zone), service=phrases.say(PRICED[service]))
    if first in OF_PACKAGES:
        return phrases.say(OF_PACKAGES[first], size=phrases.say(SIZES[rest]))
    return phrases.named(name, FIELDS)


def value(phrases: Phrasebook, name: str, given: Any) -> str:
    """A value of a field, as people read it."""
    match given:
        case None:
            return "—"
        case bool():
            return phrases.say(names.YES if given else names.NO)
        case list():
            return ", ".join(phrases.zone(each) if name == "packages_cover" else each for each in given)
        case "unlimited":
            return phrases.say(UNLIMITED)
        case int() if is_money(name):
            return phrases.money(given)
        case str() if name in (EFFECTIVE_FROM, "sold_from", "sold_until"):
            return phrases.day(date.fromisoformat(given))
        case _:
            return str(given)


def packages(phrases: Phrasebook, sizes: Mapping[str, Any] | None) -> str:
    """Package sizes: 200 minutes, 200 SMS, 4096 MB."""
    return ", ".join(_packages(phrases, sizes or {}))


def _packages(phrases: Phrasebook, sizes: Mapping[str, Any]) -> Iterator[str]:
    for name, size in sizes.items():
        if size == "unlimited":
            yield f"{phrases.say(SIZES[name])} {phrases.say(UNLIMITED)}"
        elif size:
            yield f"{size} {phrases.say(SIZES[name])}"
