"""Change: what a what-if makes of an account's history before it is decided again."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from ledger.contracts import Contract
from ledger.events import Event
from ledger.hints import HintedError
from ledger.inputs import ConnectPlan, Input
from ledger.periods import Instant, first_instant


class CannotDecide(HintedError):
    """A change that this account's history cannot take."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is otherwise than it was. Versions name an event of the booking that is meant.

    `since`: only what was booked from this instant on is decided again, what stands before it stays; `since_local`:
    from this local date or time on, wherever an account is. `plan`: what every `connect_plan` among that names. `drop`:
    inputs that never came. `move`: when inputs reached us instead. `catalogue`: the text of one in place of those that
    held.
    """

    since: Instant | None = None
    since_local: date | None = None
    plan: str | None = None
    drop: frozenset[int] = frozenset()
    move: Mapping[int, Instant] = field(default_factory=dict)
    catalogue: str | None = None

    @property
    def named(self) -> dict[int, Literal["drop", "move"]]:
        """The versions that are named, each with what is to become of its input."""
        return {**dict.fromkeys(self.drop, "drop"), **dict.fromkeys(self.move, "move")}

    def where(self, zone: str) -> "Change":
        """The change for an account in a zone: with an instant in place of what is local."""
        if self.since_local is None:
            return self
        return replace(self, since=first_instant(self.since_local, zone), since_local=None)

    def of(self, input: Input) -> Input:
        """The input as the change has it, apart from when it came."""
        if self.plan is not None and isinstance(input, ConnectPlan):
            return replace(input, plan=self.plan)
        return input


NOTHING = Change()
"""Decided again as it was."""


def moved(input: Input, at: Instant) -> Input:
    """The input as if it had reached us at an instant; what happened later than that, happened then (R-2.6)."""
    return replace(input, at=min(input.at, at), received_at=at)


def refuse_unknown(change: Change, contract: Contract, events: Mapping[int, Event]) -> None:
    """Raise CannotDecide where a version that the change names is no input that can be changed."""
    for version, how in sorted(change.named.items()):
        event = events.get(version)
        facts = {"how": how, "version": version, "account": contract}
        if event is None:
            raise CannotDecide(f"account {contract} has no event {version}", "see_events", **facts)
        if event.input is None:
            raise CannotDecide(f"event {version} was scheduled: only inputs change", "scheduled_event", **facts)
        if version == 1:
            raise CannotDecide("event 1 opens the account", "opening_event", **facts)
        if change.since is not None and event.booked_at < change.since:
            raise CannotDecide(f"event {version} was booked earlier and stands", "event_before_since", **facts)
    opened = min((event.booked_at for event in events.values()), default=0)
    for version, at in sorted(change.move.items()):
        facts = {"version": version, "account": contract}
        if at < opened:
            raise CannotDecide(f"account {contract} was not open yet at that time", "time_before_opening", **facts)
        if change.since is not None and at < change.since:
            raise CannotDecide("what stands at that time stays", "time_before_since", **facts)
