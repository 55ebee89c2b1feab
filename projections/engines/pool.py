"""A pool of processes of this machine: they read the same store, and do not outlive the one they work for."""

import os
import signal
import threading
import time
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, as_completed, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from typing import Any, Final, TypeVar

from ledger.log.store import AnyStore, Mark, Reading, StoreRef
from ledger.progress import Progress, unwatched
from projections.engines.engine import Job, Telling

T = TypeVar("T")
PARENT_LOOKED_FOR_SECONDS: Final = 1
TOLD_EVERY_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class Pool:
    """Processes of this machine; of one, the work is done here."""

    workers: int

    @property
    def is_elsewhere(self) -> bool:
        """They have the files of this machine."""
        return False

    def sized(self, *, enough: bool) -> "Pool":
        """No other process where it would cost more than it saves."""
        return self if enough else HERE

    def run(
        self,
        jobs: Sequence[Job[T]],
        log: Reading,
        *,
        until: Mark | None = None,
        finish: bool = False,
        progress: Progress = unwatched,
    ) -> Generator[T]:
        """The same as `in_processes`."""
        return in_processes(jobs, log, workers=self.workers, until=until, finish=finish, progress=progress)


HERE: Final = Pool(1)
"""No other process."""


def in_processes(
    jobs: Sequence[Job[T]],
    log: Reading,
    *,
    workers: int,
    until: Mark | None = None,
    in_order: bool = False,
    finish: bool = False,
    progress: Progress = unwatched,
) -> Generator[T]:
    """What every job gives, as they get ready or in their order: here, or in processes with readings of their own.

    Those readings end at the mark `until`, if given (R-2.8). Interrupted, the processes end at once; with `finish`
    they leave that to this one: what is being done is finished and given before the interruption goes on. `progress` is
    told what those jobs that tell have done together.
    """
    if workers == 1 or len(jobs) < 2:
        done = 0

        def add(more: int) -> None:
            nonlocal done
            done += more
            progress(done)

        yield from (_done(job, log, add) for job in jobs)
        return
    # Where work is to be finished, processes begin anew: a copy of this one would lack the threads of its libraries.
    context = get_context("spawn" if finish else None)
    counter = context.Value("q", 0)
    with ProcessPoolExecutor(workers, context, _begin, (os.getpid(), finish, counter)) as executor:
        with _interruptions_ignored(finish):
            waiting = {executor.submit(_work, job, log.ref, until): None for job in jobs}
        ready: Iterator[Future[T]]
        if in_order:
            ready = (next(iter(waiting)) for _ in jobs)
        elif any(isinstance(job, Telling) for job in jobs):
            ready = _told(list(waiting), counter, progress)
        else:
            ready = as_completed(waiting)
        try:
            for future in ready:
                del waiting[future]
                yield future.result()
        except BaseException as error:
            executor.shutdown(cancel_futures=True)
            if finish and isinstance(error, KeyboardInterrupt):
                yield from (future.result() for future in waiting if _is_finished(future))
            raise


def _told(waiting: Collection[Future[T]], counter: Any, progress: Progress) -> Iterator[Future[T]]:
    """What is waited for, as it gets ready; meanwhile what is done is told."""
    while waiting:
        ready, waiting = wait(waiting, TOLD_EVERY_SECONDS, FIRST_COMPLETED)
        progress(counter.value)
        yield from ready


def _done(job: Job[T], log: Reading, add: Callable[[int], None]) -> T:
    """What a job gives; what it has done meanwhile is added now and then."""
    if not isinstance(job, Telling):
        return job(log)
    done = told = 0
    told_at = time.monotonic()

    def progress(so_far: int) -> None:
        nonlocal done, told, told_at
        done = so_far
        if (now := time.monotonic()) - told_at >= TOLD_EVERY_SECONDS:
            add(done - told)
            told, told_at = done, now

    given = job.work(log, progress)
    add(done - told)
    return given


def _work(job: Job[T], ref: StoreRef, until: Mark | None) -> T:
    with opened(ref).reading(until=until) as log:
        return _done(job, log, _add)


_counter: Any = None
"""What the jobs of all processes have done together."""


def _add(more: int) -> None:
    with _counter.get_lock():
        _counter.value += more


@cache
def opened(ref: StoreRef) -> AnyStore:
    """The store, once in the life of a process."""
    return ref.open()


def _is_finished(future: Future[T]) -> bool:
    return not future.cancelled() and future.exception() is None


@contextmanager
def _interruptions_ignored(ignored: bool) -> Iterator[None]:
    """Processes that are started here have it from this one, from their first instant."""
    if not ignored or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begin(parent: int, finish: bool, counter: Any) -> None:
    """A process begins. Ctrl-C reaches it too; unless its parent ends it, what it was doing is nobody's any more.

    Each process holds the others' pipes open, so none would notice that the parent is gone.
    """
    global _counter  # noqa: PLW0603  # it is the process that has one
    _counter = counter
    signal.signal(signal.SIGINT, signal.SIG_IGN if finish else signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_LOOKED_FOR_SECONDS)
    os._exit(1)
