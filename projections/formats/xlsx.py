"""The statement as a workbook: facts with a chart, ledger, usage, summary; real numbers, real dates, no formula."""

import io
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from tempfile import TemporaryDirectory
from typing import Any, Final

import xlsxwriter

from ledger.periods import Instant, local
from ledger.units import Kopecks, TenThousandths
from projections.canonical import statement_id
from projections.formats import columns
from projections.formats.xml import created
from projections.ledger_line import Line
from projections.statement import Statement
from projections.summary import Summary
from projections.usage_row import UsageRow
from projections.words import names, next_charges, summary
from projections.words.language import Language
from projections.words.reasons import REASONS
from projections.words.safe import safe
from projections.words.statement import (
    KINDS,
    LEDGER_SHEET,
    LEFT_SHEET,
    UNITS,
    UNRATED_HEAD,
    USAGE_SHEET,
    VERSION,
    StatementPhrasebook,
)

ROWS_IN_MEMORY_MAX: Final = 20_000
"""A workbook of more rows takes some 3 KB a row while it is made in memory."""
_LEDGER_WIDTHS: Final = (8, 19, 13, 52, 14, 12, 12, 13, 13)
_USAGE_WIDTHS: Final = (8, 19, 19, 24, 18, 11, 13, 13, 10, 10, 11, 11, 11)
_SUMMARY_WIDTHS: Final = (18, 36, 11, 13, 18, 8, 9, 13, 13, 44, 13, 13)
_MONEY: Final = '#,##0.00"\N{NO-BREAK SPACE}₽";[Red]"\N{MINUS SIGN}"#,##0.00"\N{NO-BREAK SPACE}₽"'
"""Whatever is no figure is quoted: SheetJS takes a bare sign that is not ASCII for the end of a format."""
_FORMATS: Final = {
    "head": {"bold": True, "bg_color": "#E8ECEB", "bottom": 1, "text_wrap": True, "valign": "vcenter"},
    "title": {"bold": True, "font_size": 16},
    "label": {"font_color": "#5B6470"},
    "money": {"num_format": _MONEY},
    "exact": {"num_format": "#,##0.0000"},
    "day": {"num_format": "dd.mm.yyyy", "align": "left"},
    "moment": {"num_format": "dd.mm.yyyy hh:mm:ss", "align": "left"},
    "typed": {"quote_prefix": True},
}

Cell = Callable[[int, int, Any], None]


def render(made: Statement, *, lang: Language = "ru", checkpoint: str | None = None) -> bytes:
    """The workbook. Its date of creation is the statement's own, so a final one keeps its bytes (R-13.5).

    Quantities are in the units of the statement's JSON; times are local, without the offset, which dates here lack. A
    long statement is written row by row through files in a folder of its own, which is removed.
    """
    out = io.BytesIO()
    if len(made.lines) + len(made.usage) <= ROWS_IN_MEMORY_MAX:
        _write(out, {"in_memory": True}, made, lang, checkpoint)
    else:
        with TemporaryDirectory(prefix="obnovi-") as folder:
            _write(out, {"constant_memory": True, "tmpdir": folder}, made, lang, checkpoint)
    return out.getvalue()


def _write(out: io.BytesIO, where: dict[str, Any], made: Statement, lang: Language, checkpoint: str | None) -> None:
    texts = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, where | texts)
    moment = created(made).replace(microsecond=0, tzinfo=None)  # local, as everything in the book
    phrases = StatementPhrasebook(lang, made)
    id = statement_id(made)
    title = phrases("document_title", account=phrases.account, first=phrases.first, last=phrases.last)
    book.set_properties({"title": title, "comments": id, "created": moment})
    form = {name: book.add_format(given) for name, given in _FORMATS.items()}
    facts, ledger, usage = (book.add_worksheet(phrases(name)) for name in ("summary_sheet", "ledger_sheet", "usage"))
    _ledger(_Sheet(ledger, form, phrases), made.lines)
    _usage(_Sheet(usage, form, phrases), made.usage)
    _unrated(_Sheet(usage, form, phrases), made)
    if made.summary is not None:
        _kinds(_Sheet(book.add_worksheet(phrases.say(summary.TITLE)), form, phrases), made.summary)
    row = _facts(_Sheet(facts, form, phrases), made, id, checkpoint)
    if made.lines:
        facts.insert_chart(row + 2, 0, _chart(book, made, phrases))
    book.close()


class _Sheet:
    """A worksheet that is told what each cell is, and never guesses."""

    def __init__(self, sheet: Any, form: dict[str, Any], phrases: StatementPhrasebook) -> None:
        self.sheet = sheet
        self.form = form
        self.phrases = phrases

    def head(self, names: Sequence[str], widths: Sequence[int], rows: int) -> None:
        """Names over columns, which stay in sight, with a filter."""
        for column, (name, width) in enumerate(zip(names, widths, strict=True)):
            self.sheet.set_column(column, column, width)
            self.sheet.write_string(0, column, name, self.form["head"])
        self.sheet.freeze_panes(1, 0)
        self.sheet.autofilter(0, 0, rows, len(names) - 1)

    def text(self, row: int, column: int, text: str, form: str = "") -> None:
        """A text shown safely, whatever it looks like: also when somebody edits the cell."""
        if text:
            typed = "typed" if text.startswith(columns.FORMULA) else form
            self.sheet.write_string(row, column, safe(text), self.form.get(typed))

    def number(self, row: int, column: int, number: int) -> None:
        self.sheet.write_number(row, column, number)

    def money(self, row: int, column: int, amount: Kopecks) -> None:
        self.sheet.write_number(row, column, _scaled(amount, -2), self.form["money"])

    def exact(self, row: int, column: int, amount: TenThousandths) -> None:
        self.sheet.write_number(row, column, _scaled(amount, -4), self.form["exact"])

    def day(self, row: int, column: int, day: date) -> None:
        self.sheet.write_datetime(row, column, day, self.form["day"])

    def moment(self, row: int, column: int, at: Instant) -> None:
        """A date; a text where its hour may come twice, since a date has no offset."""
        if self.phrases.offset(at):
            self.text(row, column, self.phrases.time(at))
        else:
            clock = local(at, self.phrases.zone_of_clocks).replace(microsecond=0, tzinfo=None)
            self.sheet.write_datetime(row, column, clock, self.form["moment"])


@lru_cache(maxsize=10_000)
def _scaled(amount: int, exponent: int) -> Decimal:
    return Decimal(amount).scaleb(exponent)


def _ledger(sheet: _Sheet, lines: Sequence[Line]) -> None:
    phrases = sheet.phrases
    sheet.head(phrases.head(LEDGER_SHEET), _LEDGER_WIDTHS, len(lines))
    for row, line in enumerate(lines, 1):
        sheet.number(row, 0, line.version)
        sheet.moment(row, 1, line.booked_at)
        sheet.text(row, 2, phrases.say(KINDS[line.kind]))
        sheet.text(row, 3, phrases.canonical(line))
        sheet.text(row, 4, line.channel or "")
        if line.period is not None:
            sheet.day(row, 5, line.period.first)
            sheet.day(row, 6, line.period.last)
        sheet.money(row, 7, line.amount)
        sheet.money(row, 8, line.balance)


def _usage(sheet: _Sheet, rows: Sequence[UsageRow]) -> None:
    phrases = sheet.phrases
    sheet.head(phrases.head(USAGE_SHEET), _USAGE_WIDTHS, len(rows))
    for row, used in enumerate(rows, 1):
        sheet.number(row, 0, used.version)
        sheet.moment(row, 1, used.at)
        sheet.moment(row, 2, used.booked_at)
        sheet.text(row, 3, used.peer)
        sheet.text(row, 4, phrases.zone(used.zone))
        sheet.text(row, 5, phrases.service(used.service))
        sheet.text(row, 6, phrases.say(names.DIRECTIONS[used.direction]))
        sheet.number(row, 7, used.quantity)
        sheet.number(row, 8, used.billed)
        sheet.number(row, 9, used.from_packages)
        sheet.exact(row, 10, used.amount_ex_vat)
        sheet.money(row, 11, used.amount)
        sheet.number(row, 12, used.vat_rate)


def _kinds(sheet: _Sheet, made: Summary) -> None:
    phrases = sheet.phrases
    sheet.head(phrases.head(summary.SHEET), _SUMMARY_WIDTHS, len(made.rows))
    for row, each in enumerate(made.rows, 1):
        kind, item, service, direction, zone, unit, shares = summary.sheet(phrases, each)
        for column, text in ((0, kind), (1, item), (2, service), (3, direction), (4, zone), (6, unit), (9, shares)):
            sheet.text(row, column, text)
        for column, number in ((5, each.count), (7, each.quantity), (8, each.from_packages)):
            sheet.number(row, column, number)
        if each.kind == "usage" and each.without_packages is not None:
            sheet.money(row, 10, each.without_packages)
        sheet.money(row, 11, each.amount)


def _unrated(sheet: _Sheet, made: Statement) -> None:
    """The records without a price below the usage, where there are any (R-13.6)."""
    if not made.unrated:
        return
    phrases = sheet.phrases
    row = len(made.usage) + 2
    sheet.text(row, 0, phrases.unrated(made), "title")
    row += 1
    for column, name in enumerate(phrases.head((VERSION, *UNRATED_HEAD))):
        sheet.text(row, column, name, "head")
    for each in made.unrated:
        row += 1
        sheet.number(row, 0, each.version)
        sheet.moment(row, 1, each.at)
        sheet.text(row, 2, phrases.service(each.service))
        sheet.number(row, 3, each.quantity)
        sheet.text(row, 4, phrases.say(REASONS[each.reason]))


def _facts(sheet: _Sheet, made: Statement, id: str, checkpoint: str | None) -> int:
    """The facts one below the other, then what is left; the last row that was written."""
    phrases = sheet.phrases
    total = made.usage_total
    due, amount, notes = next_charges.next_charge(phrases, made.waiting)
    state = phrases("final").lower() if made.final else next_charges.provisional(phrases, made.waiting, made.mode)
    ex_vat = phrases("ex_vat")
    facts: list[tuple[str, Cell, Any]] = [
        (phrases("number"), sheet.text, phrases.account),
        (phrases("plan"), sheet.text, made.plan_name or "—"),
        (phrases("since"), sheet.day, made.since),
        (phrases("until"), sheet.day, made.until),
        (phrases("times"), sheet.text, phrases.clocks(made)),
        (phrases("state"), sheet.text, state),
        (phrases("opening"), sheet.money, made.opening),
        (phrases("closing"), sheet.money, made.closing),
        (phrases("usage_total"), sheet.money, total.amount),
        (ex_vat[:1].upper() + ex_vat[1:], sheet.exact, total.amount_ex_vat),
        (phrases("charged"), sheet.text, phrases.say(names.MODES[made.mode])),
        *([(phrases("next_due"), sheet.moment, due)] if due is not None else []),
        *([(phrases("next_fee"), sheet.money, amount)] if amount is not None else []),
        *((phrases("next_due"), sheet.text, each) for each in notes),
        (phrases("document"), sheet.text, id),
        *([(phrases("former"), sheet.text, made.former_id)] if made.former_id is not None else []),
        *([(phrases("checkpoint"), sheet.text, checkpoint)] if checkpoint is not None else []),
    ]
    sheet.sheet.set_column(0, 0, 24)
    sheet.sheet.set_column(1, 6, 19)
    sheet.text(0, 0, f"{phrases('statement')} {phrases.account}, {phrases.first} – {phrases.last}", "title")
    row = 1
    for label, write, value in facts:
        row += 1
        sheet.text(row, 0, label, "label")
        write(row, 1, value)
    row += 2
    sheet.text(row, 0, phrases("packages"), "title")
    row += 1
    if not made.left:
        sheet.text(row, 0, phrases("no_packages"))
        return row
    for column, name in enumerate(phrases.head(LEFT_SHEET)):
        sheet.text(row, column, name, "head")
    for bucket in made.left:
        row += 1
        sheet.text(row, 0, phrases.bucket(bucket.bucket))
        sheet.text(row, 1, phrases.service(bucket.service))
        sheet.number(row, 2, bucket.left)
        sheet.number(row, 3, bucket.granted)
        sheet.text(row, 4, phrases.say(UNITS[bucket.unit]))
        sheet.moment(row, 5, bucket.start)
        sheet.moment(row, 6, bucket.end)
    return row


def _chart(book: Any, made: Statement, phrases: StatementPhrasebook) -> Any:
    """The balance behind each line, drawn by the spreadsheet from the sheet of the ledger."""
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    sheet, last = phrases("ledger_sheet"), len(made.lines)
    chart.add_series(
        {
            "name": phrases("curve"),
            "categories": [sheet, 1, 1, last, 1],
            "values": [sheet, 1, 8, last, 8],
            "line": {"color": "#0A6B57", "width": 1.5},
            "marker": {"type": "circle", "size": 4, "fill": {"color": "#0A6B57"}, "border": {"none": True}},
        }
    )
    chart.set_title({"name": phrases("curve"), "overlay": False})
    chart.set_legend({"none": True})
    chart.set_x_axis({"num_format": "dd.mm", "major_gridlines": {"visible": False}, "label_position": "low"})
    chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#DFE2E6"}}})
    chart.set_size({"width": 860, "height": 300})
    return chart
