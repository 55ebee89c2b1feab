"""The dossier of a claim as text for a clerk, in Russian."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from ledger.units import rubles
from projections.dossier import Dossier
from projections.formats import explanation
from projections.formats.text import printed_text
from projections.statement import Line

STATES: Final = {"open": "открыта", "upheld": "удовлетворена", "rejected": "отклонена"}


def render(made: Dossier) -> str:
    """The whole dossier, ending with a newline."""
    return "\n".join(_blocks(made)) + "\n"


def _blocks(made: Dossier) -> Iterator[str]:
    dispute = made.dispute
    yield f"Претензия «{dispute.dispute}» по счёту {dispute.account}, запись {dispute.event}: {STATES[dispute.state]}"
    yield f"  Зарегистрирована {_day(dispute.opened)}" + (f", принял {made.by}" if made.by else "")
    yield f"  Ответ до {_day(dispute.answer_due)}" + (" — просрочен" if dispute.overdue else "")
    yield f"  Оспорить можно было до {_day(made.last_day)}"
    if dispute.premium:
        yield "  Вне очереди: премиальный тариф"
    yield f"  Текст: {made.text or '—'}"
    yield ""
    yield "Оспоренная строка"
    if made.line is not None:
        yield _line(made.line)
    elif made.row is not None:
        yield f"  {_time(made.row.at)}  {made.row.service} {made.row.peer}  {rubles(-made.row.amount)}"
    else:
        yield "  В детализации её нет: баланс она не меняла."
    yield from _listed("То же раньше", [_line(each) for each in made.earlier])
    yield from _listed("Записи вокруг", [_event(each) for each in made.around])
    yield from _listed("Что сделано по ней", [_event(each) for each in made.since])
    yield ""
    yield explanation.render(made.explanation).rstrip("\n")


def _listed(title: str, lines: list[str]) -> Iterator[str]:
    yield ""
    yield title
    yield from lines or ["  нет"]


def _line(line: Line) -> str:
    return f"  {_time(line.booked_at)}  {printed_text(line)}  {rubles(line.amount)}, баланс {rubles(line.balance)}"


def _event(event: dict[str, Any]) -> str:
    words = [event["type"]]
    for name in ("outcome", "reason", "reply", "text"):
        if event.get(name):
            words.append(str(event[name]))
    if event.get("amount"):
        words.append(rubles(event["amount"]))
    return f"  {event['version']:>6}  {_time(event['booked_at'])}  {'; '.join(words)}"


def _day(text: str) -> str:
    return f"{date.fromisoformat(text):%d.%m.%Y}"


def _time(text: str) -> str:
    return f"{datetime.fromisoformat(text):%d.%m.%Y %H:%M:%S}"
