"""`obnovi balance` and `find`: what one account has, where an input went."""

from itertools import islice
from typing import Final

import click

from ledger.periods import Moment
from projections import canonical
from projections.contract_fields import contract_fields
from projections.words import answers, next_charges
from projections.words import balance as words
from projections.words.contracts import contract_name
from projections.words.language import Language
from projections.words.names import MODES, NONE
from projections.words.phrasebook import Phrasebook
from scripts.app import accounts
from scripts.app.accounts import AccountBalance
from scripts.app.contracts import require_contract
from scripts.cli import terminal
from scripts.cli.account_number import AccountType, as_arguments, holder_option
from scripts.cli.missing_keys import tell_missing_keys
from scripts.cli.moments import MomentType, known_at_option
from scripts.cli.options import lang_option, print_json, print_text, with_settings
from scripts.errors import Refused
from scripts.wiring import Settings, now, open_ledger

WAITING_SHOWN: Final = 5
"""Of what waits, the next events; a night in daily mode comes every day."""


@click.command()
@click.argument("account", type=AccountType())
@click.option("--as-of", type=MomentType(), metavar="TIME", help="Look from this time, at what was booked by then.")
@holder_option
@known_at_option
@lang_option("ru")
@with_settings
def balance(
    settings: Settings,
    account: str,
    as_of: Moment | None,
    holder: int | None,
    known_at: Moment | None,
    lang: Language,
) -> int:
    """Show what an account has: money, mode, packages (the carried-over ones first).

    --as-of looks from a time, at what was booked by then; --known-at leaves out what was written down later. Together
    they answer what one would have said at the one time about the other. A date alone means the end of that day.

    \b
    Example:
      obnovi balance 79161234567
      obnovi balance 79161234567 --as-of 2023-02-01 --json
      obnovi balance 79161234567 --as-of 2023-02-01T12:00:00+03:00 --known-at 2023-02-03T09:00:00+03:00
    """
    with open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
        contract = require_contract(snapshot.contracts, account, holder)
        found = accounts.balance(snapshot, contract, as_of=as_of, known_at=known_at, now=now())
    tell_missing_keys(settings, [contract])
    if settings.json:
        print_json(canonical.balance(contract, found.balance))
    else:
        _show_balance(Phrasebook(lang, zone=found.account.zone), found)
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
    with open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
        found, unasked = accounts.find(snapshot.log, id)
    tell_missing_keys(settings, unasked)
    if settings.json:
        print_json(
            [contract_fields(each.contract) | {"source": each.source, "versions": each.versions} for each in found]
        )
        return 0 if found else 1
    if not found:
        there = " in a contract whose key is there" if unasked else ""
        raise Refused(
            f"no input {id} was ever booked{there}; a rejected line leaves no trace here, see its --rejects file"
        )
    phrases = Phrasebook(lang)
    for each in found:
        versions = ", ".join(map(str, each.versions))
        said = phrases.say(answers.FOUND, account=each.contract, source=each.source, versions=versions)
        print_text(f"{said}; `obnovi events {as_arguments(each.contract, is_latest=each.is_latest)}`\n")
    return 0


def _show_balance(phrases: Phrasebook, found: AccountBalance) -> None:
    made = found.balance
    waits = list(islice(found.waits, WAITING_SHOWN + 1))
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
        days = {"first": phrases.day(made.discount.since), "until": phrases.day(made.discount.until)}
        pairs.append((words.DISCOUNT, phrases.say(words.DISCOUNT_SAID, percent=made.discount.percent, **days)))
    told = [next_charges.booked(phrases, each) for each in waits[:WAITING_SHOWN]]
    told += [phrases.say(words.AND_SO_ON)] if len(waits) > WAITING_SHOWN else []
    shown_pairs = [(phrases.say(name), value) for name, value in pairs]
    shown_pairs += [("" if number else phrases.say(words.WAITS), each) for number, each in enumerate(told)]
    last = phrases.time(made.clock)
    account = contract_name(phrases, found.contract)
    title = phrases.say(words.TITLE, account=account, last=last)
    if found.as_of is not None:
        title = phrases.say(words.AS_OF, account=account, asked=phrases.time(found.as_of), last=last)
    if found.known_at is not None:
        title = phrases.say(words.KNOWN, title=title, known=phrases.time(found.known_at))
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
