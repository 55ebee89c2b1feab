"""Jobs: what takes long, done beside the answers with a ledger of its own; it can be left, found again and stopped."""

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from ledger.log.engines import AnyRef
from ledger.periods import DAY, Instant
from ledger.progress import Progress
from ledger.service import Clock, Ledger
from scripts.web import apart
from scripts.web.problems import Problem, problem_of

State: TypeAlias = Literal["waits", "runs", "done", "failed", "stopped"]
Work: TypeAlias = Callable[[Ledger, Progress], Any]
Doing: TypeAlias = Callable[[Work, Progress], Any]
"""Does some work where it is to be done."""
KEPT_FOR: Final = DAY
THREADS: Final = 1
OWN_MAX: Final = 5
"""So many of one person's wait or run at once, and so many results of one are kept besides."""
ALL_MAX: Final = 50


class Progressed(NamedTuple):
    """How far a job is: its state, how much is done, and of how much, where that is known."""

    state: State
    done: int
    of: int | None


class _Stopped(Exception):
    """Somebody stopped the job."""


class Job:
    """Work of somebody's, what it is called, how far it is and what it came to; read by other threads.

    `error` is the problem that ended it, `kept` what a further step needs. Nothing personal is in a `title`; a result
    names contracts by their ids.
    """

    def __init__(self, kind: str, title: str, owner: str, begun: Instant, kept: Any) -> None:
        self.id = secrets.token_hex(8)
        self.kind = kind
        self.title = title
        self.owner = owner
        self.begun = begun
        self.kept = kept
        self.ended: Instant | None = None
        self.state: State = "waits"
        self.done = 0
        self.of: int | None = None
        self.result: Any = None
        self.error: Problem | None = None
        self._stop = threading.Event()

    @property
    def is_over(self) -> bool:
        """Whether it will not go on."""
        return self.state in ("done", "failed", "stopped")

    @property
    def progressed(self) -> Progressed:
        """How far it is."""
        return Progressed(self.state, self.done, self.of)

    def progress(self, done: int) -> None:
        """Say how much is done. Raises where the job was stopped: that ends its work."""
        self.done = done
        if self._stop.is_set():
            raise _Stopped

    def stop(self) -> None:
        """Ask it to end at its next step."""
        self._stop.set()
        if self.state == "waits":
            self.state = "stopped"

    def run(self, do: Doing, work: Work, now: Clock) -> None:
        """Have the work done, and keep what it comes to."""
        if self._stop.is_set():
            self._end("stopped", now)
            return
        self.state = "runs"
        try:
            self.result = do(work, self.progress)
        except _Stopped:
            self._end("stopped", now)
        except Exception as error:  # whatever ends the work is told where its result is looked for
            self.error = problem_of(error)
            self._end("failed", now)
        else:
            self._end("done", now)

    def _end(self, state: State, now: Clock) -> None:
        self.ended = now()
        self.state = state


class Jobs:
    """The jobs of a server, kept in memory for a day; threads may share them.

    `is_apart`: in processes of their own, so that answers have the processor; work is a function of a module then, or a
    `partial` of one.
    """

    def __init__(self, ref: AnyRef, now: Clock, *, is_apart: bool = False) -> None:
        self._ref = ref
        self._now = now
        self._is_apart = is_apart
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="job")
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """Stop what runs, and wait for it."""
        with self._lock:
            for job in self._jobs.values():
                job.stop()
        self._pool.shutdown(cancel_futures=True)

    def start(self, kind: str, title: str, owner: str, work: Work, *, kept: Any = None, books: bool = False) -> Job:
        """Begin work of somebody's; what `books` is done in this process. Raises Problem for too much under way."""
        job = Job(kind, title, owner, self._now(), kept)
        with self._lock:
            self._forget()
            under_way = [each for each in self._jobs.values() if not each.is_over]
            if sum(each.owner == owner for each in under_way) >= OWN_MAX:
                told = f"at most {OWN_MAX} jobs of one person are under way at once"
                raise Problem(429, "TOO_MANY", told, headers={"Retry-After": "30"})
            if len(under_way) >= ALL_MAX:
                raise Problem(503, "BUSY", "too many jobs are under way", headers={"Retry-After": "30"})
            over = [each for each in self._jobs.values() if each.owner == owner and each.is_over]
            for each in over[: max(0, len(over) - OWN_MAX)]:
                del self._jobs[each.id]
            self._jobs[job.id] = job
        do = partial(apart.do, self._ref) if self._is_apart and not books else self._here
        self._pool.submit(job.run, do, work, self._now)
        return job

    def of(self, owner: str) -> list[Job]:
        """Somebody's, the newest first."""
        with self._lock:
            self._forget()
            return [each for each in self._jobs.values() if each.owner == owner][::-1]

    def named(self, id: str, owner: str) -> Job | None:
        """Somebody's job of an id."""
        return next((each for each in self.of(owner) if each.id == id), None)

    def _here(self, work: Work, progress: Progress) -> Any:
        with Ledger(self._ref, now=self._now, access="read") as ledger:
            return work(ledger, progress)

    def _forget(self) -> None:
        since = self._now() - KEPT_FOR
        self._jobs = {each.id: each for each in self._jobs.values() if each.ended is None or each.ended > since}
