from pathlib import Path

from tests.support import Story


def test_a_story_can_be_told(tmp_path: Path) -> None:
    story = Story(tmp_path).open("2023-01-15 11:00")
    story.top_up("2023-01-15 11:30", 1000_00)
    story.connect("2023-01-15 12:00", "t4")
    assert story.wallet == 600_00
    assert story.left() == {"base/voice": 12_000, "base/sms": 200, "base/data": 4096 * 1024}
    assert story.verify().ok
