"""`obnovi explain`: why one event came out as it did, by its number or by what a statement or a subscriber says."""

import click

from ledger.contracts import Contract
from ledger.periods import Moment
from ledger.units import Kopecks
from projections import canonical_answers
from projections.events import as_json
from projections.explain.explain import Explanation
from projections.formats.explanation import render
from projections.words import answers
from projections.words.language import Language
from projections.words.phrasebook import Phrasebook
from scripts.app.contracts import require_contract
from scripts.app.event_search import AnsweredEvent, LookedForEvents, Written, events_at
from scripts.app.explain import explain as explain_event
from scripts.cli.account_number import AccountType, holder_option
from scripts.cli.events import amount_option, peer_option, show_events
from scripts.cli.messages import VERIFY
from scripts.cli.missing_keys import tell_missing_keys
from scripts.cli.moments import WrittenType, known_at_option
from scripts.cli.options import lang_option, print_bytes, print_json, with_settings
from scripts.errors import UsageError
from scripts.wiring import Settings, open_ledger


@click.command()
@click.argument("account", type=AccountType())
@click.argument("version", type=int, required=False)
@holder_option
@click.option("--at", type=WrittenType(), metavar="TIME", help="The event of this time, or of this date.")
@peer_option
@amount_option
@known_at_option
@lang_option("ru")
@with_settings
def explain(
    settings: Settings,
    account: str,
    version: int | None,
    holder: int | None,
    at: Written | None,
    peer: str | None,
    amount: Kopecks | None,
    known_at: Moment | None,
    lang: Language,
) -> int:
    """Explain an event: the rule, what was compared, what was passed over and why, and the balance around it.

    VERSION is the event's number within the account, as `obnovi events` and `obnovi find` show it. --at finds the event
    by what is printed or said: the day, the minute or the second in which it happened or was booked. Where several fit
    they are listed to choose from, and the exit code is 1.

    \b
    Example:
      obnovi explain 79161234567 8
      obnovi explain 79161234567 --at "2023-03-12 14:31" --lang en
      obnovi explain 79161234567 --at "12.03.2023 9:05:00" --amount 400,00
      obnovi explain 79161234567 8 --json | jq .alternatives
    """
    if (version is None) == (at is None):
        raise UsageError("name the event: by its VERSION, or by --at TIME")
    if at is None and (peer is not None or amount is not None):
        raise UsageError("--peer and --amount go with --at")
    looked_for = LookedForEvents(peer=peer, amount=amount, known_at=known_at)
    with open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
        contract = require_contract(snapshot.contracts, account, holder)
        tell_missing_keys(settings, [contract])
        zone, found = ("UTC", []) if at is None else events_at(snapshot, contract, at, looked_for)
        if len(found) > 1:
            _show_choice(settings, Phrasebook(lang, zone=zone), contract, found)
            return 1
        named = found[0].event.version if version is None else version
        made = explain_event(snapshot, contract, named, known_at=known_at)
    _show(settings, made, lang)
    return 0


def _show(settings: Settings, made: Explanation, lang: Language) -> None:
    if settings.json:
        print_json(canonical_answers.explanation(made))
    else:
        print_bytes(render(made, lang, verify_with=VERIFY).encode())


def _show_choice(settings: Settings, phrases: Phrasebook, contract: Contract, found: list[AnsweredEvent]) -> None:
    """The events that fit, to name one of them by its version."""
    if settings.json:
        print_json([as_json(contract, phrases.zone_of_clocks, event, reply=reply) for event, reply in found])
    else:
        show_events(phrases, answers.CHOICE, contract, found)
