"""A real subscriber's half year, where the file is at hand: right to the kopeck at every month's end."""

from pathlib import Path

import pytest

from ledger import inputs, periods
from ledger.catalogue import shipped_text
from tests.support import SHARED_FEED, Story

CLOSINGS = {
    "2015-09": 280_00,
    "2015-10": 280_00,
    "2015-11": 331_00,
    "2015-12": 531_00,
    "2016-01": 571_00,
    "2016-02": 216_00,
}


@pytest.mark.skipif(not SHARED_FEED.exists(), reason="the real usage feed is not kept in this repository")
def test_a_real_half_year_closes_right_every_month(tmp_path: Path) -> None:
    """1,221 inputs in the order in which they reached the balance (R-6.5, R-13.2)."""
    feed = [inputs.parse(line) for line in SHARED_FEED.read_text(encoding="utf-8").splitlines()]
    story = Story(tmp_path, text=shipped_text(), account="79000000001")
    assert {outcome.result for outcome in story.ledger.apply(feed)} == {"applied"}
    assert {outcome.result for outcome in story.ledger.apply(feed)} == {"duplicate"}
    assert story.verify().ok
    closing = 0
    for month, expected in CLOSINGS.items():
        since = periods.parse_date(f"{month}-01")
        last = periods.next_due_date(since, 1).toordinal() - 1
        made = story.statement(f"{month}-01", since.fromordinal(last).isoformat())
        assert (made.opening, made.closing) == (closing, expected)
        closing = made.closing
