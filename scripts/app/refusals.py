"""Refusals: what was refused, why, and when the same request would have worked (R-5.3, R-12.1)."""

from collections.abc import Collection
from typing import NamedTuple

from ledger.contracts import Contract
from ledger.periods import Instant, Moment
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


def refused_requests(
    snapshot: Snapshot,
    contract: Contract | None,
    *,
    now: Instant,
    lang: Language,
    some: Collection[Contract] | None = None,
    known_at: Moment | None = None,
) -> RefusedRequests:
    """What was refused (of a contract, or of some), looked at up to `now` and told in a language. Raises Declined.

    With `known_at`, as it was known when nothing had been recorded behind that time, where each account is.
    """
    zone = None if contract is None else require_account(snapshot, contract.id).zone
    id = None if contract is None else contract.id
    rows = asked(snapshot.log, lambda db: refusals.rows(db, snapshot.contracts, id))
    if some is not None:
        meant = frozenset(some)
        rows = [row for row in rows if row.contract in meant]
    found = list(refused.refused(snapshot, rows, until=now, known_at=known_at, phrases=Phrasebook(lang, zone=zone)))
    return RefusedRequests(found, zone)
