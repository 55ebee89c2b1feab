"""Refusals: what was refused, why, and when the same request would have worked (R-5.3, R-12.1)."""

from typing import NamedTuple

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
    """What was refused, and the zone of the one account that was asked for."""

    rows: list[RefusedRequest]
    zone: str | None


def refused_requests(snapshot: Snapshot, account: str | None, *, now: Instant, lang: Language) -> RefusedRequests:
    """What was refused (of an account), looked at up to `now` and told in a language. Raises Declined."""
    zone = None if account is None else require_account(snapshot, account).zone
    rows = asked(snapshot.log, lambda db: refusals.rows(db, account))
    found = list(refused.refused(snapshot, rows, until=now, phrases=Phrasebook(lang, zone=zone)))
    return RefusedRequests(found, zone)
