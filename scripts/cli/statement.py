"""`obnovi statement`: an account's statement in one of its formats (R-13)."""

import sys
from datetime import date
from typing import TYPE_CHECKING

import click

from ledger.hints import HintedError
from ledger.periods import Moment
from projections.formats.csv import TABLES, Table
from projections.words.language import LANGUAGES, Language
from scripts.app.contracts import require_contract
from scripts.app.errors import require_range
from scripts.app.statements import BINARY, FORMATS, Layout, checked_layout, document, keys_for
from scripts.cli.account_number import AccountType, holder_option
from scripts.cli.messages import worded
from scripts.cli.moments import known_at_option
from scripts.cli.options import form_of, print_bytes, refuse_overwrite, with_settings, write_file
from scripts.cli.ranges import range_options
from scripts.errors import UsageError
from scripts.wiring import Settings, keys_folder, open_ledger

if TYPE_CHECKING:
    from projections.evidence.keys import Keys


@click.command()
@click.argument("account", type=AccountType())
@range_options(required=True)
@click.option("--format", "form", type=click.Choice(FORMATS), help="[default: that of FILE's ending, else txt]")
@click.option("--table", type=click.Choice(TABLES), help="Which table a csv has.  [default: ledger]")
@click.option(
    "--lang", type=click.Choice(LANGUAGES), help="Language of the whole document, not of json and xml.  [default: ru]"
)
@holder_option
@known_at_option
@click.option("-o", "output", metavar="FILE", help="Write it to a file, whole or not at all.")
@with_settings
def statement(
    settings: Settings,
    account: str,
    since: date,
    until: date,
    form: str | None,
    table: Table | None,
    lang: Language | None,
    holder: int | None,
    known_at: Moment | None,
    output: str | None,
) -> int:
    """Print an account's statement: the operations on its balance, its usage, and what is left.

    With --known-at it is made of what this program had written down by then.

    \b
    Example:
      obnovi statement 79161234567 --month 2023-02
      obnovi statement 79161234567 --from 2023-02-01 --to 2023-02-28 --format json -o february.json
      obnovi statement 79161234567 --month 2023-02 --format html -o february.html
      obnovi statement 79161234567 --month 2023-02 --known-at 2023-02-20T09:00:00+03:00
    """
    form = form_of(form or ("json" if settings.json else None), output, FORMATS)
    wanted = checked_layout(form or "txt", table=table, lang=lang)
    if settings.json:
        wanted = Layout("json")
    require_range(since, until)
    if wanted.form in BINARY and output is None and sys.stdout.isatty():
        raise UsageError(f"{wanted.form} is nothing for a terminal; name a file with -o, or send it to a pipe")
    if output is not None:
        refuse_overwrite("-o", output, settings)
    with open_ledger(settings) as ledger, ledger.snapshot() as now:
        keys = _keys(settings, wanted)
        contract = require_contract(now.contracts, account, holder)
        content = document(now, contract, wanted, since=since, until=until, known_at=known_at, keys=keys)
    if output is None:
        print_bytes(content)
    else:
        write_file(output, content, settings)
    return 0


def _keys(settings: Settings, layout: Layout) -> "Keys | None":
    """The keys whose checkpoints a foot tells. Raises UsageError."""
    try:
        return keys_for(layout, keys_folder(settings))
    except HintedError as error:
        raise UsageError(worded(error)) from None
