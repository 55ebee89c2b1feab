"""Intake results: what became of lines, as whoever handed them over is told; replies of earlier requests too."""

from collections.abc import Sequence

import msgspec

from ledger.contracts import Contract
from ledger.events import InputRefused, RefreshRefused
from ledger.service import Ledger
from ledger.snapshot import Snapshot
from projections.operator.known_inputs import KnownInputs
from projections.replies import Replies
from projections.words.phrasebook import RUSSIAN
from projections.words.replies import say
from scripts.app.feed import Asker, Fate, Intake, RawLine

REQUESTS = ("ussd", "sms", "refresh")


class Result(msgspec.Struct):
    """What became of an input (contract §11)."""

    result: str
    version: int | None
    reason: str | None
    detail: str | None
    reply: str | None


def booked(ledger: Ledger, intake: Intake, lines: Sequence[tuple[RawLine, Asker]]) -> list[Result]:
    """Book lines in one transaction; a request that came before is replied what it was replied then.

    Raises StoreError, then nothing of it is booked.
    """
    fates = intake.book(lines, KnownInputs(from_its_beginning=False))
    again = [fate for fate in fates if _is_repeated_request(fate)]
    replies: dict[int, str | None] = {}
    if again:
        with ledger.snapshot() as snapshot:
            replies = {id(fate): _reply_of(snapshot, fate) for fate in again}
    return [_result(fate, replies.get(id(fate))) for fate in fates]


def reply_then(snapshot: Snapshot, contract: Contract, version: int) -> str | None:
    """What a request that an event answers was replied; None for another event."""
    replies = Replies(contract.id, snapshot.catalogues)
    for position, event in snapshot.events(contract.id):
        reply = replies.behind(position, event)
        if event.version == version:
            return None if reply is None else say(RUSSIAN, reply)
    return None


def _result(fate: Fate, replied: str | None) -> Result:
    outcome = fate.outcome
    if outcome is None:
        return Result("rejected", None, fate.reason, fate.detail or None, None)
    reason = fate.reason or next(
        (event.reason for event in outcome.events if isinstance(event, InputRefused | RefreshRefused)), None
    )
    reply = say(RUSSIAN, outcome.reply) if outcome.reply is not None else replied
    return Result(outcome.result, outcome.version, reason or None, fate.detail or None, reply)


def _is_repeated_request(fate: Fate) -> bool:
    outcome = fate.outcome
    return (
        outcome is not None and outcome.result == "duplicate" and fate.input is not None and fate.input.type in REQUESTS
    )


def _reply_of(snapshot: Snapshot, fate: Fate) -> str | None:
    outcome = fate.outcome
    if outcome is None or outcome.contract is None or outcome.version is None:
        return None
    return reply_then(snapshot, outcome.contract, outcome.version)
