"""`obnovi export`: the log in a file for other programs, written whole or not at all."""

from collections.abc import Sequence
from datetime import date

import click

from scripts.app.account_list import AccountList
from scripts.app.export import FORMS, checked_selection
from scripts.app.export import export as export_log
from scripts.cli import terminal
from scripts.cli.account_list import accounts_options, chosen_contracts
from scripts.cli.missing_keys import tell_all_missing_keys, tell_missing_keys
from scripts.cli.options import print_json, print_text, refuse_overwrite, whole_file, with_settings
from scripts.cli.ranges import range_options
from scripts.wiring import Settings, log_ref, open_ledger


@click.command()
@click.option("--format", "form", type=click.Choice(list(FORMS)), required=True, help="For which program.")
@click.option("-o", "output", metavar="FILE", required=True, help="Where to, whole or not at all.")
@range_options()
@accounts_options
@with_settings
def export(
    settings: Settings,
    form: str,
    output: str,
    since: date | None,
    until: date | None,
    accounts: Sequence[str],
    holder: int | None,
    listed: AccountList | None,
) -> int:
    """Write the log for other programs, or some accounts and dates of it.

    hledger (ledger reads it as well) and beancount check every balance by their own sums; Parquet is for columns;
    jsonl holds the stored bytes of the whole log, and `obnovi import-log` makes the same log of it.

    Dates are local ones of each account. Books of a range begin with what each account had before it, so that they
    check by themselves. A list names every contract of a number, --account the latest, or that of --holder.

    \b
    Example:
      obnovi export --format hledger -o books.journal
      hledger -f books.journal check -s
      obnovi export --format beancount --account 79161234567 --month 2026-03 -o march.beancount
      obnovi export --format parquet -o events.parquet
    """
    refuse_overwrite("-o", output, settings)
    if form == "jsonl":
        log_ref(settings, "writes")
    checked_selection(form, [] if accounts or listed else None, since=since, until=until)
    with open_ledger(settings) as ledger, ledger.store.reading() as log:
        contracts = chosen_contracts(log.contracts, accounts, holder, listed)
        selection = checked_selection(form, contracts, since=since, until=until)
        with whole_file(output, settings) as file, terminal.progress("events", selection.count(log)) as bar:
            if contracts is None:
                tell_all_missing_keys(settings, log)
            else:
                tell_missing_keys(settings, contracts)
            events = export_log(log, form, file, selection, bar)
            written = file.tell()
    if settings.json:
        print_json({"events": events, "written": written})
    else:
        print_text(f"{output}: {terminal.count(events, 'event')}, {terminal.count(written, 'byte')}\n")
    return 0
