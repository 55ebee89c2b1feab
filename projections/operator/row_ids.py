"""Row ids: a row is known by what it says, not by its place, so that overlapping exports meet (R-12.2)."""

import hashlib
import re
from datetime import UTC, datetime
from typing import Final

from ledger.inputs import Input, Sms, Usage, Ussd
from ledger.periods import SECOND

_DIGITS: Final = 24
_NAME: Final = r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{24}"
_ID: Final = re.compile(rf"({_NAME})-([1-9][0-9]*)")
_NUMBER: Final = re.compile(r"row-[0-9]{4,}")


def name_of(input: Input) -> str | None:
    """What a row is known by: its second, and a digest of service, direction, the other end and the measured amount.

    Every form has these, of the operator and of ours. What some lack is left out: prices, what was billed, when the
    balance changed, zones in their columns; and white space, which is lost where a cell is wrapped. None for an input
    that no row becomes.
    """
    told: tuple[str, str, str, int]
    match input:
        case Usage():
            told = (input.service, input.direction, input.peer, input.quantity)
        case Ussd():
            told = ("ussd", "out", input.text, 1)
        case Sms():
            told = ("sms", "out", input.to, 1)
        case _:
            return None
    service, direction, peer, quantity = told
    text = f"{service} {direction} {quantity} {''.join(peer.split())}"
    digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
    return f"{datetime.fromtimestamp(input.at // SECOND, UTC):%Y%m%dT%H%M%SZ}-{digest}"


def id_of(name: str, occurrence: int) -> str:
    """The id of a row, `20150908T113740Z-…-1`: the first, second … of those that have its name."""
    return f"{name}-{occurrence}"


def occurrence_of(id: str) -> int | None:
    """Which of the rows of one name an id means; None for an id of another kind."""
    found = _ID.fullmatch(id)
    return None if found is None else int(found[2])


def is_number(id: str) -> bool:
    """Whether an id is of the kind that earlier imports gave: the place of the row in its file, `row-0001`."""
    return _NUMBER.fullmatch(id) is not None
