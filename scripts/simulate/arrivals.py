"""Arrivals: many lives merged into one feed in order of `received_at`; a day of each is in memory at most."""

from collections.abc import Iterator
from datetime import date, timedelta
from heapq import heapify, heappop, heappush, heapreplace

from ledger import periods
from ledger.periods import Instant
from scripts.simulate import leaving
from scripts.simulate.believed_wallet import NEVER
from scripts.simulate.damage import damaged_now_and_then
from scripts.simulate.input_writer import Arrival
from scripts.simulate.market import Market
from scripts.simulate.subscriber import Subscriber


def lines(
    market: Market, *, subscribers: int, days: int, seed: int, start: date, malformed: float = 0.0
) -> Iterator[bytes]:
    """The feed, line by line without newlines; about the share `malformed` of them are no inputs."""
    merged = _merged(market, subscribers=subscribers, days=days, seed=seed, start=start)
    return damaged_now_and_then(merged, malformed, seed) if malformed else merged


def _merged(market: Market, *, subscribers: int, days: int, seed: int, start: date) -> Iterator[bytes]:
    lives = (_Number(Subscriber(market, seed, number, days), start, days) for number in range(subscribers))
    heap = [(life.next_instant, number, life) for number, life in enumerate(lives)]
    heapify(heap)
    while heap:
        _, number, life = heap[0]
        if (line := life.step()) is not None:
            yield line
        if (instant := life.next_instant) == NEVER:
            heappop(heap)
        else:
            heapreplace(heap, (instant, number, life))


class _Number:
    """A number's days one after another, and those of its lines that have not arrived yet.

    `owner` has it now, or had it last; `former` are those of whom something may still be heard.
    """

    __slots__ = ("days", "former", "index", "midnight", "next_instant", "owner", "start", "waiting")

    def __init__(self, owner: Subscriber, start: date, days: int) -> None:
        self.owner = owner
        self.former: list[Subscriber] = []
        self.start = start
        self.days = days
        self.index = owner.joins
        self.waiting: list[Arrival] = []
        self.midnight = self._next_midnight()
        self.next_instant: Instant = self.midnight

    def step(self) -> bytes | None:
        """The line that arrives next; None where a day begins before it."""
        line = None
        if self.waiting and self.waiting[0].received_at < self.midnight:
            line = heappop(self.waiting).line
        else:
            for arrival in self._day(self.start + timedelta(days=self.index)):
                heappush(self.waiting, arrival)
            self.index += 1
            self.midnight = self._next_midnight()
        self.next_instant = min(self.midnight, self.waiting[0].received_at) if self.waiting else self.midnight
        return line

    def _day(self, day: date) -> Iterator[Arrival]:
        """What is heard of a day of whoever has the number, and of those who had it."""
        owner = self.owner
        if owner.closed_on is not None and day >= owner.next_on:
            self.former.append(owner)
            self.owner = owner.next_holder(self.index, self.days)
        self.former = [each for each in self.former if not leaving.is_over(each, day)]
        for each in (*self.former, self.owner):
            yield from each.day(self.index, day)

    def _next_midnight(self) -> Instant:
        if self.index >= self.days:
            return NEVER
        return periods.day_start(self.start + timedelta(days=self.index), self.owner.person.home.zone)
