"""The statement as a PDF: typst lays out what `statement.typ` is told; fonts are its own, none of the machine."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC
from functools import cache
from importlib import resources
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import msgspec
import typst

from ledger import periods
from ledger.periods import Instant
from projections.canonical import statement_id
from projections.formats import bars, curve
from projections.formats.xml import created
from projections.operator import blocks, figures, number_cell, words
from projections.packages import BucketRow
from projections.statement import Statement
from projections.summary import SummaryRow
from projections.usage_row import UsageRow
from projections.words import money, months, names, next_charges, summary, times
from projections.words.contracts import phone, place
from projections.words.language import Language
from projections.words.reasons import REASONS
from projections.words.safe import safe
from projections.words.statement import BILLED_HEAD, LINE_HEAD, NUMBER, UNRATED_HEAD, StatementPhrasebook

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
_SAID: Final = ("statement", "curve", "packages", "no_packages", "ledger", "no_usage", "page", "of_pages")
"""The words that the template itself sets."""
_COST: Final = 6
"""The column of costs, under which the totals stand."""
_FITS: Final = 24
"""So many characters of a number and its zone certainly fit on one line."""
_PICTURES: Final = {0x2400 + code: f"⟨U+{code:04X}⟩" for code in range(0x20)} | {ord("␡"): "⟨U+007F⟩"}
_BEFORE_FIGURE: Final = re.compile(r"\b(с|по|до|за|из|от) (?=[0-9])")


def render(made: Statement, *, lang: Language = "ru", checkpoint: str | None = None) -> bytes:
    """The document. Its date is the statement's own, so a final one has the same bytes whenever printed (R-13.5)."""
    told = msgspec.json.encode(_fields(made, StatementPhrasebook(lang, made), checkpoint))
    compiler, template = _compiler()
    document = compiler.compile(
        input=template,
        format="pdf",
        sys_inputs={"statement": told.decode()},
        timestamp=int(created(made).replace(tzinfo=UTC).timestamp()),
        pdf_tags=False,
    )
    assert isinstance(document, bytes)
    return document


@cache
def _compiler() -> tuple[typst.Compiler, bytes]:
    template = resources.files("projections.formats").joinpath("statement.typ").read_bytes()
    return typst.Compiler(ignore_system_fonts=True), template


def _fields(made: Statement, phrases: StatementPhrasebook, checkpoint: str | None) -> dict[str, object]:
    charge = next_charges.next_charge(phrases, made.waiting)
    foot: list[Any] = [
        f"{phrases('document')} {statement_id(made)} · {phrases('final' if made.final else 'provisional').lower()}"
    ]
    if made.former_id is not None:
        foot.append(f"{phrases('former')} {made.former_id} · {phrases('former_why')}")
    if checkpoint is not None:
        foot.append(list(f"{phrases('checkpoint')} {_plain(checkpoint)}"))
    when, what, amount, balance = phrases.head(LINE_HEAD)
    days = _plain(phrases("range", first=phrases.first, last=phrases.last))
    usage = _usage_columns(phrases)
    return {
        "lang": phrases.lang,
        "title": phrases("document_title", account=phrases.account, first=phrases.first, last=phrases.last),
        "document": statement_id(made),
        "final": made.final,
        "state": _bound(phrases("final"))
        if made.final
        else _plain(next_charges.provisional(phrases, made.waiting, made.mode)),
        "words": {name: phrases(name) for name in _SAID},
        "about": [
            (phrases("number"), f"{phone(made.contract.number)}{place(phrases, made.contract)}"),
            (phrases("plan"), _plain(made.plan_name or "—")),
            (phrases("period"), days),
            (phrases("times"), phrases.clocks(made)),
            *([(phrases("next_due"), _plain("; ".join(charge.notes)))] if charge.notes else []),
        ],
        "sums": _sums(made, phrases, charge),
        "curve": _drawn(curve.svg(made, phrases.lang)),
        "packages": [_package(row, phrases) for row in made.left],
        "months": _months(made, phrases),
        "summary": _summary(made, phrases),
        "ledger": _table(
            (
                Column(8, phrases.say(NUMBER), "figure"),
                Column(24, when, "figure"),
                Column(116, what),
                Column(21, amount, "right"),
                Column(21, balance, "end", gap=0),
            ),
            _ledger(made, phrases),
        ),
        "usage": _table(usage, (_row(row, phrases) for row in blocks.by_start(made.usage))),
        "usage_title": f"{phrases.operator('usage')} {days}",
        "resource": f"{phrases.operator('resource')} {made.contract.number}",
        "totals": _totals(made, phrases, usage),
        "unrated": _unrated(made, phrases),
        "billed": _billed(made, phrases),
        "zone_note": phrases.operator("zone_note"),
        "foot": foot,
    }


def _drawn(picture: str) -> str:
    """A picture in the font of the document."""
    return picture.replace("sans-serif", "Libertinus Serif")


def _usage_columns(phrases: StatementPhrasebook) -> tuple[Column, ...]:
    """The operator's columns.

    Number and zones share one: programs that take the text off a page read it row by row as long as the rows have the
    same cells, and most rows have no zone.
    """
    said = phrases.operator
    return (
        Column(12, "", "joined"),
        Column(14, said("day_and_clock"), "figure"),
        Column(9, "", "joined"),
        Column(82, said("gmt_number_and_zones"), "flexible"),
        Column(15, said("service")),
        Column(18, said("length"), "figure"),
        Column(40, said("cost_and_changed"), "figure", gap=0),
    )


def _table(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> dict[str, object]:
    """A table whose cells are told once and named by their place: most of them come again and again."""
    known: list[dict[Cell, int]] = [{} for _ in columns]
    indices = [[cells.setdefault(cell, len(cells)) for cells, cell in zip(known, row, strict=True)] for row in rows]
    return {
        "columns": [column._asdict() for column in columns],
        "cells": [list(cells) for cells in known],
        "rows": indices,
    }


def _ledger(made: Statement, phrases: StatementPhrasebook) -> Iterable[Sequence[Cell]]:
    """The ledger's lines between opening and closing balance."""
    yield "", phrases.first, phrases("opening"), "—", phrases.money(made.opening)
    for line in made.lines:
        text = (_plain(phrases.line(line)),)
        when = _moment(made.zone, line.booked_at, phrases.offset(line.booked_at).strip())
        yield str(line.version), when, text, phrases.money(line.amount), phrases.money(line.balance)
    yield "", phrases.last, phrases("closing"), "—", phrases.money(made.closing)


def _months(made: Statement, phrases: StatementPhrasebook) -> dict[str, object] | None:
    """The bars of the months, their legend, and the same figures in a table."""
    if not made.months:
        return None
    heads = phrases.head(months.HEAD)
    columns = (
        Column(34, heads[0]),
        *(Column(26, head, "right") for head in heads[1:-1]),
        Column(26, heads[-1], "end", 0),
    )
    return {
        "title": phrases.say(months.TITLE),
        "legend": [(phrases.say(months.BARS[name]), bars.LEGEND[name]) for name in bars.used(made.months)],
        "picture": _drawn(bars.svg(made.months, phrases)),
        "table": _table(columns, (months.cells(phrases, month) for month in made.months)),
    }


def _summary(made: Statement, phrases: StatementPhrasebook) -> dict[str, object] | None:
    """What it comes to by kind, where that was asked for."""
    if made.summary is None:
        return None
    item, count, quantity, given, without, amount = phrases.head(summary.HEAD)
    columns = (
        Column(58, item), Column(13, count, "right"), Column(26, quantity, "right"), Column(45, given),
        Column(25, without, "right"), Column(23, amount, "end", gap=0),
    )  # fmt: skip
    rows = (_summary_row(row, phrases) for row in made.summary.rows)
    total = (phrases.say(summary.TOTAL), *("",) * 4, phrases.money(made.summary.moved))
    return {
        "title": phrases.say(summary.TITLE),
        "table": _table(columns, [*rows, total]),
        "spared": summary.spared(phrases, made.summary) or "",
    }


def _summary_row(row: SummaryRow, phrases: StatementPhrasebook) -> Sequence[Cell]:
    item, count, quantity, shares, without, amount = summary.cells(phrases, row)
    given = tuple(
        _plain(f"{bucket} {_bound(amount)}{';' * (place < len(shares))}")
        for place, (bucket, amount) in enumerate(shares, 1)
    )
    return (_plain(item),), count, quantity, given, without, amount


def _billed(made: Statement, phrases: StatementPhrasebook) -> dict[str, object] | None:
    """What the operator's columns have no place for, in their figures, of the rows that something was asked for."""
    if not (used := [row for row in blocks.by_start(made.usage) if row.is_billed]):
        return None
    number, start, service, billed, given, with_vat = phrases.head(BILLED_HEAD)
    columns = (
        Column(14, number, "figure"), Column(40, start, "figure"), Column(44, service),
        Column(34, billed, "figure"), Column(34, given, "figure"), Column(24, with_vat, "end", gap=0),
    )  # fmt: skip
    rows = (
        (
            str(row.version),
            _moment(made.zone, row.at, phrases.offset(row.at).strip()),
            phrases.usage(row.service, row.direction),
            figures.billed(row.service, row.billed, row.quantity),
            figures.billed(row.service, row.from_packages, row.quantity) if row.from_packages else "",
            phrases.money(row.amount),
        )
        for row in used
    )
    return {"title": phrases("billed"), "table": _table(columns, rows)}


def _moment(zone: str, at: Instant, offset: str) -> Cell:
    """A time as a figure, or with what tells it from another that the clocks showed alike."""
    moment = figures.moment(periods.local(at, zone))
    return (moment, offset) if offset else moment


def _row(row: UsageRow, phrases: StatementPhrasebook) -> Sequence[Cell]:
    zone = phrases.zone_of_clocks
    at = periods.local(row.at, zone)
    changed = figures.moment(figures.at_offset_of(periods.local(row.booked_at, zone), at)) if row.amount else ""
    return (
        f"{times.day(at)}  ",
        figures.clock(at),
        f"{times.offset(at)}  ",
        _number(row, phrases),
        phrases.operator(words.service(row.service, row.direction)),
        figures.actual(row.service, row.quantity),
        phrases.ten_thousandths(row.amount_ex_vat) + (f"  {changed}" if changed else ""),
    )


def _number(row: UsageRow, phrases: StatementPhrasebook) -> Cell:
    cell = number_cell.number_cell(row.service, row.direction, row.peer, row.zone, fits=_FITS, lang=phrases.lang)
    return cell if len(cell) <= _FITS else (cell,)


def _totals(made: Statement, phrases: StatementPhrasebook, usage: Sequence[Column]) -> dict[str, object]:
    label = sum(column.width for column in usage[:_COST])
    total = made.usage_total
    columns = (Column(label, "", "right"), Column(usage[_COST].width, ""))
    rows = (
        (phrases("total"), phrases.ten_thousandths(total.amount_ex_vat)),
        (phrases("total_with_vat"), money.decimal(total.amount, phrases.lang)),
    )
    return _table(columns, rows)


def _unrated(made: Statement, phrases: StatementPhrasebook) -> dict[str, object] | None:
    """The records without a price, where there are any; below the totals, where no reader of rows looks (R-13.6)."""
    if not made.unrated:
        return None
    heads = [Column(width, name) for width, name in zip((40, 25, 25, 100), phrases.head(UNRATED_HEAD), strict=True)]
    rows = (
        (
            phrases.time(each.at),
            phrases.service(each.service),
            phrases.measured(each.service, each.quantity),
            phrases.say(REASONS[each.reason]),
        )
        for each in made.unrated
    )
    return {"title": phrases.unrated(made), "table": _table(heads, rows)}


def _sums(made: Statement, phrases: StatementPhrasebook, charge: next_charges.NextCharge) -> list[tuple[str, str, str]]:
    due = "—" if charge.at is None else _minute(made.zone, charge.at)
    fee = "" if charge.amount is None else f", {phrases.money(charge.amount)}"
    total = made.usage_total
    return [
        (phrases("opening"), phrases.money(made.opening), ""),
        (phrases("closing"), phrases.money(made.closing), ""),
        (phrases("usage_total"), phrases.money(total.amount), phrases.ex_vat(total.amount_ex_vat)),
        (phrases("next_due"), due, f"{phrases.say(names.MODES[made.mode])}{fee}"),
    ]


def _package(row: BucketRow, phrases: StatementPhrasebook) -> dict[str, object]:
    service = phrases.service(row.service)
    until = f"{_minute(phrases.zone_of_clocks, row.end)}{phrases.offset(row.end)}"
    return {
        "service": service[:1].upper() + service[1:],
        "left": _bound(phrases.packaged(row.service, row.left)),
        "granted": phrases("of_granted", granted=_bound(phrases.packaged(row.service, row.granted))),
        "share": 100 * row.left // row.granted if row.granted else 0,
        "until": _plain(phrases("package_until", bucket=phrases.bucket(row.bucket), time=until)),
    }


def _minute(zone: str, at: Instant) -> str:
    """A time without its seconds, its hour without a leading zero."""
    return figures.moment(periods.local(at, zone))[:-3]


def _bound(text: str) -> str:
    """A figure and its unit, which stay on one line."""
    return text.replace(" ", _BOUND)


def _plain(text: str) -> str:
    """A text for people, shown safely; small words stay with figures."""
    return _BEFORE_FIGURE.sub(rf"\1{_BOUND}", spelt(safe(text)))


def spelt(text: str) -> str:
    """A text with code points for the pictures of control characters, which no font of typst has: `⟨U+001B⟩`."""
    return text.translate(_PICTURES)
