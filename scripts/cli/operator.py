"""`obnovi import-statement` and `check-statement`: the operator's own statements, as inputs and as findings."""

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click
import msgspec

from ledger.catalogue import parse, shipped_text
from projections import canonical_answers
from projections.operator import check as audit
from projections.operator import files
from projections.operator.check import Check, Finding, Report
from projections.operator.inputs import NO_USAGE, PAID_ZONE, Imported, Why, inputs_of
from projections.operator.model import BadStatement, OperatorStatement
from projections.words.phrasebook import RUSSIAN
from scripts.cli import terminal
from scripts.cli.feed import EXIT_REJECTED
from scripts.cli.grouped import GroupedMessages
from scripts.cli.options import print_error, print_json, print_text, with_settings
from scripts.errors import UsageError
from scripts.wiring import Settings, catalogue_text

_NO_USAGE: Final[dict[Why, str]] = {
    "ussd": "USSD other than a request for a refresh",
    "unmeasured": "nothing measured: a counter, or the fee of an option",
}

_CHECKS: Final[dict[Check, str]] = {
    "billed": "тарифицированный объём",
    "free": "стоимость бесплатного",
    "quantity": "объём",
    "kopecks": "целые копейки",
    "ex_vat": "стоимость без НДС",
    "vat_rate": "ставка НДС",
    "total": "итого с НДС",
    "total_ex_vat": "итого без НДС",
    "order": "порядок строк",
    "twice": "строка дважды",
    "changed_before": "баланс изменён до начала",
    "changed_late": "баланс изменён поздно",
    "cut_off": "строка неполна",
    "unreadable": "строка не читается",
}
_FORMS: Final = {"xml": "XML", "html": "HTML", "text": "текст PDF"}


@click.command()
@click.argument("file", metavar="FILE")
@click.option(
    "--paid-zone",
    default=PAID_ZONE,
    show_default=True,
    metavar="ZONE",
    help="Where a paid call went whose columns name no zone.",
)
@with_settings
def import_statement(settings: Settings, file: str, paid_zone: str) -> int:
    """Turn the operator's own statement into inputs: JSON Lines on stdout, in the order of their arrival.

    FILE is XML, HTML, a zip of one of these, or the text that `pdftotext` made of a PDF. A row reached the ledger at
    its start or when the balance changed, whichever is later. Rows that are no inputs are counted on stderr; exit
    code 3 when a call, SMS or data record is among them.

    A row is known by what it says, so statements of one number may overlap, in any form and order: `feed` books each
    row once, also one that an earlier import booked by its number in a file (`row-0001`).

    \b
    Example:
      obnovi import-statement statement.xml > usage.jsonl
      obnovi import-statement statement.zip --paid-zone home | obnovi feed -
    """
    made = _read(file)
    try:
        done = inputs_of(made, paid_zone=paid_zone)
    except BadStatement as error:
        raise UsageError(f"{file}: {error}") from None
    sys.stdout.buffer.writelines(msgspec.json.encode(input) + b"\n" for input in done.inputs)
    sys.stdout.buffer.flush()
    rejected = _tell(file, done)
    return EXIT_REJECTED if rejected else 0


@click.command()
@click.argument("file", metavar="FILE")
@with_settings
def check_statement(settings: Settings, file: str) -> int:
    """Audit the operator's own statement: lengths, VAT, totals, order, repetitions, balance changes.

    FILE is XML, HTML, a zip of one of these, or the text that `pdftotext` made of a PDF. VAT rates and the late window
    are those of --catalogue, else of the shipped one. Exit code 1 when there are findings.

    \b
    Example:
      obnovi check-statement statement.xml
      obnovi check-statement statement.zip --json
    """
    made = _read(file)
    text = shipped_text() if settings.catalogue is None else catalogue_text(Path(settings.catalogue))
    report = audit.check(made, parse(text))
    if settings.json:
        print_json(canonical_answers.report(report))
    else:
        _show(file, made, report)
    return 1 if report.findings else 0


def _read(file: str) -> OperatorStatement:
    path = Path(file)
    if not path.exists():
        raise UsageError(f"there is no statement at {file}")
    if path.is_dir():
        raise UsageError(f"{file} is a folder, not a statement")
    try:
        return files.read(path)
    except BadStatement as error:
        raise UsageError(f"{file}: {error}") from None


def _tell(file: str, done: Imported) -> int:
    """Count on stderr what became of the rows; how many of them were rejected."""
    rejected = done.rejected
    counts = Counter(each.why for each in done.passed_over if each.why in NO_USAGE)
    told = [terminal.count(len(done.inputs), "input")]
    told += [f"{terminal.count(count, 'row')} passed over ({_NO_USAGE[why]})" for why, count in counts.items()]
    told += [f"{terminal.count(len(rejected), 'row')} rejected"] if rejected else []
    kinds = GroupedMessages()
    lines = [
        f"{file}: row {each.row} (line {each.line}): {each.why.replace('_', ' ')}: {each.detail}"
        for each in rejected
        if kinds.tell(each.why.replace("_", " "))
    ]
    lines += [f"{file}: … and {more} more: {kind}" for kind, more in kinds.rest()]
    lines += [f"{file}: {'; '.join(told)}"]
    for line in lines:
        print_error(line)
    return len(rejected)


def _show(file: str, made: OperatorStatement, report: Report) -> None:
    period = f" за {made.since} – {made.until}" if made.since and made.until else ""
    print_text(f"{file} ({_FORMS[report.form]}): номер {report.account}{period}, строк: {report.rows}\n")
    ex_vat = RUSSIAN.ten_thousandths
    confirmed = _confirmed(report.printed_total_ex_vat, report.total_ex_vat, ex_vat)
    print_text(f"Итого без НДС {ex_vat(report.total_ex_vat)}: {confirmed}\n")
    confirmed = _confirmed(report.printed_total, report.total, RUSSIAN.money)
    print_text(f"Итого с НДС {RUSSIAN.money(report.total)}: {confirmed}\n")
    if report.unknown:
        print_text(f"Услуга неизвестна, проверены только суммы и время: строк {report.unknown}\n")
    if not report.findings:
        print_text("Отступлений от правил нет.\n")
        return
    counts = Counter((finding.rule, finding.check) for finding in report.findings)
    summary = [(rule, _CHECKS[check], str(count)) for (rule, check), count in counts.most_common()]
    terminal.table("Отступления от правил", ("Правило", "Что", "Строк"), summary, right=(2,))
    kinds = GroupedMessages()
    cells = [_cells(finding) for finding in report.findings if kinds.tell(_CHECKS[finding.check])]
    terminal.table("", ("Строка", "Правило", "Что", "Ожидалось", "Стоит", "Начало"), cells, right=(0,))
    for kind, more in kinds.rest():
        print_text(f"… и ещё {more}: {kind}; все — с --json\n")


def _confirmed(printed: int | None, reckoned: int, say: Callable[[int], str]) -> str:
    if printed is None:
        return "в выписке не напечатано"
    return "подтверждено" if printed == reckoned else f"не подтверждено, напечатано {say(printed)}"


def _cells(finding: Finding) -> tuple[str, ...]:
    row = "итого" if finding.row is None else str(finding.row)
    return row, finding.rule, _CHECKS[finding.check], finding.expected, finding.found, finding.at or ""
