"""Processes: a command run as one of its own, with what it took."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

LOOK_EVERY_SECONDS: Final = 0.1


class Ran(NamedTuple):
    """What a command took, with all processes that it started: memory together, what they share counted once.

    It is looked at ten times a second; what the system itself remembers begins with the size of whoever started it.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    printed: bytes


def ran(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Ran:
    """Run a command to its end; it must succeed."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    ended = threading.Event()
    looks: list[int] = []
    looking = threading.Thread(target=_look, args=(process.pid, looks, ended))
    looking.start()
    with process.stdout as stdout:
        printed = stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - start
    ended.set()
    looking.join()
    process.returncode = os.waitstatus_to_exitcode(status)  # so that Popen does not wait for it once more
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, [str(part) for part in command])
    return Ran(elapsed, usage.ru_utime + usage.ru_stime, max(looks, default=0), printed)


def _look(pid: int, looks: list[int], ended: threading.Event) -> None:
    while not ended.wait(LOOK_EVERY_SECONDS):
        looks.append(sum(_bytes_of(each) for each in _with_children(pid)))


def _with_children(pid: int) -> Iterator[int]:
    yield pid
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _with_children(int(child))
    except OSError:
        return  # it has ended meanwhile


def _bytes_of(pid: int) -> int:
    """The memory of a process, with its share of what others have too."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
