"""An account as programs ask for it: what the commands of the same names print."""

from itertools import islice

from ledger.contracts import Contract
from ledger.snapshot import Snapshot
from projections import canonical, canonical_answers
from projections.events import as_json
from scripts.app import accounts, statements
from scripts.app.bounds import Bounds
from scripts.app.errors import require_range
from scripts.app.event_search import LookedForEvents, events_of
from scripts.app.explain import explain
from scripts.app.refusals import refused_requests
from scripts.web.answer import Answer, document_headers, json_answer, json_lines
from scripts.web.asked import Asked
from scripts.web.own import contract_asked
from scripts.web.paging import limit_of, next_page
from scripts.web.problems import Problem

MEDIA_TYPES = {
    "json": "application/json",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
}
SLOW = frozenset({"pdf", "xlsx"})
EVENTS_MAX = 10_000


async def balance(asked: Asked) -> Answer:
    """What an account has."""

    def answer(snapshot: Snapshot) -> Answer:
        contract = contract_asked(asked, snapshot)
        found = accounts.balance(
            snapshot, contract, as_of=asked.get("as_of"), known_at=asked.get("known_at"), now=asked.service.now()
        )
        return json_answer(canonical.balance(contract, found.balance), whose=[contract.id])

    return await asked.service.read(answer)


async def events(asked: Asked) -> Answer:
    """An account's events, a page of them."""
    looked_for = LookedForEvents(
        booked=Bounds(asked.get("from"), asked.get("to")),
        types=frozenset(asked.get("type", ())),
        peer=asked.get("peer"),
        amount=asked.get("amount"),
        after=asked.get("after", 0),
        known_at=asked.get("known_at"),
    )
    limit = limit_of(asked, EVENTS_MAX)

    def answer(snapshot: Snapshot) -> Answer:
        contract = contract_asked(asked, snapshot)
        zone, found = events_of(snapshot, contract, looked_for, limit=limit + 1)
        shown = list(islice(found, limit))
        more = next_page(asked, shown[-1].event.version) if len(shown) == limit and next(found, None) else {}
        lines = (as_json(contract, zone, event, reply=reply) for event, reply in shown)
        return json_lines(lines, whose=[contract.id], headers=more)

    return await asked.service.read(answer)


async def statement(asked: Asked) -> Answer:
    """A statement in a format; a final one never changes, and is kept where its address always means its contract."""
    since, until = asked.get("from"), asked.get("to")
    require_range(since, until)
    layout = statements.checked_layout(
        asked.get("format", "json"), table=asked.get("table"), lang=asked.get("lang")
    )  # fmt: skip

    def answer(snapshot: Snapshot) -> Answer:
        contract = contract_asked(asked, snapshot)
        keys = statements.keys_for(layout, asked.service.ref.keys_place.folder)
        found, made = statements.statement_of(
            snapshot, contract, since=since, until=until, known_at=asked.get("known_at"), summarised=layout.summarised
        )
        foot = None if keys is None else statements.checked_footer(snapshot, found, keys, until)
        final = made.final and (keys is None or foot is not None) and asked.get("known_at") is None
        final = final and _is_named_for_good(asked, contract)
        body = layout.render(made, foot)
        media_type = MEDIA_TYPES[layout.form]
        headers = document_headers(media_type)
        return Answer(body=body, media_type=media_type, whose=(contract.id,), final=final, headers=headers)

    return await asked.service.read(answer, slow=layout.form in SLOW)


def _is_named_for_good(asked: Asked, contract: Contract) -> bool:
    """Whether the address means this contract for who asks, whoever has its number later (R-15.8)."""
    return asked.visitor.contract is not None or asked.number == contract.id != contract.number


async def explanation(asked: Asked) -> Answer:
    """Why an event came out as it did."""
    version = version_of(asked)

    def answer(snapshot: Snapshot) -> Answer:
        contract = contract_asked(asked, snapshot)
        made = explain(snapshot, contract, version, known_at=asked.get("known_at"))
        return json_answer(canonical_answers.explanation(made), whose=[contract.id])

    return await asked.service.read(answer)


async def refused(asked: Asked) -> Answer:
    """What was refused to an account, and what was missing."""

    def answer(snapshot: Snapshot) -> Answer:
        contract = contract_asked(asked, snapshot)
        rows, _ = refused_requests(
            snapshot, contract, now=asked.service.now(), lang="ru", known_at=asked.get("known_at")
        )
        return json_answer([canonical_answers.refused(row) for row in rows], whose=[contract.id])

    return await asked.service.read(answer)


def version_of(asked: Asked) -> int:
    """The version that the path names. Raises Problem."""
    text = asked.path["version"]
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise Problem(404, "NO_SUCH_EVENT", "an event's version is a whole number from 1")
    return int(text)
