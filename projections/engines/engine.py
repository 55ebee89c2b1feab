"""What an engine is: it runs jobs beside each other and gives what they come to, the same wherever they ran."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeAlias, TypeVar

from ledger.log.errors import StoreError
from ledger.log.store import Mark, Reading
from ledger.progress import Progress, unwatched

T = TypeVar("T")


class EngineFailed(StoreError):
    """The engine could not be started, or gave a job up: nothing is known of what was asked."""


@dataclass(frozen=True, slots=True)
class Telling(Generic[T]):
    """A job that takes long, and says meanwhile how much of its own work is done."""

    work: Callable[[Reading, Progress], T]


Job: TypeAlias = Callable[[Reading], T] | Telling[T]
"""A share of the work: a function of a module, or a `partial` of one, for it goes to another process."""


class Engine(Protocol):
    """Where jobs run. No rule crosses contracts, so what they come to does not depend on where or in which order."""

    @property
    def workers(self) -> int:
        """How many jobs it runs at the same time."""

    @property
    def is_elsewhere(self) -> bool:
        """Whether a job may run on another machine: it leaves no file in a folder of this one, unless all have it."""

    def sized(self, *, enough: bool) -> "Engine":
        """The engine for a work that is, or is not, enough to start processes for."""

    def run(
        self,
        jobs: Sequence[Job[T]],
        log: Reading,
        *,
        until: Mark | None = None,
        finish: bool = False,
        progress: Progress = unwatched,
    ) -> Generator[T]:
        """What every job gives, as they get ready; each opens the store of `log` and reads it `until` a mark.

        `progress` is told what those jobs that tell have done together. Interrupted, the jobs end at once; with
        `finish` what is being done is finished where that can be, and given before the interruption goes on.
        """
