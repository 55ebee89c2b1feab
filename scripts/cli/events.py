"""`obnovi events`: what happened to an account, all of it or what somebody looks for."""

from collections.abc import Iterable, Sequence

import click

from ledger.contracts import Contract
from ledger.entries import wallet_movement
from ledger.events import Event, UsageCharged, UsageUnrated, type_name
from ledger.periods import Moment
from ledger.rules.refresh import Reply
from ledger.units import Kopecks
from projections.event_facts import peer_of
from projections.events import as_json
from projections.words import answers
from projections.words import replies as answered
from projections.words.causes import about, kind_of
from projections.words.contracts import contract_name
from projections.words.language import Language, Text
from projections.words.names import NONE
from projections.words.phrasebook import Phrasebook
from scripts.app.bounds import Bounds
from scripts.app.contracts import require_contract
from scripts.app.event_search import AnsweredEvent, LookedForEvents, events_of
from scripts.cli import terminal
from scripts.cli.account_number import AccountType, holder_option
from scripts.cli.missing_keys import tell_missing_keys
from scripts.cli.moments import known_at_option
from scripts.cli.options import lang_option, print_json, with_settings
from scripts.cli.ranges import range_options
from scripts.cli.rubles import RublesType
from scripts.wiring import Settings, open_ledger

peer_option = click.option("--peer", metavar="PEER", help="Only those with this number, or a code like *929#.")
amount_option = click.option(
    "--amount",
    type=RublesType(signed=True),
    metavar="RUBLES",
    help="Only those that moved so much into the wallet or out of it, like 400.00 or 400,00.",
)


@click.command()
@click.argument("account", type=AccountType())
@holder_option
@range_options(times=True)
@click.option("--type", "types", multiple=True, metavar="TYPE", help="Only those of this type, like UsageCharged.")
@peer_option
@amount_option
@click.option("--after", type=click.IntRange(min=0), default=0, metavar="VERSION", help="Only those behind this one.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="The first N of them.")
@known_at_option
@lang_option("en")
@with_settings
def events(
    settings: Settings,
    account: str,
    holder: int | None,
    since: Moment | None,
    until: Moment | None,
    types: Sequence[str],
    peer: str | None,
    amount: Kopecks | None,
    after: int,
    limit: int | None,
    known_at: Moment | None,
    lang: Language,
) -> int:
    """Show an account's events, oldest first: all, or those that were booked in a range, of a type, with a peer.

    With --json one object a line. --type may be given several times. What --limit leaves out comes with --after and the
    last version shown.

    \b
    Example:
      obnovi events 79161234567
      obnovi events 79161234567 --month 2026-03 --type UsageCharged --lang ru
      obnovi events 79161234567 --peer 74950001001 --amount 12,50
      obnovi events 79161234567 --after 100 --limit 50 --json | jq 'select(.type == "PackagesRefreshed")'
    """
    looked_for = LookedForEvents(
        booked=Bounds(since, until), types=frozenset(types), peer=peer, amount=amount, after=after, known_at=known_at
    )
    with open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
        contract = require_contract(snapshot.contracts, account, holder)
        tell_missing_keys(settings, [contract])
        zone, found = events_of(snapshot, contract, looked_for, limit=limit)
        if settings.json:
            for event, reply in found:
                print_json(as_json(contract, zone, event, reply=reply))
        else:
            show_events(Phrasebook(lang, zone=zone), answers.EVENTS, contract, found)
    return 0


def show_events(phrases: Phrasebook, title: Text, contract: Contract, found: Iterable[AnsweredEvent]) -> None:
    """Events of a contract as a table, which says who was at the other end, how much it was and what it cost."""
    rows = [_cells(phrases, *each) for each in found]
    terminal.table(
        phrases.clocked(phrases.say(title, account=contract_name(phrases, contract))),
        phrases.head(answers.EVENTS_HEAD),
        rows,
        right=(0, 5, 6, 7),
        wide=3,
        empty=phrases.say(NONE),
    )


def _cells(phrases: Phrasebook, event: Event, reply: Reply | None) -> tuple[str, ...]:
    moved = wallet_movement(event.entries)
    return (
        str(event.version),
        phrases.time(event.booked_at),
        kind_of(phrases, type_name(event)),
        answered.say(phrases, reply) if reply else about(phrases, event),
        peer_of(event),
        _quantity(phrases, event),
        phrases.money(moved) if moved else "",
        "" if event.wallet_after is None else phrases.money(event.wallet_after),
    )


def _quantity(phrases: Phrasebook, event: Event) -> str:
    """What was billed of a record; of one without a price what was measured."""
    match event:
        case UsageCharged():
            return phrases.packaged(event.service, event.billed)
        case UsageUnrated():
            return phrases.measured(event.service, event.quantity)
        case _:
            return ""
