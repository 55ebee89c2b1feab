"""Engines whose workers may be on other machines: each job goes out by itself, and comes back when it is done."""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, as_completed
from contextlib import AbstractContextManager, closing
from typing import Protocol, TypeAlias, TypeVar

from ledger.log.dataset.store import DatasetRef
from ledger.log.store import Mark, Reading
from ledger.progress import Progress, unwatched
from projections.engines.engine import EngineFailed, Job
from projections.engines.executor import Done, Failed, Work, require_same_program

T = TypeVar("T")
Submit: TypeAlias = Callable[[Work], "Future[Done | Failed]"]


class Scheduler(Protocol):
    """What hands work out: a job whose worker is lost it gives to another one."""

    @property
    def workers(self) -> int:
        """How many jobs run at the same time."""

    def handing_out(self) -> AbstractContextManager[Submit]:
        """A block that hands work out; left by an error, what is being done is cancelled. Raises EngineFailed."""


class Distant:
    """An engine of a scheduler, for jobs that are functions of the files of a dataset."""

    def __init__(self, scheduler: Scheduler, workers: int | None = None) -> None:
        self._scheduler = scheduler
        self._workers = workers

    @property
    def workers(self) -> int:
        """As many as were asked for, else as the scheduler has."""
        return self._workers or self._scheduler.workers

    @property
    def is_elsewhere(self) -> bool:
        """They may have other files."""
        return True

    def sized(self, *, enough: bool) -> "Distant":
        """The same: whoever asks for it has started it."""
        return self

    def run(
        self,
        jobs: Sequence[Job[T]],
        log: Reading,
        *,
        until: Mark | None = None,
        finish: bool = False,
        progress: Progress = unwatched,
    ) -> Generator[T]:
        """What every job gives, as they get ready; what a lost worker was doing is done once more.

        Interrupted, what is being done is given up, whatever `finish` says. Raises EngineFailed, StoreError for a
        dataset of another program than that of a worker, and whatever a job raises.
        """
        ref = log.ref
        if not isinstance(ref, DatasetRef):
            raise EngineFailed(f"{ref} is no dataset, and only one can be read on other machines")
        with closing(ref.open()) as store:
            require_same_program(store)
        done = 0
        with self._scheduler.handing_out() as submit:
            for future in as_completed([submit(Work(job, ref.absolute(), until)) for job in jobs]):
                result = future.result()
                if isinstance(result, Failed):
                    raise result.error
                done += result.told
                progress(done)
                yield result.value


def first_line(error: Exception) -> str:
    """What went wrong, without where in Java or in a worker."""
    cause = getattr(error, "java_exception", None)
    text = str(cause.getMessage() if cause is not None else error)
    return next((line.strip() for line in text.splitlines() if line.strip()), type(error).__name__)
