"""The same feed of a simulated operator, booked into one file and into three shards."""

from pathlib import Path

import pytest

from tests.sharded.support import SHARDS, listed, obnovi
from tests.simulated import quiet


@pytest.fixture(scope="session")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folders of a ledger of one log and of one with three shards."""
    feed = "".join(quiet(subscribers=30, days=35, seed=5))
    folders = []
    for count in (1, SHARDS):
        folder = tmp_path_factory.mktemp(f"of-{count}")
        (folder / "feed.jsonl").write_text(feed, encoding="utf-8")
        (folder / "shards.toml").write_text(listed(*range(SHARDS)), encoding="utf-8")
        fed = obnovi(folder, count, "feed", "feed.jsonl", "--not-after", "none")
        assert (fed.code, fed.err) == (0, "")
        until = ("--until", "2026-02-12T03:00:00+03:00", "--not-after", "none")
        assert obnovi(folder, count, "night", *until).code == 0
        folders.append(folder)
    return folders[0], folders[1]
