"""`obnovi statement`: an account's statement in one of its formats (R-13)."""

from datetime import date

import click

from projections.formats import text
from projections.statement import Broken
from projections.statement import statement as statement_of
from scripts.cli.account import opened_account
from scripts.cli.options import DateType, print_text, spare, with_settings, write_file
from scripts.errors import Misuse, SaysNo
from scripts.wiring import Settings, open_ledger

FORMATS = ("txt", "json")


@click.command()
@click.argument("account")
@click.option("--from", "since", type=DateType(), required=True, metavar="DATE", help="First local date.")
@click.option("--to", "until", type=DateType(), required=True, metavar="DATE", help="Last local date, included.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="[default: txt]")
@click.option("-o", "output", metavar="FILE", help="Write it to a file, whole or not at all.")
@with_settings
def statement(settings: Settings, account: str, since: date, until: date, form: str | None, output: str | None) -> int:
    """Print an account's statement: the operations on its balance, its usage, and what is left.

    \b
    Example:
      obnovi statement 79161234567 --from 2023-02-01 --to 2023-02-28
      obnovi statement 79161234567 --from 2023-02-01 --to 2023-02-28 --format json -o february.json
    """
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
    as_json = settings.json or form == "json"
    written = made.json().decode() + "\n" if as_json else text.render(made)
    if output is None:
        print_text(written)
    else:
        write_file(output, written.encode())
    return 0
