"""The night: a long time without inputs, behind which what the schedule books may be somebody's mistake."""

from typing import Final, NamedTuple

from ledger import periods
from ledger.log.store import Reading
from ledger.periods import Instant

LONG: Final = 7 * periods.DAY
"""Time without an input behind which a booking of the schedule may be somebody's mistake."""


class Quiet(NamedTuple):
    """A long time without inputs: when the newest one was booked, and how many days lie behind it."""

    newest: Instant
    days: int


def quiet_before(log: Reading, instant: Instant) -> Quiet | None:
    """How long there was no input before an instant; None where it is not long."""
    newest = log.newest_input()
    if newest is None or instant - newest.booked_at <= LONG:
        return None
    return Quiet(newest.booked_at, (instant - newest.booked_at) // periods.DAY)
