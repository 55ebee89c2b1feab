"""`obnovi verify`: the log decided again and compared with itself."""

import os
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import click
from msgspec import UNSET

from ledger.log.journal import Reading
from projections.audit import summary
from projections.audit.sample import sample
from projections.audit.verify import Report, verify_file
from scripts.cli import show
from scripts.cli.options import print_json, print_text, with_settings
from scripts.errors import Misuse, SaysNo
from scripts.wiring import Settings, open_ledger

PROBLEMS_SHOWN_MAX = 50


class ShareType(click.ParamType[Fraction]):
    """A percentage above 0 and up to 100, like `0.5%`."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """The share, or click's usage error; the sign is asked for, since 0.5 could mean half of them."""
        if isinstance(value, Fraction):
            return value
        if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,9})?%", value) or not 0 < Fraction(value[:-1]) <= 100:
            self.fail(f"{value!r} is no share of the accounts, like 1% or 0.5%", param, ctx)
        return Fraction(value[:-1]) / 100


@click.command()
@click.option("--sample", "share", type=ShareType(), metavar="P%", help="Only a share of the accounts, at least one.")
@click.option("--seed", type=int, help="Chooses another sample; the same seed chooses the same one.  [default: 0]")
@click.option("--account", "named", multiple=True, metavar="ACCOUNT", help="Only this account; may be repeated.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes at work.  [default: the machine's cores]")
@with_settings
def verify(
    settings: Settings, share: Fraction | None, seed: int | None, named: Sequence[str], workers: int | None
) -> int:
    """Decide every booking again from the log alone, compare, and check the ledger's integrity.

    Exit code 1 when something differs. With --sample or --account only what concerns these accounts is checked. A tail
    of the log cut off together with its traces is not seen from inside: that takes evidence kept elsewhere.

    \b
    Example:
      obnovi verify
      obnovi verify --sample 1%
      obnovi verify --account 79161234567
      obnovi verify --json | jq .problems
    """
    if share is not None and named:
        raise Misuse("--sample chooses accounts, --account names them; give one of them")
    if seed is not None and share is None:
        raise Misuse("--seed goes with --sample")
    with open_ledger(settings) as ledger:
        with ledger.journal.reading() as log:
            chosen = _chosen(log, share, seed or 0, named)
            count = log.last_position() if chosen is None else log.count_of(chosen)
        with show.progress("events", count) as bar:
            report = verify_file(
                ledger.journal.path, accounts=chosen, workers=workers or os.cpu_count() or 1, progress=bar
            )
    if settings.json:
        print_json(report)
    else:
        _show(report)
    return 0 if report.ok else 1


def _chosen(log: Reading, share: Fraction | None, seed: int, named: Sequence[str]) -> list[str] | None:
    """The accounts to look at, None for all of them. Raises SaysNo for one that the ledger has never heard of."""
    for account in named:
        if not log.count_of([account]) and log.head(account) is None:
            raise SaysNo(f"no account {account} in this ledger; `obnovi verify` without --account checks all there are")
    if share is not None:
        return sample(log.accounts(), share, seed=seed)
    return sorted(set(named)) if named else None


def _show(report: Report) -> None:
    """The findings, how many there are of what, what was checked, and what to do next."""
    for problem in report.problems[:PROBLEMS_SHOWN_MAX]:
        print_text(f"{summary.told(problem)}\n")
    if (more := len(report.problems) - PROBLEMS_SHOWN_MAX) > 0:
        print_text(f"… and {more} more; `obnovi verify --json` lists all\n")
    verdict = "everything agrees" if report.ok else show.count(len(report.problems), "problem")
    if len(kinds := summary.kinds(report.problems)) > 1:
        verdict += f" ({', '.join(f'{number} × {kind}' for kind, number in kinds)})"
    whole = report.of_accounts is UNSET
    accounts = (
        show.count(report.accounts, "account") if whole else f"{report.accounts} of {report.of_accounts} accounts"
    )
    print_text(f"{accounts}, {show.count(report.events, 'event')} decided again: {verdict}\n")
    if not whole:
        print_text(
            "Only these accounts were checked; file, positions and the number of keys take a whole `obnovi verify`.\n"
        )
    elif report.ok:
        print_text(
            "A tail cut off together with its traces is not seen from inside: that takes evidence kept elsewhere.\n"
        )
    for line in summary.advice(report):
        print_text(f"{line}\n")
