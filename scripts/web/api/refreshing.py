"""«Обнови пакет» from an app: what it would do now, and doing it (R-5, contract §11)."""

import secrets
from typing import Final

from ledger.contracts import Contract
from ledger.json_line import Malformed, load
from ledger.snapshot import Snapshot
from projections import canonical_answers
from scripts.app.refreshing import line, preview, request
from scripts.web.answer import Answer, json_answer
from scripts.web.api.inputs import Result, asker_of, came_before, handed_over
from scripts.web.asked import Asked
from scripts.web.own import contract_asked
from scripts.web.problems import Problem

BYTES_MAX: Final = 4_096
SOURCES: Final = {"subscriber": "cabinet"}
"""Under which source a role's requests are booked; others are the desk's."""


async def would_do(asked: Asked) -> Answer:
    """What a request for a refresh would come to."""

    def answer(snapshot: Snapshot) -> Answer:
        contract = contract_asked(asked, snapshot)
        made = preview(snapshot, contract, now=asked.service.now())
        return json_answer(canonical_answers.refresh_preview(contract, made), whose=[contract.id])

    return await asked.service.read(answer)


async def do(asked: Asked) -> Answer:
    """A request for a refresh; the same `id` again is answered as the first time, and refreshes nothing."""
    return json_answer(await refresh_now(asked, _id_of(await asked.body())))


async def refresh_now(asked: Asked, id: str) -> Result:
    """What became of a request of an id. Raises Problem."""
    source = SOURCES.get(asked.visitor.role, "desk")

    def earlier(snapshot: Snapshot) -> tuple[Contract, Result | None]:
        contract = contract_asked(asked, snapshot)
        return contract, came_before(snapshot, contract, source, id)

    contract, known = await asked.service.read(earlier)
    if known is not None:
        return known
    fields = request(contract, id, now=asked.service.now(), source=source)
    return await handed_over(asked, line(fields), asker_of(asked.visitor))


def _id_of(body: bytes) -> str:
    """The id that a request names, or a new one. Raises Problem."""
    if not body.strip():
        return f"refresh-{secrets.token_hex(8)}"
    try:
        found = load(body.decode())
    except (UnicodeDecodeError, Malformed) as error:
        raise Problem(422, "MALFORMED", f"{error}") from None
    if not isinstance(found, dict) or set(found) - {"id"} or not isinstance(found.get("id"), str):
        raise Problem(422, "MALFORMED", 'the body is empty, or {"id": "…"}')
    return str(found["id"])
