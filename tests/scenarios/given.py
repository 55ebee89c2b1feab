"""What scenarios begin with."""

from pathlib import Path
from typing import Any, TypeVar

from ledger.events import Event
from tests.support import CATALOGUE_TEXT, Story

E = TypeVar("E", bound=Event)

MB = 1024 * 1024
"""Bytes, as usage records count them."""
FULL_T4 = {"voice": 12_000, "sms": 200, "data": 4096 * 1024}
"""What a month of t4 grants, in package units."""


def with_plan(folder: Path, when: str, kopecks: int, plan: str = "t4", *, sealed: bool = True, **opening: Any) -> Story:
    """An account that paid exactly this much before the plan's first fee is taken at `when`."""
    text = opening.pop("text", CATALOGUE_TEXT)
    story = Story(folder, text=text, sealed=sealed).open("2022-01-01 00:00", **opening)
    if kopecks:
        story.top_up("2022-01-01 00:01", kopecks)
    story.connect(when, plan)
    return story


def example_1(folder: Path) -> Story:
    """Top-up 1000.00, T4 connected 15.01.2023 12:00."""
    return with_plan(folder, "2023-01-15 12:00", 1000_00)


def used_up_to_february(story: Story) -> Story:
    """The usage of example 3: 180 minutes, 10 SMS, 4000 MB."""
    story.call("2023-01-20 10:00", "180:00")
    story.usage("2023-01-21 10:00", "sms", 10)
    story.usage("2023-01-22 10:00", "data", 4000 * MB)
    return story


def example_3(folder: Path) -> Story:
    """Example 3: packages refreshed on 01.02.2023 10:00."""
    story = used_up_to_february(example_1(folder))
    story.dial("2023-02-01 10:00")
    return story


def t3_due_on_10_march(folder: Path, kopecks: int) -> Story:
    """T3 whose month ends on 10.03.2023 03:00, with this much in the wallet."""
    return with_plan(folder, "2023-02-10 12:00", 350_00 + kopecks, "t3")


def only(events: tuple[Event, ...] | list[Event], kind: type[E]) -> E:
    """The one event there is, of this type."""
    assert [type(event) for event in events] == [kind]
    event = events[0]
    assert isinstance(event, kind)
    return event


def last(events: tuple[Event, ...] | list[Event], kind: type[E]) -> E:
    """The last event, of this type."""
    event = events[-1]
    assert isinstance(event, kind), type(event).__name__
    return event
