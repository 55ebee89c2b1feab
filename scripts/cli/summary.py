"""`obnovi summary`: what an account paid for, by kind and service."""

from datetime import date

import click

from ledger.periods import Moment
from projections import canonical
from projections.words import summary as words
from projections.words.contracts import contract_name
from projections.words.language import Language
from projections.words.phrasebook import Phrasebook
from scripts.app import summaries
from scripts.app.contracts import require_contract
from scripts.app.errors import require_range
from scripts.app.summaries import AccountSummary
from scripts.cli import terminal
from scripts.cli.account_number import AccountType, holder_option
from scripts.cli.missing_keys import tell_missing_keys
from scripts.cli.moments import known_at_option
from scripts.cli.options import lang_option, print_json, print_text, with_settings
from scripts.cli.ranges import range_options
from scripts.wiring import Settings, open_ledger


@click.command()
@click.argument("account", type=AccountType())
@range_options(required=True)
@holder_option
@known_at_option
@lang_option("ru")
@with_settings
def summary(
    settings: Settings,
    account: str,
    since: date,
    until: date,
    holder: int | None,
    known_at: Moment | None,
    lang: Language,
) -> int:
    """Sum up what an account paid for: fees, options, usage, top-ups, corrections, and what packages covered.

    A row for each kind, of usage for each service, direction and zone, with the sign of the statement's lines: together
    they are what the balance moved by. What packages covered is told with what it would have cost without them.

    \b
    Example:
      obnovi summary 79161234567 --month 2023-03
      obnovi summary 79161234567 --from 2023-01-01 --to 2023-12-31 --lang en
      obnovi summary 79161234567 --month 2023-03 --json | jq 'map(.amount) | add'
    """
    require_range(since, until)
    with open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
        contract = require_contract(snapshot.contracts, account, holder)
        made = summaries.summary(snapshot, contract, since=since, until=until, known_at=known_at)
    tell_missing_keys(settings, [contract])
    if settings.json:
        print_json(canonical.summary(made.summary))
    else:
        _show(Phrasebook(lang, zone=made.zone), made)
    return 0


def _show(phrases: Phrasebook, found: AccountSummary) -> None:
    made = found.summary
    days = {"first": phrases.day(found.since), "last": phrases.day(found.until)}
    title = phrases.say(words.ANSWER, account=contract_name(phrases, found.contract), **days)
    terminal.table(
        phrases.clocked(title),
        phrases.head(words.HEAD),
        words.texts(phrases, made),
        right=words.FIGURES,
        wide=3,
        empty=f"  {phrases.say(words.EMPTY)}",
    )
    if made.rows:
        print_text(f"{phrases.say(words.TOTAL)}: {phrases.money(made.moved)}\n")
    if (spared := words.spared(phrases, made)) is not None:
        print_text(f"{spared}\n")
