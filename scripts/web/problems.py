"""Problems: what goes wrong, as RFC 9457 has it, with the codes of the use cases."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import msgspec
from starlette.responses import Response

from ledger.account import BrokenLog
from ledger.hints import HintedError
from ledger.log.errors import StoreError
from projections.counterfactual.change import CannotDecide
from projections.evidence.follow import NotTheLog
from projections.evidence.keys import NoKeys
from projections.evidence.note import BadNote
from projections.evidence.proof import BadProof
from scripts.app.errors import AppError, InvalidRequest
from scripts.web.messages import CODES, NOT_FOUND, worded

MEDIA_TYPE: Final = "application/problem+json"


class Problem(Exception):
    """A request that cannot be answered: its status, a code for programs, a line for people, and headers.

    `whose`: the ids of the contracts of which the line tells, for the journal.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        whose: tuple[str, ...] = (),
        **facts: object,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.whose = whose
        self.facts = facts

    def body(self) -> bytes:
        """The problem as JSON; facts are members of their own."""
        told = {"title": HTTPStatus(self.status).phrase, "status": self.status, "code": self.code}
        return msgspec.json.encode({"type": "about:blank", **told, "detail": self.detail, **self.facts}) + b"\n"

    def response(self) -> Response:
        """The problem as an answer."""
        return Response(self.body(), self.status, self.headers, MEDIA_TYPE)


def problem_of(error: Exception) -> Problem:
    """What an error of a use case or of the store is to the one who asked."""
    match error:
        case Problem():
            return error
        case InvalidRequest():
            return Problem(422, CODES.get(error.code, error.code), worded(error))
        case AppError():
            status = 404 if error.code in NOT_FOUND else 409
            return Problem(status, CODES.get(error.code, error.code), worded(error))
        case NoKeys():
            return Problem(409, "NO_KEYS", "there is no key to sign a checkpoint with; the operator makes one")
        case NotTheLog() | BadNote():
            return Problem(409, "NOT_THE_LOG", "the log does not continue its checkpoints; the operator has to look")
        case BadProof() | CannotDecide():
            return Problem(409, "NO_PROOF" if isinstance(error, BadProof) else "CANNOT_DECIDE", str(error))
        case BrokenLog():
            return Problem(409, "BROKEN_LOG", "the log does not hold together here; the operator has to verify it")
        case StoreError() | HintedError():
            return Problem(503, "STORE", "the ledger cannot be asked now; ask again", headers={"Retry-After": "2"})
        case _:
            return Problem(500, "ERROR", "an error in the program; nothing booked is lost")
