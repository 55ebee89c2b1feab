"""Where the ledger did not do what the model does: each the shortest story, with the rule that decides."""

from pathlib import Path
from typing import Any

import pytest

from tests.support import Story, names


@pytest.mark.parametrize(
    ("type", "fields"),
    [
        ("reverse", {"event": 2, "text": ""}),
        ("reverse", {"event": 3, "text": ""}),
        ("adjust", {"amount": 1, "cites": [3], "text": ""}),
        ("rerate", {"event": 3}),
        ("open_dispute", {"event": 3, "text": ""}),
    ],
)
def test_what_was_refused_for_an_event_to_come_is_still_right_once_it_came(
    tmp_path: Path, type: str, fields: dict[str, Any]
) -> None:
    """R-11.1: "no such version yet", whenever it is decided again."""
    story = Story(tmp_path).open("2023-01-15 11:00")
    assert names(story.events_of(type, "2023-01-15 11:10", **fields)) == ["InputRefused"]
    story.usage("2023-01-15 11:30", "voice", 60)
    assert story.types() == ["AccountOpened", "InputRefused", "UsageUnrated"]
    assert story.verify().problems == []
