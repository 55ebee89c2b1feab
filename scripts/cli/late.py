"""`obnovi late`: what late records charged otherwise than in time, and the adjustments that mend it."""

import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, get_args

import click

from ledger.periods import Moment
from ledger.snapshot import Snapshot
from ledger.units import Kopecks
from projections import canonical_answers
from projections.counterfactual.change import CannotDecide
from projections.counterfactual.charge import SOURCE, Charge
from projections.counterfactual.late import Favour, LateCharges, LookedFor
from projections.engines.pool import Pool
from projections.numbers import digits_of
from projections.words import what_if
from projections.words.causes import kind_of
from projections.words.language import Language
from projections.words.phrasebook import Phrasebook
from scripts.app.account_list import AccountList
from scripts.app.contracts import require_contract
from scripts.app.late import Mending, book_adjustments, late_charges, try_adjustments
from scripts.cli import terminal
from scripts.cli.account_list import accounts_options, chosen_contracts
from scripts.cli.claims import given_catalogue
from scripts.cli.messages import worded
from scripts.cli.missing_keys import tell_all_missing_keys
from scripts.cli.moments import MomentType
from scripts.cli.options import lang_option, print_bytes, print_text, require_by, with_settings
from scripts.cli.rubles import RublesType
from scripts.errors import Refused, UsageError
from scripts.wiring import Settings, now, open_ledger

BY: Final = "obnovi late"


class ChargeType(click.ParamType[tuple[str, int | None, int]]):
    """A charge as it is listed: ACCOUNT:VERSION, or ACCOUNT/N:VERSION of the number's N-th contract."""

    name = "charge"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int | None, int]:
        """Account, holder if it is named, and version."""
        if not isinstance(value, str):
            found: tuple[str, int | None, int] = value
            return found
        named, _, version = value.rpartition(":")
        account, _, holder = named.partition("/")
        if not account or not version.isdecimal() or not (holder or "1").isdecimal():
            self.fail(f"{value!r} is no ACCOUNT:VERSION, like 79161234567:7", param, ctx)
        return digits_of(account), int(holder) if holder else None, int(version)


@click.command()
@click.option("--from", "since", type=MomentType(), metavar="TIME", help="Only for records booked from this time on.")
@accounts_options
@click.option("--in-favour-of", "favour", type=click.Choice(get_args(Favour)), help="Only what is to be given to them.")
@click.option("--sum-from", "least", type=RublesType(), default=0, help="Only charges that differ by so much at least.")
@click.option(
    "--only",
    type=ChargeType(),
    multiple=True,
    metavar="ACCOUNT:VERSION",
    help="This charge of those listed, any number.",
)
@click.option("--book", is_flag=True, help="Book an adjustment for each, citing the charge and the late record.")
@click.option("--per-account", is_flag=True, help="Book one adjustment for all charges of a contract, citing each.")
@click.option("--dry-run", is_flag=True, help="Say what it would book and write nothing.")
@click.option("--by", metavar="NAME", help=f"Who answers for the adjustments.  [default: {BY}]")
@click.option(
    "--workers", type=click.IntRange(1, 64), metavar="N", help="Processes at work.  [default: the machine's cores]"
)
@lang_option("en")
@with_settings
def late(
    settings: Settings,
    since: Moment | None,
    accounts: Sequence[str],
    holder: int | None,
    listed: AccountList | None,
    favour: Favour | None,
    least: Kopecks,
    only: Sequence[tuple[str, int | None, int]],
    book: bool,
    per_account: bool,
    dry_run: bool,
    by: str | None,
    workers: int | None,
    lang: Language,
) -> int:
    """List charges that would have come out differently had their records arrived when they happened.

    A record is late when it took effect after it happened. What adjustments have mended, those of clerks that cite the
    charge too, is not listed again, so booking twice adjusts nothing twice, one by one or for all charges of a contract
    together. They are booked at the account's last event: no night is charged by it. A minus that the money at hand
    does not reach is refused (R-11.5) and listed again. What is chosen is listed, and booked with --book.

    \b
    Example:
      obnovi late --from 2023-02-01T00:00:00+03:00
      obnovi late --in-favour-of subscriber --sum-from 10 --book --per-account --by clerk-7 --dry-run
      obnovi late --only 79161234567:7 --only 79161234567:9 --book
    """
    if not (book or dry_run) and (per_account or by is not None):
        raise UsageError(f"{'--per-account' if per_account else '--by'} goes with --book or --dry-run")
    if only and (accounts or listed is not None):
        raise UsageError("--only names accounts itself; leave --account out, and --accounts")
    by = BY if by is None else by
    require_by(by)
    mending = Mending(by, per_account)
    booked: Counter[str] | None = None
    with open_ledger(settings, "book" if book and not dry_run else "read") as ledger:
        with ledger.snapshot() as snapshot:
            tell_all_missing_keys(settings, snapshot.log)
            contracts = chosen_contracts(snapshot.contracts, accounts, holder, listed)
            looked_for = LookedFor(since=since, favour=favour, least=least, only=_named(snapshot, only))
            if only:
                contracts = sorted({require_contract(snapshot.contracts, *each[:2]) for each in only})
            total = len(contracts) if contracts is not None else sum(1 for _ in snapshot.log.accounts_with_head())
            try:
                with terminal.progress("accounts", total) as bar:
                    cores = workers or os.cpu_count() or 1
                    found = late_charges(snapshot, contracts, looked_for, engine=Pool(cores), progress=bar)
            except CannotDecide as error:
                raise Refused(worded(error)) from None
            if dry_run:
                catalogue = given_catalogue(settings) or snapshot.catalogues.newest()
                booked = try_adjustments(snapshot, found, catalogue, mending, now=now())
        if book and not dry_run:
            with terminal.progress("accounts (booking)", found.changed) as bar:
                booked = book_adjustments(ledger, found, mending, progress=bar)
    counts = None if booked is None else {name: booked[name] for name in ("applied", "refused", "rejected")}
    if settings.json:
        _print_json(found, counts)
    else:
        _show(Phrasebook(lang), found, counts, dry_run=dry_run)
    return 0


def _named(snapshot: Snapshot, only: Sequence[tuple[str, int | None, int]]) -> frozenset[tuple[str, int]] | None:
    """The charges that are chosen, by the ids of their contracts. Raises Declined for an account that is not there."""
    named = [(require_contract(snapshot.contracts, account, holder).id, version) for account, holder, version in only]
    return frozenset(named) or None


def _print_json(found: LateCharges, counts: Mapping[str, int] | None) -> None:
    names = {"applied": "booked", "refused": "refused", "rejected": "rejected"}
    more = {names[name]: count for name, count in (counts or {}).items()}
    sys.stdout.buffer.writelines(canonical_answers.late(found, more))
    print_bytes(b"\n")


def _show(phrases: Phrasebook, found: LateCharges, counts: Mapping[str, int] | None, *, dry_run: bool) -> None:
    terminal.table(
        phrases.say(what_if.LATE),
        phrases.head(what_if.LATE_HEAD),
        _cells(phrases, found),
        right=(1, 2, 4, 5),
        empty=phrases.say(what_if.NOBODY),
    )
    told = phrases.say(
        what_if.LATE_SUM,
        charges=phrases.count(found.count, "charge"),
        accounts=phrases.count(found.changed, "account"),
        difference=phrases.more_or_less(found.difference),
    )
    print_text(f"{told}\n")
    if counts is not None:
        made = phrases.count(counts["applied"], "adjustment")
        said = what_if.LATE_TRIED if dry_run else what_if.LATE_BOOKED
        print_text(f"{phrases.say(said, adjustments=made, source=SOURCE, **counts)}\n")


def _cells(phrases: Phrasebook, found: Iterable[Charge]) -> list[tuple[str, ...]]:
    return [
        (
            str(charge.contract),
            "" if charge.event is None else str(charge.event),
            str(charge.record),
            kind_of(phrases, charge.about),
            phrases.money(charge.was),
            phrases.money(charge.would_be),
        )
        for charge in found
    ]
