"""Claims: found, shown, registered and answered; what a clerk books is tried first, so that a door can tell and ask."""

from collections.abc import Mapping
from datetime import date
from itertools import count
from typing import Any, Final, NamedTuple

from ledger import inputs, periods
from ledger.account import Account, Dispute
from ledger.catalogue import Catalogue
from ledger.contracts import ERASED, NO_KEY, Contract, Contracts, chosen
from ledger.events import DisputeOpened, Event
from ledger.evolve import BrokenLog
from ledger.inputs import Input, Malformed
from ledger.periods import Instant, Moment
from ledger.service import Ledger, Outcome
from ledger.snapshot import Snapshot
from ledger.units import Kopecks
from projections import disputes, returned
from projections.disputes import DisputeRow
from projections.dossier import Dossier, dossier
from projections.follow import asked
from projections.ledger_line import Broken, Line, printed_lines
from projections.returned import SoFar
from scripts.app.accounts import require_account
from scripts.app.contracts import require_contract
from scripts.app.errors import Declined, InvalidRequest
from scripts.app.future import limit_of_future
from scripts.app.night import Quiet, quiet_before
from scripts.app.trying import known_input, outcome_of

SOURCE: Final = "desk"


class Clerk(NamedTuple):
    """Who books, when (None: now), what time it is, and under which catalogue (None: the ledger's newest)."""

    by: str | None
    at: Moment | None
    now: Instant
    catalogue: Catalogue | None = None


class Trial(NamedTuple):
    """What a clerk's input would come to on the account as it stands.

    `about` is the event of `version`, which the input is about, None where there is none; `so_far` what was moved back
    of it before, `others` the ids of the claims about it that are open. `quiet`: nothing came in for long before, and
    the schedule has bookings ahead of the input.
    """

    contract: Contract
    account: Account
    input: Input
    outcome: Outcome
    version: int
    about: Event | None
    so_far: SoFar
    others: list[str]
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


def find_claim(
    snapshot: Snapshot, id: str, account: str | None = None, holder: int | None = None, *, today: date | Instant
) -> DisputeRow:
    """The claim of an id, on the latest contract of a number that has one, or on that of a holder (R-15.8).

    Of several of one contract it is the one that is open, else the newest. Raises Declined.
    """
    rows = asked(snapshot.log, lambda db: disputes.rows(db, snapshot.log, today=today, dispute=id))
    rows = [row for row in rows if account in (None, row.contract.number, row.contract.id)]
    if not rows:
        raise Declined("NO_CLAIM" if account is None else "NO_CLAIM_OF_ACCOUNT", id=id, account=account)
    owners = sorted({row.contract for row in rows})
    if len({owner.number for owner in owners}) > 1:
        raise Declined("CLAIM_OF_SEVERAL", id=id, accounts=", ".join(map(str, owners)))
    named = [owner for owner in owners if holder in (None, owner.holder)]
    if not named:
        raise Declined("NO_CLAIM_OF_HOLDER", id=id, account=owners[0].number, holder=holder)
    rows = [row for row in rows if row.contract == named[-1]]
    return min(rows, key=lambda row: (row.state != "open", row.version if row.state == "open" else -row.version))


class OpenClaim(NamedTuple):
    """A claim that is not answered yet: its id, the event that it is about, and the date of the answer."""

    dispute: str
    event: int
    answer_due: date


def open_claims(snapshot: Snapshot, account: Account) -> list[OpenClaim]:
    """The open claims of an account, in order of their registration, from its own events alone."""
    found = []
    for each in account.disputes:
        opening = None if each.resolved else snapshot.log.event(account.account, each.opened)
        if isinstance(opening, DisputeOpened):
            id = "" if opening.input is None else opening.input.id
            found.append(OpenClaim(id, each.event, periods.parse_date(opening.answer_due)))
    return found


def claims_of(snapshot: Snapshot, contract: Contract, *, now: Instant) -> list[DisputeRow]:
    """The claims of one contract, open ones first."""
    return asked(snapshot.log, lambda db: disputes.rows(db, snapshot.log, today=now, account_id=contract.id))


def dossier_of(snapshot: Snapshot, row: DisputeRow, *, today: date | Instant) -> Dossier:
    """The dossier of a claim. Raises Declined where the account cannot be followed."""
    account = require_account(snapshot, row.contract.id)
    day = today if isinstance(today, date) else periods.local_date(today, account.zone)
    try:
        return dossier(snapshot.log, snapshot.catalogues, account, row, today=day)
    except (Broken, BrokenLog) as error:
        raise Declined("UNSOUND_STATEMENT", account=row.contract, reason=error) from None


def try_opening(
    snapshot: Snapshot,
    account: str,
    version: int,
    text: str,
    id: str | None,
    clerk: Clerk,
    *,
    holder: int | None = None,
) -> Trial:
    """A claim about an event of a contract, not booked yet. Raises Declined, InvalidRequest."""
    contract = require_contract(snapshot.contracts, account, holder)
    named = id if id is not None else unused_id(snapshot, contract, f"claim-{version}")
    own = {"type": "open_dispute", "id": named, "event": version, "text": text}
    return try_input(snapshot, contract, version, own, clerk, holder)


def try_answer(
    snapshot: Snapshot,
    row: DisputeRow,
    outcome: str,
    amount: Kopecks | None,
    text: str,
    clerk: Clerk,
    *,
    holder: int | None = None,
) -> Trial:
    """The answer to a claim, not booked yet. Raises Declined, InvalidRequest."""
    id = unused_id(snapshot, row.contract, f"answer-{row.version}")
    own: dict[str, Any] = {
        "type": "resolve_dispute",
        "id": id,
        "dispute": row.dispute,
        "outcome": outcome,
        "text": text,
    }
    if amount is not None:
        own["amount"] = amount
    return try_input(snapshot, row.contract, row.event, own, clerk, holder)


def try_input(
    snapshot: Snapshot,
    contract: Contract,
    version: int,
    own: Mapping[str, object],
    clerk: Clerk,
    holder: int | None = None,
) -> Trial:
    """An input of a clerk's, by the fields of its type and its id, not booked yet; `version` 0 is about no event.

    Raises Declined, InvalidRequest.
    """
    _require_reachable(snapshot.contracts, contract, holder)
    account = require_account(snapshot, contract.id)
    input = _input(contract, account, clerk, own, holder)
    catalogue = clerk.catalogue or snapshot.catalogues.newest()
    outcome = outcome_of(snapshot, contract, account, input, catalogue, clerk.now)
    events = [event for _, event in snapshot.events(contract.id)]
    about = events[version - 1] if 0 < version <= len(events) else None
    so_far = returned.so_far(account, events, about, edition=catalogue.edition) if about is not None else SoFar()
    claims = _claims(snapshot, account)
    others = [id for each, id in claims.items() if each.event == version and not each.resolved]
    is_ahead = any(event.input is None for event in outcome.events)
    quiet = quiet_before(snapshot.log, input.received_at) if is_ahead else None
    return Trial(contract, account, input, outcome, version, about, so_far, others, quiet)


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


def _input(contract: Contract, account: Account, clerk: Clerk, own: Mapping[str, object], holder: int | None) -> Input:
    """The input of a clerk. Raises InvalidRequest where it could not come in, or is later than a feed may be.

    `holder` is named where it was asked for: what says more is another input (R-15.7).
    """
    when = clerk.now if clerk.at is None else periods.last_instant(clerk.at, account.zone)
    if when > limit_of_future(None, account.zone, now=clerk.now):
        raise InvalidRequest("AT_IN_FUTURE")
    common = {"account": contract.number, "source": SOURCE, "at": periods.local_text(when, "UTC")}
    asked_for = {"by": clerk.by, "holder": holder}
    try:
        return inputs.check(
            common | {name: value for name, value in asked_for.items() if value is not None} | dict(own)
        )
    except Malformed as error:
        raise InvalidRequest("MALFORMED", reason=error) from None


def unused_id(snapshot: Snapshot, contract: Contract, stem: str, source: str = SOURCE) -> str:
    """The first id `STEM-1`, `STEM-2`, … that no input of a source and no claim has, refused or not.

    An id is that of one input over all contracts of a number (R-15.7).
    """
    contracts = snapshot.contracts.of(contract.number) or [contract]
    claims = {claim for each in contracts for claim in _claims(snapshot, require_account(snapshot, each.id)).values()}
    ids = (f"{stem}-{number}" for number in count(1))
    return next(id for id in ids if id not in claims and known_input(snapshot, contracts, source, id) is None)


def _claims(snapshot: Snapshot, account: Account) -> dict[Dispute, str]:
    """The claims of an account with their ids, which only their events tell."""
    found: dict[Dispute, str] = {}
    for each in account.disputes:
        event = snapshot.log.event(account.account, each.opened)
        found[each] = event.input.id if event is not None and event.input is not None else ""
    return found


def _require_reachable(contracts: Contracts, contract: Contract, holder: int | None) -> None:
    """Raise Declined where an input would not reach a contract: its number is gone, or a later one has it (R-15.2)."""
    if contract.number in (ERASED, NO_KEY):
        raise Declined("NUMBER_GONE", account=contract)
    if holder is None and contract != chosen(contracts, contract.number):
        raise Declined("EARLIER_CONTRACT", account=contract.number, holder=contract.holder)
