"""The service: one writer that books for all who ask, and readers with states of their own."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple, TypeVar

from ledger.grouped import Grouped
from ledger.log.engines import AnyRef
from ledger.service import Access, Clock, Ledger
from ledger.snapshot import Snapshot
from projections.operator.known_inputs import KnownInputs
from scripts.app.feed import Asker, Fate, Intake, RawLine
from scripts.web.metrics import Metrics
from scripts.web.problems import Problem

T = TypeVar("T")
READERS: Final = 4
WAITING_MAX: Final = 2_000
"""Requests that wait to be booked; whoever comes then is told to come again."""


class HandedOver(NamedTuple):
    """Lines that one request hands over, and who does."""

    lines: Sequence[RawLine]
    asker: Asker


class Service:
    """A ledger as the server uses it; to be closed by whoever made it. Raises StoreError where it cannot be opened.

    `now` is the wall clock. One thread books, some read; each has the ledger open for itself.
    """

    def __init__(self, ref: AnyRef, *, now: Clock, catalogue: str | None = None, readers: int = READERS) -> None:
        self.ref = ref
        self.now = now
        self.metrics = Metrics()
        self._ledgers: list[Ledger] = []
        self._own = threading.local()
        self._lock = threading.Lock()
        self._book = self._opened("book", catalogue)
        self._intake = Intake(self._book, not_after=None, now=now)
        self._writer: Grouped[HandedOver, list[Fate]] = Grouped(self._booked)
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="reading")

    def close(self) -> None:
        """Book what was handed over, let readers end, and close the ledger."""
        self._writer.close()
        self._readers.shutdown()
        for ledger in self._ledgers:
            ledger.close()

    async def read(self, question: Callable[[Snapshot], T]) -> T:
        """What one state of the ledger answers. Raises what the question does."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._asked, question)

    async def apart(self, work: Callable[[], T]) -> T:
        """What work that waits for the disk comes to, off the loop. Raises what it does."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    async def book(self, lines: Sequence[RawLine], asker: Asker) -> list[Fate]:
        """What becomes of lines, once it is durable; whatever becomes of the caller. Raises Problem, StoreError."""
        if self._writer.waiting() > WAITING_MAX:
            raise Problem(503, "BUSY", "too much waits to be booked; ask again", headers={"Retry-After": "1"})
        asked = self._writer.submit(HandedOver(lines, asker), weight=max(1, len(lines)))
        return await asyncio.shield(asyncio.wrap_future(asked))

    def _booked(self, handed: Sequence[HandedOver]) -> list[list[Fate]]:
        """Book what several requests hand over in one transaction."""
        lines = [(line, each.asker) for each in handed for line in each.lines]
        fates = iter(self._intake.book(lines, KnownInputs()))
        return [[next(fates) for _ in each.lines] for each in handed]

    def _asked(self, question: Callable[[Snapshot], T]) -> T:
        ledger: Ledger | None = getattr(self._own, "ledger", None)
        if ledger is None:
            ledger = self._own.ledger = self._opened("read", None)
        with ledger.snapshot() as snapshot:
            return question(snapshot)

    def _opened(self, access: Access, catalogue: str | None) -> Ledger:
        ledger = Ledger(self.ref, now=self.now, access=access, catalogue=catalogue)
        with self._lock:
            self._ledgers.append(ledger)
        return ledger
