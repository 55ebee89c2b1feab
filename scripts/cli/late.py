"""`obnovi late`: what late records charged otherwise than in time, and the adjustments that mend it."""

import os
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import click

from ledger.periods import Moment
from projections import canonical_answers
from projections.counterfactual.change import CannotDecide
from projections.counterfactual.late import SOURCE, Charge, adjustments, late_of_many
from projections.words import what_if
from projections.words.causes import kind_of
from projections.words.language import Language
from projections.words.phrasebook import Phrasebook
from scripts.app.late import book_adjustments, try_adjustments
from scripts.cli import terminal
from scripts.cli.claims import given_catalogue
from scripts.cli.messages import worded
from scripts.cli.missing_keys import tell_all_missing_keys
from scripts.cli.moments import MomentType
from scripts.cli.options import lang_option, print_json, print_text, with_settings
from scripts.errors import Refused, UsageError
from scripts.wiring import Settings, now, open_ledger

BY: Final = "obnovi late"
BY_MAX: Final = 64


@click.command()
@click.option("--from", "since", type=MomentType(), metavar="T", help="Only for records booked from this time on.")
@click.option("--book", is_flag=True, help="Book an adjustment for each, citing the charge and the late record.")
@click.option("--dry-run", is_flag=True, help="With --book: say what it would book and write nothing.")
@click.option("--by", metavar="NAME", help=f"Who answers for the adjustments.  [default: {BY}]")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes at work.  [default: the machine's cores]")
@lang_option("en")
@with_settings
def late(
    settings: Settings,
    since: Moment | None,
    book: bool,
    dry_run: bool,
    by: str | None,
    workers: int | None,
    lang: Language,
) -> int:
    """List charges that would have come out differently had their records arrived when they happened.

    A record is late when it took effect after it happened. What adjustments have mended, those of clerks that cite the
    charge too, is not listed again, so booking twice adjusts nothing twice. They are booked at the account's last
    event: no night is charged by it. A minus that the money at hand does not reach is refused (R-11.5) and listed
    again.

    \b
    Example:
      obnovi late --from 2023-02-01T00:00:00+03:00
      obnovi late --book --by clerk-7 --dry-run
    """
    if by is not None and not book:
        raise UsageError("--by goes with --book")
    if dry_run and not book:
        raise UsageError("--dry-run goes with --book; without it nothing is booked anyway")
    if by is not None and not 1 <= len(by) <= BY_MAX:
        raise UsageError(f"--by takes 1 to {BY_MAX} characters")
    booked = Counter[str]()
    with open_ledger(settings, "book" if book and not dry_run else "read") as ledger:
        with ledger.snapshot() as snapshot:
            tell_all_missing_keys(settings, snapshot.log)
            accounts = snapshot.log.accounts()
            try:
                with terminal.progress("accounts", len(accounts)) as bar:
                    cores = workers or os.cpu_count() or 1
                    found = late_of_many(snapshot.log, None, since=since, workers=cores, progress=bar)
            except CannotDecide as error:
                raise Refused(worded(error)) from None
            inputs = adjustments(found, by or BY, snapshot.contracts) if book else []
            if dry_run:
                catalogue = given_catalogue(settings) or snapshot.catalogues.newest()
                booked = try_adjustments(snapshot, inputs, catalogue, now=now())
        if book and not dry_run:
            booked = book_adjustments(ledger, inputs)
    answer: dict[str, Any] = {
        "accounts": len(accounts),
        "changed": len({charge.contract for charge in found}),
        "wallet_difference": sum(charge.would_be - charge.was for charge in found),
        "lines": [canonical_answers.difference(charge.line()) | {"record": charge.record} for charge in found],
    }
    if book:
        answer |= {"booked": booked["applied"], "refused": booked["refused"], "rejected": booked["rejected"]}
    if settings.json:
        print_json(answer)
    else:
        _show(Phrasebook(lang), found, answer, dry_run=dry_run)
    return 0


def _show(phrases: Phrasebook, found: Sequence[Charge], answer: dict[str, Any], *, dry_run: bool) -> None:
    cells = [
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
    terminal.table(
        phrases.say(what_if.LATE),
        phrases.head(what_if.LATE_HEAD),
        cells,
        right=(1, 2, 4, 5),
        empty=phrases.say(what_if.NOBODY),
    )
    told = phrases.say(
        what_if.LATE_SUM,
        charges=phrases.count(len(found), "charge"),
        accounts=phrases.count(answer["changed"], "account"),
        difference=phrases.more_or_less(answer["wallet_difference"]),
    )
    print_text(f"{told}\n")
    if "booked" in answer:
        made = phrases.count(answer["booked"], "adjustment")
        counts = {name: answer[name] for name in ("refused", "rejected")}
        said = what_if.LATE_TRIED if dry_run else what_if.LATE_BOOKED
        print_text(f"{phrases.say(said, adjustments=made, source=SOURCE, **counts)}\n")
