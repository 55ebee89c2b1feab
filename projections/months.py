"""Months: what each calendar month took from the wallet and brought to it, from an account's ledger lines."""

from datetime import date, timedelta
from typing import Final

import msgspec

from ledger import periods
from ledger.periods import Instant
from ledger.units import Kopecks
from projections.ledger_line import Line

SHOWN_MAX: Final = 12
"""The newest so many months are told."""
_COLUMN: Final = {
    "monthly_fee": "fees",
    "daily_fee": "fees",
    "promise_fee": "fees",
    "option_fee": "options",
    "usage": "usage",
    "top_up": "topped_up",
}
"""Where the lines of a kind are added; all others are corrections and refunds, in `other`."""
_BROUGHT: Final = ("topped_up", "other")
"""What is told as it moved the wallet; the rest as what was paid."""


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """A local calendar month, named by its first day, in kopecks.

    `fees` (of the tariff and of promised payments), `options` and `usage` are what was paid, `topped_up` what came in.
    `other` is what corrections and refunds moved, with its sign. So `topped_up` + `other` less the three is what the
    wallet moved by. `until` is the last day that is counted, where the month is not over by then.
    """

    first: date
    fees: Kopecks = 0
    options: Kopecks = 0
    usage: Kopecks = 0
    topped_up: Kopecks = 0
    other: Kopecks = 0
    until: date | None = None

    @property
    def spent(self) -> Kopecks:
        """What was paid in it, before corrections."""
        return self.fees + self.options + self.usage


class Months:
    """Adds up ledger lines by month; they come in their order."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._sums: dict[date, dict[str, Kopecks]] = {}
        self._newest: dict[str, Kopecks] = {}
        self._ends: Instant | None = None

    def add(self, line: Line) -> None:
        """One more line."""
        if self._ends is None or line.booked_at >= self._ends:
            first = periods.local_date(line.booked_at, self._zone).replace(day=1)
            self._ends = periods.day_start(periods.months_after(first, 1), self._zone)
            self._newest = self._sums.setdefault(first, {})
        column = _COLUMN.get(line.kind, "other")
        amount = line.amount if column in _BROUGHT else -line.amount
        self._newest[column] = self._newest.get(column, 0) + amount

    def up_to(self, last: date, *, over: bool) -> list[Month]:
        """The newest twelve months up to a day, from the first one with a line on; `over` says whether that day is.

        None of them where fewer than two are there to be compared.
        """
        end = last.replace(day=1)
        oldest = periods.months_after(end, 1 - SHOWN_MAX)
        begin = min((first for first in self._sums if first >= oldest), default=end)
        count = 12 * (end.year - begin.year) + end.month - begin.month + 1
        if count < 2:
            return []
        firsts = [periods.months_after(begin, later) for later in range(count)]
        until = None if over and periods.months_after(end, 1) == last + timedelta(days=1) else last
        return [
            Month(**self._sums.get(first, {}), first=first, until=until if first == end else None) for first in firsts
        ]
