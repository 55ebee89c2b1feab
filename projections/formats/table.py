"""The statement as CSV, one table at a time: UTF-8 with a byte order mark, `;`, decimal comma, for spreadsheets."""

import csv
import io
import itertools
from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

from ledger.units import Kopecks
from projections import wording
from projections.formats import columns
from projections.formats.headings import Language
from projections.statement import Statement
from projections.words.reasons import REASONS
from projections.words.safe import safe
from projections.words.statement import UNRATED

Table: TypeAlias = Literal["ledger", "usage"]


def render(made: Statement, table: Table = "ledger", *, lang: Language = "ru") -> str:
    """One table of the statement, with its header. Quantities are in the units of the statement's JSON.

    Below the usage, behind an empty line, stand the records without a price, where there are any (R-13.6).
    """
    match table:
        case "ledger":
            return _written(columns.LEDGER[lang], _ledger(made))
        case "usage":
            return _written(columns.USAGE[lang], itertools.chain(_usage(made), _unrated(made, lang)))


def _ledger(made: Statement) -> Iterable[Sequence[str]]:
    for line in made.lines:
        yield (
            str(line.version),
            line.booked_at,
            line.kind,
            guarded(line.text),
            guarded(line.channel) if isinstance(line.channel, str) else "",
            line.period.first if line.period else "",
            line.period.last if line.period else "",
            decimal(line.amount),
            decimal(line.balance),
        )


def _usage(made: Statement) -> Iterable[Sequence[str]]:
    for row in made.usage:
        yield (
            str(row.version),
            row.at,
            row.booked_at,
            guarded(row.peer),
            guarded(wording.zone(row.zone)),
            wording.SERVICES[row.service],
            wording.DIRECTIONS[row.direction],
            str(row.quantity),
            str(row.billed),
            str(row.from_packages),
            row.amount_ex_vat.replace(".", ","),
            decimal(row.amount),
            str(row.vat_rate),
        )


def _unrated(made: Statement, lang: Language) -> Iterable[Sequence[str]]:
    if not made.unrated:
        return
    words = UNRATED[lang]
    yield ()
    yield words.title, str(len(made.unrated))
    yield words.version, words.start, words.service, words.quantity, words.reason
    for each in made.unrated:
        service, reason = wording.SERVICES[each.service], REASONS[each.reason].ru
        yield str(each.version), each.at, service, str(each.quantity), reason


def decimal(amount: Kopecks) -> str:
    """Kopecks as rubles with a decimal comma, as a spreadsheet reads a number: −40000 → "-400,00"."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100},{abs(amount) % 100:02d}"


def guarded(text: str) -> str:
    """A text shown safely that no spreadsheet takes for a formula: behind an apostrophe where it begins like one."""
    return f"'{safe(text)}" if text.startswith(columns.FORMULA) else safe(text)


def _written(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + out.getvalue()
