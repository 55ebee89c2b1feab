"""`obnovi balance`, `events` and `find`: what one account has, what happened to it, where an input went."""

from collections.abc import Sequence
from itertools import islice
from typing import Any, Final

import click

from ledger import periods
from ledger.account import Account
from ledger.catalogue import Catalogue
from ledger.events import type_name
from ledger.evolve import evolve
from ledger.log.keys import key_of
from ledger.periods import Instant, Moment
from ledger.service import Ledger
from projections.balances import Balance
from projections.balances import balance as balance_of
from projections.events import as_json
from projections.next_charges import Scheduled, charges_until
from projections.replies import Replies
from projections.words import answers, next_charges
from projections.words import balance as words
from projections.words import replies as answered
from projections.words.causes import about, kind_of
from projections.words.language import Language
from projections.words.names import MODES, NONE
from projections.words.phrasebook import Phrasebook
from scripts.app.accounts import require_account
from scripts.cli import terminal
from scripts.cli.account_number import AccountType
from scripts.cli.moments import MomentType, known_at_option
from scripts.cli.options import lang_option, print_json, print_text, with_settings
from scripts.errors import Refused
from scripts.wiring import Settings, now, open_ledger

WAITING_SHOWN: Final = 5
"""Of what waits, the next events; a night in daily mode comes every day."""


@click.command()
@click.argument("account", type=AccountType())
@click.option("--as-of", type=MomentType(), metavar="INSTANT", help="Look from this time, at what was booked by then.")
@known_at_option
@lang_option("ru")
@with_settings
def balance(settings: Settings, account: str, as_of: Moment | None, known_at: Moment | None, lang: Language) -> int:
    """Show what an account has: money, mode, packages (the carried-over ones first).

    --as-of looks from a time, at what was booked by then; --known-at leaves out what was written down later. Together
    they answer what one would have said at the one time about the other. A date alone means the end of that day.

    \b
    Example:
      obnovi balance 79161234567
      obnovi balance 79161234567 --as-of 2023-02-01 --json
      obnovi balance 79161234567 --as-of 2023-02-01T12:00:00+03:00 --known-at 2023-02-03T09:00:00+03:00
    """
    with open_ledger(settings) as ledger:
        found = opened_account(ledger, account)
        in_force = ledger.catalogues().newest()
        asked_of, known_by = (None if t is None else periods.last_instant(t, found.zone) for t in (as_of, known_at))
        if asked_of is not None or known_by is not None:
            found, in_force = _account_then(ledger, account, asked_of, known_by)
        made = balance_of(found, at=asked_of)
        if settings.json:
            print_json(made)
        else:
            seen_from = next((time for time in (asked_of, known_by) if time is not None), now())
            waits = list(islice(charges_until(found, in_force, seen_from), WAITING_SHOWN + 1))
            asked, known = (None if t is None else periods.local_text(t, found.zone) for t in (asked_of, known_by))
            _show_balance(Phrasebook(lang, zone=found.zone), made, asked, known, waits)
    return 0


@click.command()
@click.argument("account", type=AccountType())
@lang_option("en")
@with_settings
def events(settings: Settings, account: str, lang: Language) -> int:
    """Show an account's events, oldest first; with --json one object a line.

    \b
    Example:
      obnovi events 79161234567
      obnovi events 79161234567 --lang ru
      obnovi events 79161234567 --json | jq 'select(.type == "PackagesRefreshed")'
    """
    with open_ledger(settings) as ledger:
        zone = opened_account(ledger, account).zone
        replies = Replies(account, ledger.catalogues())
        if settings.json:
            for position, event in ledger.events(account):
                print_json(as_json(account, zone, event, reply=replies.behind(position, event)))
            return 0
        phrases = Phrasebook(lang, zone=zone)
        rows = [
            (
                str(event.version),
                phrases.time(periods.local_text(event.booked_at, zone)),
                kind_of(phrases, type_name(event)),
                answered.translate(phrases, reply) if reply else about(phrases, event, zone),
                "" if event.wallet_after is None else phrases.money(event.wallet_after),
            )
            for event, reply in ((event, replies.behind(position, event)) for position, event in ledger.events(account))
        ]
        title = phrases.clocked(phrases.say(answers.EVENTS, account=account))
        terminal.table(title, phrases.head(answers.EVENTS_HEAD), rows, right=(0, 4), wide=3)
    return 0


@click.command()
@click.argument("id")
@lang_option("en")
@with_settings
def find(settings: Settings, id: str, lang: Language) -> int:
    """Find where an input went: its account and the versions of the events it caused. Exit code 1 if it went nowhere.

    \b
    Example:
      obnovi find row-0001
    """
    answer: list[dict[str, Any]] = []
    with open_ledger(settings) as ledger, ledger.store.reading() as log:
        for source in log.sources():
            for account, version in log.accounts_with(key_of(source, id)):
                versions = []
                for stored in log.events(account, after_version=version - 1):
                    reference = stored.event().input
                    if reference is None or (reference.source, reference.id) != (source, id):
                        break
                    versions.append(stored.version)
                answer.append({"account": account, "source": source, "versions": versions})
    answer.sort(key=lambda row: (row["account"], row["source"]))
    if settings.json:
        print_json(answer)
        return 0 if answer else 1
    if not answer:
        raise Refused(f"no input {id} was ever booked; a rejected line leaves no trace here, see its --rejects file")
    phrases = Phrasebook(lang)
    for row in answer:
        booked = ", ".join(map(str, row["versions"]))
        print_text(f"{phrases.say(answers.FOUND, **row | {'versions': booked})}; `obnovi events {row['account']}`\n")
    return 0


def opened_account(ledger: Ledger, account: str) -> Account:
    """The account as it stands; Declined if nobody opened it."""
    with ledger.snapshot() as snapshot:
        return require_account(snapshot, account)


def _account_then(
    ledger: Ledger, account: str, as_of: Instant | None, known_at: Instant | None
) -> tuple[Account, Catalogue]:
    """The account as the events booked by `as_of` and recorded by `known_at` leave it. Raises Refused.

    And the catalogue that decides what waited then: that of the next booking, or the newest before there is one.
    """
    found: Account | None = None
    known = False
    catalogues = ledger.catalogues()
    in_force = catalogues.newest()
    for position, event in ledger.events(account):
        early = known_at is None or event.recorded_at <= known_at
        known = known or early
        if not early or (as_of is not None and event.booked_at > as_of):
            in_force = catalogues.at(position)
            break
        found = evolve(found, event, account)
    if not known:
        raise Refused(f"account {account} was not known yet at that time; ask for a later --known-at")
    if found is None:
        raise Refused(f"account {account} was not open yet at that time; ask for a later --as-of")
    return found, in_force


def _show_balance(
    phrases: Phrasebook, made: Balance, asked: str | None, known: str | None, waits: Sequence[Scheduled]
) -> None:
    period = "—"
    if made.period is not None:
        period = f"{phrases.time(made.period.start)} – {phrases.time(made.period.next_due)}"
    pairs = [
        (words.WALLET, phrases.money(made.wallet)),
        (words.AVAILABLE, phrases.money(made.available)),
        (words.PLAN, made.plan or "—"),
        (words.MODE, phrases.say(MODES[made.mode])),
        (words.PERIOD, period),
        (words.BLOCKS, phrases.blocked(made.blocks)),
    ]
    if made.discount is not None:
        days = {"first": phrases.day(made.discount.from_), "until": phrases.day(made.discount.until)}
        pairs.append((words.DISCOUNT, phrases.say(words.DISCOUNT_SAID, percent=made.discount.percent, **days)))
    told = [next_charges.booked(each, phrases.lang) for each in waits[:WAITING_SHOWN]]
    told += [phrases.say(words.AND_SO_ON)] if len(waits) > WAITING_SHOWN else []
    shown_pairs = [(phrases.say(name), value) for name, value in pairs]
    shown_pairs += [("" if number else phrases.say(words.WAITS), each) for number, each in enumerate(told)]
    last = phrases.time(made.clock)
    title = phrases.say(words.TITLE, account=made.account, last=last)
    if asked is not None:
        title = phrases.say(words.AS_OF, account=made.account, asked=phrases.time(asked), last=last)
    if known is not None:
        title = phrases.say(words.KNOWN, title=title, known=phrases.time(known))
    terminal.table(phrases.clocked(title), ("", ""), shown_pairs)
    terminal.table(
        phrases.say(words.PACKAGES),
        phrases.head(words.PACKAGES_HEAD),
        [
            (
                phrases.bucket(row.bucket),
                phrases.service(row.service),
                phrases.packaged(row.service, row.left),
                phrases.packaged(row.service, row.granted),
                phrases.time(row.end),
            )
            for row in made.buckets
        ],
        right=(2, 3),
        empty=f"  {phrases.say(NONE)}",
    )
