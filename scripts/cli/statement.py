"""`obnovi statement`: an account's statement in one of its formats (R-13)."""

import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date
from importlib import import_module
from typing import Final

import click

from ledger import periods
from ledger.account import Account
from ledger.periods import Moment
from ledger.service import Ledger
from projections.formats.csv import Table
from projections.statement import Broken, Statement
from projections.statement import statement as statement_of
from projections.words.language import LANGUAGES, Language
from scripts.cli.account import opened_account
from scripts.cli.account_number import AccountType
from scripts.cli.messages import worded
from scripts.cli.moments import known_at_option
from scripts.cli.options import DateType, form_of, print_bytes, refuse_overwrite, with_settings, write_file
from scripts.errors import Refused, UsageError
from scripts.wiring import Settings, keys_folder, open_ledger

RENDERERS: Final = {
    "txt": "projections.formats.text",
    "csv": "projections.formats.csv",
    "html": "projections.formats.html",
    "pdf": "projections.formats.pdf",
    "xlsx": "projections.formats.xlsx",
    "xml": "projections.formats.xml",
}
"""Where each format is rendered; json is the statement itself."""
FORMATS: Final = ("json", *RENDERERS)
SPEAKS: Final = frozenset({"txt", "csv", "html", "pdf", "xlsx"})
"""Formats for people; programs read the others, which are the same in every language."""
BINARY: Final = frozenset({"pdf", "xlsx"})
"""Formats that no terminal can show."""
FOOTLESS: Final = frozenset({"csv", "json"})
"""Formats without a foot that would tell the checkpoint."""


@click.command()
@click.argument("account", type=AccountType())
@click.option("--from", "since", type=DateType(), required=True, metavar="DATE", help="First local date.")
@click.option("--to", "until", type=DateType(), required=True, metavar="DATE", help="Last local date, included.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="[default: that of FILE's ending, else txt]")
@click.option("--table", type=click.Choice(["ledger", "usage"]), help="Which table a csv has.  [default: ledger]")
@click.option(
    "--lang", type=click.Choice(LANGUAGES), help="Language of the whole document, not of json and xml.  [default: ru]"
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
    known_at: Moment | None,
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
    form = form_of(form or ("json" if settings.json else None), output, FORMATS)
    chosen = "json" if settings.json else form or "txt"
    options = allowed(form, table=table, lang=lang)
    if since > until:
        raise UsageError(f"--from {since} lies after --to {until}")
    if chosen in BINARY and output is None and sys.stdout.isatty():
        raise UsageError(f"{chosen} is nothing for a terminal; name a file with -o, or send it to a pipe")
    if output is not None:
        refuse_overwrite("-o", output, settings)
    with open_ledger(settings) as ledger:
        found = opened_account(ledger, account)
        known_by = None if known_at is None else periods.last_instant(known_at, found.zone)
        try:
            with closing(ledger.events(account, known_at=known_by)) as known:
                made = statement_of(found, known, ledger.catalogues(), since=since, until=until)
        except Broken as error:
            raise Refused(f"account {account}: {error}; run `obnovi verify`") from None
        options |= foot(settings, ledger, found, until, chosen)
    content = written(made, chosen, options)
    if output is None:
        print_bytes(content)
    else:
        write_file(output, content, settings)
    return 0


def foot(settings: Settings, ledger: Ledger, account: Account, until: date, form: str) -> dict[str, str]:
    """The first checkpoint over what a statement shows, for its foot; nothing without keys, or where none is yet."""
    folder = keys_folder(settings)
    if form in FOOTLESS or not folder.exists():
        return {}
    from projections.evidence import keys, note, statement_footer  # noqa: PLC0415  # cryptography, only where there are keys

    try:
        kept = keys.kept(folder)
        with ledger.store.reading() as log:
            found = kept and statement_footer.first_checkpoint(log, kept, account, until=until)
    except keys.NoKeys as error:
        raise UsageError(worded(error)) from None
    except note.BadNote as error:
        raise Refused(str(error)) from None
    return {} if found is None else {"checkpoint": str(found)}


def allowed(form: str | None, *, table: str | None, lang: str | None) -> dict[str, str]:
    """The options of a format that were given. Raises UsageError for one that it does not have."""
    if table is not None and form != "csv":
        raise UsageError("--table goes with --format csv")
    if lang is not None and (form or "txt") not in SPEAKS:
        raise UsageError(f"--lang goes with --format {', '.join(sorted(SPEAKS))}; {form} is the same in every language")
    options = {"table": table, "lang": lang}
    return {name: value for name, value in options.items() if value is not None}


def written(made: Statement, form: str, options: Mapping[str, str]) -> bytes:
    """A statement in a format, as the bytes of its file; the SHA-256 of the JSON is the statement's id (R-13.5)."""
    if form == "json":
        return made.json()
    render: Callable[..., str | bytes] = import_module(RENDERERS[form]).render
    content = render(made, **options)
    return content.encode() if isinstance(content, str) else content
