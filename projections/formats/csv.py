"""The statement as CSV, one table at a time: UTF-8 with a byte order mark, `;`, decimal comma, for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeAlias

from ledger.periods import local_text
from projections.formats import columns
from projections.statement import Statement
from projections.words import money, names, summary
from projections.words.language import Language
from projections.words.reasons import REASONS
from projections.words.safe import safe
from projections.words.statement import KINDS, LEDGER_SHEET, UNRATED_HEAD, USAGE_SHEET, VERSION, StatementPhrasebook

Table: TypeAlias = Literal["ledger", "usage", "summary"]
TABLES: Final[tuple[Table, ...]] = ("ledger", "usage", "summary")


def render(made: Statement, table: Table = "ledger", *, lang: Language = "ru") -> str:
    """One table of the statement, with its header; a decimal point in English.

    Quantities are in the units of the statement's JSON; those of a summary in the unit that stands beside them. Below
    the usage, behind an empty line, stand the records without a price, where there are any (R-13.6). From the second
    holder of a number on the last column tells which.
    """
    phrases = StatementPhrasebook(lang, made)
    later = (phrases("contract"), str(made.contract.holder)) if made.contract.holder > 1 else None
    match table:
        case "ledger":
            return _written((*phrases.head(LEDGER_SHEET), phrases("plan")), _ledger(made, phrases), later)
        case "usage":
            head = (*phrases.head(USAGE_SHEET), phrases("plan"))
            return _written(head, _usage(made, phrases), later, _unrated(made, phrases))
        case "summary":
            return _written((*phrases.head(summary.SHEET), phrases("plan")), _summary(made, phrases), later)


def _ledger(made: Statement, phrases: StatementPhrasebook) -> Iterable[Sequence[str]]:
    plan = guarded(made.plan_name or "")
    for line in made.lines:
        yield (
            str(line.version),
            local_text(line.booked_at, made.zone),
            phrases.say(KINDS[line.kind]),
            guarded(phrases.canonical(line)),
            guarded(line.channel or ""),
            line.period.first.isoformat() if line.period else "",
            line.period.last.isoformat() if line.period else "",
            money.decimal(line.amount, phrases.lang),
            money.decimal(line.balance, phrases.lang),
            plan,
        )


def _usage(made: Statement, phrases: StatementPhrasebook) -> Iterable[Sequence[str]]:
    plan = guarded(made.plan_name or "")
    for row in made.usage:
        yield (
            str(row.version),
            local_text(row.at, made.zone),
            local_text(row.booked_at, made.zone),
            guarded(row.peer),
            guarded(phrases.zone(row.zone)),
            phrases.service(row.service),
            phrases.say(names.DIRECTIONS[row.direction]),
            str(row.quantity),
            str(row.billed),
            str(row.from_packages),
            phrases.ten_thousandths(row.amount_ex_vat),
            money.decimal(row.amount, phrases.lang),
            str(row.vat_rate),
            plan,
        )


def _summary(made: Statement, phrases: StatementPhrasebook) -> Iterable[Sequence[str]]:
    plan = guarded(made.plan_name or "")
    for row in made.summary.rows if made.summary is not None else ():
        kind, item, service, direction, zone, unit, shares = summary.sheet(phrases, row)
        without = row.without_packages if row.kind == "usage" else None
        yield (
            kind,
            guarded(item),
            service,
            direction,
            guarded(zone),
            str(row.count),
            unit,
            str(row.quantity),
            str(row.from_packages),
            guarded(shares),
            "" if without is None else money.decimal(without, phrases.lang),
            money.decimal(row.amount, phrases.lang),
            plan,
        )


def _unrated(made: Statement, phrases: StatementPhrasebook) -> Iterable[Sequence[str]]:
    if not made.unrated:
        return
    yield ()
    yield phrases.unrated_title(made), str(len(made.unrated))
    yield phrases.head((VERSION, *UNRATED_HEAD))
    for each in made.unrated:
        service, reason = phrases.service(each.service), phrases.say(REASONS[each.reason])
        yield str(each.version), local_text(each.at, made.zone), service, str(each.quantity), reason


def guarded(text: str) -> str:
    """A text shown safely that no spreadsheet takes for a formula: behind an apostrophe where it begins like one."""
    return f"'{safe(text)}" if text.startswith(columns.FORMULA) else safe(text)


def _written(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    last: tuple[str, str] | None,
    below: Iterable[Sequence[str]] = (),
) -> str:
    """A table, where `last` is given with one more column of that name and value, and what stands below it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    name, value = ((), ()) if last is None else ((last[0],), (last[1],))
    writer.writerow((*head, *name))
    writer.writerows(rows if last is None else ((*row, *value) for row in rows))
    writer.writerows(below)
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + out.getvalue()
