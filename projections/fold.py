"""Fold: the views of contracts made of their events alone, as quickly as these can be read.

Of most events a view wants to know only what they moved, and when: that is all that is decoded of them.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final, TypeAlias

import msgspec
from msgspec.structs import replace

from ledger import periods
from ledger.account import Account
from ledger.entries import Entry, wallet_movement
from ledger.events import EVENT_TYPES, AccountOpened, Event, PlanConnected, UsageCharged
from ledger.evolve import BrokenLog, evolve
from ledger.log import codec
from ledger.log.errors import BadEvents
from ledger.log.store import Reading, Stored
from ledger.periods import Instant, Moment
from ledger.timeline import CatalogueTimeline
from ledger.units import Kopecks
from projections import disputes, payments, refusals, totals, unrated
from projections.cache import Cache
from projections.event_context import EventContext
from projections.totals import Moved, Units

Row: TypeAlias = tuple[int, str, int, str, bytes]
"""An event as it is read in bulk: position, contract, version, topic, state."""
_TAKERS: Final = {
    kind: tuple(view.take for view in (unrated, refusals, disputes, payments) if kind in view.TAKES)
    for kind in EVENT_TYPES
}


class _Moves(msgspec.Struct, gc=False):
    """What is decoded of most events."""

    version: int
    booked_at: Instant
    entries: tuple[Entry, ...] = ()
    wallet_after: Kopecks | None = None
    record: int | None = None


class _Told(msgspec.Struct, gc=False):
    """When an event was recorded, and of an opening the zone; of others nobody asks for one."""

    recorded_at: Instant
    zone: str = ""


_told: Final = msgspec.json.Decoder(_Told).decode
_decode: Final = msgspec.json.Decoder(_Moves).decode
_MOVING_ONLY: Final = frozenset(
    f"{kind.__name__}/{schema}"
    for kind in EVENT_TYPES
    if kind is UsageCharged or not (_TAKERS[kind] or kind in (AccountOpened, PlanConnected))
    for schema in (codec.SCHEMA[kind.__name__], codec.SEALED_SCHEMA)
)
"""Topics of which no more is asked; of a record only where it was rated again."""


class Known:
    """Which events were recorded by a time, a local one where each account is; those of a contract are a beginning."""

    def __init__(self, known_at: Moment) -> None:
        self._known_at = known_at
        self._limits: dict[str, Instant] = {}

    def of(self, rows: Iterable[Row]) -> list[Row]:
        """Those of some rows, which come in each contract in order of version. Raises BadEvents."""
        known = []
        for row in rows:
            _, contract, _, _, state = row
            try:
                told = _told(state)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError):
                Stored._make(row).event()  # says what is wrong with it
                raise
            if contract not in self._limits:
                self._limits[contract] = periods.last_instant(self._known_at, told.zone)
            if told.recorded_at <= self._limits[contract]:
                known.append(row)
        return known


class Fold:
    """The views of contracts, made of their events from the first one on, several contracts side by side.

    Every balance that an event says is the one its entries and those before it leave.
    """

    def __init__(self, log: Reading, db: Cache) -> None:
        self.moved = Moved()
        self._log = log
        self._db = db
        self._catalogues = CatalogueTimeline(log.adopted())
        self._accounts: dict[str, _Account] = {}

    def take(self, rows: Iterable[Row]) -> None:
        """Take stored events, in each contract in order of version. Raises BadEvents, BrokenLog."""
        for row in rows:
            _, contract, _, topic, state = row
            account = self._accounts.get(contract)
            if account is None or topic not in _MOVING_ONLY:
                self._take_whole(Stored._make(row), account)
                continue
            try:
                moves = _decode(state)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError):
                Stored._make(row).event()  # says what is wrong with it
                raise
            if moves.record is not None:
                self._take_whole(Stored._make(row), account)
            else:
                account.move(moves)
                if moves.wallet_after is not None and moves.wallet_after != account.wallet:
                    raise self._unbalanced(account, moves.wallet_after)

    def _take_whole(self, row: Stored, account: "_Account | None") -> None:
        event = row.event()
        if account is None:
            account = self._accounts[row.account] = _Account(evolve(None, event, row.account), self.moved)
        elif isinstance(event, PlanConnected):  # nothing else changes of what views may ask
            account.turn(evolve(replace(account.seen, version=event.version - 1), event))
        account.move(event)
        if event.wallet_after is not None and event.wallet_after != account.wallet:
            raise self._unbalanced(account, event.wallet_after)
        note(self._db, account.seen, event, self._catalogues, row.position)

    def _unbalanced(self, account: "_Account", said: Kopecks) -> BadEvents:
        where = f"account {self._log.contracts.named(account.seen.account)}, version {account.version}"
        return BadEvents(f"{where}: the balance after it is {said}, its entries leave {account.wallet}", "run_verify")


class _Account:
    """An account as far as views ask for it, what its wallet has, and where its entries are added up at the moment."""

    __slots__ = ("_day", "_moved", "_units", "seen", "version", "wallet")

    def __init__(self, opened: Account, moved: Moved) -> None:
        self.seen = opened
        self.version = 0
        self.wallet: Kopecks = 0
        self._moved = moved
        self._day = date.min
        self._units: Units = {}

    def turn(self, seen: Account) -> None:
        """From the next event on views ask for another one."""
        self.seen = seen
        self._day = date.min

    def move(self, event: _Moves | Event) -> None:
        """Add up the entries of an event. Raises BrokenLog where it cannot follow."""
        if event.version != self.version + 1:
            raise BrokenLog(f"account {self.seen.account}: version {event.version} follows {self.version}")
        self.version = event.version
        if event.entries:
            day = periods.local_date(event.booked_at, self.seen.zone)
            if day is not self._day:
                self._day, self._units = day, self._moved.on(day, self.seen, event.version)
            totals.add_up(self._units, event.entries)
            self.wallet += wallet_movement(event.entries)


def take(db: Cache, moved: Moved, account: Account, event: Event, catalogues: CatalogueTimeline, position: int) -> None:
    """Let every view take an event of an account, at that event or later: what it moves is added up."""
    moved.take(account, event)
    note(db, account, event, catalogues, position)


def note(db: Cache, account: Account, event: Event, catalogues: CatalogueTimeline, position: int) -> None:
    """Let every view that looks at such an event note it in its tables."""
    for taker in _TAKERS.get(type(event), ()):
        taker(db, EventContext(account, catalogues.at(position)), event)
