"""`obnovi refused`: what was refused, why, what was missing, and when it would have worked (R-5.3, R-12.1)."""

import click

from ledger.periods import Moment
from projections import canonical_answers
from projections.explain.refused import RefusedRequest
from projections.words import refused as words
from projections.words.language import Language
from projections.words.names import INPUTS, NONE
from projections.words.phrasebook import Phrasebook
from projections.words.reasons import REASONS
from scripts.app.account_list import AccountList, require_listed
from scripts.app.contracts import require_contract
from scripts.app.refusals import refused_requests
from scripts.cli import terminal
from scripts.cli.account_list import accounts_option
from scripts.cli.account_number import AccountType, holder_option
from scripts.cli.missing_keys import tell_missing_keys
from scripts.cli.moments import known_at_option
from scripts.cli.options import lang_option, print_json, print_text, with_settings
from scripts.errors import UsageError
from scripts.wiring import Settings, now, open_ledger


@click.command()
@click.option("--account", type=AccountType(), help="Only the refusals of this account.")
@holder_option
@accounts_option
@known_at_option
@lang_option("ru")
@with_settings
def refused(
    settings: Settings,
    account: str | None,
    holder: int | None,
    listed: AccountList | None,
    known_at: Moment | None,
    lang: Language,
) -> int:
    """List what was refused: "I dialled *929# and nothing happened".

    Of a refused refresh it tells what was missing, and behind which event the same request would have been accepted.

    \b
    Example:
      obnovi refused --account 79161234567
      obnovi refused --known-at 2026-03-01
    """
    if holder is not None and account is None:
        raise UsageError("--holder goes with --account")
    if account is not None and listed is not None:
        raise UsageError("--account and --accounts both name accounts; give one of them")
    with open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
        contract = None if account is None else require_contract(snapshot.contracts, account, holder)
        some = None if listed is None else require_listed(snapshot.contracts, listed)
        found, zone = refused_requests(snapshot, contract, some=some, now=now(), lang=lang, known_at=known_at)
    tell_missing_keys(settings, (row.contract for row in found))
    if settings.json:
        print_json([canonical_answers.refused(row) for row in found])
        return 0
    phrases = Phrasebook(lang, zone=zone)
    cells = [_cells(Phrasebook(lang, zone=row.zone), row) for row in found]
    terminal.table(
        phrases.clocked(phrases.say(words.TITLE)),
        phrases.head(words.HEAD),
        cells,
        right=(1,),
        wide=5,
        empty=phrases.say(NONE),
    )
    for row in found if account is not None else []:
        if row.reply is not None:
            print_text(f"{phrases.say(words.REPLY, version=row.version, reply=row.reply)}\n")
    return 0


def _cells(phrases: Phrasebook, row: RefusedRequest) -> tuple[str, ...]:
    worked = "" if row.reply is None else phrases.say(words.NOT_YET)
    if row.worked_at is not None:
        worked = phrases.say(words.WORKED, time=phrases.time(row.worked_at), version=row.worked_from)
    return (
        str(row.contract),
        str(row.version),
        phrases.time(row.booked_at),
        phrases.named(row.input_type, INPUTS),
        phrases.say(REASONS[row.reason]),
        row.needed or "",
        worked,
    )
