"""The words of a dossier and of the queue of claims, in Russian and English."""

from typing import Final

from projections.words.language import Text

LINE_HEAD: Final = (
    Text("Дата", "Date"),
    Text("Операция", "Operation"),
    Text("Сумма", "Amount"),
    Text("Баланс", "Balance"),
)
USAGE_HEAD: Final = (
    Text("Начало", "Start"),
    Text("Номер", "Number"),
    Text("Зона", "Zone"),
    Text("Услуга", "Service"),
    Text("Факт", "Actual"),
    Text("Учтено", "Billed"),
    Text("Из пакета", "From packages"),
    Text("С НДС", "With VAT"),
)
EVENT_HEAD: Final = (
    Text("Запись", "Event"),
    Text("Когда", "When"),
    Text("Что произошло", "What happened"),
    Text("Сумма", "Amount"),
    Text("Баланс", "Balance"),
)
MONTH_HEAD: Final = (Text("Месяц", "Month"), Text("Сколько", "How often"), Text("Сумма", "Amount"))

QUEUE: Final = Text("Претензии", "Claims")
QUEUE_HEAD: Final = (
    Text("Претензия", "Claim"),
    Text("Счёт", "Account"),
    Text("Запись", "Event"),
    Text("Открыта", "Opened"),
    Text("Дней", "Days"),
    Text("Ответ до", "Answer by"),
    Text("Премиум", "Premium"),
    Text("Состояние", "State"),
)
OVERDUE: Final = Text("ПРОСРОЧЕНА", "OVERDUE")
AGES: Final = Text(
    "Открыто {open} (0–7 дней: {young}, 8–14 дней: {older}, 15–30 дней: {oldest}), просрочено: {overdue}",
    "{open} open (0–7 days: {young}, 8–14 days: {older}, 15–30 days: {oldest}), {overdue} overdue",
)

DOSSIER: Final[dict[str, Text]] = {
    "title": Text("Претензия {claim}", "Claim {claim}"),
    "overdue": Text("просрочена", "overdue"),
    "foot": Text(
        "Документ {id} · по записям 1–{version} счёта, последняя от {time}",
        "Document {id} · from events 1–{version} of the account, the last of {time}",
    ),
    "empty": Text("Нет.", "None."),
    # What it is about
    "number": Text("Номер", "Number"),
    "plan": Text("Тарифный план", "Plan"),
    "plan_of": Text("{name}, версия от {version}", "{name}, version of {version}"),
    "times": Text("Время", "Times"),
    "accepted": Text("Принята", "Registered"),
    "source": Text("{time}, источник {source}", "{time}, source {source}"),
    "queue": Text("Очередь", "Queue"),
    "premium": Text("вне очереди: премиальный тариф", "ahead of others: a premium plan"),
    "text": Text("Текст", "Text"),
    "deadlines": Text("Сроки", "Deadlines"),
    "due": Text("заявить до {last_day}, ответить до {answer_due}", "claim by {last_day}, answer by {answer_due}"),
    "answer": Text("Ответ", "Answer"),
    "answer_text": Text("Текст ответа", "Text of the answer"),
    # The four sums
    "disputed": Text("Оспорено", "Disputed"),
    "of_event": Text("запись {version}, {day}", "event {version}, {day}"),
    "given_back": Text("Возвращено", "Given back"),
    "left": Text("можно вернуть ещё {left}", "{left} can still be given back"),
    "taken_back": Text("Снято обратно", "Taken back"),
    "left_to_take": Text("можно снять ещё {left}", "{left} can still be taken back"),
    "answered": Text("отвечено", "answered"),
    "days_left": Text("осталось дней: {days}", "days left: {days}"),
    "days_over": Text("просрочено дней: {days}", "days overdue: {days}"),
    "balance": Text("Баланс сейчас", "Balance now"),
    # The parts
    "line": Text("Оспоренная строка", "Disputed line"),
    "no_line": Text("Баланс она не меняла, в операциях её нет.", "It did not move the balance, so there is no line."),
    "usage": Text("Она же среди услуг связи", "The same among usage"),
    "around": Text("События вокруг", "Events around it"),
    "marked": Text("{said} (оспорено)", "{said} (disputed)"),
    "earlier": Text("То же раньше", "The same before"),
    "no_earlier": Text("Не было.", "Never."),
    "months": Text("То же по месяцам", "The same by months"),
    "given_back_by": Text("Что уже возвращено", "What was given back already"),
    "taken_back_by": Text("Что уже снято обратно", "What was taken back already"),
    "since": Text("Что сделано по этой записи", "What was done about this event"),
    "no_since": Text("Ничего.", "Nothing."),
    "quoted": Text("{said} «{text}»", "{said} “{text}”"),
    "page": Text("Страница", "Page"),
    "of": Text("из", "of"),
}
"""The dossier."""
