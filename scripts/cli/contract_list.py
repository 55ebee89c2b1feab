"""`obnovi accounts`: the contracts there are, and those that somebody looks for (R-15.8)."""

import sys
from collections.abc import Iterator
from itertools import islice
from typing import Final, get_args

import click

from ledger.account import Account
from ledger.contracts import Contract, is_number
from ledger.events import BlockKind, Mode
from ledger.periods import Moment
from projections import canonical
from projections.words import answers
from projections.words.contracts import contract_name
from projections.words.language import Language
from projections.words.names import MODES, NONE
from projections.words.phrasebook import Phrasebook
from scripts.app.bounds import Bounds
from scripts.app.contract_list import LookedFor, listed_contracts
from scripts.cli import terminal
from scripts.cli.account_number import AccountType
from scripts.cli.missing_keys import tell_all_missing_keys
from scripts.cli.moments import MomentType
from scripts.cli.options import lang_option, print_json_list, with_settings
from scripts.errors import UsageError
from scripts.wiring import Settings, open_ledger

ROWS_OF_TABLE: Final = 1_000
"""A table knows its widths once it has all its rows."""


@click.command()
@click.argument("account", type=AccountType(), required=False, metavar="[NUMBER]")
@click.option("--plan", metavar="PLAN", help="Only those of this plan.")
@click.option("--mode", type=click.Choice(get_args(Mode)), help="Only those that are charged like this.")
@click.option("--blocked", type=click.Choice(get_args(BlockKind)), help="Only those that are blocked like this.")
@click.option("--option", metavar="OPTION", help="Only those that have this option.")
@click.option("--promise", is_flag=True, help="Only those with a promised payment.")
@click.option("--wallet-below", type=int, metavar="KOPECKS", help="Only those whose wallet has less.")
@click.option("--wallet-above", type=int, metavar="KOPECKS", help="Only those whose wallet has more.")
@click.option("--opened-from", type=MomentType(), metavar="DATE", help="Only those opened then or later.")
@click.option("--opened-until", type=MomentType(), metavar="DATE", help="Only those opened by then.")
@click.option("--closed-from", type=MomentType(), metavar="DATE", help="Only those closed then or later.")
@click.option("--closed-until", type=MomentType(), metavar="DATE", help="Only those closed by then.")
@click.option("--due-from", type=MomentType(), metavar="DATE", help="Only those whose tariff charges then or later.")
@click.option("--due-until", type=MomentType(), metavar="DATE", help="Only those whose tariff charges by then.")
@click.option("--cannot-pay", is_flag=True, help="Only those whose money does not reach the month's fee that comes.")
@click.option("--numbers", is_flag=True, help="Print nothing but NUMBER or NUMBER/N, one a line, for --accounts -.")
@lang_option("en")
@with_settings
def accounts(
    settings: Settings,
    account: str | None,
    plan: str | None,
    mode: Mode | None,
    blocked: BlockKind | None,
    option: str | None,
    promise: bool,
    wallet_below: int | None,
    wallet_above: int | None,
    opened_from: Moment | None,
    opened_until: Moment | None,
    closed_from: Moment | None,
    closed_until: Moment | None,
    due_from: Moment | None,
    due_until: Moment | None,
    cannot_pay: bool,
    numbers: bool,
    lang: Language,
) -> int:
    """List contracts as they stand: all of the ledger, or those of a number, and of them those that are looked for.

    A number has one contract after the other; the second and later ones are told as NUMBER/N. Dates and times without
    an offset are those of where the account is. A tariff charges next at the end of what is paid, or on the next night.

    \b
    Example:
      obnovi accounts 79161234567
      obnovi accounts --mode unpaid --wallet-below 10000
      obnovi accounts --due-until 2026-03-03 --cannot-pay
      obnovi accounts --plan smart --numbers | obnovi statements --month 2026-02 --format pdf -o out --accounts -
      obnovi accounts --closed-from 2026-01-01 --closed-until 2026-01-31 --json
    """
    if numbers and settings.json:
        raise UsageError("--numbers is a list of its own; leave --json out, or --numbers")
    looked_for = LookedFor(
        plan=plan,
        mode=mode,
        blocked=blocked,
        option=option,
        promise=promise,
        wallet_below=wallet_below,
        wallet_above=wallet_above,
        opened=Bounds(opened_from, opened_until),
        closed=Bounds(closed_from, closed_until),
        due=Bounds(due_from, due_until),
        cannot_pay=cannot_pay,
    )
    with open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
        tell_all_missing_keys(settings, snapshot.log)
        found = listed_contracts(snapshot, looked_for, account)
        if settings.json:
            print_json_list(canonical.listed(contract, each) for contract, each in found)
        elif numbers:
            sys.stdout.buffer.writelines(f"{_name(contract, each)}\n".encode() for contract, each in found)
            sys.stdout.buffer.flush()
        else:
            _show(lang, found)
    return 0


def _name(contract: Contract, account: Account) -> str:
    """What means this contract alone in a list: the number only where it has no other contract."""
    if contract.holder == 1 and account.closed_at is not None and is_number(contract.number):
        return f"{contract.number}/1"
    return str(contract)


def _show(lang: Language, found: Iterator[tuple[Contract, Account]]) -> None:
    """A table, of very many some, so that no more than a page is held."""
    phrases = Phrasebook(lang)
    title = phrases.clocked(phrases.say(answers.ACCOUNTS))
    head = phrases.head(answers.ACCOUNTS_HEAD)
    page = list(islice(found, ROWS_OF_TABLE))
    while True:
        cells = [_cells(Phrasebook(lang, zone=each.zone), contract, each) for contract, each in page]
        terminal.table(title, head, cells, right=(6,), empty=phrases.say(NONE))
        page = list(islice(found, ROWS_OF_TABLE))
        if not page:
            return


def _cells(phrases: Phrasebook, contract: Contract, account: Account) -> tuple[str, ...]:
    return (
        str(contract) if is_number(contract.number) else contract_name(phrases, contract),
        phrases.time(account.opened_at),
        "" if account.closed_at is None else phrases.time(account.closed_at),
        account.plan or "—",
        phrases.say(MODES[account.mode]),
        phrases.blocked(account.blocks),
        phrases.money(account.wallet),
    )
