"""`obnovi night`: what every account's schedule asks for, booked up to an instant (R-2.7, R-4)."""

from collections import Counter

import click

from ledger.periods import Instant
from scripts.cli import show
from scripts.cli.options import InstantType, limit_of_future, not_after_option, print_json, print_text, with_settings
from scripts.errors import Misuse
from scripts.wiring import Settings, now, open_ledger

ACCOUNTS_AT_ONCE = 5_000


@click.command()
@click.option(
    "--until", type=InstantType(), metavar="INSTANT", help="Advance up to and including this.  [default: now]"
)
@not_after_option
@with_settings
def night(settings: Settings, until: Instant | None, not_after: Instant | None) -> int:
    """Advance every account to an instant: monthly and daily fees, blocks, lapsed periods.

    Running it twice, late, or again after an interruption charges nobody twice.

    \b
    Example:
      obnovi night
      obnovi night --until 2023-02-15T03:00:00+03:00
    """
    instant = now() if until is None else until
    if instant > limit_of_future(not_after):
        raise Misuse("--until lies after --not-after (now + 24 h by default); add --not-after none if you mean it")
    total: Counter[str] = Counter()
    with open_ledger(settings, "book") as ledger:
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
            f"{show.count(answer['accounts'], 'account')} advanced: {answer['monthly_fees']} monthly fees, "
            f"{answer['daily_fees']} daily fees, {answer['blocks']} blocks, {answer['lapsed']} lapsed; "
            f"{show.count(answer['events'], 'event')} written\n"
        )
    return 0
