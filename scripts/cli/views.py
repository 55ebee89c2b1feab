"""`obnovi totals` and `replay`: what crosses accounts, and how it is made anew from the log."""

from contextlib import ExitStack
from datetime import date

import click

from ledger.periods import Moment
from ledger.reader import Reader
from projections.totals import Grouping
from projections.words import answers
from projections.words.language import Language
from projections.words.names import NONE
from projections.words.phrasebook import Phrasebook
from scripts.app.errors import require_range
from scripts.app.views import replay as replay_views
from scripts.app.views import totals_between
from scripts.cli import terminal
from scripts.cli.engine import AskedEngine, engine_options
from scripts.cli.missing_keys import tell_all_missing_keys
from scripts.cli.moments import known_at_option
from scripts.cli.options import lang_option, print_json, print_text, with_settings
from scripts.cli.ranges import range_options
from scripts.cli.source import from_option
from scripts.wiring import Settings, ledger_ref, open_ledger, open_log


@click.command()
@range_options(required=True, dataset=True)
@click.option("--by", type=click.Choice(["day", "plan", "region"]), help="A row for each of these.")
@known_at_option
@engine_options
@lang_option("en")
@with_settings
def totals(
    settings: Settings,
    since: date,
    until: date,
    dataset: str | None,
    by: Grouping | None,
    known_at: Moment | None,
    asked_engine: AskedEngine,
    lang: Language,
) -> int:
    """Show the trial balance of all accounts: opening, moved and closing of every account name.

    What `cash:bank` moved is what the bank reports of the same days, with the sign turned. Every unit sums to zero.
    --from may be given twice, with the first date and with a dataset. With --known-at it is the balance that was told
    when no more than that had been written down.

    \b
    Example:
      obnovi totals --month 2026-02
      obnovi totals --from 2026-02-01 --to 2026-02-14 --by day --json
      obnovi totals --month 2026-02 --from dataset
    """
    require_range(since, until)
    with open_log(settings, dataset) as ledger, ledger.snapshot() as snapshot:
        tell_all_missing_keys(settings, snapshot.log)
        with asked_engine.started(dataset) as engine, terminal.progress("events", None) as bar:
            rows = totals_between(
                snapshot, since=since, until=until, by=by, known_at=known_at,
                engine=engine, progress=bar,
            )  # fmt: skip
    if settings.json:
        print_json(rows)
        return 0
    phrases = Phrasebook(lang)
    cells = [
        (
            *([_group(phrases, by, row[by])] if by else []),
            row["account_name"],
            *(phrases.exact(row["unit"], row[name]) for name in ("opening", "moved", "closing")),
        )
        for row in rows
    ]
    title = phrases.say(answers.TOTALS, since=phrases.day(since), until=phrases.day(until))
    head = ((answers.BY[by],) if by else ()) + answers.TOTALS_HEAD
    terminal.table(title, phrases.head(head), cells, right=range(len(head))[-3:], empty=phrases.say(NONE))
    return 0


def _group(phrases: Phrasebook, by: Grouping, value: str) -> str:
    return phrases.day(date.fromisoformat(value)) if by == "day" else value


@click.command()
@engine_options
@from_option
@with_settings
def replay(settings: Settings, dataset: str | None, asked_engine: AskedEngine) -> int:
    """Rebuild every view from the log into a new file, compare it with the old one, and swap them.

    Exit code 1 when a row differed; the new views are taken all the same. Interrupted, it leaves the old ones. With
    --from what a dataset has is read from there, and only what came since from the ledger; without a ledger there is
    nothing to compare, and nothing is kept.

    \b
    Example:
      obnovi replay
      obnovi replay --from dataset
    """
    with ExitStack() as opened:
        source = opened.enter_context(open_log(settings, dataset))
        sealed, ledger = (source, None) if isinstance(source, Reader) else (None, source)
        if sealed is not None and ledger_ref(settings).exists():
            ledger = opened.enter_context(open_ledger(settings))
        with source.store.reading() as log:
            tell_all_missing_keys(settings, log)
            count = log.count()
        engine = opened.enter_context(asked_engine.started(dataset))
        with terminal.progress("events", count) as bar:
            done = replay_views(ledger, engine=engine, dataset=sealed, progress=bar)
    if settings.json:
        print_json(done)
    elif ledger is None:
        print_text(f"{done.events} events replayed in {done.seconds:.1f} s: there are no views to compare them with\n")
    else:
        verdict = (
            "the same as before" if not done.differences else f"{done.differences} rows differed, the new ones hold"
        )
        print_text(f"{done.events} events replayed in {done.seconds:.1f} s: {verdict}\n")
    return 1 if done.differences else 0
