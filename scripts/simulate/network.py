"""The network: it lets a number through unless its account is blocked, and asks the ledger's own rules about that."""

from collections.abc import Mapping
from heapq import heappop, heappush
from typing import Final

from ledger import inputs
from ledger.account import Account
from ledger.booking import book
from ledger.catalogue import Catalogue
from ledger.events import DisputeOpened, DisputeResolved, Event
from ledger.inputs import Adjust, Input, OpenDispute, Rerate, Reverse
from ledger.periods import Instant
from ledger.rules.schedule import advance
from scripts.simulate.input_writer import Arrival

FIRST_NOTED: Final = 4
"""The first few events of an account are kept, to be cited: its opening, money, plan."""
NOTED_EVERY: Final = 7
NOTED_SINCE: Final = 4
"""Of the later ones every seventh, the last four of them."""


class Network:
    """One number as the operator knows it: its account, booked up to now, and what is under way to the ledger."""

    __slots__ = ("_account", "_catalogue", "_claimed", "_noted", "_under_way")

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._account: Account | None = None
        self._under_way: list[tuple[Instant, int, Input, Mapping[int, Event]]] = []
        self._noted: dict[int, Event] = {}
        """Events that somebody may still name, by slot."""
        self._claimed: dict[int, Event] = {}
        """Events under an open claim, by the version of its opening."""

    def hears(self, arrival: Arrival) -> None:
        """An input is written; it will be booked when it arrives, after what arrived before it."""
        input = inputs.parse(arrival.line.decode())
        cited: dict[int, Event] = {}
        if isinstance(input, Reverse | Adjust | Rerate | OpenDispute):
            named = input.cites if isinstance(input, Adjust) else [input.event]
            cited = {event.version: event for event in self._noted.values() if event.version in named}
        heappush(self._under_way, (arrival.received_at, arrival.number, input, cited))

    def account(self, now: Instant) -> Account | None:
        """The account with everything booked that has arrived or was due by now; None before its opening.

        Never asked about a time before the one it was last asked about.
        """
        while self._under_way and self._under_way[0][0] <= now:
            _, _, input, cited = heappop(self._under_way)
            self._book(input, cited)
        if self._account is not None:
            booked = advance(self._account, now, self._catalogue, recorded_at=now)
            self._keep(booked.account, booked.events)
        return self._account

    def noted(self) -> list[int]:
        """Versions of events that may be named: the first ones, and some later."""
        return sorted(event.version for event in self._noted.values())

    def _book(self, input: Input, cited: Mapping[int, Event]) -> None:
        known = {**cited, **{event.version: event for event in self._claimed.values()}}
        booked = book(self._account, input, self._catalogue, recorded_at=input.received_at, history=known.get)
        self._keep(booked.account, booked.events)
        for event in booked.events:
            match event:
                case DisputeOpened():
                    self._claimed[event.version] = known[event.event]
                case DisputeResolved():
                    del self._claimed[event.opened]
                case _:
                    pass

    def _keep(self, account: Account | None, events: list[Event]) -> None:
        self._account = account
        for event in events:
            if event.version <= FIRST_NOTED:
                self._noted[event.version] = event
            elif event.version % NOTED_EVERY == 0:
                self._noted[FIRST_NOTED + 1 + event.version // NOTED_EVERY % NOTED_SINCE] = event
