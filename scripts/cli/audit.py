"""`obnovi verify`: the log decided again and compared with itself."""

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import click
from msgspec import UNSET
from msgspec.structs import replace

from ledger.hints import HintedError
from projections.evidence.check import Found
from projections.evidence.keys import Keys, NoKeys, kept
from projections.verify import summary
from projections.verify.account import Problem
from projections.verify.verify import Report
from scripts.app.account_list import AccountList, listed_ids
from scripts.app.verify import accounts_to_verify, compare_with_checkpoint
from scripts.app.verify import verify as verify_accounts
from scripts.cli import terminal
from scripts.cli.account_list import accounts_option
from scripts.cli.account_number import AccountType, holder_option
from scripts.cli.engine import AskedEngine, engine_options
from scripts.cli.messages import worded
from scripts.cli.missing_keys import tell_all_missing_keys
from scripts.cli.options import print_json, print_text, with_settings
from scripts.cli.source import from_option
from scripts.errors import UsageError
from scripts.wiring import Settings, keys_folder, open_log

PROBLEMS_SHOWN_MAX = 50


class ShareType(click.ParamType[Fraction]):
    """A percentage above 0 and up to 100, like `0.5%`, or a share below 1, like `0.005`."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """The share, or click's usage error."""
        if isinstance(value, Fraction):
            return value
        if match := re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)%|(0\.[0-9]{1,11})", value):
            share = Fraction(match[1]) / 100 if match[1] else Fraction(match[2])
            if 0 < share <= 1:
                return share
        return self.fail(f"{value!r} is no share of the accounts, like 1%, 0.5% or 0.01", param, ctx)


@click.command()
@click.option("--sample", "share", type=ShareType(), metavar="P%", help="Only a share of the accounts, at least one.")
@click.option(
    "--seed", type=int, metavar="S", help="Chooses another sample; the same seed chooses the same one.  [default: 0]"
)
@click.option(
    "--account",
    "named",
    type=AccountType(),
    multiple=True,
    metavar="ACCOUNT",
    help="Only this account; may be repeated.",
)
@holder_option
@accounts_option
@from_option
@engine_options
@with_settings
def verify(
    settings: Settings,
    share: Fraction | None,
    seed: int | None,
    named: Sequence[str],
    holder: int | None,
    listed: AccountList | None,
    dataset: str | None,
    asked_engine: AskedEngine,
) -> int:
    """Decide every booking again from the log alone, compare, and check the ledger's integrity.

    Where there are keys, the events are also hashed again and held against the newest checkpoint, which finds what was
    changed together with all its traces, a cut-off tail too. With --sample or --account only what concerns these
    accounts is decided again, and no checkpoint is asked; with --from what a dataset has: events and catalogues alone.
    Exit code 1 when something differs.

    \b
    Example:
      obnovi verify
      obnovi verify --sample 1%
      obnovi verify --account 79161234567
      obnovi verify --from dataset
      obnovi verify --json | jq .problems
    """
    if share is not None and (named or listed is not None):
        raise UsageError("--sample chooses accounts, --account and --accounts name them; give one of them")
    if named and listed is not None:
        raise UsageError("--account and --accounts both name accounts; give one of them")
    if seed is not None and share is None:
        raise UsageError("--seed goes with --sample")
    if holder is not None and len(named) != 1:
        raise UsageError("--holder goes with one --account, whose contract it names")
    is_all = share is None and not named and listed is None
    keys = _keys(settings) if is_all and dataset is None else None
    with open_log(settings, dataset) as ledger, asked_engine.started(dataset) as engine:
        with ledger.store.reading() as log:
            tell_all_missing_keys(settings, log)
            chosen = listed_ids(log.contracts, listed)
            if listed is None:
                chosen = accounts_to_verify(log, share=share, seed=seed or 0, named=named, holder=holder)
            count = log.count() if chosen is None else log.count_of(chosen)
        with terminal.progress("events", count) as bar:
            report, unviewable = verify_accounts(ledger, chosen, engine=engine, progress=bar)
        if unviewable is not None:
            text = worded(unviewable) if isinstance(unviewable, HintedError) else str(unviewable)
            report.views = " ".join(text.split()) or repr(unviewable)
        evidence = None
        if keys is not None:
            with terminal.progress("hashes", max(keys.sizes(), default=0)) as bar:
                evidence = compare_with_checkpoint(ledger, keys, report, workers=engine.workers, progress=bar)
    report.problems = word_findings(report.problems)
    if settings.json:
        print_json(report)
    else:
        _show(report, evidence)
    return 0 if report.ok else 1


def _show(report: Report, evidence: Found | None) -> None:
    """The findings, how many there are of what, what was checked, and what to do next.

    `evidence` is what the newest checkpoint covers; None where there are no keys.
    """
    for problem in report.problems[:PROBLEMS_SHOWN_MAX]:
        print_text(f"{summary.describe(problem)}\n")
    if (more := len(report.problems) - PROBLEMS_SHOWN_MAX) > 0:
        print_text(f"… and {more} more; `obnovi verify --json` lists all\n")
    verdict = "everything agrees" if report.ok else terminal.count(len(report.problems), "problem")
    if len(kinds := summary.kinds(report.problems)) > 1:
        verdict += f" ({', '.join(f'{number} × {kind}' for kind, number in kinds)})"
    whole = report.of_accounts is UNSET
    accounts = (
        terminal.count(report.accounts, "account") if whole else f"{report.accounts} of {report.of_accounts} accounts"
    )
    print_text(f"{accounts}, {terminal.count(report.events, 'event')} decided again: {verdict}\n")
    if isinstance(report.erased, int):
        print_text(f"{report.erased} of them erased, money checked\n")
    if report.positions is not UNSET:
        print_text(
            "Only events and catalogues were checked; the order of recording, heads, keys of inputs, views and "
            "checkpoints take an `obnovi verify` of the ledger.\n"
        )
    elif not whole:
        print_text(
            "Only these accounts were checked; file, positions and the number of keys take a whole `obnovi verify`.\n"
        )
    elif evidence is not None:
        if evidence.covered < report.events:
            behind = report.events - evidence.covered
            them = "it" if behind == 1 else "them"
            told = f"{terminal.count(behind, 'event')} behind the newest checkpoint; `obnovi checkpoint` covers {them}"
            print_text(f"{told}\n")
        elif evidence.covered and not evidence.catalogues:
            print_text("The newest checkpoint is of an older program and signs no catalogues; the next one does.\n")
    elif report.ok:
        print_text(
            "A tail cut off together with its traces is not seen from inside: that takes evidence kept elsewhere.\n"
        )
    for line in summary.advice(report):
        print_text(f"{worded(line)}\n")
    if isinstance(report.views, str):
        print_text(f"The views were not compared with the log: {report.views}\n")


def _keys(settings: Settings) -> Keys | None:
    """The keys of the newest checkpoint, None where there are none; before a long run. Raises UsageError."""
    try:
        return kept(keys_folder(settings))
    except NoKeys as error:
        raise UsageError(worded(error)) from None


def word_findings(problems: Sequence[Problem]) -> list[Problem]:
    """Findings with an error in words in place of the error that was found."""
    return [
        replace(each, found=worded(each.found)) if isinstance(each.found, HintedError) else each for each in problems
    ]
