"""Event search: those of an account's events that somebody looks for, by what a statement or a subscriber says."""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

import msgspec

from ledger import periods
from ledger.contracts import Contract
from ledger.entries import wallet_movement
from ledger.events import EVENT_TYPES, Event, type_name
from ledger.periods import Instant, Moment
from ledger.rules.refresh import Reply
from ledger.snapshot import Snapshot
from ledger.units import Kopecks
from projections.event_facts import peer_of
from projections.replies import Replies
from scripts.app.accounts import require_account
from scripts.app.bounds import Bounds
from scripts.app.errors import Declined, InvalidRequest

TYPES: Final = tuple(each.__name__ for each in EVENT_TYPES)
_BETWEEN: Final = re.compile(r"[\s().\-‐-―]+")
_PHONE: Final = re.compile(r"(?:\+?7|8)([0-9]{10})")


class AnsweredEvent(NamedTuple):
    """An event, and the reply to a request for a refresh that it is."""

    event: Event
    reply: Reply | None


class AccountEvents(NamedTuple):
    """The zone of an account, and its events, oldest first."""

    zone: str
    events: Iterator[AnsweredEvent]


class FoundEvents(NamedTuple):
    """The zone of an account, and the events of it that fit a time, one or several."""

    zone: str
    events: list[AnsweredEvent]


class LookedForEvents(msgspec.Struct, frozen=True, kw_only=True):
    """Which events are looked for: all conditions hold; none is any.

    `amount`: the kopecks that an event moved into or out of the wallet, the sign does not matter. `peer`: a number,
    however it is written, or a code like `*929#`. `after`: only later versions.
    """

    booked: Bounds = Bounds()
    types: frozenset[str] = frozenset()
    peer: str | None = None
    amount: Kopecks | None = None
    after: int = 0
    known_at: Moment | None = None

    def has(self, event: Event, zone: str) -> bool:
        """Whether an event is one of them."""
        return (
            event.version > self.after
            and (not self.types or type_name(event) in self.types)
            and (self.amount is None or abs(wallet_movement(event.entries)) == abs(self.amount))
            and self.booked.have(event.booked_at, zone)
            and (self.peer is None or _plain(peer_of(event)) == _plain(self.peer))
        )


EVERY_EVENT: Final = LookedForEvents()


class Written(NamedTuple):
    """A time as somebody reads it off: a date, or a time that is as long as it is exact, a minute or a second."""

    moment: Moment
    lasts: Instant

    def has(self, at: Instant, zone: str) -> bool:
        """Whether an instant is written like this; what clocks show twice is both."""
        if isinstance(self.moment, int):
            return self.moment <= at < self.moment + self.lasts
        shown = periods.local(at, zone).replace(tzinfo=None)
        if not isinstance(self.moment, datetime):
            return shown.date() == self.moment
        return 0 <= (shown - self.moment) // periods.MICROSECOND < self.lasts


def events_of(
    snapshot: Snapshot, contract: Contract, looked_for: LookedForEvents = EVERY_EVENT, *, limit: int | None = None
) -> AccountEvents:
    """A contract's events, or the first so many that are looked for, read while the snapshot lasts.

    Raises InvalidRequest for a type that no event has and for bounds the wrong way round, Declined for no account.
    """
    unknown = sorted(looked_for.types.difference(TYPES))
    if unknown:
        raise InvalidRequest("NO_SUCH_TYPE", type=unknown[0], known=", ".join(TYPES))
    looked_for.booked.require_order()
    zone = require_account(snapshot, contract.id).zone
    found = (each for each in _answered(snapshot, contract, zone, looked_for) if looked_for.has(each.event, zone))
    return AccountEvents(zone, islice(found, limit))


def events_at(
    snapshot: Snapshot, contract: Contract, at: Written, looked_for: LookedForEvents = EVERY_EVENT
) -> FoundEvents:
    """The events that happened or were booked at a time and are looked for. Raises Declined where there is none.

    Both times are printed: that of the record by its usage row, that of the booking by its ledger line.
    """
    zone, events = events_of(snapshot, contract, looked_for)
    found: list[AnsweredEvent] = []
    nearest: tuple[Instant, Event, Instant] | None = None
    first, last = periods.first_instant(at.moment, zone), periods.last_instant(at.moment, zone)
    for each in events:
        times = _times_of(each.event)
        if any(at.has(time, zone) for time in times):
            found.append(each)
        elif not found:
            near = min((max(first - time, time - last), time) for time in times)
            if nearest is None or near[0] < nearest[0]:
                nearest = near[0], each.event, near[1]
    if found:
        return FoundEvents(zone, found)
    if nearest is None:
        raise Declined("NO_EVENT_LIKE_THAT", account=contract)
    _, event, time = nearest
    raise Declined(
        "NO_EVENT_THEN",
        account=contract, version=event.version, type=type_name(event), time=periods.local_text(time, zone),
    )  # fmt: skip


def _answered(
    snapshot: Snapshot, contract: Contract, zone: str, looked_for: LookedForEvents
) -> Iterator[AnsweredEvent]:
    """All events that were known, with their replies: whoever answers a request has to have seen what came before."""
    known_by = None if looked_for.known_at is None else periods.last_instant(looked_for.known_at, zone)
    replies = Replies(contract.id, snapshot.catalogues)
    for position, event in snapshot.events(contract.id, known_at=known_by):
        yield AnsweredEvent(event, replies.behind(position, event))


def _times_of(event: Event) -> set[Instant]:
    """When an event happened and when it was booked; one that rates a record again also when that happened."""
    used_at: Instant | None = getattr(event, "used_at", None)
    return {event.occurred_at, event.booked_at} | ({used_at} if used_at else set())


def _plain(peer: str) -> str:
    """A number without what it may be written with; a code or a word as it is."""
    found = _PHONE.fullmatch(_BETWEEN.sub("", peer))
    return f"7{found[1]}" if found else peer.strip()
