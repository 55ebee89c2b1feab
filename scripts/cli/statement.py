"""`obnovi statement`: an account's statement in one of its formats (R-13)."""

import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date
from importlib import import_module
from typing import Final

import click

from ledger.periods import Instant
from projections.formats.headings import LANGUAGES, Language
from projections.formats.table import Table
from projections.statement import Broken, Statement
from projections.statement import statement as statement_of
from scripts.cli.account import opened_account
from scripts.cli.options import DateType, known_at_option, print_bytes, spare, with_settings, write_file
from scripts.errors import Misuse, SaysNo
from scripts.wiring import Settings, open_ledger

RENDERERS: Final = {
    "txt": "projections.formats.text",
    "csv": "projections.formats.table",
    "html": "projections.formats.html",
    "pdf": "projections.formats.pdf",
    "xlsx": "projections.formats.xlsx",
    "xml": "projections.formats.xml",
}
"""Where each format is rendered; json is the statement itself."""
FORMATS: Final = ("json", *RENDERERS)
SPEAKS: Final = frozenset({"csv", "html", "pdf", "xlsx"})
"""Formats whose headings come in more than one language."""
BINARY: Final = frozenset({"pdf", "xlsx"})
"""Formats that no terminal can show."""


@click.command()
@click.argument("account")
@click.option("--from", "since", type=DateType(), required=True, metavar="DATE", help="First local date.")
@click.option("--to", "until", type=DateType(), required=True, metavar="DATE", help="Last local date, included.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="[default: txt]")
@click.option("--table", type=click.Choice(["ledger", "usage"]), help="Which table a csv has.  [default: ledger]")
@click.option(
    "--lang", type=click.Choice(LANGUAGES), help="Language of the headings of csv, html, pdf and xlsx.  [default: ru]"
)
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
    known_at: Instant | None,
    output: str | None,
) -> int:
    """Print an account's statement: the operations on its balance, its usage, and what is left.

    With --known-at it is made of what this program had written down by then.

    \b
    Example:
      obnovi statement 79161234567 --from 2023-02-01 --to 2023-02-28
      obnovi statement 79161234567 --from 2023-02-01 --to 2023-02-28 --format json -o february.json
      obnovi statement 79161234567 --from 2023-02-01 --to 2023-02-28 --format html -o february.html
      obnovi statement 79161234567 --from 2023-02-01 --to 2023-02-28 --known-at 2023-02-20T09:00:00+03:00
    """
    chosen = "json" if settings.json else form or "txt"
    if table is not None and form != "csv":
        raise Misuse("--table goes with --format csv")
    if lang is not None and form not in SPEAKS:
        raise Misuse("--lang goes with --format csv, html, pdf or xlsx")
    if since > until:
        raise Misuse(f"--from {since} lies after --to {until}")
    if chosen in BINARY and output is None and sys.stdout.isatty():
        raise Misuse(f"{chosen} is nothing for a terminal; name a file with -o, or send it to a pipe")
    if output is not None:
        spare("-o", output, settings)
    with open_ledger(settings) as ledger:
        found = opened_account(ledger, account)
        try:
            with closing(ledger.events(account, known_at=known_at)) as known:
                made = statement_of(found, known, ledger.catalogues(), since=since, until=until)
        except Broken as error:
            raise SaysNo(f"account {account}: {error}; run `obnovi verify`") from None
    options = {"table": table, "lang": lang}
    written = _written(made, chosen, {name: value for name, value in options.items() if value is not None})
    if output is None:
        print_bytes(written)
    else:
        write_file(output, written)
    return 0


def _written(made: Statement, form: str, options: dict[str, str]) -> bytes:
    if form == "json":
        return made.json() + b"\n"
    render: Callable[..., str | bytes] = import_module(RENDERERS[form]).render
    written = render(made, **options)
    return written.encode() if isinstance(written, str) else written
