"""Apart: work of a job in a process of its own, which ends with the one that it works for."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Final

from ledger.log.engines import AnyRef
from ledger.periods import Instant
from ledger.progress import Progress
from ledger.service import Ledger
from scripts.web.problems import Problem, problem_of

LOOKED_EVERY_SECONDS: Final = 0.2
TOLD_EVERY_SECONDS: Final = 0.1
NICE: Final = 10
"""Whoever answers goes first."""


def do(ref: AnyRef, work: Callable[[Ledger, Progress], Any], progress: Progress) -> Any:
    """What work comes to that another process does; it ends at once where `progress` raises. Raises Problem."""
    context = get_context("spawn")  # a copy of this process would lack the threads of its libraries
    mine, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(theirs, ref, work), daemon=True)
    child.start()
    theirs.close()
    done = 0
    try:
        while True:
            progress(done)
            if mine.poll(LOOKED_EVERY_SECONDS):
                match mine.recv():
                    case ("progress", done):
                        continue
                    case ("done", result):
                        return result
                    case ("failed", (status, code, detail)):
                        raise Problem(status, code, detail)
    except EOFError:
        raise Problem(500, "ERROR", "the process of a job ended") from None
    finally:
        child.terminate()
        child.join()
        mine.close()


def _child(theirs: Connection, ref: AnyRef, work: Callable[[Ledger, Progress], Any]) -> None:
    """Do the work, and tell of it; whoever waits for it is gone where nobody can be told."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server ends it
    os.nice(NICE)
    told = 0.0

    def progress(done: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= TOLD_EVERY_SECONDS:
            told = now
            theirs.send(("progress", done))

    with suppress(BrokenPipeError):
        try:
            with Ledger(ref, now=_now, access="read") as ledger:
                theirs.send(("done", work(ledger, progress)))
        except BrokenPipeError:
            raise
        except Exception as error:  # whatever it is, it is told where the result is looked for
            problem = problem_of(error)
            theirs.send(("failed", (problem.status, problem.code, problem.detail)))


def _now() -> Instant:
    """Nothing is booked, so nothing is recorded at this time."""
    return time.time_ns() // 1_000
