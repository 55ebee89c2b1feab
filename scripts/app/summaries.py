"""Summaries: what an account paid for in local dates, by kind and service, and from which packages."""

from bisect import bisect_left
from collections.abc import Generator
from contextlib import closing
from datetime import date, timedelta

import msgspec

from ledger import periods
from ledger.account import Account
from ledger.contracts import Contract
from ledger.events import Event
from ledger.periods import Instant, Moment
from ledger.snapshot import Snapshot
from projections.summary import Summary, summary_of
from scripts.app.accounts import require_account


class AccountSummary(msgspec.Struct, frozen=True):
    """The summary of a contract over local dates, both included, in the zone of its clocks."""

    contract: Contract
    zone: str
    since: date
    until: date
    summary: Summary


def summary(
    snapshot: Snapshot, contract: Contract, *, since: date, until: date, known_at: Moment | None = None
) -> AccountSummary:
    """What a contract paid for in what was booked on local dates and recorded by `known_at`, if given.

    Reads the events of the range alone, one by one, and nothing of them that is sealed. Raises Declined.
    """
    found = require_account(snapshot, contract.id)
    known_by = None if known_at is None else periods.last_instant(known_at, found.zone)
    begin, end = (periods.day_start(day, found.zone) for day in (since, until + timedelta(days=1)))
    with closing(_booked(snapshot, found, begin, end, known_by)) as events:
        made = summary_of(events, snapshot.catalogues)
    return AccountSummary(contract, found.zone, since, until, made)


def _booked(
    snapshot: Snapshot, found: Account, begin: Instant, end: Instant, known_by: Instant | None
) -> Generator[tuple[int, Event]]:
    """The events booked in `[begin, end)` with their positions: along an account neither of the times runs back."""

    def booked_at(version: int) -> Instant:
        stored = snapshot.log.stored(found.account, version)
        return begin if stored is None else stored.event().booked_at

    before = bisect_left(range(1, found.version + 1), begin, key=booked_at)
    for stored in snapshot.log.events(found.account, after_version=before):
        event = stored.event()
        if event.booked_at >= end or (known_by is not None and event.recorded_at > known_by):
            return
        yield stored.position, event
