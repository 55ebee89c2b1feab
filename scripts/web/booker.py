"""The booker: who books what is handed over, here or in a process of its own, where nobody else has to be let in."""

import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Final, Protocol, TypeAlias

from ledger.log.engines import AnyRef
from ledger.log.errors import StoreError
from ledger.periods import Instant
from ledger.service import Ledger
from scripts.app.feed import Asker, Intake, RawLine
from scripts.app.intake import Result, booked

PATIENCE_SECONDS: Final = 30
"""So long what was begun may take when the server ends."""
Lines: TypeAlias = Sequence[tuple[RawLine, Asker]]


class Booker(Protocol):
    """Books lines of several requests in one transaction; for one thread at a time."""

    def book(self, lines: Lines) -> list[Result]:
        """What became of each line, once it is durable. Raises StoreError, then nothing of it is booked."""

    def close(self) -> None:
        """End, when what was begun is done."""


class Here:
    """Books in this process, in a ledger that is open."""

    def __init__(self, ledger: Ledger, intake: Intake) -> None:
        self._ledger = ledger
        self._intake = intake

    def book(self, lines: Lines) -> list[Result]:
        """As of `Booker`."""
        return booked(self._ledger, self._intake, lines)

    def close(self) -> None:
        """As of `Booker`."""


class Apart:
    """Books in a process of its own, made anew where it ended; it ends with this one."""

    def __init__(self, ref: AnyRef) -> None:
        self._ref = ref
        self._child: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._begin()

    def book(self, lines: Lines) -> list[Result]:
        """As of `Booker`; what a process did not answer before it ended may be booked, and asked again it is known."""
        if self._pipe is None:
            self._begin()
        assert self._pipe is not None, "it was begun"
        try:
            self._pipe.send(list(lines))
            answer = self._pipe.recv()
        except (EOFError, OSError):
            self.close()
            raise StoreError("the process that books has ended; ask again") from None
        if isinstance(answer, StoreError):
            raise answer
        results: list[Result] = answer
        return results

    def close(self) -> None:
        """As of `Booker`."""
        if self._pipe is not None:
            self._pipe.close()
        if self._child is not None:
            self._child.join(PATIENCE_SECONDS)
            self._child.kill()
        self._pipe = self._child = None

    def _begin(self) -> None:
        context = get_context("spawn")  # a copy of this process would lack the threads of its libraries
        self._pipe, theirs = context.Pipe()
        self._child = context.Process(target=_book_for, args=(theirs, self._ref), name="booking", daemon=True)
        self._child.start()
        theirs.close()


def _book_for(theirs: Connection, ref: AnyRef) -> None:
    """Book what comes, until nobody is there any more."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # it ends when what was handed over is booked
    with suppress(EOFError, OSError), Ledger(ref, now=_now, access="book") as ledger:
        intake = Intake(ledger, not_after=None, now=_now)
        while True:
            lines = theirs.recv()
            try:
                answer: object = booked(ledger, intake, lines)
            except StoreError as error:
                answer = StoreError(str(error))
            except Exception as error:  # whatever it is, it is told to who asked
                answer = StoreError(f"an error in the program ({type(error).__name__})")
            theirs.send(answer)


def _now() -> Instant:
    """The wall clock, in a process that has no other."""
    return time.time_ns() // 1_000
