"""The statement as CSV, one table at a time: UTF-8 with a byte order mark, `;`, decimal comma, for spreadsheets."""

import csv
import io
import itertools
from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

from ledger.units import Kopecks
from projections.formats import columns
from projections.statement import Statement
from projections.words import names
from projections.words.language import Language
from projections.words.reasons import REASONS
from projections.words.safe import safe
from projections.words.statement import KINDS, LEDGER_SHEET, UNRATED_HEAD, USAGE_SHEET, VERSION, StatementPhrasebook

Table: TypeAlias = Literal["ledger", "usage"]


def render(made: Statement, table: Table = "ledger", *, lang: Language = "ru") -> str:
    """One table of the statement, with its header; a decimal point in English.

    Quantities are in the units of the statement's JSON. Below the usage, behind an empty line, stand the records
    without a price, where there are any (R-13.6).
    """
    phrases = StatementPhrasebook(lang, made)
    match table:
        case "ledger":
            return _written((*phrases.head(LEDGER_SHEET), phrases("plan")), _ledger(made, phrases))
        case "usage":
            head = (*phrases.head(USAGE_SHEET), phrases("plan"))
            return _written(head, itertools.chain(_usage(made, phrases), _unrated(made, phrases)))


def _ledger(made: Statement, phrases: StatementPhrasebook) -> Iterable[Sequence[str]]:
    plan = guarded(made.plan_name or "")
    for line in made.lines:
        yield (
            str(line.version),
            line.booked_at,
            phrases.say(KINDS[line.kind]),
            guarded(phrases.canonical(line)),
            guarded(line.channel) if isinstance(line.channel, str) else "",
            line.period.first if line.period else "",
            line.period.last if line.period else "",
            _amount(phrases, line.amount),
            _amount(phrases, line.balance),
            plan,
        )


def _usage(made: Statement, phrases: StatementPhrasebook) -> Iterable[Sequence[str]]:
    plan = guarded(made.plan_name or "")
    for row in made.usage:
        yield (
            str(row.version),
            row.at,
            row.booked_at,
            guarded(row.peer),
            guarded(phrases.zone(row.zone)),
            phrases.service(row.service),
            phrases.say(names.DIRECTIONS[row.direction]),
            str(row.quantity),
            str(row.billed),
            str(row.from_packages),
            phrases.decimal(row.amount_ex_vat),
            _amount(phrases, row.amount),
            str(row.vat_rate),
            plan,
        )


def _unrated(made: Statement, phrases: StatementPhrasebook) -> Iterable[Sequence[str]]:
    if not made.unrated:
        return
    yield ()
    yield phrases("unrated"), str(len(made.unrated))
    yield phrases.head((VERSION, *UNRATED_HEAD))
    for each in made.unrated:
        service, reason = phrases.service(each.service), phrases.say(REASONS[each.reason])
        yield str(each.version), each.at, service, str(each.quantity), reason


def decimal(amount: Kopecks) -> str:
    """Kopecks as rubles with a decimal comma, as a spreadsheet reads a number: −40000 → "-400,00"."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100},{abs(amount) % 100:02d}"


def _amount(phrases: StatementPhrasebook, amount: Kopecks) -> str:
    return decimal(amount) if phrases.russian else decimal(amount).replace(",", ".")


def guarded(text: str) -> str:
    """A text shown safely that no spreadsheet takes for a formula: behind an apostrophe where it begins like one."""
    return f"'{safe(text)}" if text.startswith(columns.FORMULA) else safe(text)


def _written(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + out.getvalue()
