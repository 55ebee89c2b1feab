"""Refused: what a refused request lacked, and when the same request would have been accepted (R-5.3)."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import groupby
from typing import Any

import msgspec

from ledger import periods
from ledger.account import Account
from ledger.catalogue import Catalogue
from ledger.contracts import Contract
from ledger.events import Event, InputRefused, RefreshRefused
from ledger.evolve import evolve
from ledger.periods import Instant, Moment
from ledger.reasons import RefusalReason
from ledger.rules import moment
from ledger.rules.refresh import REFUSALS, Reply, facts_of, month_of_refusal, reply
from ledger.rules.schedule import next_scheduled
from ledger.snapshot import Snapshot
from ledger.units import Kopecks
from projections.explain.unmet import of_other_inputs, unmet
from projections.refusals import RefusalRow
from projections.words.phrasebook import RUSSIAN, Phrasebook
from projections.words.reasons import REASONS
from projections.words.replies import say


class RefusedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal: `said` is its reason in words, `needed` the steps that were missing, `missing` the kopecks of them.

    Of a refresh also the `reply` of that time, every one of the `reasons` that held, and when the same request would
    have been accepted: the instant, and the event behind which no reason held any more; null as far as the log goes.
    """

    contract: Contract
    version: int
    input_type: str
    reason: RefusalReason
    facts: dict[str, Any]
    booked_at: Instant
    zone: str
    said: str
    needed: str | None
    missing: Kopecks | None
    reply: str | None = None
    reasons: list[RefusalReason]
    worked_from: int | None = None
    worked_at: Instant | None = None


class _Asked(msgspec.Struct):
    """A refused request of one account, as its history tells it; `reply` and `worked` are those of a refresh."""

    needed: str | None
    missing: Kopecks | None
    reasons: list[RefusalReason]
    reply: Reply | None = None
    worked: tuple[int, Instant] | None = None


def refused(
    snapshot: Snapshot,
    rows: Iterable[RefusalRow],
    *,
    until: Instant,
    known_at: Moment | None = None,
    phrases: Phrasebook = RUSSIAN,
) -> Iterator[RefusedRequest]:
    """What became of refusals, which come by contract and version; with `known_at` as it was known then (R-2.5).

    Behind an account's last event it is asked up to `until`, but never behind what is scheduled: nothing is guessed.
    """
    for contract, theirs in groupby(rows, key=lambda row: row.contract):
        listed = list(theirs)
        known_by = None if known_at is None else periods.last_instant(known_at, listed[0].zone)
        yield from _of_contract(snapshot, contract, listed, until, known_by, phrases)


def _of_contract(
    snapshot: Snapshot,
    contract: Contract,
    rows: list[RefusalRow],
    until: Instant,
    known_by: Instant | None,
    phrases: Phrasebook,
) -> Iterator[RefusedRequest]:
    asked = _followed(snapshot, contract.id, until, known_by, phrases)
    for row in rows:
        if row.version not in asked:  # written down later
            continue
        found = asked[row.version]
        yield RefusedRequest(
            contract=contract,
            version=row.version,
            input_type=row.input_type,
            reason=row.reason,
            facts=row.facts,
            booked_at=row.booked_at,
            zone=row.zone,
            said=phrases.say(REASONS[row.reason]),
            needed=found.needed,
            missing=found.missing,
            reply=found.reply and say(phrases, found.reply),
            reasons=found.reasons,
            worked_from=found.worked[0] if found.worked else None,
            worked_at=found.worked[1] if found.worked else None,
        )


def _followed(
    snapshot: Snapshot, account_id: str, until: Instant, known_by: Instant | None, phrases: Phrasebook
) -> dict[int, _Asked]:
    """Every refusal of a contract by version, a refresh followed to when it would have worked."""
    asked: dict[int, _Asked] = {}
    waiting: list[_Asked] = []
    state: Account | None = None
    catalogues = snapshot.catalogues
    catalogue = catalogues.newest()

    def works(version: int, at: Instant) -> None:
        for each in waiting:
            each.worked = (version, at)
        waiting.clear()

    bookings = groupby(
        snapshot.events(account_id, known_at=known_by), key=lambda found: (found[1].input, found[1].booked_at)
    )
    for (_, booked_at), events in bookings:
        if waiting and state is not None and (at := _by_itself(state, catalogue, booked_at)) is not None:
            works(state.version, at)
        refused: list[_Asked] = []
        for position, event in events:
            catalogue = catalogues.at(position)
            if state is not None:
                match event:
                    case RefreshRefused():
                        asked[event.version] = _asked_refresh(state, event, catalogue, phrases)
                        refused.append(asked[event.version])
                    case InputRefused():
                        asked[event.version] = _asked_else(state, event, phrases)
                    case _:
                        pass
            state = evolve(state, event, account_id)
        if state is not None and waiting and _would_work(state, booked_at, catalogue):
            works(state.version, booked_at)
        waiting += refused
    if state is None:  # nothing of the account was known
        return asked
    behind = None if known_by is None else snapshot.log.stored(account_id, state.version + 1)
    catalogue = catalogues.newest() if behind is None else catalogues.at(behind.position)
    due = next_scheduled(state, catalogue)
    end = min(time for time in (until, known_by, due) if time is not None)
    if waiting and (at := _by_itself(state, catalogue, end)) is not None:
        works(state.version, at)
    return asked


def _asked_refresh(before: Account, event: RefreshRefused, catalogue: Catalogue, phrases: Phrasebook) -> _Asked:
    lacks = unmet(before, catalogue, _moment(event), phrases)
    said = reply(event, before.zone, month_of_refusal(event, before, catalogue))
    return _Asked("; ".join(lacks.steps), lacks.missing or None, lacks.reasons, said)


def _asked_else(before: Account, event: InputRefused, phrases: Phrasebook) -> _Asked:
    needed, missing = of_other_inputs(event.input_type, event.reason, event.facts, before, _moment(event), phrases)
    return _Asked(needed, missing, [event.reason])


def _moment(event: Event) -> moment.Moment:
    return moment.Moment(event.occurred_at, event.booked_at, event.recorded_at)


def _by_itself(account: Account, catalogue: Catalogue, end: Instant) -> Instant | None:
    """The first midnight before an instant at which no reason holds any more: dates end discounts and change plans."""
    day = periods.local_date(account.clock, account.zone)
    last = periods.local_date(end, account.zone)
    while day < last:
        day += timedelta(days=1)
        at = periods.day_start(day, account.zone)
        if at < end and _would_work(account, at, catalogue):
            return at
    return None


def _would_work(account: Account, at: Instant, catalogue: Catalogue) -> bool:
    if account.closed_at is not None:
        return False
    facts = facts_of(account, catalogue, periods.local_date(at, account.zone))
    return not any(holds(facts) for _, holds in REFUSALS)
