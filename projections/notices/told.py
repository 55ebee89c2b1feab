"""Told: a notice as somebody reads it out, with the number and the texts that only the log and its keys have."""

from typing import NamedTuple

import msgspec

from ledger.contracts import Contract
from ledger.events import ChargeReversed, DisputeResolved
from ledger.log.store import Reading
from ledger.periods import Instant
from ledger.units import Kopecks
from projections.notices.notice import Facts, Kind
from projections.verify.redecide import same_booking


class ToldNotice(msgspec.Struct, frozen=True):
    """A notice in its place among all; `version` is None where no event of the contract is behind it.

    `id` is the same whenever it is read, and `after` what to ask with for those behind it. `text` is Russian.
    """

    id: str
    contract: Contract
    version: int | None
    kind: Kind
    at: Instant
    zone: str
    text: str
    after: str
    facts: Facts


class ClaimAnswer(NamedTuple):
    """The answer to a claim: what it is called, what the clerk wrote, and the kopecks that it gave back, if any."""

    claim: str
    text: str
    returned: Kopecks | None


def claim_answer(log: Reading, contract: str, version: int) -> ClaimAnswer | None:
    """The answer that an event of a contract gives, with what the reversal behind it returned. Raises BadEvents."""
    answer = log.event(contract, version)
    if not isinstance(answer, DisputeResolved):
        return None
    behind = log.event(contract, version + 1)
    returned = behind.amount if isinstance(behind, ChargeReversed) and same_booking(answer, behind) else None
    return ClaimAnswer(answer.dispute, answer.personal.text or "", returned)
