"""The desk: what a clerk books or tries about a claim, and what its answer says in one sentence (R-11)."""

from collections.abc import Mapping
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final

from ledger import inputs, periods
from ledger.account import Account
from ledger.booking import book
from ledger.catalogue import parse
from ledger.events import ChargeReversed, DisputeOpened, Event, InputRefused, type_name
from ledger.inputs import Input, Malformed
from ledger.log.keys import key_of
from ledger.periods import Instant
from ledger.service import Ledger, Outcome
from ledger.units import rubles
from projections.formats.text import printed_text
from projections.statement import Line
from projections.words.reasons import REASONS
from scripts.cli import show
from scripts.cli.account import opened_account
from scripts.cli.options import limit_of_future
from scripts.errors import Misuse, SaysNo
from scripts.wiring import Settings, catalogue_text, now

SOURCE: Final = "desk"


def said(account: str, at: Instant | None, by: str | None, own: Mapping[str, Any]) -> Input:
    """The input of a clerk. Raises Misuse where it could not come in, or lies further in the future than a feed may."""
    when = now() if at is None else at
    if when > limit_of_future(None):
        raise Misuse("--at lies more than a day in the future; every night until then would be charged")
    common = {"account": account, "source": SOURCE, "at": periods.local_text(when, "UTC")}
    try:
        return inputs.check(common | ({"by": by} if by is not None else {}) | dict(own))
    except Malformed as error:
        raise Misuse(f"the ledger takes no such input: {error}") from None


def unused_id(ledger: Ledger, account: Account, stem: str) -> str:
    """The first id `STEM-1`, `STEM-2`, … that no input of the desk and no claim of the account has, refused or not."""
    claims = {each.id for each in account.disputes}
    with ledger.journal.reading() as log:
        ids = (f"{stem}-{number}" for number in count(1))
        return next(id for id in ids if id not in claims and not log.keys([(account.account, key_of(SOURCE, id))]))


def booked(ledger: Ledger, input: Input) -> Outcome:
    """What booking an input led to; a duplicate changes nothing. Raises SaysNo where its id is taken."""
    (outcome,) = ledger.apply([input])
    if outcome.result == "rejected":
        raise SaysNo(f"{outcome.detail}, as event {outcome.version}" if outcome.version else outcome.detail)
    return outcome


def tried(ledger: Ledger, input: Input, settings: Settings) -> Outcome:
    """What booking an input would lead to, decided on the account as it stands."""
    given = settings.catalogue
    catalogue = ledger.catalogues().newest() if given is None else parse(catalogue_text(Path(given)))
    with ledger.journal.reading() as log:
        account = opened_account(ledger, input.account)
        history = partial(log.event, input.account)
        made = book(account, input, catalogue, recorded_at=now(), history=history).events
    first = next(event for event in made if event.input is not None)
    return Outcome("refused" if isinstance(first, InputRefused) else "applied", first.version, tuple(made))


def refusal(outcome: Outcome) -> InputRefused | None:
    """The event of a refusal, if it was one."""
    return next((event for event in outcome.events if isinstance(event, InputRefused)), None)


def why(event: InputRefused, account: str, disputed: int, left: int | None) -> str:
    """Why a rule refused, in a sentence; `left` are the kopecks of the disputed event not given back yet."""
    match event.reason:
        case "UNKNOWN_EVENT":
            return f"account {account} has no event {disputed}; its newest is {event.version - 1}"
        case "CLAIM_TOO_LATE":
            return f"event {disputed} could be disputed until {event.facts['last_day']}, six months after it"
        case "ALREADY_RESOLVED":
            return f"claim {event.fields['dispute']!r} has been answered; `obnovi dispute show` tells how"
        case "AMOUNT_TOO_LARGE":
            most = f"of event {disputed} only {rubles(left or 0)} can still be given back"
            return f"{most}, not {rubles(event.fields['amount'])}, and the claim stays open"
        case _:
            return f"{REASONS[event.reason].en}, about event {disputed}"


def told(event: Event) -> str:
    """What an event of the desk's booking came to, in a few words for the table of a booking."""
    match event:
        case DisputeOpened():
            return f"answer due {event.answer_due}"
        case ChargeReversed(packages=True):
            return "packages given back"
        case InputRefused():
            return event.reason
        case _:
            return ""


def show_booking(title: str, zone: str, events: tuple[Event, ...], lines: Mapping[int, Line]) -> None:
    """The events of a booking, each with the line that a statement prints of it."""
    cells = []
    for event in events:
        line = lines.get(event.version)
        cells.append(
            (
                str(event.version),
                f"{periods.local(event.booked_at, zone):%d.%m.%Y %H:%M:%S}",
                type_name(event),
                printed_text(line) if line else told(event),
                rubles(line.amount) if line else "",
                rubles(line.balance) if line else "",
            )
        )
    head = ("Version", "Booked", "Event", "Statement line", "Amount", "Wallet")
    show.table(title, head, cells, right=(0, 4, 5), wide=3)
