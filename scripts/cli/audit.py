"""`obnovi verify`: the log decided again and compared with itself."""

import os

import click

from ledger.service import Ledger
from projections.audit.verify import Report, verify_file
from projections.evidence.check import check
from projections.evidence.keys import NoKeys, kept
from scripts.cli import show
from scripts.cli.options import print_json, print_text, with_settings
from scripts.errors import Misuse
from scripts.wiring import Settings, keys_folder, open_ledger

PROBLEMS_SHOWN_MAX = 50


@click.command()
@click.option("--workers", type=click.IntRange(1, 64), help="Processes at work.  [default: the machine's cores]")
@with_settings
def verify(settings: Settings, workers: int | None) -> int:
    """Decide every booking again from the log alone, compare, and check the ledger's integrity.

    Where there are keys, the events are also hashed again and held against the newest checkpoint, which finds what was
    changed together with all its traces. Exit code 1 when something differs.

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
        covered = _against_evidence(settings, ledger, report, workers or os.cpu_count() or 1)
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
        if covered is not None and covered < report.events:
            behind = show.count(report.events - covered, "event")
            print_text(f"{behind} behind the newest checkpoint; `obnovi checkpoint` covers them\n")
    return 0 if report.ok else 1


def _against_evidence(settings: Settings, ledger: Ledger, report: Report, workers: int) -> int | None:
    """Add what differs from the newest checkpoint to a report; how many events it covers, None without keys."""
    try:
        keys = kept(keys_folder(settings))
    except NoKeys as error:
        raise Misuse(str(error)) from None
    if keys is None:
        return None
    with ledger.journal.reading() as log:
        found = check(ledger.journal.path, log, keys, workers=workers)
    report.problems += found.problems
    report.ok = not report.problems
    return found.covered
