"""Pool: processes that share a piece of work, and do not outlive the one that started them."""

import os
import signal
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Final

PARENT_LOOKED_FOR_SECONDS: Final = 1


def pool(workers: int) -> ProcessPoolExecutor:
    """So many processes; an interruption ends them without a word, and a parent that is killed takes them along."""
    return ProcessPoolExecutor(max_workers=workers, initializer=_begin, initargs=(os.getpid(),))


def cut(accounts: list[str], count: int) -> list[list[str]]:
    """Accounts cut into about so many runs of equal length."""
    size = -(-len(accounts) // count) or 1
    return [accounts[start : start + size] for start in range(0, len(accounts), size)]


def end_with_parent(parent: int) -> None:
    """In a process of a pool: end when the parent is gone. Each holds the others' pipes open, so none would notice."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _begin(parent: int) -> None:
    """A process of the pool begins. Ctrl-C reaches it too, and what it was doing is nobody's any more."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    end_with_parent(parent)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_LOOKED_FOR_SECONDS)
    os._exit(1)
