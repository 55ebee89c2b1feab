from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.consume.support import Cluster, content, obnovi
from tests.sharded.support import SHARDS, listed
from tests.simulated import quiet


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    made = Cluster()
    yield made
    made.close()


@pytest.fixture(scope="session")
def lines() -> list[str]:
    """A feed of a simulated operator."""
    return quiet(subscribers=12, days=20, seed=7)


@pytest.fixture(scope="session")
def many_lines() -> list[str]:
    """A longer one."""
    return quiet(subscribers=30, days=30, seed=8)


@pytest.fixture(scope="session")
def fed(lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> object:
    """What is in a ledger that was fed with it as a file."""
    return _content_of(lines, tmp_path_factory.mktemp("fed"))


@pytest.fixture(scope="session")
def many_fed(many_lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> object:
    """The same of the longer one."""
    return _content_of(many_lines, tmp_path_factory.mktemp("fed"))


def _content_of(lines: list[str], folder: Path) -> object:
    (folder / "feed.jsonl").write_text("".join(lines), encoding="utf-8")
    assert obnovi(folder, "feed", "feed.jsonl", "--not-after", "none").code == 0
    return content(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a list of three shards, for whoever wants them."""
    (tmp_path / "shards.toml").write_text(listed(*range(SHARDS)), encoding="utf-8")
    return tmp_path
