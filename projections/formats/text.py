"""The statement as plain text for a terminal or an e-mail."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from ledger.units import rubles
from projections import wording
from projections.statement import Line, Statement
from projections.words import waiting as words
from projections.words.language import Language
from projections.words.lines import DAY, PERIOD, told
from projections.words.reasons import REASONS
from projections.words.safe import safe
from projections.words.speaker import Speaker
from projections.words.statement import UNRATED


def render(made: Statement, *, checkpoint: str | None = None) -> str:
    """The whole statement as text, ending with a newline."""
    return "\n".join(_blocks(made, checkpoint)) + "\n"


def _blocks(made: Statement, checkpoint: str | None) -> Iterator[str]:
    yield f"Детализация счёта {made.account} за период с {wording.day(made.from_)} по {wording.day(made.to)}"
    yield f"Документ {made.id}"
    yield "окончательно" if made.final else words.provisional(made.waiting)
    yield ""
    yield "Операции по балансу"
    yield f"  Баланс на начало: {rubles(made.opening)}"
    if made.lines:
        yield from table(
            ("Дата", "Операция", "Сумма", "Баланс"),
            [
                (wording.time(line.booked_at), printed_text(line), rubles(line.amount), rubles(line.balance))
                for line in made.lines
            ],
            right=(2, 3),
        )
    else:
        yield "  Операций нет."
    yield f"  Баланс на конец: {rubles(made.closing)}"
    yield ""
    yield "Услуги связи"
    if made.usage:
        yield from table(
            ("Начало", "Номер", "Зона", "Услуга", "Факт", "Учтено", "Из пакета", "Без НДС", "С НДС"),
            [
                (
                    wording.time(row.at),
                    row.peer,
                    wording.zone(row.zone),
                    f"{wording.SERVICES[row.service]} {wording.DIRECTIONS[row.direction]}",
                    wording.measured(row.service, row.quantity),
                    wording.packaged(row.service, row.billed) if row.billed else "0",
                    wording.packaged(row.service, row.from_packages) if row.from_packages else "—",
                    row.amount_ex_vat.replace(".", ","),
                    rubles(row.amount),
                )
                for row in sorted(made.usage, key=lambda row: datetime.fromisoformat(row.at))
            ],
            right=(4, 5, 6, 7, 8),
        )
        total = made.usage_total
        yield f"  Итого: {rubles(total.amount)}, без НДС {total.amount_ex_vat.replace('.', ',')}\N{NO-BREAK SPACE}₽"
    else:
        yield "  Услуг не было."
    yield from _unrated(made)
    yield ""
    yield "Остатки пакетов"
    if made.left:
        yield from table(
            ("Пакет", "Услуга", "Осталось", "Было", "Действует до"),
            [
                (
                    wording.bucket(row.bucket),
                    wording.SERVICES[row.service],
                    wording.packaged(row.service, row.left),
                    wording.packaged(row.service, row.granted),
                    wording.time(row.end),
                )
                for row in made.left
            ],
            right=(2, 3),
        )
    else:
        yield "  Пакетов нет."
    yield f"Списание: {wording.MODES[made.mode]}{_next(made)}"
    if checkpoint is not None:
        yield f"Контрольная точка: {safe(checkpoint)}"


def _unrated(made: Statement) -> Iterator[str]:
    """The records without a price, where there are any (R-13.6)."""
    if not made.unrated:
        return
    words = UNRATED["ru"]
    yield f"  {words.counted(len(made.unrated))}"
    yield from table(
        (words.start, words.service, words.quantity, words.reason),
        [
            (
                wording.time(each.at),
                wording.SERVICES[each.service],
                wording.measured(each.service, each.quantity),
                REASONS[each.reason].ru,
            )
            for each in made.unrated
        ],
        right=(2,),
    )


def printed_text(line: Line, lang: Language = "ru") -> str:
    """A line's text with its channel or period, as printed forms put them together (R-13.3)."""
    speak = Speaker(lang)
    text = told(speak, line.text)
    if isinstance(line.channel, str):
        return f"{text} ({line.channel})"
    if line.period is None:
        return text
    days = {"first": speak.day(line.period.first), "last": speak.day(line.period.last)}
    return speak.say(DAY if line.kind == "daily_fee" else PERIOD, text=text, **days)


def _next(made: Statement) -> str:
    """When the night takes the tariff's fee and how much, and what else is to be said about it."""
    at, amount, notes = words.next_charge(made.waiting)
    due = [] if at is None or amount is None else [f"следующее — {wording.time(at)}, {rubles(amount)}"]
    return "".join(f"; {each}" for each in (*due, *notes))


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int]) -> Iterator[str]:
    """Lines of a table, its columns as wide as their widest cells; those of `right` to the right.

    Texts are shown safely, so each row is one line.
    """
    rows = [[safe(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    for row in (head, ["-" * width for width in widths], *rows):
        cells = (
            cell.rjust(w) if i in right else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        yield ("  " + "  ".join(cells)).rstrip()
