"""`obnovi night`: what every account's schedule asks for, booked up to an instant (R-2.7, R-4)."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any, Final

import click
from msgspec.structs import asdict

from ledger.catalogue import parse
from ledger.periods import Moment, last_instant
from ledger.preview import preview_night
from ledger.snapshot import Snapshot
from projections.words import answers
from projections.words.language import Language
from projections.words.phrasebook import Phrasebook
from scripts.app.night import advance, advanced, due_by, quiet_before, runs_of
from scripts.cli import confirm, terminal
from scripts.cli.confirm import yes_option
from scripts.cli.missing_keys import tell_all_missing_keys
from scripts.cli.moments import MomentType, not_after_option
from scripts.cli.options import lang_option, print_json, print_text, with_settings
from scripts.wiring import Settings, catalogue_text, now, open_ledger

_COUNTED: Final = {"monthly_fees": "monthly fee", "daily_fees": "daily fee", "blocks": "block"}


@click.command()
@click.option("--until", type=MomentType(), metavar="TIME", help="Advance up to and including this.  [default: now]")
@not_after_option
@click.option("--dry-run", is_flag=True, help="Say what would be booked and write nothing.")
@yes_option
@lang_option("en")
@with_settings
def night(
    settings: Settings, until: Moment | None, not_after: Moment | None, dry_run: bool, yes: bool, lang: Language
) -> int:
    """Advance every account to an instant: monthly and daily fees, blocks, lapsed periods.

    Running it twice, late, or again after an interruption charges nobody twice. A date alone means the end of that day
    where each account is. More than a week behind the newest input it says first what it will book, and asks on a
    terminal: nothing that is booked is ever taken back.

    \b
    Example:
      obnovi night
      obnovi night --until 2023-02-15T03:00:00+03:00 --dry-run
    """
    with open_ledger(settings, "read" if dry_run else "book") as ledger:
        with ledger.snapshot() as snapshot:
            tell_all_missing_keys(settings, snapshot.log)
            runs = runs_of(snapshot, until, not_after, now=now())
            upto = until if isinstance(until, date) else runs[0].until
            due = sum(snapshot.log.count_due(run.until, zone=run.zone) for run in runs)
            quiet = None if dry_run or yes else quiet_before(snapshot.log, last_instant(upto, "UTC"))
            tried = _tried(snapshot, settings.catalogue if dry_run else None, upto) if dry_run or quiet else Counter()
        if quiet and tried["accounts"]:
            accounts = terminal.count(tried["accounts"], "account")
            booked = f"on {accounts} it books {confirm.describe_counts(tried)}"
            confirm.confirm(settings, f"{confirm.describe_quiet(quiet)}; {booked}", yes=False)
        if not dry_run:
            with terminal.progress("accounts", due) as bar:
                tried = advance(ledger, runs, bar)
    answer = advanced(tried)
    if settings.json:
        print_json(answer)
    else:
        phrases = Phrasebook(lang)
        told: dict[str, Any] = asdict(answer)
        told |= {f"{noun}s": phrases.count(told[f"{noun}s"], noun) for noun in ("account", "event")}
        if not phrases.russian:
            told |= {field: terminal.count(told[field], noun) for field, noun in _COUNTED.items()}
        print_text(phrases.say(answers.ADVANCED_TRIED if dry_run else answers.ADVANCED, **told))
    return 0


def _tried(snapshot: Snapshot, given: str | None, until: Moment) -> Counter[str]:
    """What the night would book; another catalogue may make accounts due that the ledger's own does not."""
    catalogue = snapshot.catalogues.newest() if given is None else parse(catalogue_text(Path(given)))
    accounts = due_by(snapshot.log, until) if given is None else snapshot.log.accounts()
    with terminal.progress("accounts (dry run)", len(accounts)) as bar:
        return preview_night(snapshot.log, accounts, catalogue, until, progress=bar)
