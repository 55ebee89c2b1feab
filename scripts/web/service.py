"""The service: one writer that books for all who ask, and readers with states of their own."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar

from ledger.grouped import Grouped
from ledger.log.engines import AnyRef, FileRef
from ledger.service import Access, Clock, Ledger
from ledger.snapshot import Snapshot
from ledger.units import Kopecks
from scripts.app.corrections import LIMIT
from scripts.app.feed import Asker, Intake, RawLine
from scripts.app.intake import Result
from scripts.state.outbox import Outbox
from scripts.state.proposals import Proposals
from scripts.web.booker import Apart, Booker, Here
from scripts.web.jobs import Jobs
from scripts.web.metrics import Metrics
from scripts.web.problems import Problem
from scripts.web.rates import RATES, RateLimits, Rates

T = TypeVar("T")
READERS: Final = 4
READERS_OF_A_FILE: Final = 1
"""A file answers from memory: threads that read it beside each other only wait for each other's turns."""
SLOW_READERS: Final = 2
"""Threads for what reads many contracts or sets a page: whoever asks for a balance does not wait behind it."""
LINES_WAITING_MAX: Final = 20_000
"""Lines that wait to be booked; whoever comes then is told to come again."""
QUESTIONS_WAITING_MAX: Final = 1_000
SLOW_WAITING_MAX: Final = 8


class HandedOver(NamedTuple):
    """Lines that one request hands over, and who does."""

    lines: Sequence[RawLine]
    asker: Asker


class Work(NamedTuple):
    """What is done by whoever books, with nothing else in its transactions."""

    do: Callable[[Ledger], Any]


class Reading:
    """Threads that answer questions; `waiting` are those that are not answered yet."""

    def __init__(self, threads: int, waiting_max: int, name: str) -> None:
        self._threads = threads
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._waiting_max = waiting_max
        self.waiting = 0

    def begin_all(self, work: Callable[[], object]) -> None:
        """Have each thread do some work once, all at the same time. Raises what it does."""
        together = threading.Barrier(self._threads)

        def done() -> None:
            together.wait()
            work()

        for each in [self.pool.submit(done) for _ in range(self._threads)]:
            each.result()

    async def run(self, work: Callable[[], T]) -> T:
        """What some work comes to. Raises what it does, and Problem where too much of it waits."""
        if self.waiting >= self._waiting_max:
            raise Problem(503, "BUSY", "too much is asked at once; ask again", headers={"Retry-After": "2"})
        self.waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.pool, work)
        finally:
            self.waiting -= 1


class Service:
    """A ledger as the server uses it; to be closed by whoever made it. Raises StoreError where it cannot be opened.

    `now` is the wall clock, `rates` how often who may ask, `limit` the kopecks that one person may move by a
    correction, `outbox` where it is kept what subscribers are to be told, `proposals` what waits for a second person.
    `jobs_apart`: jobs have processes of their own, `books_apart`: so has who books what is handed over.
    One thread books, some read; each has the ledger open for itself.
    """

    def __init__(
        self,
        ref: AnyRef,
        *,
        now: Clock,
        catalogue: str | None = None,
        readers: int | None = None,
        rates: Rates = RATES,
        limit: Kopecks = LIMIT,
        jobs_apart: bool = False,
        books_apart: bool = False,
    ) -> None:
        self.ref = ref
        self.now = now
        self.limit = limit
        self.outbox: Outbox | None = None
        self.proposals: Proposals | None = None
        self.rates = RateLimits(rates)
        self.metrics = Metrics()
        self._ledgers: list[Ledger] = []
        self._own = threading.local()
        self._lock = threading.Lock()
        self._book = self._opened("book", catalogue)
        self._booker: Booker = Here(self._book, Intake(self._book, not_after=None, now=now))
        if books_apart:
            self._booker = Apart(ref)
        self._writer: Grouped[HandedOver | Work, Any] = Grouped(self._done)
        if readers is None:
            readers = READERS_OF_A_FILE if isinstance(ref, FileRef) else READERS
        self._readers = Reading(readers, QUESTIONS_WAITING_MAX, "reading")
        self._slow = Reading(SLOW_READERS, SLOW_WAITING_MAX, "slow")
        self.jobs = Jobs(ref, now, is_apart=jobs_apart)
        self.metrics.waiting.set_function(self._writer.waiting)

    def warm_up(self) -> None:
        """Have every thread that answers open the ledger and read its catalogue, so that nobody waits for that."""
        for reading in (self._readers, self._slow):
            reading.begin_all(lambda: self._asked(lambda snapshot: snapshot.catalogues.newest()))

    def close(self) -> None:
        """Stop jobs, book what was handed over, let readers end, and close the ledger."""
        self.jobs.close()
        self._writer.close()
        self._booker.close()
        self._readers.pool.shutdown()
        self._slow.pool.shutdown()
        for ledger in self._ledgers:
            ledger.close()
        self._ledgers = []

    async def read(self, question: Callable[[Snapshot], T], *, slow: bool = False) -> T:
        """What one state of the ledger answers. Raises what the question does, and Problem where too many wait.

        `slow`: it reads many contracts or sets a page, and waits for others of its kind alone.
        """
        return await (self._slow if slow else self._readers).run(partial(self._asked, question))

    async def apart(self, work: Callable[[], T]) -> T:
        """What work that waits for the disk comes to, off the loop. Raises what it does, and Problem as above."""
        return await self._readers.run(work)

    async def book(self, lines: Sequence[RawLine], asker: Asker) -> list[Result]:
        """What becomes of lines, once it is durable; whatever becomes of the caller. Raises Problem, StoreError."""
        self._require_room()
        asked = self._writer.submit(HandedOver(lines, asker), weight=max(1, len(lines)))
        results: list[Result] = await asyncio.shield(asyncio.wrap_future(asked))
        return results

    async def write(self, work: Callable[[Ledger], T], *, goes_on: bool = False) -> T:
        """What some work comes to that looks and books, where nobody books in between; short, for others wait.

        `goes_on`: it is a further step of what was begun, and waits for its turn however many do. Raises what the work
        does, and Problem.
        """
        if not goes_on:
            self._require_room()
        done: T = await asyncio.shield(asyncio.wrap_future(self._writer.submit(Work(work), alone=True)))
        return done

    def write_from_job(self, work: Callable[[Ledger], T]) -> T:
        """The same for a thread of a job, which waits for its turn. Raises what the work does."""
        done: T = self._writer.submit(Work(work), alone=True).result()
        return done

    def _require_room(self) -> None:
        if self._writer.waiting() > LINES_WAITING_MAX:
            raise Problem(503, "BUSY", "too much waits to be booked; ask again", headers={"Retry-After": "1"})

    def _done(self, handed: Sequence[HandedOver | Work]) -> list[Any]:
        """Do some work, or book what several requests hand over in one transaction."""
        if isinstance(handed[0], Work):
            return [handed[0].do(self._book)]
        return self._booked([each for each in handed if isinstance(each, HandedOver)])

    def _booked(self, handed: Sequence[HandedOver]) -> list[list[Result]]:
        results = iter(self._booker.book([(line, each.asker) for each in handed for line in each.lines]))
        return [[next(results) for _ in each.lines] for each in handed]

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
