"""A feed as another door would book it: lines in, counts, rejected lines and answers out."""

from pathlib import Path
from typing import Any

import msgspec

from ledger.inputs import LINE_BYTES_MAX
from ledger.periods import Moment, parse_date
from scripts.app.feed import Answered, Counts, Fed, Feed, RawLine, Refusal
from tests.scenarios.given import example_1
from tests.support import ACCOUNT, Story, at

OTHER = "79160000002"


def fed(story: Story, *lines: dict[str, Any] | bytes, not_after: Moment | None = None) -> tuple[Fed, Counts]:
    texts = [line if isinstance(line, bytes) else msgspec.json.encode(line) for line in lines]
    counts = Counts()
    feed = Feed(story.ledger, counts, not_after=not_after, now=story.clock)
    return feed.book([RawLine(number, text, len(text)) for number, text in enumerate(texts, start=1)]), counts


def line(type: str, id: str, when: str, **fields: Any) -> dict[str, Any]:
    return {"type": type, "id": id, "account": ACCOUNT, "at": when} | fields


def test_each_line_is_applied_refused_a_duplicate_or_given_back_with_its_reason(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    top_up = line("top_up", "a", "2023-01-16T10:00:00+03:00", amount=100)
    found, counts = fed(
        story,
        b"  ",
        b"{",
        top_up,
        top_up,
        top_up | {"amount": 200},
        top_up | {"id": "b", "account": OTHER},
        line("unblock", "c", "2023-01-16T11:00:00+03:00", kind="voluntary"),
        line("top_up", "d", "2024-01-02T00:00:01+03:00", amount=100),
        b"\xff",
    )
    assert [(each.line.number, each.reason, each.opens) for each in found.rejected] == [
        (2, "MALFORMED", True),
        (5, "ID_CONFLICT", False),
        (6, "UNKNOWN_ACCOUNT", False),
        (8, "FUTURE", False),
        (9, "MALFORMED", False),
    ]
    assert [(type(each), each.input.id) for each in found.answered] == [(Refusal, "c")]
    assert counts == Counts(applied=1, duplicates=1, refused=1, rejected=5, events=2)


def test_a_request_for_a_refresh_is_answered_with_its_reply(tmp_path: Path) -> None:
    found, counts = fed(example_1(tmp_path), line("ussd", "r", "2023-01-20T10:00:00+03:00", text="*929#"))
    assert [type(each) for each in found.answered] == [Answered]
    assert counts.applied == 1


def test_a_date_ends_where_each_account_is_also_of_one_that_the_batch_opens(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    late = "2023-01-20T23:30:00Z"  # the 21st in Moscow, and in Yekaterinburg
    earlier = "2023-01-20T20:30:00Z"  # the 20th in Moscow, the 21st in Yekaterinburg
    found, _ = fed(
        story,
        line("top_up", "a", late, amount=100),
        line("top_up", "b", earlier, amount=100),
        line("open", "c", "2023-01-20T10:00:00Z", region="yekaterinburg") | {"account": OTHER},
        line("top_up", "d", earlier, amount=100) | {"account": OTHER},
        not_after=parse_date("2023-01-20"),
    )
    assert [(each.line.number, each.reason) for each in found.rejected] == [(1, "FUTURE"), (4, "FUTURE")]


def test_a_line_that_is_too_long_is_given_back_with_its_beginning(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    feed = Feed(story.ledger, Counts(), not_after=at("2023-02-01 00:00"), now=story.clock)
    (rejected,) = feed.book([RawLine(7, b"{", LINE_BYTES_MAX + 1)]).rejected
    assert (rejected.reason, rejected.line.text) == ("MALFORMED", b"{")
