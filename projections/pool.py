"""Pool: processes that share a piece of work, and do not outlive the one that started them."""

import os
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Final

PARENT_LOOKED_FOR_SECONDS: Final = 1


def pool(workers: int) -> ProcessPoolExecutor:
    """So many processes; killed without a word, their parent takes them along within a second."""
    return ProcessPoolExecutor(max_workers=workers, initializer=end_with_parent, initargs=(os.getpid(),))


def cut(accounts: list[str], count: int) -> list[list[str]]:
    """Accounts cut into about so many runs of equal length."""
    size = -(-len(accounts) // count) or 1
    return [accounts[start : start + size] for start in range(0, len(accounts), size)]


def end_with_parent(parent: int) -> None:
    """In a process of a pool: end when the parent is gone. Each holds the others' pipes open, so none would notice."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_LOOKED_FOR_SECONDS)
    os._exit(1)
