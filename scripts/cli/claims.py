"""The clerk's desk: what is told and asked before a clerk's input is booked, and what came of it, in words (R-11)."""

from collections import Counter
from pathlib import Path

from ledger import periods
from ledger.catalogue import Catalogue, parse
from ledger.events import ChargeReversed, DisputeOpened, Event, InputRefused, type_name
from ledger.service import Ledger, Outcome
from projections.events import as_json
from projections.ledger_line import Line
from projections.returned import gave
from projections.words import claims as words
from projections.words import given_back
from projections.words.causes import kind_of
from projections.words.contracts import contract_name
from projections.words.lines import printed
from projections.words.phrasebook import Phrasebook
from projections.words.reasons import REASONS
from scripts.app.claims import Trial, book_trial, lines_of
from scripts.cli import confirm, terminal
from scripts.cli.options import print_json
from scripts.errors import Refused
from scripts.wiring import Settings, catalogue_text


def given_catalogue(settings: Settings) -> Catalogue | None:
    """The catalogue that the options name. Raises UsageError."""
    return None if settings.catalogue is None else parse(catalogue_text(Path(settings.catalogue)))


def book_confirmed(settings: Settings, ledger: Ledger, trial: Trial, *, dry_run: bool, yes: bool) -> Outcome | None:
    """What booking a trial came to; None where it stays a trial. Raises UsageError, Refused and Declined.

    What cannot be undone is told and asked for: money that an answer takes from the subscriber, and what is booked of
    a long time without inputs.
    """
    if dry_run or not trial.is_worth_booking:
        return None
    if trial.taken:
        english = Phrasebook("en")
        money = english.money(trial.taken)
        consequence = given_back.consequence(english, trial.account, trial.outcome.events)
        told = f"this answer takes {money} from the subscriber ({consequence})"
        confirm.require_confirmation(settings, told, yes=yes)
    if trial.quiet is not None:
        counted = confirm.describe_counts(Counter(type(event).__name__ for event in trial.ahead))
        told = f"{confirm.describe_quiet(trial.quiet)}; on account {trial.contract} it books {counted}"
        confirm.confirm(settings, told, yes=yes)
    return book_trial(ledger, trial)


def show_booking(
    settings: Settings, phrases: Phrasebook, ledger: Ledger, trial: Trial, booked: Outcome | None, *, dry_run: bool
) -> None:
    """The events of what was booked or tried, with --json as the contract has them; Refused where a rule refused."""
    outcome = booked or trial.outcome
    events = outcome.events if booked is not None or dry_run else ()
    if settings.json:
        print_json([as_json(trial.contract, trial.account.zone, event) for event in events])
    elif events:
        name = contract_name(phrases, trial.contract)
        title = phrases.clocked(phrases.say(words.TRIED if dry_run else words.BOOKED, account=name))
        with ledger.snapshot() as snapshot:
            lines = lines_of(snapshot, trial.account, events)
        cells = [_booking_cells(phrases, event, lines.get(event.version)) for event in events]
        terminal.table(title, phrases.head(words.HEAD), cells, right=(0, 4, 5), wide=3)
    refused = next((event for event in outcome.events if isinstance(event, InputRefused)), None)
    if refused is not None:
        kept = f"the refusal is kept as event {refused.version}" if booked is not None else "nothing was written"
        raise Refused(f"{refused.reason}: {_why(refused, trial)}; {kept}")


def _why(refused: InputRefused, trial: Trial) -> str:
    """Why a rule refused what was asked about an event, in a sentence."""
    account, version = trial.account, trial.version
    match refused.reason:
        case "UNKNOWN_EVENT":
            return f"account {trial.contract} has no event {version}; its newest is {account.version}"
        case "CLAIM_TOO_LATE":
            return f"event {version} could be disputed until {refused.facts['last_day']}, six months after it"
        case "ALREADY_RESOLVED":
            return f"claim {refused.fields['dispute']!r} has been answered; `obnovi dispute show` tells how"
        case "AMOUNT_TOO_LARGE":
            money = Phrasebook("en").money
            back = "taken back" if trial.about is not None and gave(trial.about) else "given back"
            most = f"of event {version} only {money(trial.so_far.left)} can still be {back}"
            return f"{most}, not {money(refused.fields['amount'])}, and the claim stays open"
        case _:
            return f"{REASONS[refused.reason].en}, about event {version}"


def _event_cells(phrases: Phrasebook, event: Event) -> str:
    """What an event of the desk's booking came to, in a few words for the table of a booking."""
    match event:
        case DisputeOpened():
            return phrases.say(words.DUE, day=phrases.day(periods.parse_date(event.answer_due)))
        case ChargeReversed(packages=True):
            return phrases.say(words.PACKAGES)
        case InputRefused():
            return phrases.say(REASONS[event.reason])
        case _:
            return ""


def _booking_cells(phrases: Phrasebook, event: Event, line: Line | None) -> tuple[str, ...]:
    """An event of a booking, with the line that a statement prints of it."""
    return (
        str(event.version),
        phrases.time(event.booked_at),
        kind_of(phrases, type_name(event)),
        printed(phrases, line) if line else _event_cells(phrases, event),
        phrases.money(line.amount) if line else "",
        phrases.money(line.balance) if line else "",
    )
