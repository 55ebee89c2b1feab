"""`obnovi statements`: months' statements of all accounts, or of those in a file (R-13)."""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click
import msgspec

from projections.contract_fields import contract_fields
from projections.formats.csv import TABLES, Table
from projections.words.language import LANGUAGES, Language
from scripts.app.account_list import AccountList
from scripts.app.bulk import Failure, Order, contracts_to_print, write_statements
from scripts.app.statements import FORMATS, checked_layouts
from scripts.cli import terminal
from scripts.cli.account_list import accounts_option
from scripts.cli.engine import AskedEngine, engine_options
from scripts.cli.grouped import GroupedMessages
from scripts.cli.messages import worded
from scripts.cli.missing_keys import tell_all_missing_keys
from scripts.cli.options import DateType, print_json, print_text, with_settings
from scripts.cli.ranges import MonthType, dates_of
from scripts.cli.source import DATASET, TimeOrDataset, parted
from scripts.errors import UsageError
from scripts.wiring import Settings, keys_folder, open_log


@click.command()
@click.option(
    "--month",
    "months",
    type=MonthType(),
    multiple=True,
    metavar="YYYY-MM",
    help="The month, in local dates; of several, each has files of its own.",
)
@click.option(
    "--format",
    "forms",
    type=click.Choice(FORMATS),
    required=True,
    multiple=True,
    help="The format of every file; of several, each has files of its own.",
)
@click.option("-o", "folder", required=True, metavar="DIR", help="Where the files and their manifest go.")
@accounts_option
@click.option("--table", type=click.Choice(TABLES), help="Which table a csv has.  [default: ledger]")
@click.option(
    "--lang",
    "language",
    type=click.Choice(LANGUAGES),
    help="Language of the documents, not of json and xml.  [default: ru]",
)
@click.option(
    "--from",
    "given",
    type=TimeOrDataset(DateType()),
    multiple=True,
    metavar="DATE|DIR",
    help=f"DATE: first local date, instead of months. DIR: {DATASET}",
)
@click.option("--to", "until", type=DateType(), metavar="DATE", help="Last local date, included.")
@engine_options
@with_settings
def statements(
    settings: Settings,
    months: Sequence[date],
    forms: Sequence[str],
    folder: str,
    listed: AccountList | None,
    table: Table | None,
    language: Language | None,
    given: Sequence[date | Path],
    until: date | None,
    asked_engine: AskedEngine,
) -> int:
    """Write months' statements, a file a contract, month and format, and manifests of what each file is.

    Of several months and formats, a contract's events are read once for all. With --from and --to the statements are of
    these dates, as one range; --from may be given twice, with a date and with a dataset.

    The file of a number's N-th contract, N > 1, is called NUMBER-N; --accounts names all contracts of a number, or one
    as NUMBER/N.

    Run again, it leaves what is there and whole, so an interrupted run is gone on with. Exit code 1 when an account
    failed; the others are written.

    \b
    Example:
      obnovi statements --month 2026-10 --format pdf -o october
      obnovi statements --month 2026-09 --month 2026-10 --format pdf --format json -o autumn
      obnovi statements --from 2026-10-01 --to 2026-10-15 --format html -o half
      obnovi statements --month 2026-10 --format csv --table usage -o october --accounts some.txt
    """
    layouts = checked_layouts(dict.fromkeys(forms), table=table, lang=language)
    keys = keys_folder(settings)
    since, dataset = parted(given)
    ranges = dates_of(months, since, until)
    orders = [Order(folder, *dates, layout, keys) for dates in ranges for layout in layouts]
    with open_log(settings, dataset) as ledger, ledger.store.reading() as log:
        tell_all_missing_keys(settings, log)
        wanted = contracts_to_print(log, listed)
        try:
            os.makedirs(folder, exist_ok=True)
        except FileExistsError:
            raise UsageError(f"{folder} is a file; name a folder with -o") from None
        with asked_engine.started(dataset) as engine, terminal.progress("statements", wanted.count) as bar:
            summary = write_statements(log, orders, wanted, engine=engine, progress=bar)
    if settings.json:
        failed = [_fields(failure) | {"reason": _reason(failure)} for failure in summary.failures]
        print_json(msgspec.structs.asdict(summary) | {"failures": failed})
    else:
        kinds = GroupedMessages()
        for failure in summary.failures:
            if kinds.tell(reason := _reason(failure)):
                print_text(f"account {failure.asked}: {reason}\n")
        for kind, more in kinds.rest():
            print_text(f"… and {more} more: {kind}; `obnovi statements --json` lists all\n")
        print_text(
            f"{terminal.count(summary.written, 'statement')} written, {summary.skipped} already there, "
            f"{summary.failed} failed; listed in {', '.join(str(order.manifest) for order in orders)}\n"
        )
    return 1 if summary.failed else 0


def _fields(failure: Failure) -> dict[str, object]:
    return {"account": failure.asked} if isinstance(failure.asked, str) else contract_fields(failure.asked)


def _reason(failure: Failure) -> str:
    return f"{failure.error}: {worded(failure.reason)}" if failure.error else worded(failure.reason)
