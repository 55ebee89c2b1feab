"""The clerk's desk: what a clerk books or tries about a claim, and what its answer says in one sentence (R-11)."""

from collections import Counter
from collections.abc import Mapping
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final

from ledger import inputs, periods
from ledger.account import Account
from ledger.booking import book
from ledger.catalogue import Catalogue, parse
from ledger.events import ChargeReversed, DisputeOpened, Event, InputRefused, type_name
from ledger.inputs import Input, Malformed
from ledger.log.keys import content_of, key_of
from ledger.periods import Moment
from ledger.service import Ledger, Outcome
from projections.formats.text import printed_text
from projections.returned import SoFar, so_far
from projections.statement import Line
from projections.words import claims as words
from projections.words import given_back
from projections.words.causes import kind_of
from projections.words.phrasebook import Phrasebook
from projections.words.reasons import REASONS
from scripts.app.future import limit_of_future
from scripts.cli import confirm, terminal
from scripts.cli.account import opened_account
from scripts.errors import Refused, UsageError
from scripts.wiring import Settings, catalogue_text, now

SOURCE: Final = "desk"


def clerk_input(account: Account, at: Moment | None, by: str | None, own: Mapping[str, Any]) -> Input:
    """The input of a clerk. Raises UsageError where it could not come in, or is later than a feed may be."""
    when = now() if at is None else periods.last_instant(at, account.zone)
    if when > limit_of_future(None, account.zone, now=now()):
        raise UsageError("--at lies more than a day in the future; every night until then would be charged")
    common = {"account": account.account, "source": SOURCE, "at": periods.local_text(when, "UTC")}
    try:
        return inputs.check(common | ({"by": by} if by is not None else {}) | dict(own))
    except Malformed as error:
        raise UsageError(f"the ledger takes no such input: {error}") from None


def unused_id(ledger: Ledger, account: Account, stem: str) -> str:
    """The first id `STEM-1`, `STEM-2`, … that no input of the desk and no claim of the account has, refused or not."""
    with ledger.store.reading() as log:
        ids = (f"{stem}-{number}" for number in count(1))
        free = (id for id in ids if not account.claims(id))
        return next(id for id in free if not log.keys([(account.account, key_of(SOURCE, id))]))


def book_input(ledger: Ledger, input: Input) -> Outcome:
    """What booking an input led to; a duplicate changes nothing. Raises Refused where its id is taken."""
    (outcome,) = ledger.apply([input])
    if outcome.result == "rejected":
        raise Refused(f"{outcome.detail}, as event {outcome.version}" if outcome.version else outcome.detail)
    return outcome


def try_input(ledger: Ledger, input: Input, settings: Settings) -> Outcome:
    """What booking an input would lead to on the account as it stands. Raises Refused where its id is taken."""
    key = key_of(input.source, input.id)
    with ledger.store.reading() as log:
        known = log.keys([(input.account, key)]).get((input.account, key))
        if known is not None and known.content != content_of(input):
            taken = f"id {input.id!r} of source {input.source!r} came before with another content"
            raise Refused(f"{taken}, as event {known.version}")
        if known is not None:
            return Outcome("duplicate", known.version)
        account = opened_account(ledger, input.account)
        history = partial(log.event, input.account)
        made = book(account, input, in_force(ledger, settings), recorded_at=now(), history=history).events
    first = next(event for event in made if event.input is not None)
    return Outcome("refused" if isinstance(first, InputRefused) else "applied", first.version, tuple(made))


def in_force(ledger: Ledger, settings: Settings) -> Catalogue:
    """The catalogue that decides what is booked next: the one given, else the ledger's own."""
    given = settings.catalogue
    return ledger.catalogues().newest() if given is None else parse(catalogue_text(Path(given)))


def _confirm_or_refuse(ledger: Ledger, settings: Settings, input: Input, would: Outcome, *, yes: bool) -> bool:
    """Whether what was tried may be booked; not where it would only be refused, behind bookings of the schedule.

    What cannot be undone is told and asked for: money that an answer takes from the subscriber, and what is booked of
    a long time without inputs. Raises UsageError and Refused.
    """
    ahead = [event for event in would.events if event.input is None]
    if ahead and would.result == "refused":
        return False
    if taken := given_back.takes(would.events):
        before = opened_account(ledger, input.account)
        money = Phrasebook("en").money(taken)
        told = f"this answer takes {money} from the subscriber ({given_back.consequence(before, would.events)})"
        confirm.require_confirmation(settings, told, yes=yes)
    if ahead and not yes:
        with ledger.store.reading() as log:
            quiet = confirm.quiet_before(log, input.received_at)
        if quiet is not None:
            counted = confirm.describe_counts(Counter(type(event).__name__ for event in ahead))
            confirm.confirm(settings, f"{quiet}; on account {input.account} it books {counted}", yes=yes)
    return True


def disputed(ledger: Ledger, account: Account, version: int, catalogue: Catalogue) -> tuple[Event | None, SoFar]:
    """The event of a version, if it is there, and what was moved back of it so far."""
    events = [event for _, event in ledger.events(account.account)]
    if version > len(events):
        return None, SoFar()
    event = events[version - 1]
    return event, so_far(account, events, event, edition=catalogue.edition)


def book_or_try(ledger: Ledger, settings: Settings, input: Input, *, dry_run: bool, yes: bool) -> tuple[Outcome, bool]:
    """What an input came to or would come to, and whether it is written; tried first. Raises UsageError and Refused."""
    would = try_input(ledger, input, settings)
    if dry_run or would.result == "duplicate" or not _confirm_or_refuse(ledger, settings, input, would, yes=yes):
        return would, False
    return book_input(ledger, input), True


def refusal(outcome: Outcome) -> InputRefused | None:
    """The event of a refusal, if it was one."""
    return next((event for event in outcome.events if isinstance(event, InputRefused)), None)


def why(event: InputRefused, account: Account, version: int, catalogue: Catalogue, ledger: Ledger) -> str:
    """Why a rule refused what was asked about the event of a version, in a sentence."""
    match event.reason:
        case "UNKNOWN_EVENT":
            return f"account {account.account} has no event {version}; its newest is {account.version}"
        case "CLAIM_TOO_LATE":
            return f"event {version} could be disputed until {event.facts['last_day']}, six months after it"
        case "ALREADY_RESOLVED":
            return f"claim {event.fields['dispute']!r} has been answered; `obnovi dispute show` tells how"
        case "AMOUNT_TOO_LARGE":
            money = Phrasebook("en").money
            about, found = disputed(ledger, account, version, catalogue)
            back = "taken back" if about is not None and given_back.gave(about) else "given back"
            most = f"of event {version} only {money(found.left)} can still be {back}"
            return f"{most}, not {money(event.fields['amount'])}, and the claim stays open"
        case _:
            return f"{REASONS[event.reason].en}, about event {version}"


def _event_cells(phrases: Phrasebook, event: Event) -> str:
    """What an event of the desk's booking came to, in a few words for the table of a booking."""
    match event:
        case DisputeOpened():
            return phrases.say(words.DUE, day=phrases.day(event.answer_due))
        case ChargeReversed(packages=True):
            return phrases.say(words.PACKAGES)
        case InputRefused():
            return phrases.say(REASONS[event.reason])
        case _:
            return ""


def show_booking(
    phrases: Phrasebook, title: str, zone: str, events: tuple[Event, ...], lines: Mapping[int, Line]
) -> None:
    """The events of a booking, each with the line that a statement prints of it."""
    cells = []
    for event in events:
        line = lines.get(event.version)
        cells.append(
            (
                str(event.version),
                phrases.time(periods.local_text(event.booked_at, zone)),
                kind_of(phrases, type_name(event)),
                printed_text(line, phrases.lang) if line else _event_cells(phrases, event),
                phrases.money(line.amount) if line else "",
                phrases.money(line.balance) if line else "",
            )
        )
    terminal.table(title, phrases.head(words.HEAD), cells, right=(0, 4, 5), wide=3)
