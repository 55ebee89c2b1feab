"""Answers: titles, heads and sentences of what a command tells about events, inputs and totals, and of what it did."""

from typing import Final

from projections.words.language import Text

EVENTS: Final = Text("Записи счёта {account}", "Events of {account}")
CHOICE: Final = Text(
    "Счёт {account}: подходит несколько записей, назовите номер одной из них",
    "Account {account}: several events fit, name the version of one of them",
)
EVENTS_HEAD: Final = (
    Text("Запись", "Version"),
    Text("Проведена", "Booked"),
    Text("Что произошло", "Event"),
    Text("О чём", "About"),
    Text("Номер", "Peer"),
    Text("Учтено", "Billed"),
    Text("Сумма", "Money"),
    Text("Баланс", "Wallet"),
)

FOUND: Final = Text("{account}: запись {versions} (источник {source})", "{account}: event {versions} (source {source})")

ACCOUNTS: Final = Text("Договоры", "Contracts")
ACCOUNTS_HEAD: Final = (
    Text("Счёт", "Account"),
    Text("Открыт", "Opened"),
    Text("Закрыт", "Closed"),
    Text("Тариф", "Plan"),
    Text("Списание", "Charged"),
    Text("Блокировки", "Blocks"),
    Text("Кошелёк", "Wallet"),
)

UNRATED: Final = Text("Записи без цены", "Unrated")
UNRATED_HEAD: Final = (
    Text("Счёт", "Account"),
    Text("Запись", "Version"),
    Text("Почему", "Reason"),
    Text("Тариф", "Plan"),
    Text("Услуга", "Service"),
    Text("Зона", "Zone"),
    Text("Произошло", "Occurred"),
    Text("Сколько", "Quantity"),
    Text("Номер", "Peer"),
    Text("Вход", "Input"),
)
ALL_RATED: Final = Text("Все записи тарифицированы.", "Every record is rated.")
NONE_WAITS: Final = Text("Таких записей без цены нет.", "No such record waits for a price.")
RERATED: Final = Text(
    "Тарифицировано: {rated}, списано {amount}; осталось без цены: {unrated}{refused}",
    "{rated} rated, {amount} charged; {unrated} still without a price{refused}",
)
RERATED_TRIED: Final = Text(
    "Было бы тарифицировано: {rated}, списано {amount}; осталось бы без цены: {unrated}; ничего не записано",
    "{rated} would be rated, {amount} charged; {unrated} would stay without a price; nothing was written",
)
RERATED_REFUSED: Final = Text(
    "; не проведено, потому что счёт изменился: {refused}", "; {refused} not booked because others booked meanwhile"
)

TOTALS: Final = Text("Итоги с {since} по {until}", "Totals {since} to {until}")
TOTALS_HEAD: Final = (
    Text("Счёт учёта", "Account"),
    Text("На начало", "Opening"),
    Text("Движение", "Moved"),
    Text("На конец", "Closing"),
)
BY: Final[dict[str, Text]] = {
    "day": Text("День", "Day"),
    "plan": Text("Тариф", "Plan"),
    "region": Text("Регион", "Region"),
}

APPLIED: Final = Text(
    "Принято {applied}{unrated}, {duplicates}, отказов {refused}, отклонено строк {rejected}; проведено: {events}",
    "{applied} applied{unrated}, {duplicates}, {refused} refused, {rejected} rejected; {events} written",
)
APPLIED_UNRATED: Final = Text(" (из них без цены {unrated})", " ({unrated} of them unrated)")
MORE_REPLIES: Final = Text("… и другие", "… and more")
REFUSED: Final = Text("{account}: {input} «{id}»: отказ, {reason}", "{account}: {input} {id} refused: {reason}")

ADVANCED: Final = Text(
    "Продвинуто: {accounts}; плат за месяц {monthly_fees}, за сутки {daily_fees}, блокировок {blocks}, "
    "периодов истекло {lapsed}; проведено: {events}",
    "{accounts} advanced: {monthly_fees}, {daily_fees}, {blocks}, {lapsed} lapsed; {events} written",
)
ADVANCED_TRIED: Final = Text(
    "Было бы продвинуто: {accounts}; плат за месяц {monthly_fees}, за сутки {daily_fees}, блокировок {blocks}, "
    "периодов истекло {lapsed}; было бы проведено: {events}",
    "{accounts} would be advanced: {monthly_fees}, {daily_fees}, {blocks}, {lapsed} lapsed; {events} would be written",
)
