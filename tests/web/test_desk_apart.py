"""Jobs in processes of their own, as `serve` has them: followed, stopped, failed, gone."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.progress import Progress
from ledger.service import Ledger
from scripts.app.errors import Declined
from scripts.web.jobs import Job, Jobs
from tests.stores import ledger_ref
from tests.support import Clock
from tests.web.support import NOW, fed
from tests.web.test_desk_jobs import PATIENCE_SECONDS


def goes_on(_: Ledger, progress: Progress) -> None:
    """Work that has no end of its own."""
    for done in range(10_000):
        progress(done)
        time.sleep(0.02)


def refused(_: Ledger, __: Progress) -> None:
    """Work that the ledger says no to."""
    raise Declined("NO_CLAIM", id="x")


def killed(_: Ledger, __: Progress) -> None:
    """Work whose process ends."""
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    ref = ledger_ref(tmp_path / "ledger.db")
    fed(ref)
    made = Jobs(ref, Clock(NOW), is_apart=True)
    yield made
    made.close()


def over(job: Job) -> Job:
    until = time.monotonic() + PATIENCE_SECONDS
    while not job.is_over and time.monotonic() < until:
        time.sleep(0.02)
    return job


def test_a_process_ends_when_it_is_stopped_refused_or_killed(jobs: Jobs) -> None:
    job = jobs.start("long", "Долгое", "x", goes_on)
    until = time.monotonic() + PATIENCE_SECONDS
    while not job.done and time.monotonic() < until:
        time.sleep(0.02)
    assert job.done
    job.stop()
    assert over(job).state == "stopped"
    job = over(jobs.start("no", "Нет", "x", refused))
    assert (job.state, job.error and (job.error.status, job.error.code)) == ("failed", (404, "NO_CLAIM"))
    job = over(jobs.start("gone", "Убито", "x", killed))
    assert (job.state, job.error and job.error.status) == ("failed", 500)
