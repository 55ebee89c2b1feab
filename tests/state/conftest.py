"""The command in this process, and an empty state."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.state.database import StateDatabase
from scripts.state.place import StatePlace
from tests.cli.conftest import obnovi as obnovi  # noqa: PLC0414  # a fixture


@pytest.fixture
def place(tmp_path: Path) -> StatePlace:
    return StatePlace(tmp_path / "keys" / "server", "abcd")


@pytest.fixture
def state(place: StatePlace) -> Iterator[StateDatabase]:
    with StateDatabase(place) as made:
        yield made
