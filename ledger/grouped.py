"""Grouped work: what many hand over one by one is done together, and each is answered when it is durable.

A commit waits for the disk, and a log takes one commit at a time: a hundred inputs in one cost little more than one.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from typing import Final, Generic, NamedTuple, TypeVar

from ledger.inputs import Input
from ledger.service import Ledger, Outcome

T = TypeVar("T")
R = TypeVar("R")
GROUP_MAX: Final = 500
WAIT_SECONDS_MAX: Final = 0.005
GAP_SECONDS: Final = 0.001


class _Asked(NamedTuple, Generic[T, R]):
    what: T
    weight: int
    answer: Future[R]
    alone: bool = False


class Grouped(Generic[T, R]):
    """One thread that does together what others hand over; to be closed by whoever made it.

    `work` answers each of a group in its order, when all of it is durable. The first of a group waits `wait_seconds` at
    most for others, and a group ends where nobody came for `gap_seconds`: who waits for an answer hands over nothing
    meanwhile. What cannot be done fails alone: a group that fails is done one by one.
    """

    def __init__(
        self,
        work: Callable[[Sequence[T]], Sequence[R]],
        *,
        group_max: int = GROUP_MAX,
        wait_seconds: float = WAIT_SECONDS_MAX,
        gap_seconds: float = GAP_SECONDS,
    ) -> None:
        self._work = work
        self._gap_seconds = gap_seconds
        self._group_max = group_max
        self._wait_seconds = wait_seconds
        self._asked: SimpleQueue[_Asked[T, R] | None] = SimpleQueue()
        self._held: _Asked[T, R] | None = None
        self._waiting = 0
        self._lock = Lock()
        self._thread = Thread(target=self._run, name="booking", daemon=True)
        self._thread.start()

    def submit(self, what: T, *, weight: int = 1, alone: bool = False) -> Future[R]:
        """What becomes of it, once it is durable; the future raises what `work` does.

        `weight`: as how many it counts towards a full group. `alone`: nothing else is in its group.
        """
        answer: Future[R] = Future()
        with self._lock:
            self._waiting += weight
        self._asked.put(_Asked(what, weight, answer, alone))
        return answer

    def apply(self, what: T) -> R:
        """Hand something over and wait until it is durable. Raises what `work` does."""
        return self.submit(what).result()

    def waiting(self) -> int:
        """The weight of what nobody has begun with."""
        return self._waiting

    def close(self) -> None:
        """Do what was handed over, and end."""
        self._asked.put(None)
        self._thread.join()

    def __enter__(self) -> "Grouped[T, R]":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        ends = False
        while not ends:
            group, ends = self._next_group()
            with self._lock:
                self._waiting -= sum(each.weight for each in group)
            if group:
                self._do(group)

    def _next_group(self) -> tuple[list[_Asked[T, R]], bool]:
        """What is done together, and whether nothing comes behind it."""
        group: list[_Asked[T, R]] = []
        weight = 0
        asked, self._held = self._held or self._asked.get(), None
        until = monotonic() + self._wait_seconds
        while asked is not None:
            if asked.alone and group:
                self._held = asked
                return group, False
            group.append(asked)
            weight += asked.weight
            if weight >= self._group_max or asked.alone:
                return group, False
            try:
                asked = self._asked.get(timeout=max(0, min(self._gap_seconds, until - monotonic())))
            except Empty:
                return group, False
        return group, True

    def _do(self, group: list[_Asked[T, R]]) -> None:
        try:
            answers = self._work([each.what for each in group])
        except Exception as error:  # whatever it is, it is told to who asked
            if len(group) == 1:
                group[0].answer.set_exception(error)
                return
            for each in group:
                self._do([each])
            return
        for each, answer in zip(group, answers, strict=True):
            each.answer.set_result(answer)


def grouped_booking(
    ledger: Ledger,
    *,
    group_max: int = GROUP_MAX,
    wait_seconds: float = WAIT_SECONDS_MAX,
    gap_seconds: float = GAP_SECONDS,
) -> Grouped[Input, Outcome]:
    """A thread that books in a ledger the inputs that others hand over; it raises to them what `Ledger.apply` does."""

    def work(inputs: Sequence[Input]) -> Sequence[Outcome]:
        return ledger.apply(inputs)

    return Grouped(work, group_max=group_max, wait_seconds=wait_seconds, gap_seconds=gap_seconds)
