"""The dossier of a claim in parts that every form sets, and as text; in Russian, for the clerk and the subscriber."""

import re
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Final, NamedTuple

from ledger.units import rubles
from projections import wording
from projections.dossier import Dossier, Happened
from projections.formats import explanation
from projections.formats.text import printed_text, table
from projections.statement import Line, UsageRow
from projections.wording import day, time

STATES: Final = {"open": "открыта", "upheld": "удовлетворена", "rejected": "отклонена"}
WIDTH: Final = 110
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]+")
_LINE: Final = ("Дата", "Операция", "Сумма", "Баланс")
_USAGE: Final = ("Начало", "Номер", "Зона", "Услуга", "Факт", "Учтено", "Из пакета", "С НДС")
_EVENT: Final = ("Запись", "Когда", "Что произошло", "Сумма", "Баланс")

Pair = tuple[str, str]


class Part(NamedTuple):
    """A titled table; without a head its rows are pairs. `right` are the columns of figures, `wide` that of texts."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[int] = ()
    wide: int = 1
    empty: str = "Нет."


class Document(NamedTuple):
    """A dossier as its forms set it: what it is about, four sums with a note each, the parts, the foot."""

    title: str
    state: str
    settled: bool
    about: Sequence[Pair]
    sums: Sequence[tuple[str, str, str]]
    parts: Sequence[Part]
    foot: str


def document(made: Dossier) -> Document:
    """The dossier in words. What controls a terminal or turns texts around is a space."""
    dispute = made.dispute
    return Document(
        title=_plain(f"Претензия {dispute.dispute}"),
        state="просрочена" if dispute.overdue else STATES[dispute.state],
        settled=dispute.state != "open",
        about=[(name, _plain(value)) for name, value in _about(made)],
        sums=_sums(made),
        parts=[_plainly(part) for part in _parts(made)],
        foot=f"Документ {made.id} · по записям 1–{made.now_version} счёта, последняя от {time(made.now.clock)}",
    )


def render(made: Dossier) -> str:
    """The whole dossier as text, ending with a newline."""
    return "\n".join(_lines(document(made))) + "\n"


def _lines(told: Document) -> Iterator[str]:
    yield f"{told.title}: {told.state}"
    yield from _pairs(told.about)
    yield ""
    yield from _pairs([(name, f"{value}, {note}" if note else value) for name, value, note in told.sums])
    for part in told.parts:
        yield ""
        yield part.title
        if not part.rows:
            yield f"  {part.empty}"
        elif part.head:
            yield from table(part.head, part.rows, right=part.right)
        else:
            yield from _pairs([(name, value) for name, value in part.rows], right=0 in part.right)
    yield ""
    yield told.foot


def _pairs(rows: Sequence[Pair], *, right: bool = False) -> Iterator[str]:
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        first, *more = wrap(value, max(WIDTH - width, WIDTH // 2), break_long_words=False) or [""]
        yield f"  {name.rjust(width) if right else name.ljust(width)}  {first}".rstrip()
        yield from (f"{' ' * (width + 4)}{line}" for line in more)


def _about(made: Dossier) -> Iterator[Pair]:
    yield "Номер", made.dispute.account
    plan = made.explanation.plan
    if plan is not None:
        yield "Тарифный план", f"{plan.name}, версия от {day(plan.version)}"
    accepted = f"{time(made.registered_at)}, источник {made.source}"
    yield "Принята", accepted + (f", {made.by}" if made.by else "")
    if made.dispute.premium:
        yield "Очередь", "вне очереди: премиальный тариф"
    yield "Текст", made.text or "—"
    yield "Сроки", f"заявить до {day(made.last_day)}, ответить до {day(made.dispute.answer_due)}"
    if made.answer is not None:
        answer = made.answer
        yield "Ответ", f"{time(answer.booked_at)}, {STATES[answer.outcome]}" + (f", {answer.by}" if answer.by else "")
        yield "Текст ответа", answer.text or "—"


def _sums(made: Dossier) -> list[tuple[str, str, str]]:
    disputed = "—" if made.line is None else rubles(made.line.amount)
    if made.answer is not None:
        due, note = day(made.answer.booked_at), "отвечено"
    else:
        due, left = day(made.dispute.answer_due), made.days_left or 0
        note = f"осталось дней: {left}" if left >= 0 else f"просрочено дней: {-left}"
    adjusted = f"; перерасчёты {rubles(made.adjusted)}" if made.adjusted else ""
    return [
        ("Оспорено", disputed, f"запись {made.dispute.event}, {day(made.explanation.event['booked_at'])}"),
        ("Возвращено", rubles(made.given_back), f"можно вернуть ещё {rubles(made.left)}{adjusted}"),
        ("Ответ", due, note),
        ("Баланс сейчас", rubles(made.now.wallet), wording.MODES[made.now.mode]),
    ]


def _parts(made: Dossier) -> Iterator[Part]:
    lines = [] if made.line is None else [_line(made.line)]
    yield Part("Оспоренная строка", _LINE, lines, (2, 3), empty="Баланс она не меняла, в операциях её нет.")
    if made.row is not None:
        yield Part("Она же среди услуг связи", _USAGE, [_usage(made.row)], (4, 5, 6, 7))
    for section in explanation.sections(made.explanation):
        yield Part(section.title, (), section.rows, (0,) if section.right else ())
    disputed = Happened(made.explanation.event, made.line)
    around = sorted([*made.around, disputed], key=lambda each: int(each.event["version"]))
    rows = [_happened(each, mark=" (оспорено)" if each is disputed else "") for each in around]
    yield Part("События вокруг", _EVENT, rows, (0, 3, 4), wide=2)
    yield Part("То же раньше", _LINE, [_line(line) for line in made.earlier], (2, 3), empty="Не было.")
    months = [(f"{month.month[5:]}.{month.month[:4]}", str(month.count), rubles(month.amount)) for month in made.months]
    if months:
        yield Part("То же по месяцам", ("Месяц", "Сколько", "Сумма"), months, (1, 2), wide=0)
    since = [_happened(each) for each in made.since]
    yield Part("Что сделано по этой записи", _EVENT, since, (0, 3, 4), wide=2, empty="Ничего.")


def _line(line: Line) -> tuple[str, ...]:
    return time(line.booked_at), printed_text(line), rubles(line.amount), rubles(line.balance)


def _usage(row: UsageRow) -> tuple[str, ...]:
    return (
        time(row.at),
        row.peer,
        wording.zone(row.zone),
        f"{wording.SERVICES[row.service]} {wording.DIRECTIONS[row.direction]}",
        wording.measured(row.service, row.quantity),
        wording.packaged(row.service, row.billed) if row.billed else "0",
        wording.packaged(row.service, row.from_packages) if row.from_packages else "—",
        rubles(row.amount),
    )


def _happened(each: Happened, mark: str = "") -> tuple[str, ...]:
    event, line = each.event, each.line
    amount, balance = ("", "") if line is None else (rubles(line.amount), rubles(line.balance))
    return str(event["version"]), time(event["booked_at"]), _what(each) + mark, amount, balance


def _what(each: Happened) -> str:
    """What an event was: its line as printed, else its title; and the clerk's words and name."""
    event = each.event
    said = printed_text(each.line) if each.line is not None else explanation.titled(event)
    if each.line is None and event["type"] in ("UsageCharged", "UsageUnrated"):
        measured = wording.measured(event["service"], event["quantity"])
        said += f": {wording.SERVICES[event['service']]} {wording.DIRECTIONS[event['direction']]} {measured}"
    if "outcome" in event:
        said += f": {STATES[event['outcome']]}"
    if event["type"] in ("DisputeOpened", "DisputeResolved", "ChargeReversed") and event.get("text"):
        said += f" «{event['text']}»"
    by = event.get("input", {}).get("by")
    return f"{said} — {by}" if by else said


def _plainly(part: Part) -> Part:
    return part._replace(title=_plain(part.title), rows=[[_plain(cell) for cell in row] for row in part.rows])


def _plain(text: str) -> str:
    return _CONTROL.sub(" ", text)
