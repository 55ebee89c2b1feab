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
from projections.words.statement import KINDS, LEDGER_SHEET, UNRATED_HEAD, USAGE_SHEET, VERSION, Teller

Table: TypeAlias = Literal["ledger", "usage"]


def render(made: Statement, table: Table = "ledger", *, lang: Language = "ru") -> str:
    """One table of the statement, with its header; a decimal point in English.

    Quantities are in the units of the statement's JSON. Below the usage, behind an empty line, stand the records
    without a price, where there are any (R-13.6).
    """
    tell = Teller(lang, made)
    match table:
        case "ledger":
            return _written((*tell.head(LEDGER_SHEET), tell("plan")), _ledger(made, tell))
        case "usage":
            head = (*tell.head(USAGE_SHEET), tell("plan"))
            return _written(head, itertools.chain(_usage(made, tell), _unrated(made, tell)))


def _ledger(made: Statement, tell: Teller) -> Iterable[Sequence[str]]:
    plan = guarded(made.plan_name or "")
    for line in made.lines:
        yield (
            str(line.version),
            line.booked_at,
            tell.say(KINDS[line.kind]),
            guarded(tell.canonical(line)),
            guarded(line.channel) if isinstance(line.channel, str) else "",
            line.period.first if line.period else "",
            line.period.last if line.period else "",
            _amount(tell, line.amount),
            _amount(tell, line.balance),
            plan,
        )


def _usage(made: Statement, tell: Teller) -> Iterable[Sequence[str]]:
    plan = guarded(made.plan_name or "")
    for row in made.usage:
        yield (
            str(row.version),
            row.at,
            row.booked_at,
            guarded(row.peer),
            guarded(tell.zone(row.zone)),
            tell.service(row.service),
            tell.say(names.DIRECTIONS[row.direction]),
            str(row.quantity),
            str(row.billed),
            str(row.from_packages),
            tell.decimal(row.amount_ex_vat),
            _amount(tell, row.amount),
            str(row.vat_rate),
            plan,
        )


def _unrated(made: Statement, tell: Teller) -> Iterable[Sequence[str]]:
    if not made.unrated:
        return
    yield ()
    yield tell("unrated"), str(len(made.unrated))
    yield tell.head((VERSION, *UNRATED_HEAD))
    for each in made.unrated:
        service, reason = tell.service(each.service), tell.say(REASONS[each.reason])
        yield str(each.version), each.at, service, str(each.quantity), reason


def decimal(amount: Kopecks) -> str:
    """Kopecks as rubles with a decimal comma, as a spreadsheet reads a number: −40000 → "-400,00"."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100},{abs(amount) % 100:02d}"


def _amount(tell: Teller, amount: Kopecks) -> str:
    return decimal(amount) if tell.russian else decimal(amount).replace(",", ".")


def guarded(text: str) -> str:
    """A text shown safely that no spreadsheet takes for a formula: behind an apostrophe where it begins like one."""
    return f"'{safe(text)}" if text.startswith(columns.FORMULA) else safe(text)


def _written(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + out.getvalue()
