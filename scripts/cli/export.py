"""`obnovi export`: the log in a file for other programs, written whole or not at all."""

from importlib import import_module
from typing import Final

import click

from scripts.cli import terminal
from scripts.cli.missing_keys import tell_all_missing_keys
from scripts.cli.options import print_json, print_text, refuse_overwrite, whole_file, with_settings
from scripts.wiring import Settings, log_ref, open_ledger

FORMS: Final = {
    "hledger": "projections.exports.hledger",
    "beancount": "projections.exports.beancount",
    "parquet": "projections.exports.parquet",
    "jsonl": "projections.exports.jsonl",
}


@click.command()
@click.option("--format", "form", type=click.Choice(list(FORMS)), required=True, help="For which program.")
@click.option("-o", "output", metavar="FILE", required=True, help="Where to, whole or not at all.")
@with_settings
def export(settings: Settings, form: str, output: str) -> int:
    """Write the whole log for other programs.

    hledger (ledger reads it as well) and beancount check every balance by their own sums; Parquet is for columns;
    jsonl holds the stored bytes, and `obnovi import-log` makes the same log of it.

    \b
    Example:
      obnovi export --format hledger -o books.journal
      hledger -f books.journal check -s
      obnovi export --format parquet -o events.parquet
    """
    refuse_overwrite("-o", output, settings)
    if form == "jsonl":
        log_ref(settings, "writes")
    write = import_module(FORMS[form]).write
    with (
        open_ledger(settings) as ledger,
        ledger.store.reading() as log,
        whole_file(output, settings) as file,
        terminal.progress("events", log.count()) as bar,
    ):
        tell_all_missing_keys(settings, log)
        events = write(log, file, bar)
        written = file.tell()
    if settings.json:
        print_json({"events": events, "written": written})
    else:
        print_text(f"{output}: {terminal.count(events, 'event')}, {terminal.count(written, 'byte')}\n")
    return 0
