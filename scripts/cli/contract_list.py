"""`obnovi accounts`: the contracts there are, and those that somebody looks for (R-15.8)."""

from typing import Any, get_args

import click

from ledger.account import Account
from ledger.contracts import Contract, is_number
from ledger.events import BlockKind, Mode
from ledger.periods import Moment
from projections.canonical import time
from projections.contract_fields import contract_fields
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
from scripts.wiring import Settings, open_ledger


@click.command()
@click.argument("account", type=AccountType(), required=False, metavar="[NUMBER]")
@click.option("--plan", metavar="PLAN", help="Only those of this plan.")
@click.option("--mode", type=click.Choice(get_args(Mode)), help="Only those that are charged like this.")
@click.option("--blocked", type=click.Choice(get_args(BlockKind)), help="Only those that are blocked like this.")
@click.option("--wallet-below", type=int, metavar="KOPECKS", help="Only those whose wallet has less.")
@click.option("--opened-from", type=MomentType(), metavar="DATE", help="Only those opened then or later.")
@click.option("--opened-until", type=MomentType(), metavar="DATE", help="Only those opened by then.")
@click.option("--closed-from", type=MomentType(), metavar="DATE", help="Only those closed then or later.")
@click.option("--closed-until", type=MomentType(), metavar="DATE", help="Only those closed by then.")
@lang_option("en")
@with_settings
def accounts(
    settings: Settings,
    account: str | None,
    plan: str | None,
    mode: Mode | None,
    blocked: BlockKind | None,
    wallet_below: int | None,
    opened_from: Moment | None,
    opened_until: Moment | None,
    closed_from: Moment | None,
    closed_until: Moment | None,
    lang: Language,
) -> int:
    """List contracts as they stand: all of the ledger, or those of a number, and of them those that are looked for.

    A number has one contract after the other; the second and later ones are told as NUMBER/N. A date is that day where
    the account is; a time with its offset is taken too.

    \b
    Example:
      obnovi accounts 79161234567
      obnovi accounts --mode unpaid --wallet-below 10000
      obnovi accounts --closed-from 2026-01-01 --closed-until 2026-01-31 --json
    """
    opened, closed = Bounds(opened_from, opened_until), Bounds(closed_from, closed_until)
    looked_for = LookedFor(
        plan=plan, mode=mode, blocked=blocked, wallet_below=wallet_below, opened=opened, closed=closed
    )
    with open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
        tell_all_missing_keys(settings, snapshot.log)
        found = listed_contracts(snapshot, looked_for, account)
        if settings.json:
            print_json_list(_row(contract, each) for contract, each in found)
            return 0
        listed = list(found)
    cells = [_cells(Phrasebook(lang, zone=each.zone), contract, each) for contract, each in listed]
    phrases = Phrasebook(lang)
    head = phrases.head(answers.ACCOUNTS_HEAD)
    terminal.table(phrases.clocked(phrases.say(answers.ACCOUNTS)), head, cells, right=(6,), empty=phrases.say(NONE))
    return 0


def _row(contract: Contract, account: Account) -> dict[str, Any]:
    return contract_fields(contract) | {
        "contract": contract.id,
        "opened_at": time(account.opened_at, account.zone),
        "closed_at": time(account.closed_at, account.zone),
        "plan": account.plan,
        "mode": account.mode,
        "blocks": account.blocks,
        "wallet": account.wallet,
    }


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
