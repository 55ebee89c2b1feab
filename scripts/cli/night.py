"""`obnovi night`: what every account's schedule asks for, booked up to an instant (R-2.7, R-4)."""

from collections import Counter
from pathlib import Path

import click

from ledger import trial
from ledger.catalogue import parse
from ledger.periods import Instant
from ledger.service import Ledger
from scripts.cli import meant, show
from scripts.cli.meant import yes_option
from scripts.cli.options import InstantType, limit_of_future, not_after_option, print_json, print_text, with_settings
from scripts.errors import Misuse
from scripts.wiring import Settings, catalogue_text, now, open_ledger

ACCOUNTS_AT_ONCE = 5_000


@click.command()
@click.option(
    "--until", type=InstantType(), metavar="INSTANT", help="Advance up to and including this.  [default: now]"
)
@not_after_option
@click.option("--dry-run", is_flag=True, help="Say what would be booked and write nothing.")
@yes_option
@with_settings
def night(settings: Settings, until: Instant | None, not_after: Instant | None, dry_run: bool, yes: bool) -> int:
    """Advance every account to an instant: monthly and daily fees, blocks, lapsed periods.

    Running it twice, late, or again after an interruption charges nobody twice. More than a week behind the newest
    input it says first what it will book, and asks on a terminal: nothing that is booked is ever taken back.

    \b
    Example:
      obnovi night
      obnovi night --until 2023-02-15T03:00:00+03:00 --dry-run
    """
    instant = now() if until is None else until
    if instant > limit_of_future(not_after):
        raise Misuse("--until lies after --not-after (now + 24 h by default); add --not-after none if you mean it")
    total: Counter[str] = Counter()
    with open_ledger(settings, "read" if dry_run else "book") as ledger:
        if dry_run:
            total = _tried(ledger, settings.catalogue, instant)
        else:
            if not yes:
                _must_be_known(ledger, settings, instant)
            with ledger.journal.reading() as log:
                due = log.count_due(instant)
            with show.progress("accounts", due) as bar:
                while (counted := ledger.advance_due(instant, accounts_max=ACCOUNTS_AT_ONCE)) is not None:
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
        print_text(
            f"{show.count(answer['accounts'], 'account')} {'would be ' if dry_run else ''}advanced: "
            f"{answer['monthly_fees']} monthly fees, "
            f"{answer['daily_fees']} daily fees, {answer['blocks']} blocks, {answer['lapsed']} lapsed; "
            f"{show.count(answer['events'], 'event')} {'would be ' if dry_run else ''}written\n"
        )
    return 0


def _tried(ledger: Ledger, given: str | None, until: Instant) -> Counter[str]:
    """What the night would book; another catalogue may make accounts due that the ledger's own does not."""
    catalogue = ledger.catalogues().newest() if given is None else parse(catalogue_text(Path(given)))
    with ledger.journal.reading() as log:
        accounts = log.due_accounts(until) if given is None else log.accounts()
        with show.progress("accounts (dry run)", len(accounts)) as bar:
            return trial.night(log, accounts, catalogue, until, progress=bar)


def _must_be_known(ledger: Ledger, settings: Settings, until: Instant) -> None:
    """Tell how long there was no input, and what will be booked for it, where that is long. Raises SaysNo."""
    with ledger.journal.reading() as log:
        quiet = meant.quiet_before(log, until)
    if quiet is None or not (total := _tried(ledger, None, until))["accounts"]:
        return
    accounts = show.count(total["accounts"], "account")
    meant.meant(settings, f"{quiet}; on {accounts} it books {meant.counted(total)}", yes=False)
