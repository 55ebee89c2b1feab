"""What a problem is to a person who looks at a page, in Russian; programs get the code."""

import re
from collections.abc import Mapping
from typing import Final

from scripts.web.problems import Problem

_SAID: Final[Mapping[str, str]] = {
    "CSRF": "Страница устарела. Вернитесь назад, обновите её и отправьте форму ещё раз.",
    "FOREIGN_ORIGIN": "Форма отправлена не с нашей страницы, поэтому ничего не сделано.",
    "UNKNOWN_ACCOUNT": "Договора с таким номером нет.",
    "NO_HOLDER": "Такого по счёту договора у номера нет.",
    "NOT_OPEN_YET": "В это время счёт ещё не был открыт. Выберите дату позже.",
    "NOT_KNOWN_YET": "В это время о счёте ещё ничего не было известно. Выберите дату позже.",
    "NO_SUCH_EVENT": "Такой записи у счёта нет.",
    "NOT_KNOWN_EVENT": "В это время об этой записи ещё не было известно.",
    "NO_CLAIM_OF_ACCOUNT": "Такой претензии у договора нет.",
    "ID_TAKEN": "Это уже отправлено раньше с другим содержанием. Откройте форму заново.",
    "EARLIER_CONTRACT": "Номер уже у другого абонента: выберите договор.",
    "NUMBER_GONE": "Номер этого договора уничтожен, провести по нему ничего нельзя.",
    "CONTRACT_CLOSED": "Договор закрыт.",
    "ALREADY_RESOLVED": "На эту претензию уже ответили.",
    "DATES_REVERSED": "Первая дата позже последней.",
    "RANGE_REVERSED": "Первая дата позже последней.",
    "NO_SUCH_TYPE": "Событий такого вида не бывает.",
    "NO_PLAN_TO_SET": "Такого тарифа в каталоге нет.",
    "BAD_PARAMETER": "Одно из полей заполнено не так, как нужно.",
    "PARAMETER_MISSING": "Заполнены не все поля.",
    "PARAMETER_TWICE": "Одно из полей пришло дважды.",
    "MALFORMED": "Одно из полей заполнено не так, как нужно.",
    "ODD_CHARACTER": "В тексте есть знаки, которых в нём быть не может.",
    "TOO_LARGE": "Это больше, чем можно прислать за раз.",
    "TOO_SLOW": "Данные шли слишком долго. Отправьте ещё раз.",
    "NOT_ALLOWED": "Эта страница открыта не для вашей роли или не для вашего договора.",
}
_RUSSIAN: Final = re.compile("[А-Яа-яЁё]")


def said(problem: Problem) -> str | None:
    """What a page says of a problem; None where its status says it all."""
    if _RUSSIAN.search(problem.detail):
        return problem.detail
    return _SAID.get(problem.code)
