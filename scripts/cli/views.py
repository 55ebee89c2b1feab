"""`obnovi unrated`, `totals` and `replay`: what crosses accounts, and how it is made anew from the log."""

import os
import time
from datetime import date

import click

from ledger.units import rubles
from projections import totals as trial_balance
from projections import unrated as waiting
from projections.follow import caught_up, rebuild
from projections.totals import Grouping
from scripts.cli import show
from scripts.cli.options import DateType, print_json, print_text, with_settings
from scripts.errors import Misuse
from scripts.wiring import Settings, open_ledger


@click.command()
@with_settings
def unrated(settings: Settings) -> int:
    """List usage records that nobody could rate yet: no plan at their time, or no price in their zone.

    Mend the catalogue and feed a `rerate` input for each of them.

    \b
    Example:
      obnovi unrated
    """
    with open_ledger(settings) as ledger, caught_up(ledger) as db:
        rows = waiting.rows(db)
    if settings.json:
        print_json(rows)
    elif not rows:
        print_text("Every record is rated.\n")
    else:
        cells = [(r.account, str(r.version), r.reason, r.service, r.zone, r.occurred_at) for r in rows]
        show.table("Unrated", ("Account", "Version", "Reason", "Service", "Zone", "Occurred"), cells, right=(1,))
    return 0


@click.command()
@click.option("--from", "since", type=DateType(), required=True, metavar="DATE", help="First local date.")
@click.option("--to", "until", type=DateType(), required=True, metavar="DATE", help="Last local date, included.")
@click.option("--by", type=click.Choice(["day", "plan", "region"]), help="A row for each of these.")
@with_settings
def totals(settings: Settings, since: date, until: date, by: Grouping | None) -> int:
    """Show the trial balance of all accounts: opening, moved and closing of every account name.

    What `cash:bank` moved is what the bank reports of the same days, with the sign turned. Every unit sums to zero.

    \b
    Example:
      obnovi totals --from 2026-02-01 --to 2026-02-28
      obnovi totals --from 2026-02-01 --to 2026-02-28 --by day --json
    """
    if since > until:
        raise Misuse(f"--from {since} lies after --to {until}")
    with open_ledger(settings) as ledger, caught_up(ledger) as db:
        rows = trial_balance.rows(db, since=since, until=until, by=by)
    if settings.json:
        print_json(rows)
        return 0
    head = ("Account", "Unit", "Opening", "Moved", "Closing")
    cells = [
        (
            *([row[by]] if by else []),
            row["account_name"],
            row["unit"],
            *(
                rubles(row[name]) if row["unit"] == "kop" else str(row[name])
                for name in ("opening", "moved", "closing")
            ),
        )
        for row in rows
    ]
    shift = 1 if by else 0
    show.table(
        f"Totals {since} to {until}",
        (*([by.capitalize()] if by else []), *head),
        cells,
        right=tuple(shift + column for column in (2, 3, 4)),
    )
    return 0


@click.command()
@click.option("--workers", type=click.IntRange(1, 64), help="Processes at work.  [default: the machine's cores]")
@with_settings
def replay(settings: Settings, workers: int | None) -> int:
    """Rebuild every view from the log into a new file, compare it with the old one, and swap them.

    Exit code 1 when a row differed; the new views are taken all the same. Interrupted, it leaves the old ones.

    \b
    Example:
      obnovi replay
    """
    began = time.perf_counter()
    with open_ledger(settings) as ledger:
        with ledger.journal.reading() as log:
            count = log.count()
        with show.progress("events", count) as bar:
            done = rebuild(ledger, workers=workers or os.cpu_count() or 1, progress=bar)
    seconds = time.perf_counter() - began
    answer = {
        "events": done.events,
        "seconds": round(seconds, 3),
        "events_per_second": round(done.events / seconds),
        "differences": done.differences,
    }
    if settings.json:
        print_json(answer)
    else:
        verdict = (
            "the same as before" if not done.differences else f"{done.differences} rows differed, the new ones hold"
        )
        print_text(f"{done.events} events replayed in {seconds:.1f} s: {verdict}\n")
    return 1 if done.differences else 0
