"""One flag for all golden files: `pytest --record` writes them anew, and a person reads the diff."""

import gc
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from scripts.collector import tune_gc
from tests.length import examples, run_in_full

signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background begins with it ignored, and so would
# the commands that tests interrupt

tune_gc()  # as every command does

pytest_plugins = ["tests.postgres"]

Golden = Callable[[str, str | bytes], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run in full what else runs in a short form")
    parser.addoption("--store", choices=("sqlite", "postgres"), default="sqlite", help="where ledgers of stories are")
    parser.addoption("--record", action="store_true", help="write the golden files anew instead of comparing")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--long"):
        run_in_full()
    settings.register_profile("steady", deadline=None, max_examples=examples(100))  # no test has a stopwatch
    settings.load_profile("steady")


def pytest_collection_finish() -> None:
    """What was loaded and collected stays to the end; no search for garbage goes through it again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    gc.unfreeze()  # or some libraries would tell of what is left at the end


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare with the file of this name in the folder `golden` beside the test; a missing file is red."""
    folder = Path(request.path).parent / "golden"

    def compare(name: str, made: str | bytes) -> None:
        content = made.encode() if isinstance(made, str) else made
        if request.config.getoption("--record"):
            folder.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)
        assert (folder / name).read_bytes() == content, f"{name} has changed; `pytest --record` if it should"

    return compare
