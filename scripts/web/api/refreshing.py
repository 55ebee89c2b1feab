"""«Обнови пакет» from an app: what it would do now, and doing it (R-5, contract §11)."""

import secrets
from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec

from ledger.contracts import Contract
from ledger.events import InputRefused
from ledger.snapshot import Snapshot
from projections import canonical_answers
from scripts.app.intake import Result
from scripts.app.refreshing import line, preview, request
from scripts.web.answer import Answer, json_answer
from scripts.web.api.inputs import asker_of, came_before, handed_over
from scripts.web.asked import Asked
from scripts.web.body import Word, read
from scripts.web.own import contract_asked

SOURCES: Final = {"subscriber": "cabinet"}
"""Under which source a role's requests are booked; others are the desk's."""


class RequestId(msgspec.Struct, forbid_unknown_fields=True):
    """What a request is known by when it is asked again; a new one where it is left out."""

    id: Word | None = None


async def would_do(asked: Asked) -> Answer:
    """What a request for a refresh would come to."""

    def answer(snapshot: Snapshot) -> Answer:
        contract = contract_asked(asked, snapshot)
        made = preview(snapshot, contract, now=asked.service.now())
        return json_answer(canonical_answers.refresh_preview(contract, made), whose=[contract.id])

    return await asked.service.read(answer)


async def do(asked: Asked) -> Answer:
    """A request for a refresh; the same `id` again is answered as the first time, and refreshes nothing."""
    given = await read(asked, RequestId) if asked.has_body() else RequestId()
    id = given.id or f"refresh-{secrets.token_hex(8)}"
    contract, result = await refresh_now(asked, id, partial(contract_asked, asked))
    return json_answer(result, whose=[contract.id])


async def refresh_now(asked: Asked, id: str, named: Callable[[Snapshot], Contract]) -> tuple[Contract, Result]:
    """The contract that is `named`, and what became of a request of an id for it. Raises Problem."""
    source = SOURCES.get(asked.visitor.role, "desk")

    def earlier(snapshot: Snapshot) -> tuple[Contract, Result | None]:
        contract = named(snapshot)
        known = came_before(snapshot, contract, source, id)
        return contract, known if known is not None and _is_of_refresh(snapshot, contract, known) else None

    contract, known = await asked.service.read(earlier)
    if known is not None:
        return contract, known
    fields = request(contract, id, now=asked.service.now(), source=source)
    return contract, await handed_over(asked, line(fields), asker_of(asked))


def _is_of_refresh(snapshot: Snapshot, contract: Contract, known: Result) -> bool:
    """Whether what had the id was such a request; else the ledger says that it is taken."""
    if known.reply is not None:
        return True
    event = None if known.version is None else snapshot.log.event(contract.id, known.version)
    return isinstance(event, InputRefused) and event.input_type == "refresh"
