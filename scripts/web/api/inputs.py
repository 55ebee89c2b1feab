"""Inputs handed over: one, or lines of many; each is told what became of it when that is durable (contract §2, §11)."""

from typing import Final

import msgspec

from ledger import inputs
from ledger.contracts import Contract
from ledger.snapshot import Snapshot
from scripts.app.feed import Asker, RawLine, is_blank
from scripts.app.intake import Result, reply_then
from scripts.app.roles import Role
from scripts.app.trying import known_input
from scripts.web.answer import NDJSON, Answer, json_answer
from scripts.web.asked import Asked, media_type_of
from scripts.web.messages import REJECTED
from scripts.web.problems import Problem

MEDIA_TYPES: Final = ("application/json", NDJSON, "application/jsonl", "application/ndjson")
LINES_MAX: Final = 10_000
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
"""Some editors write it before the first line; a file that is fed may have it too."""
FROM_NETWORK: Final = frozenset({"usage", "ussd", "sms", "top_up"})
"""Types that come from the network and the bank, not from a clerk."""
NAMELESS: Final[frozenset[Role]] = frozenset({"feeder", "gateway"})
"""Roles that hand over what others said: the same line by file and by HTTP is one input."""


STATUSES: Final = {
    "MALFORMED": 422, "FUTURE": 422, "ID_CONFLICT": 409, "UNKNOWN_ACCOUNT": 404, "NOT_ALLOWED": 403,
    "SECOND_PERSON": 403,
}  # fmt: skip


def asker_of(asked: Asked) -> Asker:
    """Under which name inputs of who asks are booked, which types he may hand over, and up to which sum alone."""
    visitor = asked.visitor
    if visitor.role in NAMELESS:
        return Asker(says_by=False)
    types = frozenset(each for each in inputs.TYPES if each not in FROM_NETWORK)
    return Asker(by=visitor.name, types=types, says_by=False, limit=asked.service.limit)


async def hand_over(asked: Asked) -> Answer:
    """One input, or lines of many."""
    body = (await asked.body()).removeprefix(BYTE_ORDER_MARK)
    asker = asker_of(asked)
    if media_type_of(asked.request) == "application/json" or (
        not media_type_of(asked.request) and b"\n" not in body.strip()
    ):
        return json_answer(await handed_over(asked, body, asker))
    lines = [RawLine(number, text, len(text)) for number, text in enumerate(body.split(b"\n"), 1)]
    lines = [line for line in lines if not is_blank(line)]
    if len(lines) > LINES_MAX:
        raise Problem(413, "TOO_LARGE", f"at most {LINES_MAX} lines are taken at once")
    made = told(asked, await asked.service.book(lines, asker)) if lines else []
    return Answer(body=b"".join(msgspec.json.encode(each) + b"\n" for each in made), media_type=NDJSON)


async def handed_over(asked: Asked, text: bytes, asker: Asker) -> Result:
    """What became of one input. Raises Problem where it was rejected."""
    (result,) = told(asked, await asked.service.book([RawLine(1, text, len(text))], asker))
    if result.result == "rejected":
        facts = {name: value for name, value in msgspec.to_builtins(result).items() if name != "detail"}
        reason = result.reason or "MALFORMED"
        raise Problem(STATUSES[reason], reason, result.detail or REJECTED.get(reason, reason), **facts)
    return result


def came_before(snapshot: Snapshot, contract: Contract, source: str, id: str) -> Result | None:
    """What became of an input of an id that a contract had before, if it had.

    What an earlier contract of its number had, nobody is told: its id is taken, and the ledger says so (R-15.7).
    """
    known = known_input(snapshot, [contract], source, id)
    if known is None:
        return None
    version = known[1].version
    return Result("duplicate", version, None, None, reply_then(snapshot, contract, version))


def told(asked: Asked, results: list[Result]) -> list[Result]:
    """Results, counted."""
    for each in results:
        asked.service.metrics.inputs.labels(each.result).inc()
    return results
