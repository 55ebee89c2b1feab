"""Grouped booking: inputs that many hand over one by one, booked together, each answered when it is durable.

A commit waits for the disk, and a log takes one commit at a time: a hundred inputs in one cost little more than one.
"""

from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Final, NamedTuple

from ledger.inputs import Input
from ledger.service import Ledger, Outcome

INPUTS_MAX: Final = 500
WAIT_SECONDS_MAX: Final = 0.005
GAP_SECONDS: Final = 0.001


class _Asked(NamedTuple):
    input: Input
    answer: Future[Outcome]


class GroupedBooking:
    """One thread that books in a ledger what others hand over; to be closed by whoever made it.

    The first of a group waits `wait_seconds` at most for others, and a group ends where nobody came for `gap_seconds`:
    who waits for an answer hands over nothing meanwhile. What cannot be booked fails alone: a group that fails
    is booked one by one.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        inputs_max: int = INPUTS_MAX,
        wait_seconds: float = WAIT_SECONDS_MAX,
        gap_seconds: float = GAP_SECONDS,
    ) -> None:
        self._ledger = ledger
        self._gap_seconds = gap_seconds
        self._inputs_max = inputs_max
        self._wait_seconds = wait_seconds
        self._asked: SimpleQueue[_Asked | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="booking", daemon=True)
        self._thread.start()

    def submit(self, input: Input) -> Future[Outcome]:
        """What becomes of an input, once it is durable; the future raises what `Ledger.apply` does."""
        answer: Future[Outcome] = Future()
        self._asked.put(_Asked(input, answer))
        return answer

    def apply(self, input: Input) -> Outcome:
        """Book an input and wait until it is durable. Raises what `Ledger.apply` does."""
        return self.submit(input).result()

    def close(self) -> None:
        """Book what was handed over, and end."""
        self._asked.put(None)
        self._thread.join()

    def __enter__(self) -> "GroupedBooking":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        ends = False
        while not ends:
            group, ends = self._next_group()
            if group:
                self._book(group)

    def _next_group(self) -> tuple[list[_Asked], bool]:
        """What is booked together, and whether nothing comes behind it."""
        group: list[_Asked] = []
        asked = self._asked.get()
        until = monotonic() + self._wait_seconds
        while asked is not None:
            group.append(asked)
            if len(group) == self._inputs_max:
                return group, False
            try:
                asked = self._asked.get(timeout=max(0, min(self._gap_seconds, until - monotonic())))
            except Empty:
                return group, False
        return group, True

    def _book(self, group: list[_Asked]) -> None:
        try:
            outcomes = self._ledger.apply([each.input for each in group])
        except Exception as error:  # whatever it is, it is told to who asked
            if len(group) == 1:
                group[0].answer.set_exception(error)
                return
            for each in group:
                self._book([each])
            return
        for each, outcome in zip(group, outcomes, strict=True):
            each.answer.set_result(outcome)
