"""`obnovi what-if`: what would have come out with another plan, without an input, later or earlier, by other rules."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import click

from ledger.log.store import Reading
from ledger.periods import Moment
from projections import canonical_answers
from projections.counterfactual.change import CannotDecide, Change
from projections.counterfactual.difference import Line
from projections.counterfactual.distribution import Bar, Distribution, distribution, moved
from projections.counterfactual.what_if import Report, what_if_of_many
from projections.counterfactual.what_if import what_if as decide
from projections.engines.engine import Engine
from projections.verify.sample import sample
from projections.words import what_if as words
from projections.words.causes import kind_of
from projections.words.contracts import contract_name
from projections.words.language import Language
from projections.words.names import THE_SAME
from projections.words.phrasebook import Phrasebook
from scripts.app.account_list import AccountList, listed_ids
from scripts.app.accounts import require_account
from scripts.app.contracts import require_contract
from scripts.app.what_if import change_of
from scripts.cli import terminal
from scripts.cli.account_list import accounts_option
from scripts.cli.account_number import AccountType, holder_option
from scripts.cli.audit import ShareType
from scripts.cli.engine import AskedEngine, engine_options
from scripts.cli.messages import worded
from scripts.cli.missing_keys import tell_all_missing_keys
from scripts.cli.moments import MomentType
from scripts.cli.options import catalogue_of_the_line, lang_option, print_json, print_text, with_settings
from scripts.cli.source import DATASET, TimeOrDataset, parted
from scripts.errors import Refused, UsageError
from scripts.wiring import Settings, catalogue_text, open_log

BAR_WIDTH: Final = 40


class MoveType(click.ParamType[tuple[int, Moment]]):
    """`V=T`: a version and a time."""

    name = "move"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, Moment]:
        """The pair, or click's usage error."""
        if isinstance(value, tuple):
            return value
        version, _, when = value.partition("=")
        if not version.isascii() or not version.isdigit() or not when:
            self.fail(f"{value!r}: a version and a time, like 7=2023-02-15T03:00:00+03:00", param, ctx)
        return int(version), MomentType().convert(when, param, ctx)


@click.command("what-if")
@click.argument("account", type=AccountType(), required=False)
@holder_option
@click.option("--all", "everybody", is_flag=True, help="Every contract, instead of one.")
@accounts_option
@click.option(
    "--sample", "share", type=ShareType(), metavar="P%", help="A share of the contracts, as verify chooses it."
)
@click.option(
    "--from",
    "given",
    type=TimeOrDataset(MomentType()),
    multiple=True,
    metavar="TIME|DIR",
    help=f"TIME: what was booked before it stands. DIR: {DATASET}",
)
@click.option("--set", "changes", multiple=True, metavar="plan=P", help="Each connect_plan names this plan instead.")
@click.option("--drop", type=int, multiple=True, metavar="V", help="The input of event V never came.")
@click.option(
    "--move", type=MoveType(), multiple=True, metavar="V=TIME", help="The input of event V reached us at TIME."
)
@engine_options
@lang_option("en")
@with_settings
def what_if(
    settings: Settings,
    account: str | None,
    holder: int | None,
    everybody: bool,
    listed: AccountList | None,
    share: Fraction | None,
    given: Sequence[Moment | Path],
    changes: Sequence[str],
    drop: Sequence[int],
    move: Sequence[tuple[int, Moment]],
    asked_engine: AskedEngine,
    lang: Language,
) -> int:
    """Decide inputs again with a change, and show what would differ: kopecks, packages, refusals. Writes nothing.

    Both histories are compared as of the contract's last event. --catalogue on the command line (not from the
    environment) is put in place of those that held. With --from only what was booked from then on is decided again; so
    --set changes only the connect_plan inputs booked from then on. A moved input comes behind all that came before its
    new time; what would have happened later than that, happened then. An input that cites an event cites what became
    of it, and nothing where it would not come about. --from may be given twice, with a time and with a dataset.

    \b
    Example:
      obnovi what-if 79161234567 --set plan=smart
      obnovi what-if 79161234567 --drop 12 --move 15=2023-02-14T23:50:00+03:00
      obnovi accounts --plan smart --numbers | obnovi what-if --accounts - --set plan=ultra
      obnovi what-if --all --catalogue tariffs-of-spring.toml --from 2023-03-01T00:00:00+03:00
    """
    if (account is not None) + everybody + (listed is not None) + (share is not None) != 1:
        raise UsageError("name an ACCOUNT, or say --all or --sample, or --accounts; one of these")
    if account is None and (drop or move):
        raise UsageError(
            "--drop and --move name events of one ACCOUNT; they do not go with --all, --accounts, --sample"
        )
    if account is None and holder is not None:
        raise UsageError("--holder names a contract of one ACCOUNT; it goes with no --all, --accounts or --sample")
    if len({version for version, _ in move}) < len(move) or {version for version, _ in move} & set(drop):
        raise UsageError("an event can be moved or dropped once")
    since, dataset = parted(given)
    named = catalogue_of_the_line()
    text = None if named is None else catalogue_text(Path(named))
    # A catalogue of the line is read already, and may be a pipe, which tells it once.
    settings = settings if named is None else replace(settings, catalogue=None)
    with open_log(settings, dataset) as ledger, ledger.snapshot() as snapshot:
        tell_all_missing_keys(settings, snapshot.log)
        contract = None if account is None else require_contract(snapshot.contracts, account, holder)
        zone = "UTC" if contract is None else require_account(snapshot, contract.id).zone
        plan = _plan(changes)
        change = change_of(
            snapshot, zone, since=since, plan=plan, drop=frozenset(drop), move=dict(move), catalogue=text
        )
        try:
            if contract is None:
                some = listed_ids(snapshot.contracts, listed)
                if share is not None:
                    some = sample(snapshot.log.accounts(), share)
                with asked_engine.started(dataset) as engine:
                    report = _of_many(snapshot.log, some, change, engine)
            else:
                report = decide(snapshot.log, [contract.id], change, in_full=True)
        except CannotDecide as error:
            raise Refused(worded(error)) from None
    if contract is None:
        fallen = distribution(report.accounts, report.lines)
        if settings.json:
            print_json(report_as_json(report) | {"distribution": canonical_answers.distribution(fallen)})
        else:
            _show_many(Phrasebook(lang), report, fallen)
    elif settings.json:
        print_json(report_as_json(report))
    else:
        phrases = Phrasebook(lang, zone=zone)
        title = phrases.say(words.ONE, account=contract_name(phrases, contract))
        _show_lines(phrases, phrases.clocked(title), report.lines)
        moved_by = phrases.more_or_less(report.wallet_difference)
        print_text(f"{phrases.say(words.WALLET, difference=moved_by)}\n")
    return 0


def report_as_json(report: Report) -> dict[str, object]:
    """A report as other programs read it (contract §7)."""
    return {
        "accounts": report.accounts,
        "changed": report.changed,
        "wallet_difference": report.wallet_difference,
        "lines": [canonical_answers.difference(line) for line in report.lines],
        "inputs": report.inputs,
    }


def _show_lines(phrases: Phrasebook, title: str, lines: Sequence[Line]) -> None:
    """Differences as a table: money, minutes, pieces and megabytes, to the second and the kilobyte."""
    cells = [
        (
            "" if line.version is None else str(line.version),
            phrases.time(line.booked_at),
            kind_of(phrases, line.about),
            words.field(phrases, line.field),
            words.value(phrases, line, line.was),
            words.value(phrases, line, line.would_be),
        )
        for line in lines
    ]
    terminal.table(title, phrases.head(words.HEAD), cells, right=(0, 4, 5), empty=phrases.say(words.NO_DIFFERENCE))


def _plan(changes: Sequence[str]) -> str | None:
    """The plan that --set names. Raises UsageError."""
    plan: str | None = None
    for each in changes:
        name, equals, value = each.partition("=")
        if name != "plan" or not equals or not value:
            raise UsageError(f"--set {each}: only a plan can be set, like --set plan=smart")
        if plan is not None:
            raise UsageError("--set plan=… was given twice")
        plan = value
    return plan


def _of_many(log: Reading, some: Sequence[str] | None, change: Change, engine: Engine) -> Report:
    with terminal.progress("accounts", len(log.accounts() if some is None else some)) as bar:
        return what_if_of_many(log, some, change, engine=engine, progress=bar)


def _show_many(phrases: Phrasebook, report: Report, fallen: Distribution) -> None:
    most = max((bar.accounts for bar in fallen.bars), default=0)
    nobody = phrases.say(words.NOBODY)
    terminal.table(
        phrases.say(words.BARS),
        (*phrases.head(words.BARS_HEAD), ""),
        [(_range(phrases, bar), str(bar.accounts), "█" * -(-bar.accounts * BAR_WIDTH // most)) for bar in fallen.bars],
        right=(1,),
        empty=nobody,
    )
    shares = [(share, phrases.money(amount)) for share, amount in fallen.quantiles.items()]
    terminal.table(phrases.say(words.SHARES), phrases.head(words.SHARES_HEAD), shares, right=(0, 1), empty=nobody)
    for title, lines in ((words.GAIN_MOST, fallen.gained_most), (words.LOSE_MOST, fallen.lost_most)):
        cells = [
            (str(line.contract), *(phrases.money(amount) for amount in (*line.kopecks(), moved(line))))
            for line in lines
        ]
        terminal.table(phrases.say(title), phrases.head(words.MOST_HEAD), cells, right=(1, 2, 3), empty=nobody)
    told = phrases.say(
        words.MANY,
        accounts=phrases.count(report.accounts, "account"),
        inputs=phrases.count(report.inputs, "input"),
        changed=report.changed,
        gained=fallen.gained,
        sum_gained=phrases.money(fallen.sum_gained),
        lost=fallen.lost,
        sum_lost=phrases.money(-fallen.sum_lost),
        same=fallen.same,
        difference=phrases.more_or_less(report.wallet_difference),
    )
    print_text(f"{told}\n")


def _range(phrases: Phrasebook, bar: Bar) -> str:
    if (bar.at_least, bar.below) == (0, 1):
        return phrases.say(THE_SAME)
    low = "" if bar.at_least is None else phrases.money(bar.at_least)
    high = "" if bar.below is None else phrases.money(bar.below - 1)
    return f"{low} … {high}".strip()
