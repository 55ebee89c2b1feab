"""`obnovi night`: what every account's schedule asks for, booked up to an instant (R-2.7, R-4)."""

from collections import Counter
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

import click

from ledger import preview
from ledger.catalogue import parse
from ledger.periods import Instant, Moment, last_instant
from ledger.service import Ledger
from projections.words import answers
from projections.words.language import Language
from projections.words.phrasebook import Phrasebook
from scripts.app.future import limit_of_future
from scripts.app.night import quiet_before
from scripts.cli import confirm, terminal
from scripts.cli.confirm import yes_option
from scripts.cli.moments import MomentType, not_after_option
from scripts.cli.options import lang_option, print_json, print_text, with_settings
from scripts.errors import UsageError
from scripts.wiring import Settings, catalogue_text, now, open_ledger

_COUNTED: Final = {"monthly_fees": "monthly fee", "daily_fees": "daily fee", "blocks": "block"}

ACCOUNTS_AT_ONCE = 5_000


@click.command()
@click.option("--until", type=MomentType(), metavar="INSTANT", help="Advance up to and including this.  [default: now]")
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
    total: Counter[str] = Counter()
    with open_ledger(settings, "read" if dry_run else "book") as ledger:
        runs = _runs(ledger, until, not_after)
        upto = until if isinstance(until, date) else runs[0][1]
        if dry_run:
            total = _tried(ledger, settings.catalogue, upto)
        else:
            if not yes:
                _must_be_known(ledger, settings, upto)
            with ledger.store.reading() as log:
                due = sum(log.count_due(instant, zone=zone) for zone, instant in runs)
            with terminal.progress("accounts", due) as bar:
                for zone, instant in runs:
                    some = partial(ledger.advance_due, instant, accounts_max=ACCOUNTS_AT_ONCE, zone=zone)
                    while (counted := some()) is not None:
                        total += counted
                        bar(total["accounts"])
    answer = {
        "accounts": total["accounts"],
        "events": sum(count for name, count in total.items() if name != "accounts"),
        "monthly_fees": total["MonthlyFeeCharged"],
        "daily_fees": total["DailyFeeCharged"],
        "blocks": total["Blocked"],
        "lapsed": total["PeriodLapsed"],
    }
    if settings.json:
        print_json(answer)
    else:
        phrases = Phrasebook(lang)
        nouns = {f"{noun}s": phrases.count(answer[f"{noun}s"], noun) for noun in ("account", "event")}
        if not phrases.russian:
            nouns |= {f: terminal.count(answer[f], noun) for f, noun in _COUNTED.items()}
        print_text(phrases.say(answers.ADVANCED_TRIED if dry_run else answers.ADVANCED, **{**answer, **nouns}))
    return 0


def _runs(ledger: Ledger, until: Moment | None, not_after: Moment | None) -> list[tuple[str | None, Instant]]:
    """The zone and the instant of each run: of a date one for every zone, else one for all. Raises UsageError.

    Before those of the zones comes one where nobody is: accounts whose heads do not tell their zone get such heads.
    """
    begun = now()
    by_zone = isinstance(until, date) or isinstance(not_after, date)
    runs: list[tuple[str | None, Instant]] = []
    for zone in ["", *ledger.catalogues().zones()] if by_zone else [None]:
        instant = begun if until is None else last_instant(until, zone or "UTC")
        if instant > limit_of_future(not_after, zone or "UTC", now=now()):
            raise UsageError(
                "--until lies after --not-after (now + 24 h by default); add --not-after none if you mean it"
            )
        runs.append((zone, instant))
    return runs


def _tried(ledger: Ledger, given: str | None, until: Moment) -> Counter[str]:
    """What the night would book; another catalogue may make accounts due that the ledger's own does not."""
    catalogue = ledger.catalogues().newest() if given is None else parse(catalogue_text(Path(given)))
    with ledger.store.reading() as log:
        accounts = log.due_accounts(_latest(until)) if given is None else log.accounts()
        with terminal.progress("accounts (dry run)", len(accounts)) as bar:
            return preview.preview_night(log, accounts, catalogue, until, progress=bar)


def _must_be_known(ledger: Ledger, settings: Settings, until: Moment) -> None:
    """Tell how long there was no input, and what will be booked for it, where that is long. Raises Refused."""
    with ledger.store.reading() as log:
        quiet = quiet_before(log, last_instant(until, "UTC"))
    if quiet is None or not (total := _tried(ledger, None, until))["accounts"]:
        return
    accounts = terminal.count(total["accounts"], "account")
    confirm.confirm(
        settings, f"{confirm.describe_quiet(quiet)}; on {accounts} it books {confirm.describe_counts(total)}", yes=False
    )


def _latest(until: Moment) -> Instant:
    """An instant by which that moment is over in every zone there is."""
    return last_instant(until, "Etc/GMT+12")
