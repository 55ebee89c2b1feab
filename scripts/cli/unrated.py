"""`obnovi unrated` and `rerate`: the records that nobody could rate yet, and rating them once there is a price."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, ParamSpec, TypeVar, get_args

import click

from ledger.contracts import NO_KEY, Contract
from ledger.reasons import UnratedReason
from ledger.snapshot import Snapshot
from projections import canonical_answers
from projections.unrated import UnratedRecord
from projections.words import answers
from projections.words.language import Language
from projections.words.phrasebook import Phrasebook
from projections.words.reasons import REASONS
from scripts.app.account_list import AccountList
from scripts.app.unrated import Rerated, Waiting, try_rerating, unrated_records
from scripts.app.unrated import rerate as book_rerating
from scripts.cli import confirm, terminal
from scripts.cli.account_list import accounts_options, chosen_contracts
from scripts.cli.claims import given_catalogue
from scripts.cli.confirm import yes_option
from scripts.cli.missing_keys import tell_all_missing_keys, tell_missing_keys
from scripts.cli.options import (
    lang_option,
    print_json,
    print_json_list,
    print_text,
    require_by,
    with_settings,
)
from scripts.errors import UsageError
from scripts.wiring import Settings, now, open_ledger

P = ParamSpec("P")
R = TypeVar("R")
BY: Final = "obnovi rerate"


def waiting_options(command: Callable[P, R]) -> Callable[P, R]:
    """The options that say which of the records are meant."""
    for option in (
        accounts_options,
        click.option("--plan", metavar="PLAN", help="Only those of accounts that had this plan then."),
        click.option("--zone", metavar="ZONE", help="Only those of this zone."),
        click.option("--reason", type=click.Choice(get_args(UnratedReason)), help="Only those unrated for this."),
    ):
        command = option(command)
    return command


@click.command()
@waiting_options
@lang_option("en")
@with_settings
def unrated(
    settings: Settings,
    reason: UnratedReason | None,
    zone: str | None,
    plan: str | None,
    accounts: Sequence[str],
    holder: int | None,
    listed: AccountList | None,
    lang: Language,
) -> int:
    """List usage records that nobody could rate yet: no plan at their time, or no price in their zone.

    Mend the catalogue (`obnovi catalogue add-price`), and `obnovi rerate --all` charges them.

    \b
    Example:
      obnovi unrated
      obnovi unrated --reason NO_PRICE --plan smart --json
    """
    unread: set[Contract] = set()
    with open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
        waiting = _waiting(snapshot, accounts, holder, listed, reason, zone, plan)
        records = _noted(unrated_records(snapshot, waiting), unread)
        if settings.json:
            print_json_list(canonical_answers.waiting(record) for record in records)
        else:
            _show(lang, list(records), is_all=waiting == Waiting())
    tell_missing_keys(settings, unread)
    return 0


@click.command()
@click.option("--all", "is_all", is_flag=True, help="Rate all of them; the other options choose among these.")
@waiting_options
@click.option("--by", metavar="NAME", default=BY, show_default=True, help="Who answers for it.")
@click.option("--dry-run", is_flag=True, help="Say what it would come to and write nothing.")
@yes_option
@lang_option("en")
@with_settings
def rerate(
    settings: Settings,
    is_all: bool,
    reason: UnratedReason | None,
    zone: str | None,
    plan: str | None,
    accounts: Sequence[str],
    holder: int | None,
    listed: AccountList | None,
    by: str,
    dry_run: bool,
    yes: bool,
    lang: Language,
) -> int:
    """Rate usage records again that nobody could rate, now that the catalogue has a price for them (R-11.6).

    Each is charged as of its own time, and booked at its account's last event: no night is charged by it. Of a record
    that still has no price nothing is booked. Running it twice, or again after an interruption, charges nothing twice.
    A catalogue that --catalogue names is adopted, as by every command that books. What it comes to is told first, and
    asked for on a terminal: nothing that is booked is ever taken back.

    \b
    Example:
      obnovi --catalogue mended.toml rerate --all --dry-run
      obnovi --catalogue mended.toml rerate --all --zone abroad --by clerk-7
    """
    if not is_all:
        raise UsageError("rerate takes --all, with --reason, --zone, --plan, --account or --accounts for some of them")
    require_by(by)
    tried = Rerated()
    if dry_run or not yes:
        with open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
            tell_all_missing_keys(settings, snapshot.log)
            waiting = _waiting(snapshot, accounts, holder, listed, reason, zone, plan)
            catalogue = given_catalogue(settings) or snapshot.catalogues.newest()
            with terminal.progress("accounts (dry run)", None) as bar:
                tried = try_rerating(snapshot, waiting, catalogue, by=by, now=now(), progress=bar)
    if not dry_run:
        if tried.rated:
            english = Phrasebook("en")
            told = f"{english.count(tried.rated, 'record')} would be charged {english.money(tried.amount)} together"
            confirm.confirm(settings, told, yes=yes)
        with open_ledger(settings, "book") as ledger:
            with ledger.snapshot() as snapshot:
                if yes:
                    tell_all_missing_keys(settings, snapshot.log)
                waiting = _waiting(snapshot, accounts, holder, listed, reason, zone, plan)
            with terminal.progress("accounts", None) as bar:
                tried = book_rerating(ledger, waiting, by=by, now=now(), progress=bar)
    if settings.json:
        print_json(tried)
    else:
        print_text(_told(Phrasebook(lang), tried, dry_run=dry_run))
    return 0


def _waiting(
    snapshot: Snapshot,
    accounts: Sequence[str],
    holder: int | None,
    listed: AccountList | None,
    reason: UnratedReason | None,
    zone: str | None,
    plan: str | None,
) -> Waiting:
    contracts = chosen_contracts(snapshot.contracts, accounts, holder, listed)
    return Waiting(reason=reason, zone=zone, plan=plan, contracts=contracts)


def _noted(records: Iterable[UnratedRecord], unread: set[Contract]) -> Iterator[UnratedRecord]:
    """The same records; contracts whose keys are not at hand are noted."""
    for record in records:
        if record.row.contract.number == NO_KEY:
            unread.add(record.row.contract)
        yield record


def _show(lang: Language, records: Sequence[UnratedRecord], *, is_all: bool) -> None:
    phrases = Phrasebook(lang)
    if not records:
        print_text(f"{phrases.say(answers.ALL_RATED if is_all else answers.NONE_WAITS)}\n")
        return
    title = phrases.clocked(phrases.say(answers.UNRATED))
    cells = [_cells(phrases, Phrasebook(lang, zone=record.row.clocks), record) for record in records]
    terminal.table(title, phrases.head(answers.UNRATED_HEAD), cells, right=(1, 7))


def _cells(phrases: Phrasebook, there: Phrasebook, record: UnratedRecord) -> tuple[str, ...]:
    row = record.row
    return (
        str(row.contract),
        str(row.version),
        phrases.say(REASONS[row.reason]),
        record.plan or "—",
        phrases.service(row.service),
        phrases.zone(row.zone),
        there.time(row.occurred_at),
        phrases.measured(row.service, record.quantity),
        record.peer or "",
        "" if record.input is None else f"{record.input.source} {record.input.id}",
    )


def _told(phrases: Phrasebook, made: Rerated, *, dry_run: bool) -> str:
    said = answers.RERATED_TRIED if dry_run else answers.RERATED
    refused = phrases.say(answers.RERATED_REFUSED, refused=made.refused) if made.refused else ""
    rated, amount = phrases.count(made.rated, "record"), phrases.money(made.amount)
    return f"{phrases.say(said, rated=rated, amount=amount, unrated=made.unrated, refused=refused)}\n"
