"""Registry: the words of `reconcile`, in Russian and English."""

from typing import Final

from projections.registry.standing import Why
from projections.words.language import Text

TITLE: Final = Text("Сверка канала {channel}, {days}", "Channel {channel} reconciled, {days}")
DAYS: Final = Text("{since} – {until}", "{since} – {until}")
NO_DAYS: Final = Text("в файле нет платежей", "no payments in the file")
SIDES_HEAD: Final = (
    Text("", ""),
    Text("Операций", "Count"),
    Text("Пополнения", "Payments"),
    Text("Возвраты", "Refunds"),
    Text("Всего", "Total"),
)
IN_FILE: Final = Text("В файле", "In the file")
IN_LEDGER: Final = Text("В леджере", "In the ledger")
TOTAL_AGREES: Final = Text("Итог файла (строка {line}) сходится.", "The file's total (line {line}) agrees.")
TOTAL_DIFFERS: Final = Text(
    "Итог файла (строка {line}) не сходится с его строками: {said}.",
    "The file's total (line {line}) is not what its rows come to: {said}.",
)
MATCHED: Final = Text("Совпало: {count}", "Matched: {count}")
KINDS: Final[dict[str, Text]] = {
    "missing_here": Text("Есть в файле, нет в леджере", "In the file, not in the ledger"),
    "missing_there": Text("Есть в леджере, нет в файле", "In the ledger, not in the file"),
    "other_sum": Text("Другая сумма", "Other sum"),
    "other_number": Text("Проведено на другой номер", "Booked on another number"),
    "twice": Text("Дважды", "Twice"),
}
HEAD: Final = (
    Text("Строка", "Line"),
    Text("Платёж", "Payment"),
    Text("Счёт", "Account"),
    Text("Время", "Time"),
    Text("Сумма", "Sum"),
    Text("Замечание", "Note"),
)
WHY: Final[dict[Why, Text]] = {
    "UNKNOWN_ACCOUNT": Text("такого счёта нет", "no such account"),
    "ID_BOOKED": Text("под этим id уже есть запись {version}", "event {version} has this id"),
    "EARLIER_CONTRACT": Text("номер тогда был у другого абонента", "the number was somebody else's then"),
    "LIKELY": Text("вероятно, это запись {version}, платёж {id}", "likely event {version}, payment {id}"),
}
LIKELY_LINE: Final = Text("вероятно, это строка {line}, платёж {id}", "likely line {line}, payment {id}")
BOOKED_SUM: Final = Text("проведено {amount}, запись {version}", "{amount} was booked, event {version}")
BOOKED_NUMBER: Final = Text("проведено на {account}, запись {version}", "booked on {account}, event {version}")
FIRST_LINE: Final = Text("уже было в строке {line}", "stood on line {line} before")
BOOKED_AGAIN: Final = Text("ещё раз: запись {version}", "once more: event {version}")
REFUSED: Final = Text("отказано", "refused")
BOOKED: Final = Text(
    "Проведено: {applied}, отказано: {refused}, отклонено: {rejected}",
    "{applied} booked, {refused} refused, {rejected} rejected",
)
WOULD_BOOK: Final = Text(
    "Было бы проведено: {booked} на {amount}, отклонено: {rejected}; ничего не записано",
    "{booked} would be booked, {amount} in all, {rejected} rejected; nothing was written",
)
WRITTEN: Final = Text("Записано входов: {count}, файл {file}", "{count} written to {file}")
