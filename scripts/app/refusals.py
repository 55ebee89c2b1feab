"""Refusals: what was refused, why, and when the same request would have worked (R-5.3, R-12.1)."""

from typing import NamedTuple

from ledger.contracts import Contract
from ledger.periods import Instant
from ledger.snapshot import Snapshot
from projections import refusals
from projections.explain import refused
from projections.explain.refused import RefusedRequest
from projections.follow import asked
from projections.words.language import Language
from projections.words.phrasebook import Phrasebook
from scripts.app.accounts import require_account


class RefusedRequests(NamedTuple):
    """What was refused, and the zone of the one contract that was asked for."""

    rows: list[RefusedRequest]
    zone: str | None


def refused_requests(snapshot: Snapshot, contract: Contract | None, *, now: Instant, lang: Language) -> RefusedRequests:
    """What was refused (of a contract), looked at up to `now` and told in a language. Raises Declined."""
    zone = None if contract is None else require_account(snapshot, contract.id).zone
    id = None if contract is None else contract.id
    rows = asked(snapshot.log, lambda db: refusals.rows(db, snapshot.contracts, id))
    found = list(refused.refused(snapshot, rows, until=now, phrases=Phrasebook(lang, zone=zone)))
    return RefusedRequests(found, zone)
