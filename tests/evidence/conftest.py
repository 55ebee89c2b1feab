from pathlib import Path

import pytest

from tests.evidence.support import feed, sign


@pytest.fixture(scope="session")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some hundred events with checkpoints over a third and over all of them."""
    path = tmp_path_factory.mktemp("operator") / "obnovi.db"
    feed(path, subscribers=3)
    sign(path)
    feed(path)
    sign(path)
    return path
