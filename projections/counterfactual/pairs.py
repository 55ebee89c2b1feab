"""Pairs: which event of one history stands for which of another, by its input or by its turn in the schedule."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple, TypeAlias

from ledger.events import (
    Blocked,
    DailyFeeCharged,
    Event,
    MonthlyFeeCharged,
    OptionExpired,
    OptionFeeCharged,
    OptionSuspended,
    PeriodLapsed,
    PromiseClosed,
    type_name,
)
from ledger.periods import Instant

Cause: TypeAlias = tuple[str, str] | tuple[Instant, str]
"""What an event came of: source and id of its input, or its instant and whose turn it was."""


class Pair(NamedTuple):
    """An event of each history; None where there is none. `event` is one that there is, the stored one if it is.

    `behind`: the version of the stored booking it belongs to.
    """

    was: Event | None
    would_be: Event | None
    behind: int | None
    event: Event


def pairs(was: Sequence[Event], would_be: Sequence[Event]) -> Iterator[Pair]:
    """Every event of two histories with its counterpart, but for their common beginning; in no order."""
    begin = 0
    while begin < min(len(was), len(would_be)) and was[begin] == would_be[begin]:
        begin += 1
    theirs = _by_cause(would_be[begin:])
    for cause, events in _by_cause(was[begin:]).items():
        yield from _paired(events, theirs.pop(cause, []), events[0].version)
    for events in theirs.values():
        yield from _paired([], events, None)


def counterpart(was: Sequence[Event], event: Event, would_be: Sequence[Event]) -> Event | None:
    """The event of the other history that stands for one of the first."""
    cause = _cause(event)
    mine = [each for each in was if _cause(each) == cause]
    theirs = [each for each in would_be if _cause(each) == cause]
    return next((pair.would_be for pair in _paired(mine, theirs, None) if pair.was is event), None)


def _by_cause(events: Iterable[Event]) -> dict[Cause, list[Event]]:
    found: dict[Cause, list[Event]] = defaultdict(list)
    for event in events:
        found[_cause(event)].append(event)
    return found


def _cause(event: Event) -> Cause:
    if event.input is not None:
        return event.input.source, event.input.id
    match event:
        case MonthlyFeeCharged() | DailyFeeCharged() | PeriodLapsed() | Blocked(cause="nightly"):
            return event.booked_at, "tariff"
        case OptionFeeCharged() | OptionSuspended() | OptionExpired():
            return event.booked_at, f"option {event.option}"
        case PromiseClosed():
            return event.booked_at, "promise"
        case _:
            return event.booked_at, type_name(event)


def _paired(was: list[Event], would_be: list[Event], behind: int | None) -> Iterator[Pair]:
    """The first event of a booking with the first, whatever became of it; what follows by its type."""
    if was and would_be:
        yield Pair(was[0], would_be[0], behind, was[0])
        rest = {type(event): event for event in would_be[1:]}
        for event in was[1:]:
            yield Pair(event, rest.pop(type(event), None), behind, event)
        yield from (Pair(None, event, behind, event) for event in rest.values())
    else:
        yield from (Pair(mine, theirs, behind, mine or theirs) for mine, theirs in zip_longest(was, would_be))
