"""`obnovi dispute`: the desk for claims: register one, the queue, one claim's dossier, its answer (R-11.2–R-11.4)."""

import sys
from datetime import date

import click

from ledger.events import DisputeOpened
from ledger.periods import Instant, Moment, parse_date
from ledger.service import Outcome
from ledger.units import Kopecks
from projections import canonical_answers, disputes
from projections.disputes import DisputeRow
from projections.follow import asked
from projections.returned import gave
from projections.words import claims as desk_words
from projections.words import dossier as words
from projections.words import given_back
from projections.words.language import Language
from projections.words.names import CLAIMS, NONE, OUTCOMES, YES
from projections.words.phrasebook import Phrasebook
from scripts.app.claim_forms import BINARY, FORMATS, rendered
from scripts.app.claims import Clerk, Trial, dossier_of, find_claim, try_answer, try_opening
from scripts.cli import claims as desk
from scripts.cli import terminal
from scripts.cli.account_number import AccountType, holder_option
from scripts.cli.claims import given_catalogue
from scripts.cli.confirm import yes_option
from scripts.cli.messages import VERIFY
from scripts.cli.missing_keys import tell_all_missing_keys
from scripts.cli.moments import MomentType
from scripts.cli.options import (
    DateType,
    for_its_commands,
    form_of,
    lang_option,
    print_bytes,
    print_json,
    print_text,
    refuse_lang,
    refuse_overwrite,
    with_settings,
    write_file,
)
from scripts.cli.rubles import RublesType
from scripts.errors import UsageError
from scripts.wiring import Settings, now, open_ledger


@click.group()
@for_its_commands
def dispute() -> None:
    """Work on claims: register them, see the queue, a claim's dossier, and answer them.

    \b
    Example:
      obnovi dispute open 79161234567 8 --text "не заказывал" --by support-3
      obnovi dispute list
      obnovi dispute show claim-8-1
      obnovi dispute resolve claim-8-1 --outcome upheld --text "вернули" --by support-3 --dry-run
    """


@dispute.command("open", short_help="Register a claim about an event.")
@click.argument("account", type=AccountType())
@click.argument("version", type=click.IntRange(min=1))
@holder_option
@click.option("--text", required=True, help="What the subscriber says.")
@click.option("--by", metavar="NAME", help="Who registers it.")
@click.option("--id", "id_", metavar="ID", help="The claim's id.  [default: claim-VERSION-N]")
@click.option("--at", type=MomentType(), metavar="TIME", help="When it was registered.  [default: now]")
@click.option("--dry-run", is_flag=True, help="Show the booking and write nothing.")
@yes_option
@lang_option("ru")
@with_settings
def open_(
    settings: Settings,
    account: str,
    version: int,
    holder: int | None,
    text: str,
    by: str | None,
    id_: str | None,
    at: Moment | None,
    dry_run: bool,
    yes: bool,
    lang: Language,
) -> int:
    """Register a claim about an event, within six months of it; the answer is due in thirty days.

    Every night up to then is booked first. More than a week behind the newest input that is told before, and asked for
    on a terminal.

    \b
    Example:
      obnovi dispute open 79161234567 8 --text "не заказывал" --by support-3 --dry-run
    """
    with open_ledger(settings, "read" if dry_run else "book") as ledger:
        clerk = Clerk(by, at, now(), given_catalogue(settings))
        with ledger.snapshot() as snapshot:
            trial = try_opening(snapshot, account, version, text, id_, clerk, holder=holder)
        phrases = Phrasebook(lang, zone=trial.account.zone)
        booked = desk.book_confirmed(settings, ledger, trial, dry_run=dry_run, yes=yes)
        outcome = booked or trial.outcome
        if outcome.result == "duplicate":
            came_before = phrases.say(desk_words.CAME_BEFORE, id=trial.input.id, version=outcome.version)
            return _nothing_new(settings, came_before)
        desk.show_booking(settings, phrases, ledger, trial, booked, dry_run=dry_run)
    if not settings.json:
        _show_opening(phrases, trial, outcome, dry_run=dry_run)
    return 0


@dispute.command("list", short_help="List open claims, the most urgent first.")
@click.option("--all", "everything", is_flag=True, help="Answered claims too.")
@click.option(
    "--today", type=DateType(), metavar="DATE", help="Overdue as of this date.  [default: today where the account is]"
)
@lang_option("ru")
@with_settings
def list_(settings: Settings, everything: bool, today: date | None, lang: Language) -> int:
    """List open claims: premium plans first, then by the date the answer is due.

    \b
    Example:
      obnovi dispute list
      obnovi dispute list --all --json
    """
    with open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
        tell_all_missing_keys(settings, snapshot.log)
        told = disputes.rows if everything else disputes.open_rows
        rows = asked(snapshot.log, lambda db: told(db, snapshot.log, today=_as_of(today)))
    if settings.json:
        print_json([canonical_answers.claim(row) for row in rows])
        return 0
    phrases = Phrasebook(lang)
    cells = [_cells(phrases, row) for row in rows]
    head = phrases.head(words.QUEUE_HEAD)
    terminal.table(phrases.say(words.QUEUE), head, cells, right=(2, 4), wide=0, empty=phrases.say(NONE))
    counted = disputes.by_age(rows)
    ages = dict(zip(("young", "older", "oldest", "overdue"), counted.values(), strict=True))
    print_text(f"{phrases.say(words.AGES, open=sum(counted.values()), **ages)}\n")
    return 0


@dispute.command("show", short_help="Show a claim's dossier, for the clerk or the subscriber.")
@click.argument("id_", metavar="ID")
@click.option("--account", type=AccountType(), help="Whose claim, where several have one of this id.")
@holder_option
@click.option(
    "--today", type=DateType(), metavar="DATE", help="Overdue as of this date.  [default: today where the account is]"
)
@click.option("--format", "form", type=click.Choice(FORMATS), help="[default: that of FILE's ending, else txt]")
@click.option("-o", "output", metavar="FILE", help="Write it to a file, whole or not at all.")
@lang_option("ru")
@with_settings
def show_(
    settings: Settings,
    id_: str,
    account: str | None,
    holder: int | None,
    today: date | None,
    form: str | None,
    output: str | None,
    lang: Language,
) -> int:
    """Show a claim's dossier: the charge as printed and explained, what stands around it, and what was done since.

    html and pdf are one file each, for the subscriber: nothing in them is loaded from elsewhere.

    \b
    Example:
      obnovi dispute show claim-8-1
      obnovi dispute show claim-8-1 --format pdf -o claim.pdf
    """
    form = form_of(form or ("json" if settings.json else None), output, FORMATS)
    chosen = "json" if settings.json else form or "txt"
    if chosen == "json":
        refuse_lang()
    if chosen in BINARY and output is None and sys.stdout.isatty():
        raise UsageError(f"{chosen} is nothing for a terminal; name a file with -o, or send it to a pipe")
    if output is not None:
        refuse_overwrite("-o", output, settings)
    with open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
        row = find_claim(snapshot, id_, account, holder, today=_as_of(today))
        made = dossier_of(snapshot, row, today=_as_of(today))
    content = rendered(made, chosen, lang, verify_with=VERIFY)
    if output is None:
        print_bytes(content)
    else:
        write_file(output, content, settings)
    return 0


@dispute.command("resolve", short_help="Answer a claim.")
@click.argument("id_", metavar="ID")
@click.option("--outcome", type=click.Choice(["upheld", "rejected"]), required=True, help="The answer.")
@click.option(
    "--amount",
    type=RublesType(),
    metavar="RUBLES",
    help="Give back this much, like 400.00 or 400,00.  [default: all that is left]",
)
@click.option("--text", required=True, help="What the subscriber is told.")
@click.option("--by", metavar="NAME", required=True, help="Who answers for it.")
@click.option("--account", type=AccountType(), help="Whose claim, where several have one of this id.")
@holder_option
@click.option("--at", type=MomentType(), metavar="TIME", help="When it was answered.  [default: now]")
@click.option("--dry-run", is_flag=True, help="Show the booking and write nothing.")
@yes_option
@lang_option("ru")
@with_settings
def resolve(
    settings: Settings,
    id_: str,
    outcome: str,
    amount: Kopecks | None,
    text: str,
    by: str,
    account: str | None,
    holder: int | None,
    at: Moment | None,
    dry_run: bool,
    yes: bool,
    lang: Language,
) -> int:
    """Answer a claim; upheld, what is left of the charge is given back with it.

    Of a top-up, or a correction in the subscriber's favour, that takes money from the subscriber: it is asked for on a
    terminal, and needs --yes where there is none, or with --json.

    \b
    Example:
      obnovi dispute resolve claim-8-1 --outcome upheld --text "вернули" --by support-3 --dry-run
    """
    with open_ledger(settings, "read" if dry_run else "book") as ledger:
        clerk = Clerk(by, at, now(), given_catalogue(settings))
        with ledger.snapshot() as snapshot:
            row = find_claim(snapshot, id_, account, holder, today=now())
            trial = try_answer(snapshot, row, outcome, amount, text, clerk, holder=holder)
        phrases = Phrasebook(lang, zone=trial.account.zone)
        booked = desk.book_confirmed(settings, ledger, trial, dry_run=dry_run, yes=yes)
        desk.show_booking(settings, phrases, ledger, trial, booked, dry_run=dry_run)
    if not settings.json:
        events = (booked or trial.outcome).events
        what = given_back.answer(phrases, events, row.event, outcome)
        answered = desk_words.ANSWERED_TRIED if dry_run else desk_words.ANSWERED
        print_text(phrases.say(answered, claim=id_, outcome=phrases.say(OUTCOMES[outcome]), what=what))
        so_far = None if trial.about is None else given_back.so_far(phrases, trial.so_far, trial.about)
        for each in filter(None, (given_back.consequence(phrases, trial.account, events), so_far)):
            print_text(f"{each[0].upper()}{each[1:]}.")
    return 0


def _show_opening(phrases: Phrasebook, trial: Trial, outcome: Outcome, *, dry_run: bool) -> None:
    """What a claim that was registered, or would be, leads to: its date, what moved back before, other claims."""
    version, moved = trial.version, trial.so_far
    opening = next(event for event in outcome.events if isinstance(event, DisputeOpened))
    registered = desk_words.REGISTERED_TRIED if dry_run else desk_words.REGISTERED
    told = phrases.say(registered, claim=trial.input.id, due=phrases.day(parse_date(opening.answer_due)))
    if moved.amount:
        back = desk_words.TAKEN if trial.about is not None and gave(trial.about) else desk_words.GIVEN
        told += " " + phrases.say(back, event=version, amount=phrases.money(moved.amount))
    print_text(told)
    if trial.others:
        print_text(phrases.say(desk_words.OTHERS, event=version, claims=", ".join(trial.others)))
    if dry_run:
        print_text(phrases.say(desk_words.NOTHING_WRITTEN))


def _nothing_new(settings: Settings, told: str) -> int:
    """What a second delivery of the same says: nothing was booked (R-7.3)."""
    if settings.json:
        print_json([])
    else:
        print_text(told)
    return 0


def _as_of(today: date | None) -> date | Instant:
    return now() if today is None else today


def _cells(phrases: Phrasebook, row: DisputeRow) -> tuple[str, ...]:
    return (
        row.dispute,
        str(row.contract),
        str(row.event),
        phrases.day(row.opened),
        str(row.age_days),
        phrases.day(row.answer_due),
        phrases.say(YES) if row.premium else "",
        phrases.say(words.OVERDUE if row.overdue else CLAIMS[row.state]),
    )
