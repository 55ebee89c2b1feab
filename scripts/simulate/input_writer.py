"""The input writer: writes one account's inputs as lines of JSON, numbered, in the local time of its region."""

from typing import NamedTuple

import msgspec

from ledger import periods
from ledger.periods import Instant
from scripts.simulate import habits
from scripts.simulate.chance import Chance


class Arrival(NamedTuple):
    """A line and when it reached us; `number` keeps lines of one instant in the order they were written."""

    received_at: Instant
    number: int
    line: bytes


class InputWriter:
    """Writes for one contract; ids differ over all contracts of a number.

    `written` counts its inputs: about the version of its last event.
    """

    __slots__ = ("_name", "account", "written", "zone")

    def __init__(self, account: str, zone: str, holder: int = 1) -> None:
        self.account = account
        self.zone = zone
        self.written = 0
        self._name = account[2:] if holder == 1 else f"{account[2:]}-h{holder}"

    @property
    def last_id(self) -> str:
        """The id of the input written last."""
        return f"{self._name}-{self.written}"

    def write(
        self,
        type: str,
        at: Instant,
        chance: Chance,
        *,
        received_at: Instant | None = None,
        source: str = "",
        by: str = "",
        **fields: object,
    ) -> list[Arrival]:
        """One input, as it arrives: now and then twice. Without `received_at` it reached us at `at`."""
        number = self.written = self.written + 1
        said: dict[str, object] = {"type": type, "id": self.last_id}
        if source:
            said["source"] = source
        said["account"] = self.account
        said["at"] = periods.local_text(at, self.zone)
        arrives = at if received_at is None else received_at
        if arrives != at:
            said["received_at"] = periods.local_text(arrives, self.zone)
        if by:
            said["by"] = by
        said |= fields
        arrivals = [Arrival(arrives, number, msgspec.json.encode(said))]
        if chance.happens(habits.TWICE):
            if chance.happens(0.5):
                arrives += chance.between(*habits.REDELIVERED_LATE) * periods.SECOND
                said["received_at"] = periods.local_text(arrives, self.zone)
            arrivals.append(Arrival(arrives, number, msgspec.json.encode(said)))
        return arrivals
