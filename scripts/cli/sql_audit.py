"""`obnovi audit`: the arithmetic of the rulebook over a dataset, in SQL that shares nothing with the booking."""

import os
from pathlib import Path
from typing import get_args

import click

from projections.audit.named import violated, without_number
from projections.audit.report import Checked, Report, Violation
from projections.words.safe import safe
from scripts.app.audit import EngineName, audit_dataset
from scripts.cli import terminal
from scripts.cli.missing_keys import tell_missing_keys
from scripts.cli.options import print_json, print_text, refuse_overwrite, refuse_what_is_no_file, with_settings
from scripts.errors import UsageError
from scripts.wiring import Settings, open_dataset


@click.command()
@click.argument("folder", metavar="DIR")
@click.option(
    "--engine",
    type=click.Choice(get_args(EngineName)),
    default="duckdb",
    show_default=True,
    help="What runs the SQL: DuckDB in this process, or Spark.",
)
@click.option("--engine-url", "url", metavar="URL", help="The master of a Spark cluster.  [default: this machine]")
@click.option(
    "--workers", type=click.IntRange(1, 64), metavar="N", help="Cores at work here.  [default: the machine's cores]"
)
@click.option("--keep", metavar="FILE", help="Leave what the checks read in a database of DuckDB, to look into it.")
@with_settings
def audit(
    settings: Settings, folder: str, engine: EngineName, url: str | None, workers: int | None, keep: str | None
) -> int:
    """Check the arithmetic of a dataset that `obnovi seal` wrote, in SQL that an auditor can read.

    Balances, packages, prices, fees, periods, VAT, the order of the log: each check is a file of its own, which says in
    words what must hold and by which rule. None of it shares code with what books; nothing is decided again, which is
    what `verify` is for. It takes DuckDB, or Spark: `pip install 'obnovi[audit]'`. Exit code 1 when something does not
    hold.

    \b
    Example:
      obnovi seal dataset
      obnovi audit dataset
      obnovi audit dataset --keep audit.duckdb
      obnovi audit dataset --json | jq '.checks[] | select(.violations > 0)'
    """
    if url is not None and engine != "spark":
        raise UsageError("--engine-url goes with --engine spark")
    if keep is not None:
        if engine != "duckdb":
            raise UsageError("--keep goes with --engine duckdb")
        refuse_overwrite("--keep", keep, settings)
        refuse_what_is_no_file(keep)
        if Path(keep).resolve().is_relative_to(Path(folder).resolve()):
            raise UsageError(f"--keep {keep} lies in the dataset; name another file")
    with (
        open_dataset(settings, folder) as reader,
        reader.store.reading() as log,
        terminal.progress("events", log.count()) as bar,
    ):
        report = audit_dataset(
            log,
            Path(folder),
            engine,
            url=url,
            workers=workers or os.cpu_count() or 1,
            keep=Path(keep) if keep is not None else None,
            progress=bar,
        )
    tell_missing_keys(settings, without_number(report))
    if settings.json:
        print_json({"checks": report.checks, "ok": report.ok})
    else:
        _show(report)
    return 0 if report.ok else 1


def _show(report: Report) -> None:
    """What was checked, the first violations of each check, and how many there are."""
    terminal.table(
        f"{terminal.count(report.events, 'event')}, {terminal.count(len(report.checks), 'check')}",
        ("Check", "Rule", "Rows", "Violations"),
        [(each.name, each.rule, f"{each.rows:,}", f"{each.violations:,}") for each in report.checks],
        right=(2, 3),
        wide=1,
    )
    found = violated(report)
    for check in found:
        print_text(f"{check.name} ({check.rule}):\n")
        for violation in check.first:
            print_text(f"  {_told(violation)}\n")
        if (more := check.violations - len(check.first)) > 0:
            print_text(f"  … and {more} more\n")
    print_text(f"{_verdict(found)}\n")


def _told(violation: Violation) -> str:
    """One line: where, what should be there, what is."""
    where = violation.account if not violation.contract else f"{violation.account}, contract {violation.contract}"
    holder = f"/{violation.holder}" if violation.holder and violation.holder > 1 else ""
    expected, found = (safe("nothing" if each is None else each) for each in (violation.expected, violation.found))
    return f"account {where}{holder}, version {violation.version}: expected {expected}, found {found}"


def _verdict(found: list[Checked]) -> str:
    if not found:
        return "everything holds"
    count = sum(check.violations for check in found)
    return f"{terminal.count(count, 'violation')} of {terminal.count(len(found), 'check')}"
