"""Laws of what was known: `--known-at` shows the ledger as it was when only those batches had been fed (R-2.5)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger import periods
from ledger.inputs import Input
from scripts.app.errors import Declined
from tests.laws.feeds import accounts_of, feeds, folder, moderate, opened
from tests.support import at, rfc, run

WALLS = ("2026-01-01 00:00", "2026-01-01 00:01", "2026-03-01 00:00")


def _said(path: Path, *command: str) -> dict[str, Any] | None:
    """What a command prints; None where the ledger says no."""
    try:
        said: dict[str, Any] = json.loads(run(path, *command))
    except Declined:
        return None
    return said


@moderate(20)
@given(
    feed=feeds(),
    marks=st.lists(st.integers(0, 60), min_size=2, max_size=2),
    looked=st.integers(0, 59),
    night=st.booleans(),
    by_day=st.booleans(),
)
def test_what_was_known_is_the_ledger_as_it_was(
    feed: list[Input], marks: list[int], looked: int, night: bool, by_day: bool
) -> None:
    """Three batches at three clocks, a night with the second; inputs reached us long before they were recorded."""
    first, second = sorted(marks)
    batches = [feed[:first], feed[first:second], feed[second:]]
    line = feed[looked % len(feed)]
    day = periods.local_date(line.received_at, "Europe/Moscow")
    dates = ("--from", str(day if by_day else date(day.year, day.month, 1)), "--to", str(day))
    questions = [
        ("balance", line.account),
        ("balance", line.account, "--as-of", rfc(line.received_at)),
        ("statement", line.account, *dates),
    ]
    assert line.account in accounts_of(feed)
    with folder() as where:
        then: list[list[dict[str, Any] | None]] = []
        for batch, wall in zip(batches, WALLS, strict=True):
            with opened(where, wall=wall) as ledger:
                ledger.apply(batch)
                if night and batch and wall == WALLS[1]:
                    while ledger.advance_due(max(each.received_at for each in batch), accounts_max=9) is not None:
                        pass
            then.append([_said(where / "ledger.db", *each) for each in questions])
        for wall, was in zip(WALLS, then, strict=True):
            for question, before in zip(questions, was, strict=True):
                now = _said(where / "ledger.db", *question, "--known-at", rfc(at(wall)))
                if before is None and question[0] == "statement" and now is not None:
                    assert (now["opening"], now["closing"], now["lines"], now["final"]) == (0, 0, [], False)
                else:
                    assert now == before
