"""Claims: found, shown, registered and answered; what a clerk books is tried first, so that a door can tell and ask."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from itertools import count
from typing import Any, Final, NamedTuple

from ledger import inputs, periods
from ledger.account import Account
from ledger.booking import book
from ledger.catalogue import Catalogue
from ledger.events import Event, InputRefused
from ledger.evolve import BrokenLog
from ledger.inputs import Input, Malformed
from ledger.log.keys import content_of, key_of
from ledger.periods import Instant, Moment
from ledger.service import Ledger, Outcome
from ledger.snapshot import Snapshot
from ledger.units import Kopecks
from projections import disputes, returned
from projections.disputes import DisputeRow
from projections.dossier import Dossier, dossier
from projections.follow import asked
from projections.returned import SoFar
from projections.statement import Broken, Line, printed_lines
from scripts.app.accounts import require_account
from scripts.app.errors import Declined, InvalidRequest
from scripts.app.future import limit_of_future
from scripts.app.night import Quiet, quiet_before

SOURCE: Final = "desk"


class Clerk(NamedTuple):
    """Who books, when (None: now), what time it is, and under which catalogue (None: the ledger's newest)."""

    by: str | None
    at: Moment | None
    now: Instant
    catalogue: Catalogue | None = None


class Trial(NamedTuple):
    """What a clerk's input would come to on the account as it stands.

    `about` is the event of `version`, which the claim is about, None where there is none; `so_far` what was moved back
    of it before. `quiet`: nothing came in for long before, and the schedule has bookings ahead of the input.
    """

    account: Account
    input: Input
    outcome: Outcome
    version: int
    about: Event | None
    so_far: SoFar
    quiet: Quiet | None

    @property
    def ahead(self) -> list[Event]:
        """What the schedule books before the input."""
        return [event for event in self.outcome.events if event.input is None]

    @property
    def taken(self) -> Kopecks:
        """What it takes from the subscriber."""
        return returned.takes(self.outcome.events)

    @property
    def is_worth_booking(self) -> bool:
        """Not what came before, nor what would only be refused behind bookings of the schedule."""
        return self.outcome.result != "duplicate" and not (self.ahead and self.outcome.result == "refused")


def find_claim(snapshot: Snapshot, id: str, account: str | None, *, today: date | Instant) -> DisputeRow:
    """The claim of an id; of several of one account the one that is open, else the newest. Raises Declined."""
    rows = asked(snapshot.log, lambda db: disputes.rows(db, today=today, dispute=id))
    rows = [row for row in rows if account in (None, row.account)]
    if not rows:
        raise Declined("NO_CLAIM" if account is None else "NO_CLAIM_OF_ACCOUNT", id=id, account=account)
    owners = sorted({row.account for row in rows})
    if len(owners) > 1:
        raise Declined("CLAIM_OF_SEVERAL", id=id, accounts=", ".join(owners))
    return min(rows, key=lambda row: (row.state != "open", row.version if row.state == "open" else -row.version))


def dossier_of(snapshot: Snapshot, row: DisputeRow, *, today: date | Instant) -> Dossier:
    """The dossier of a claim. Raises Declined where the account cannot be followed."""
    account = require_account(snapshot, row.account)
    day = today if isinstance(today, date) else periods.local_date(today, account.zone)
    try:
        return dossier(snapshot.log, snapshot.catalogues, account, row, today=day)
    except (Broken, BrokenLog) as error:
        raise Declined("UNSOUND_STATEMENT", account=row.account, reason=error) from None


def try_opening(snapshot: Snapshot, account: str, version: int, text: str, id: str | None, clerk: Clerk) -> Trial:
    """A claim about an event of an account, not booked yet. Raises Declined, InvalidRequest."""
    found = require_account(snapshot, account)
    named = id if id is not None else _unused_id(snapshot, found, f"claim-{version}")
    own = {"type": "open_dispute", "id": named, "event": version, "text": text}
    return _tried(snapshot, found, version, _input(found, clerk, own), clerk)


def try_answer(
    snapshot: Snapshot, row: DisputeRow, outcome: str, amount: Kopecks | None, text: str, clerk: Clerk
) -> Trial:
    """The answer to a claim, not booked yet. Raises Declined, InvalidRequest."""
    account = require_account(snapshot, row.account)
    id = _unused_id(snapshot, account, f"answer-{row.version}")
    own: dict[str, Any] = {
        "type": "resolve_dispute",
        "id": id,
        "dispute": row.dispute,
        "outcome": outcome,
        "text": text,
    }
    if amount is not None:
        own["amount"] = amount
    return _tried(snapshot, account, row.event, _input(account, clerk, own), clerk)


def book_trial(ledger: Ledger, trial: Trial) -> Outcome:
    """What booking it came to. Raises Declined where its id was taken meanwhile."""
    (outcome,) = ledger.apply([trial.input])
    if outcome.result == "rejected":
        as_event = f", as event {outcome.version}" if outcome.version else ""
        raise Declined("REJECTED", reason=f"{outcome.detail}{as_event}")
    return outcome


def lines_of(snapshot: Snapshot, account: Account, booked: tuple[Event, ...]) -> dict[int, Line]:
    """The lines that a statement prints of an account's events up to some that were booked, or tried, by version."""
    earlier = (event for _, event in snapshot.events(account.account) if event.version < booked[0].version)
    return printed_lines((*earlier, *booked), account.zone)


def _input(account: Account, clerk: Clerk, own: Mapping[str, object]) -> Input:
    """The input of a clerk. Raises InvalidRequest where it could not come in, or is later than a feed may be."""
    when = clerk.now if clerk.at is None else periods.last_instant(clerk.at, account.zone)
    if when > limit_of_future(None, account.zone, now=clerk.now):
        raise InvalidRequest("AT_IN_FUTURE")
    common = {"account": account.account, "source": SOURCE, "at": periods.local_text(when, "UTC")}
    try:
        return inputs.check(common | ({"by": clerk.by} if clerk.by is not None else {}) | dict(own))
    except Malformed as error:
        raise InvalidRequest("MALFORMED", reason=error) from None


def _unused_id(snapshot: Snapshot, account: Account, stem: str) -> str:
    """The first id `STEM-1`, `STEM-2`, … that no input of the desk and no claim of the account has, refused or not."""
    ids = (f"{stem}-{number}" for number in count(1))
    free = (id for id in ids if not account.claims(id))
    return next(id for id in free if not snapshot.log.keys([(account.account, key_of(SOURCE, id))]))


def _tried(snapshot: Snapshot, account: Account, version: int, input: Input, clerk: Clerk) -> Trial:
    catalogue = clerk.catalogue or snapshot.catalogues.newest()
    outcome = _outcome(snapshot, account, input, catalogue, clerk.now)
    events = [event for _, event in snapshot.events(account.account)]
    about = events[version - 1] if version <= len(events) else None
    so_far = returned.so_far(account, events, about, edition=catalogue.edition) if about is not None else SoFar()
    is_ahead = any(event.input is None for event in outcome.events)
    quiet = quiet_before(snapshot.log, input.received_at) if is_ahead else None
    return Trial(account, input, outcome, version, about, so_far, quiet)


def _outcome(snapshot: Snapshot, account: Account, input: Input, catalogue: Catalogue, now: Instant) -> Outcome:
    """What booking an input would come to. Raises Declined where its id is taken."""
    key = key_of(input.source, input.id)
    known = snapshot.log.keys([(input.account, key)]).get((input.account, key))
    if known is not None:
        if known.content != content_of(input):
            raise Declined("ID_TAKEN", id=input.id, source=input.source, version=known.version)
        return Outcome("duplicate", known.version)
    made = book(account, input, catalogue, recorded_at=now, history=partial(snapshot.log.event, input.account)).events
    first = next(event for event in made if event.input is not None)
    return Outcome("refused" if isinstance(first, InputRefused) else "applied", first.version, tuple(made))
