"""Processes that share a piece of work end with the one that started them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from ledger.log.engines import open_store
from ledger.log.store import Reading
from ledger.progress import Progress
from projections.engines.engine import Job, Telling
from projections.engines.pool import in_processes

SHARING = """
import os, sys, time
from functools import partial
from ledger.log.engines import open_store
from projections.engines.pool import in_processes

def job(number, log):
    time.sleep(60 if number > 7 else 0)
    return os.getpid()

with open_store(sys.argv[1]).reading() as log:
    for pid in in_processes([partial(job, number) for number in range(16)], log, workers=2):
        print(pid, flush=True)
"""


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Reading]:
    with open_store(tmp_path / "ledger.db", create=True).reading() as log:
        yield log


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc here to look for processes in")
def test_a_killed_command_leaves_no_process_behind(log: Reading) -> None:
    command = [sys.executable, "-c", SHARING, str(log.ref)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sharing:
        assert sharing.stdout is not None
        helpers = {sharing.stdout.readline().strip() for _ in range(8)}
        assert helpers
        assert all(map(_running, helpers))
        sharing.kill()
    for _ in range(100):
        if not any(map(_running, helpers)):
            return
        time.sleep(0.1)
    pytest.fail("they are still there")


@pytest.mark.parametrize(("finish", "answer"), [(False, signal.SIG_DFL), (True, signal.SIG_IGN)])
def test_an_interruption_ends_a_helper_without_a_word_or_is_left_to_the_command(
    log: Reading, finish: bool, answer: signal.Handlers
) -> None:
    """Ctrl-C reaches every process of a terminal; only the command itself answers it."""
    assert set(in_processes([_interrupted] * 4, log, workers=2, finish=finish)) == {answer}


def test_where_a_share_fails_no_process_is_at_work_any_more(log: Reading, tmp_path: Path) -> None:
    """Whoever asked for the work removes the files of it next."""
    with pytest.raises(ZeroDivisionError):
        list(in_processes([partial(_fails, tmp_path), partial(_goes_on, tmp_path)], log, workers=2))
    assert (tmp_path / "done").exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_shares_can_be_had_in_their_order(log: Reading, workers: int) -> None:
    jobs = [_slow, _quick, _quick]
    assert list(in_processes(jobs, log, workers=workers, in_order=True)) == ["slow", "quick", "quick"]


@pytest.mark.parametrize("workers", [1, 2])
def test_jobs_that_take_long_tell_what_they_have_done_together(log: Reading, workers: int) -> None:
    told: list[int] = []
    jobs: list[Job[str]] = [Telling(_tells), _quick, Telling(_tells)]
    assert sorted(in_processes(jobs, log, workers=workers, progress=told.append)) == ["quick", "told", "told"]
    assert told == sorted(told)
    assert told[-1] == 8
    assert set(told) - {0, 8}, "also what is half done"


def test_interrupted_work_that_is_to_be_finished_is_given_before_the_interruption_goes_on(log: Reading) -> None:
    given: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        given.extend(in_processes([_quick, _interrupts_the_command], log, workers=2, finish=True))
    assert sorted(given) == ["interrupting", "quick"]


def _interrupted(log: Reading) -> object:
    return signal.getsignal(signal.SIGINT)


def _fails(folder: Path, log: Reading) -> None:
    while not (folder / "begun").exists():
        time.sleep(0.01)
    raise ZeroDivisionError


def _goes_on(folder: Path, log: Reading) -> None:
    (folder / "begun").touch()
    time.sleep(0.3)
    (folder / "done").touch()


def _slow(log: Reading) -> str:
    time.sleep(0.2)
    return "slow"


def _tells(log: Reading, progress: Progress) -> str:
    for done in range(1, 5):
        time.sleep(0.15)
        progress(done)
    return "told"


def _quick(log: Reading) -> str:
    return "quick"


def _interrupts_the_command(log: Reading) -> str:
    time.sleep(1)  # by then the command has the other share, and waits
    os.kill(os.getppid(), signal.SIGINT)
    time.sleep(0.2)
    return "interrupting"


def _running(pid: str) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
