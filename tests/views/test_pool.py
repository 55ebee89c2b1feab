"""Processes that share a piece of work end with the one that started them."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from projections.pool import pool

SHARING = """
import os, time
from projections.pool import pool
with pool(2) as executor:
    print(*{executor.submit(os.getpid).result() for _ in range(8)}, flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc here to look for processes in")
def test_a_killed_command_leaves_no_process_behind() -> None:
    with subprocess.Popen([sys.executable, "-c", SHARING], stdout=subprocess.PIPE, text=True) as sharing:
        assert sharing.stdout is not None
        helpers = sharing.stdout.readline().split()
        assert helpers
        assert all(map(_running, helpers))
        sharing.kill()
    for _ in range(100):
        if not any(map(_running, helpers)):
            return
        time.sleep(0.1)
    pytest.fail("they are still there")


def test_an_interruption_ends_a_helper_without_a_word() -> None:
    """Ctrl-C reaches every process of a terminal; only the command itself answers it."""
    with pool(1) as executor:
        assert executor.submit(signal.getsignal, signal.SIGINT).result() is signal.SIG_DFL


def _running(pid: str) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
