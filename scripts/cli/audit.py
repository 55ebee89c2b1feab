"""`obnovi verify`: the log decided again and compared with itself."""

import os

import click

from projections.audit.verify import verify_file
from scripts.cli import show
from scripts.cli.options import print_json, print_text, with_settings
from scripts.wiring import Settings, open_ledger

PROBLEMS_SHOWN_MAX = 50


@click.command()
@click.option("--workers", type=click.IntRange(1, 64), help="Processes at work.  [default: the machine's cores]")
@with_settings
def verify(settings: Settings, workers: int | None) -> int:
    """Decide every booking again from the log alone, compare, and check the ledger's integrity.

    Exit code 1 when something differs.

    \b
    Example:
      obnovi verify
      obnovi verify --json | jq .problems
    """
    with open_ledger(settings) as ledger:
        with ledger.journal.reading() as log:
            count = log.last_position()
        with show.progress("events", count) as bar:
            report = verify_file(ledger.journal.path, workers=workers or os.cpu_count() or 1, progress=bar)
    if settings.json:
        print_json(report)
    else:
        for problem in report.problems[:PROBLEMS_SHOWN_MAX]:
            where = f"account {problem.account}" if problem.account else "ledger"
            version = f", version {problem.version}" if problem.version is not None else ""
            print_text(f"{where}{version}: {problem.problem}: expected {problem.expected}, found {problem.found}\n")
        if (more := len(report.problems) - PROBLEMS_SHOWN_MAX) > 0:
            print_text(f"… and {more} more; `obnovi verify --json` lists all\n")
        verdict = "everything agrees" if report.ok else show.count(len(report.problems), "problem")
        print_text(
            f"{show.count(report.accounts, 'account')}, {show.count(report.events, 'event')} decided again: {verdict}\n"
        )
    return 0 if report.ok else 1
