"""A scenario's beginning and, when it is over, the checks that hold for every story."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.told import ALL_TEXT, Begin, Told


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Stories that verify, are recalled and tile when the test is over (R-12.2, R-13.2, contract §3)."""
    stories: list[Told] = []

    def _begin(kopecks: int = 0, *, text: str = ALL_TEXT, since: str = "2022-01-01", **opening: Any) -> Told:
        folder = tmp_path / str(len(stories))
        folder.mkdir()
        story = Told(folder, text)
        stories.append(story)
        story.open(f"{since} 00:00", **opening)
        if kopecks:
            story.top_up(f"{since} 00:01", kopecks)
        return story

    yield _begin
    for story in stories:
        story.over()
