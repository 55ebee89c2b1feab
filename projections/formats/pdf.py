"""The statement as a PDF: typst lays out what `statement.typ` is told; fonts are its own, none of the machine."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import msgspec
import typst

from ledger.units import rubles
from projections import wording
from projections.formats import curve
from projections.formats.headings import HEADINGS, Headings, Language
from projections.formats.text import printed_text
from projections.formats.xml import created
from projections.operator import blocks, figures, number_cell, words
from projections.packages import BucketRow
from projections.statement import Statement, UsageRow
from projections.words import waiting
from projections.words.reasons import REASONS
from projections.words.safe import safe
from projections.words.statement import UNRATED

Cell: TypeAlias = str | tuple[str, ...]
"""One line, which fits its column; or texts one behind the other, which may take several lines."""


class Column(NamedTuple):
    """A column: its width in millimetres, its head, where its cells stand, and what stays free behind them.

    Figures stand left, and consist of digits, `:`, `.`, `Kb` and spaces. A flexible column takes what the others leave
    of the line, and an end stands behind what they leave; a table has one of both at most.
    """

    width: int
    head: str
    side: Literal["left", "right", "figure", "flexible", "end", "joined"] = "left"
    gap: int = 2


_BOUND: Final = "\N{NO-BREAK SPACE}"
_ABOUT: Final[dict[Language, tuple[str, str, str]]] = {
    "ru": ("Номер", "Тарифный план", "Период"),
    "en": ("Number", "Plan", "Period"),
}
_USAGE: Final = (
    Column(12, "", "joined"),
    Column(14, "Дата  Время", "figure"),
    Column(9, "", "joined"),
    Column(82, "GMT*  Номер, зона вызова, зона направления вызова/номер сессии", "flexible"),
    Column(15, "Услуга"),
    Column(18, "Длит./объём мин.:сек./Kb/шт.", "figure"),
    Column(40, "Стоимость  Изм. баланса\nруб. без НДС", "figure", gap=0),
)
"""The operator's columns. Number and zones share one: programs that take the text off a page read it row by row as long
as the rows have the same cells, and most rows have no zone."""
_COST: Final = 6
"""The column of costs, under which the totals stand."""
_FITS: Final = 24
"""So many characters of a number and its zone certainly fit on one line."""
_PICTURES: Final = {0x2400 + code: f"⟨U+{code:04X}⟩" for code in range(0x20)} | {ord("␡"): "⟨U+007F⟩"}
_BEFORE_FIGURE: Final = re.compile(r"\b(с|по|до|за|из|от) (?=[0-9])")


def render(made: Statement, *, lang: Language = "ru", checkpoint: str | None = None) -> bytes:
    """The document. Its date is the statement's own, so a final one has the same bytes whenever printed (R-13.5)."""
    head = HEADINGS[lang]
    moment = datetime.strptime(created(made), "%d.%m.%Y %H:%M:%S").replace(tzinfo=UTC)
    told = msgspec.json.encode(_told(made, head, lang, checkpoint))
    compiler, template = _compiler()
    document = compiler.compile(
        input=template,
        format="pdf",
        sys_inputs={"statement": told.decode()},
        timestamp=int(moment.timestamp()),
        pdf_tags=False,
    )
    assert isinstance(document, bytes)
    return document


@cache
def _compiler() -> tuple[typst.Compiler, bytes]:
    template = resources.files("projections.formats").joinpath("statement.typ").read_bytes()
    return typst.Compiler(ignore_system_fonts=True), template


def _told(made: Statement, head: Headings, lang: Language, checkpoint: str | None) -> dict[str, Any]:
    number, plan, period = _ABOUT[lang]
    state = head.final if made.final else head.provisional
    charge = waiting.next_charge(made.waiting)
    foot: list[Any] = [f"{head.document} {made.id} · {state.lower()}"]
    if checkpoint is not None:
        foot.append(list(f"{head.checkpoint} {_plain(checkpoint)}"))
    return {
        "title": f"Детализация {made.account}, {_range(made)}",
        "final": made.final,
        "state": _bound(head.final) if made.final else _plain(waiting.provisional(made.waiting)),
        "head": head,
        "about": [
            (number, _phone(made.account)),
            (plan, _plain(made.plan_name or "—")),
            (period, _plain(_range(made))),
            *([(head.next_due, _plain("; ".join(charge.notes)))] if charge.notes else []),
        ],
        "sums": _sums(made, head, charge),
        "curve": curve.svg(made).replace("sans-serif", "Libertinus Serif"),
        "packages": [_package(row) for row in made.left],
        "ledger": _table(
            (
                Column(26, head.when, "figure"),
                Column(118, head.what),
                Column(23, head.amount, "right"),
                Column(23, head.balance, "end", gap=0),
            ),
            _ledger(made),
        ),
        "usage": _table(_USAGE, (_row(row) for _, row in blocks.by_start(made.usage))),
        "usage_title": f"Оказанные услуги связи {_plain(_range(made))}",
        "resource": f"Сетевой ресурс {made.account}",
        "totals": _totals(made),
        "unrated": _unrated(made, lang),
        "zone_note": "* - Часовой пояс места оказания услуги",
        "foot": foot,
    }


def _table(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> dict[str, Any]:
    """A table whose cells are told once and named by their place: most of them come again and again."""
    known: list[dict[Cell, int]] = [{} for _ in columns]
    indices = [[cells.setdefault(cell, len(cells)) for cells, cell in zip(known, row, strict=True)] for row in rows]
    return {
        "columns": [column._asdict() for column in columns],
        "cells": [list(cells) for cells in known],
        "rows": indices,
    }


def _ledger(made: Statement) -> Iterable[Sequence[Cell]]:
    """The ledger's lines between opening and closing balance."""
    yield figures.day(made.from_), HEADINGS["ru"].opening, "—", rubles(made.opening)
    for line in made.lines:
        text = (_plain(printed_text(line)),)
        yield figures.moment(line.booked_at), text, rubles(line.amount), rubles(line.balance)
    yield figures.day(made.to), HEADINGS["ru"].closing, "—", rubles(made.closing)


def _row(row: UsageRow) -> Sequence[Cell]:
    return (
        f"{figures.day(row.at)}  ",
        figures.clock(row.at),
        f"{figures.offset(row.at)}  ",
        _number(row),
        words.service(row.service, row.direction),
        figures.actual(row.service, row.quantity),
        figures.comma(row.amount_ex_vat) + (f"  {figures.moment(row.booked_at)}" if row.amount else ""),
    )


def _number(row: UsageRow) -> Cell:
    cell = number_cell.told(row.service, row.direction, row.peer, row.zone, fits=_FITS)
    return cell if len(cell) <= _FITS else (cell,)


def _totals(made: Statement) -> dict[str, Any]:
    label = sum(column.width for column in _USAGE[:_COST])
    total = made.usage_total
    columns = (Column(label, "", "right"), Column(_USAGE[_COST].width, ""))
    rows = (("Итого", figures.comma(total.amount_ex_vat)), ("Итого с НДС", figures.cost(total.amount)[:-2]))
    return _table(columns, rows)


def _unrated(made: Statement, lang: Language) -> dict[str, Any] | None:
    """The records without a price, where there are any; below the totals, where no reader of rows looks (R-13.6)."""
    if not made.unrated:
        return None
    words = UNRATED[lang]
    heads = (Column(32, words.start), Column(25, words.service), Column(25, words.quantity), Column(108, words.reason))
    rows = (
        (
            figures.moment(each.at),
            wording.SERVICES[each.service],
            wording.measured(each.service, each.quantity),
            REASONS[each.reason].ru,
        )
        for each in made.unrated
    )
    return {"title": words.counted(len(made.unrated)), "table": _table(heads, rows)}


def _sums(made: Statement, head: Headings, charge: waiting.NextCharge) -> list[tuple[str, str, str]]:
    due = "—" if charge.at is None else figures.moment(charge.at)[:-3]
    fee = "" if charge.amount is None else f", {rubles(charge.amount)}"
    total = made.usage_total
    return [
        (head.opening, rubles(made.opening), ""),
        (head.closing, rubles(made.closing), ""),
        (head.usage_total, rubles(total.amount), f"без НДС {figures.comma(total.amount_ex_vat)}{_BOUND}₽"),
        (head.next_due, due, f"{wording.MODES[made.mode]}{fee}"),
    ]


def _package(row: BucketRow) -> dict[str, Any]:
    return {
        "service": wording.SERVICES[row.service].capitalize() if row.service != "sms" else "SMS",
        "left": _bound(wording.packaged(row.service, row.left)),
        "granted": f"из {_bound(wording.packaged(row.service, row.granted))}",
        "share": 100 * row.left // row.granted if row.granted else 0,
        "until": _plain(f"{wording.bucket(row.bucket)}, до {figures.moment(row.end)[:-3]}"),
    }


def _range(made: Statement) -> str:
    return f"с {figures.day(made.from_)} по {figures.day(made.to)}"


def _phone(account: str) -> str:
    """A number as people read it: `+7 916 123-45-67`."""
    return f"+7{_BOUND}{account[1:4]}{_BOUND}{account[4:7]}-{account[7:9]}-{account[9:]}"


def _bound(text: str) -> str:
    """A figure and its unit, which stay on one line."""
    return text.replace(" ", _BOUND)


def _plain(text: str) -> str:
    """A text for people, shown safely; small words stay with figures."""
    return _BEFORE_FIGURE.sub(rf"\1{_BOUND}", spelt(safe(text)))


def spelt(text: str) -> str:
    """A text with code points for the pictures of control characters, which no font of typst has: `⟨U+001B⟩`."""
    return text.translate(_PICTURES)
