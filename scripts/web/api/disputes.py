"""Claims over HTTP: the queue, one claim and its dossier, a claim registered, and its answer (R-11.2–R-11.4)."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal
from urllib.parse import quote

import msgspec

from ledger.events import DisputeOpened, InputRefused
from ledger.periods import Instant
from ledger.service import Ledger, Outcome
from ledger.snapshot import Snapshot
from projections import canonical_answers, disputes
from projections.disputes import DisputeRow
from projections.events import as_json
from projections.follow import asked as followed
from projections.numbers import digits_of
from projections.words import given_back
from projections.words.phrasebook import Phrasebook
from projections.words.reasons import REASONS
from scripts.app.claim_forms import rendered
from scripts.app.claims import Clerk, Trial, book_trial, dossier_of, find_claim, try_answer, try_opening
from scripts.app.contracts import require_contract
from scripts.app.corrections import moved_by
from scripts.app.errors import Declined
from scripts.web.answer import Answer, document_headers, json_answer
from scripts.web.asked import Asked, header_text, moment_of
from scripts.web.body import Count, Word, Words, malformed, read
from scripts.web.messages import REJECTED
from scripts.web.own import own_contract
from scripts.web.problems import Problem

MEDIA_TYPES = {
    "json": "application/json",
    "txt": "text/plain; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}


class Opening(msgspec.Struct, forbid_unknown_fields=True):
    """A claim about an event; whoever has one contract need not name it."""

    event: Count
    text: Words
    account: Word | None = None
    holder: Count | None = None
    id: Word | None = None
    at: str | None = None


class CameBefore(Exception):
    """A claim that is there already."""


class Resolution(msgspec.Struct, forbid_unknown_fields=True):
    """The answer to a claim; `amount` in kopecks, all that is left where it is not said."""

    outcome: Literal["upheld", "rejected"]
    text: Words
    amount: Count | None = None
    at: str | None = None


async def queue(asked: Asked) -> Answer:
    """Open claims, or all, the most urgent first; a subscriber's own."""
    today = _today(asked)

    def answer(snapshot: Snapshot) -> Answer:
        own = own_contract(asked, snapshot)
        told = disputes.rows if asked.get("all", False) else disputes.open_rows
        rows = followed(snapshot.log, lambda db: told(db, snapshot.log, today=today))
        rows = [row for row in rows if own in (None, row.contract)]
        whose = sorted({row.contract.id for row in rows})
        return json_answer([canonical_answers.claim(row) for row in rows], whose=whose)

    return await asked.service.read(answer, slow=True)


async def claim(asked: Asked) -> Answer:
    """One claim, as the queue has it; its tag is what an answer says it has seen."""

    def answer(snapshot: Snapshot) -> Answer:
        row = _claim_asked(asked, snapshot, _today(asked))
        told = canonical_answers.claim(row)
        return json_answer(told, whose=[row.contract.id], tag=_tag(row, msgspec.json.encode(told)))

    return await asked.service.read(answer)


async def dossier(asked: Asked) -> Answer:
    """What the clerk and the subscriber have to know of a claim, as a file."""
    form = asked.get("format", "json")
    if form == "json" and asked.get("lang") is not None:
        raise Problem(422, "FORMAT_WITHOUT_LANGUAGE", "lang goes with txt, html or pdf")

    def answer(snapshot: Snapshot) -> Answer:
        row = _claim_asked(asked, snapshot, _today(asked))
        made = dossier_of(snapshot, row, today=_today(asked))
        body = rendered(made, form, asked.get("lang", "ru"))
        headers = document_headers(MEDIA_TYPES[form])
        return Answer(body=body, media_type=MEDIA_TYPES[form], whose=(row.contract.id,), headers=headers)

    return await asked.service.read(answer, slow=form == "pdf")


async def register(asked: Asked) -> Answer:
    """Register a claim; the same again, by its id, is nothing new."""
    given = await read(asked, Opening)
    clerk = _clerk(asked, given.at)
    if given.account is None and asked.visitor.contract is None:
        raise malformed("account: missing")

    def tried(snapshot: Snapshot) -> Trial:
        own = own_contract(asked, snapshot, given.account and digits_of(given.account), given.holder)
        account = digits_of(given.account or "") if own is None else own.id
        try:
            return try_opening(snapshot, account, given.event, given.text, given.id, clerk, holder=given.holder)
        except Declined as error:
            if error.code == "ID_TAKEN" and _came_before(snapshot, account, given):
                raise CameBefore from None
            raise

    try:
        trial, booked = await _booked(asked, tried)
    except CameBefore:
        return json_answer([])
    name = f"/v1/disputes/{quote(trial.contract.number)}/{quote(trial.input.id, safe='')}"
    return _told(asked, trial, booked, status=200 if booked is None else 201, headers={"Location": name})


async def resolve(asked: Asked) -> Answer:
    """Answer a claim; who says by If-Match what was seen of it does not answer over somebody else's answer."""
    given = await read(asked, Resolution)
    clerk = _clerk(asked, given.at)
    await asked.service.read(lambda snapshot: _claim_asked(asked, snapshot, asked.service.now()), slow=True)
    seen = header_text(asked.request, "if-match")

    def tried(snapshot: Snapshot) -> Trial:
        row = _claim_asked(asked, snapshot, asked.service.now())
        if seen is not None and not _is_seen(seen, row):
            raise Problem(412, "CHANGED", "the claim is not what it was when it was read; read it again")
        holder = asked.get("holder")
        trial = try_answer(snapshot, row, given.outcome, given.amount, given.text, clerk, holder=holder)
        if trial.taken and not asked.get("yes", False) and not asked.get("dry_run", False):
            whose = (trial.contract.id,)
            raise Problem(422, "CONFIRM", f"{_taking(trial)}; say yes=true if it is meant", whose=whose)
        if moved_by(trial.outcome.events) > asked.service.limit and not asked.get("dry_run", False):
            raise Problem(403, "SECOND_PERSON", REJECTED["SECOND_PERSON"])
        return trial

    trial, booked = await _booked(asked, tried)
    return _told(asked, trial, booked)


def _came_before(snapshot: Snapshot, account: str, given: Opening) -> bool:
    """Whether a claim is there under its id, with all that is said of it but the time at which it is said again."""
    contract = require_contract(snapshot.contracts, account, given.holder)
    claims = (event for _, event in snapshot.events(contract.id) if isinstance(event, DisputeOpened))
    return any(
        each.input is not None
        and (each.input.id, each.event, each.personal.text) == (given.id, given.event, given.text)
        for each in claims
    )


def _claim_asked(asked: Asked, snapshot: Snapshot, today: date | Instant) -> DisputeRow:
    """The claim that the path names. Raises Declined, and Problem where it is not for who asks."""
    id, holder = asked.path["dispute"], asked.get("holder")
    own = own_contract(asked, snapshot, asked.number, holder)
    if own is not None:
        return find_claim(snapshot, id, own.id, today=today)
    return find_claim(snapshot, id, asked.number, holder, today=today)


def _clerk(asked: Asked, at: str | None) -> Clerk:
    """Who books, and when. Raises Problem."""
    if at is not None and asked.visitor.role == "subscriber":
        raise malformed("at: left out here, it is now")
    return Clerk(asked.visitor.name, None if at is None else moment_of("at", at), asked.service.now())


async def _booked(asked: Asked, tried: Callable[[Snapshot], Trial]) -> tuple[Trial, Outcome | None]:
    """A trial, and what booking it came to, where it is to be booked; nobody books in between."""

    def work(ledger: Ledger) -> tuple[Trial, Outcome | None]:
        with ledger.snapshot() as snapshot:
            trial = tried(snapshot)
        return trial, book_trial(ledger, trial) if trial.is_worth_booking else None

    if asked.get("dry_run", False):
        return await asked.service.read(tried), None
    return await asked.service.write(work)


def _told(
    asked: Asked,
    trial: Trial,
    booked: Outcome | None,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """The events of what was booked or tried, as the commands print them. Raises Problem where a rule refused it."""
    outcome = booked or trial.outcome
    events = outcome.events if booked is not None or asked.get("dry_run", False) else ()
    refused = next((event for event in outcome.events if isinstance(event, InputRefused)), None)
    if refused is not None:
        version = None if booked is None else refused.version
        told = f"{REASONS[refused.reason].en}, about event {trial.version}"
        raise Problem(409, refused.reason, told, version=version, whose=(trial.contract.id,))
    made = [as_json(trial.contract, trial.account.zone, event) for event in events]
    return json_answer(made, whose=[trial.contract.id], status=status, headers=dict(headers or {}))


def _taking(trial: Trial) -> str:
    english = Phrasebook("en")
    consequence = given_back.consequence(english, trial.account, trial.outcome.events)
    return f"this answer takes {english.money(trial.taken)} from the subscriber ({consequence})"


def _today(asked: Asked) -> date | Instant:
    today: date | None = asked.get("today")
    return asked.service.now() if today is None else today


def _tag(row: DisputeRow, told: bytes) -> str:
    """Its state, which answering changes, and what is told of it, which changes by the day."""
    return f"{_state_of(row)}.{hashlib.sha256(told).hexdigest()[:16]}"


def _state_of(row: DisputeRow) -> str:
    return hashlib.sha256(f"{row.contract.id} {row.version} {row.state}".encode()).hexdigest()[:16]


def _is_seen(seen: str, row: DisputeRow) -> bool:
    """Whether one of the tags of If-Match is of the claim as it stands."""
    return any(
        each.strip() == "*" or each.strip().strip('"').partition(".")[0] == _state_of(row) for each in seen.split(",")
    )
