"""A sealing that was killed at any step leaves a dataset as it was, and the next one removes what is left of it."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from ledger.log.dataset import parts, sealing
from tests.cli.support import ENVIRONMENT, Done, Run, line, month, write
from tests.dataset.support import files_of

ROOT = Path(__file__).parents[2]
KILLING = """
import os, signal, sys
from ledger.log import files
from ledger.log.dataset import parquet, parts, sealing
from scripts.cli.main import main
from tests.dataset.support import many_parts

owner, name, call, before = eval(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4] == "before"
seal, own = ["obnovi", "seal", "dataset", *sys.argv[5:]], os.getpid()
real, calls = getattr(owner, name), 0

def killed(*args, **options):
    global calls
    calls += 1
    if calls == call and before:
        os.kill(own, signal.SIGKILL)
    made = real(*args, **options)
    if calls == call:
        os.kill(own, signal.SIGKILL)
    return made

setattr(owner, name, killed)
sys.argv[:] = seal
with many_parts():
    main()
"""
STEPS = {
    "before anything is written": ("parquet", "write", 1, "before"),
    "one file is written": ("parquet", "write", 1, "behind"),
    "all are written": ("os", "replace", 1, "before"),
    "one has its name": ("os", "replace", 1, "behind"),
    "all have their names": ("sealing", "_list", 1, "before"),
}
ACCOUNTS = [f"7916123456{number}" for number in range(6)]
"""Not all of them are in one bucket."""


def fed(obnovi: Run, name: str, *lines: str) -> None:
    write(Path(name), *lines)
    assert obnovi("feed", name).code == 0


def kill_at(*step: object) -> None:
    """Seal up to a step, where the process is killed."""
    arguments = [sys.executable, "-c", KILLING, *map(str, step)]
    environment = ENVIRONMENT | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(arguments, env=environment, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


WITH_PROCESSES = {
    "one is at work for another": ("parts.Stretch", "__call__", 1, "before", "--workers", 2),
    "one has laid aside": ("parts.Stretch", "__call__", 1, "behind", "--workers", 2),
    "one begins to write": ("parquet", "write", 1, "before", "--workers", 2),
    "one has written": ("parquet", "write", 1, "behind", "--workers", 2),
    "all are done": ("os", "replace", 1, "before", "--workers", 2),
}


def nothing_is_left() -> None:
    assert {path.name for path in Path("dataset").iterdir() if not path.name.startswith("bucket=")} == {"dataset.json"}


@pytest.mark.parametrize("step", STEPS)
def test_the_first_sealing_is_begun_again(obnovi: Run, step: str) -> None:
    fed(obnovi, "feed", *(each for account in ACCOUNTS for each in month(account)))
    kill_at(*STEPS[step])
    done = obnovi("verify", "--from", "dataset")
    assert done.err == "obnovi: there is no dataset at dataset; `obnovi seal dataset` makes one\n"
    assert obnovi("seal", "dataset", "--json").json()["added"] == 24
    assert obnovi("verify", "--from", "dataset", "--json").json()["events"] == 24
    nothing_is_left()


@pytest.mark.parametrize("step", STEPS)
def test_a_dataset_is_as_it_was(obnovi: Run, step: str) -> None:
    fed(obnovi, "feed", *(each for account in ACCOUNTS for each in month(account)))
    assert obnovi("seal", "dataset").code == 0
    before = {path: path.read_bytes() for path in files_of(Path("dataset"))}
    pays = [line("top_up", "more", "2023-01-20T12:00:00+03:00", account, amount=100) for account in ACCOUNTS]
    fed(obnovi, "more", *pays)
    kill_at(*STEPS[step])
    assert obnovi("verify", "--from", "dataset", "--json").json()["events"] == 24
    assert obnovi("seal", "dataset", "--json").json()["added"] == 6
    assert obnovi("verify", "--from", "dataset", "--json").json()["events"] == 30
    after = {path: path.read_bytes() for path in files_of(Path("dataset"))}
    assert {path: after[path] for path in before} == before
    nothing_is_left()


@pytest.mark.parametrize("step", WITH_PROCESSES)
def test_a_dataset_is_as_it_was_when_several_were_at_work(obnovi: Run, step: str) -> None:
    """Those that work for one that is killed end by themselves, and what they wrote is swept away."""
    fed(obnovi, "feed", *(each for account in ACCOUNTS for each in month(account)))
    assert obnovi("seal", "dataset").code == 0
    before = {path: path.read_bytes() for path in files_of(Path("dataset"))}
    pays = [line("top_up", "more", "2023-01-20T12:00:00+03:00", account, amount=100) for account in ACCOUNTS]
    fed(obnovi, "more", *pays)
    kill_at(*WITH_PROCESSES[step])
    assert obnovi("verify", "--from", "dataset", "--json").json()["events"] == 24
    done = sealed_when_they_have_ended(obnovi)
    assert done.json()["added"] == 6
    assert obnovi("verify", "--from", "dataset", "--json").json()["events"] == 30
    assert {path: path.read_bytes() for path in before} == before
    nothing_is_left()


def sealed_when_they_have_ended(obnovi: Run) -> Done:
    """Until then they hold the dataset, which is said."""
    for _ in range(100):
        done = obnovi("seal", "dataset", "--json")
        if done.code == 0:
            return done
        assert done.err == "obnovi: somebody else is sealing into dataset at the moment; wait for it\n"
        time.sleep(0.1)
    raise AssertionError("they did not end")


def test_what_is_listed_is_sealed(obnovi: Run) -> None:
    fed(obnovi, "feed", *month())
    kill_at("sealing", "_list", 1, "behind")
    assert obnovi("verify", "--from", "dataset", "--json").json()["events"] == 4
    assert obnovi("seal", "dataset", "--json").json()["added"] == 0
    nothing_is_left()


@contextmanager
def small_steps() -> Iterator[None]:
    """A sealing takes few events, some at a time."""
    with (
        patch.object(sealing, "EVENTS_IN_A_BUCKET", 9),
        patch.object(parts, "EVENTS_IN_A_PART", 4),
        patch.object(parts, "EVENTS_AT_ONCE", 2),
        patch.object(parts, "HELD_BYTES_MAX", 1_000),
    ):
        yield


def test_a_large_ledger_takes_several_sealings(obnovi: Run) -> None:
    fed(obnovi, "feed", *(each for account in ACCOUNTS for each in month(account)))
    with small_steps():
        done = obnovi("seal", "dataset", "--buckets", 1, "--json").json()
    assert done == {"events": 24, "added": 24, "files": 3, "buckets": 1, "positions": [24]}
    assert [path.name for path in files_of(Path("dataset"))] == ["000001.parquet", "000002.parquet", "000003.parquet"]
    assert obnovi("verify", "--from", "dataset", "--json").json()["events"] == 24


def test_what_was_sealed_before_an_interruption_stays(obnovi: Run) -> None:
    fed(obnovi, "feed", *(each for account in ACCOUNTS for each in month(account)))
    real = sealing._further

    def interrupted(*args: object) -> object:
        if args[3].sealings:  # type: ignore[attr-defined]
            raise KeyboardInterrupt
        return real(*args)  # type: ignore[arg-type]

    with small_steps(), patch.object(sealing, "_further", interrupted):
        done = obnovi("seal", "dataset", "--buckets", 1)
    assert done.code == 130
    assert obnovi("verify", "--from", "dataset", "--json").json()["positions"] == [9]
    assert obnovi("seal", "dataset", "--json").json()["added"] == 15
