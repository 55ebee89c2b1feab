"""`obnovi statement`: an account's statement in one of its formats (R-13)."""

from datetime import date

import click

from projections.formats import table as csv_table
from projections.formats import text
from projections.formats.table import Table
from projections.statement import Broken, Statement
from projections.statement import statement as statement_of
from scripts.cli.account import opened_account
from scripts.cli.options import DateType, print_text, spare, with_settings, write_file
from scripts.errors import Misuse, SaysNo
from scripts.wiring import Settings, open_ledger

FORMATS = ("txt", "json", "csv")


@click.command()
@click.argument("account")
@click.option("--from", "since", type=DateType(), required=True, metavar="DATE", help="First local date.")
@click.option("--to", "until", type=DateType(), required=True, metavar="DATE", help="Last local date, included.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="[default: txt]")
@click.option("--table", type=click.Choice(["ledger", "usage"]), help="Which table a csv has.  [default: ledger]")
@click.option("-o", "output", metavar="FILE", help="Write it to a file, whole or not at all.")
@with_settings
def statement(
    settings: Settings,
    account: str,
    since: date,
    until: date,
    form: str | None,
    table: Table | None,
    output: str | None,
) -> int:
    """Print an account's statement: the operations on its balance, its usage, and what is left.

    \b
    Example:
      obnovi statement 79161234567 --from 2023-02-01 --to 2023-02-28
      obnovi statement 79161234567 --from 2023-02-01 --to 2023-02-28 --format json -o february.json
    """
    if table is not None and form != "csv":
        raise Misuse("--table goes with --format csv")
    if since > until:
        raise Misuse(f"--from {since} lies after --to {until}")
    if output is not None:
        spare("-o", output, settings)
    with open_ledger(settings) as ledger:
        found = opened_account(ledger, account)
        try:
            made = statement_of(found, ledger.events(account), ledger.catalogues(), since=since, until=until)
        except Broken as error:
            raise SaysNo(f"account {account}: {error}; run `obnovi verify`") from None
    written = _written(made, "json" if settings.json else form or "txt", table or "ledger")
    if output is None:
        print_text(written)
    else:
        write_file(output, written.encode())
    return 0


def _written(made: Statement, form: str, which: Table) -> str:
    match form:
        case "json":
            return made.json().decode() + "\n"
        case "csv":
            return csv_table.render(made, which)
        case _:
            return text.render(made)
