"""The night: what every account's schedule asks for, tried or booked up to an instant (R-2.7, R-4)."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

import msgspec

from ledger import periods
from ledger.log.store import Reading
from ledger.periods import Instant, Moment, last_instant
from ledger.progress import Progress, unwatched
from ledger.service import Ledger
from ledger.snapshot import Snapshot
from scripts.app.errors import InvalidRequest
from scripts.app.future import limit_of_future

ACCOUNTS_AT_ONCE: Final = 5_000
LONG: Final = 7 * periods.DAY
"""Time without an input behind which a booking of the schedule may be somebody's mistake."""


class Run(NamedTuple):
    """Accounts of a zone, all for None, and up to when they are advanced."""

    zone: str | None
    until: Instant


class Quiet(NamedTuple):
    """A long time without inputs: when the newest one was booked, and how many days lie behind it."""

    newest: Instant
    days: int


class Advanced(msgspec.Struct):
    """What nights booked: on how many accounts, how many events, and how many of the usual kinds."""

    accounts: int
    events: int
    monthly_fees: int
    daily_fees: int
    blocks: int
    lapsed: int


def runs_of(snapshot: Snapshot, until: Moment | None, not_after: Moment | None, *, now: Instant) -> list[Run]:
    """The runs of a night: of a date one for every zone, else one for all. Raises InvalidRequest for a future one.

    Before those of the zones comes one where nobody is: accounts whose heads do not tell their zone get such heads.
    """
    by_zone = isinstance(until, date) or isinstance(not_after, date)
    runs = []
    for zone in ["", *snapshot.catalogues.zones()] if by_zone else [None]:
        instant = now if until is None else last_instant(until, zone or "UTC")
        if instant > limit_of_future(not_after, zone or "UTC", now=now):
            raise InvalidRequest("UNTIL_IN_FUTURE")
        runs.append(Run(zone, instant))
    return runs


def due_by(log: Reading, until: Moment) -> list[str]:
    """The accounts that may be due by a moment, wherever they are."""
    return log.due_accounts(last_instant(until, "Etc/GMT+12"))


def quiet_before(log: Reading, instant: Instant) -> Quiet | None:
    """How long there was no input before an instant; None where it is not long."""
    newest = log.newest_input()
    if newest is None or instant - newest.booked_at <= LONG:
        return None
    return Quiet(newest.booked_at, (instant - newest.booked_at) // periods.DAY)


def advance(ledger: Ledger, runs: Sequence[Run], progress: Progress = unwatched) -> Counter[str]:
    """Book the runs, some thousand accounts at once: events by type, and accounts under `accounts`.

    Interrupted, it leaves what is booked; the same runs again go on from there.
    """
    total: Counter[str] = Counter()
    for zone, instant in runs:
        while (counted := ledger.advance_due(instant, accounts_max=ACCOUNTS_AT_ONCE, zone=zone)) is not None:
            total += counted
            progress(total["accounts"])
    return total


def advanced(total: Counter[str]) -> Advanced:
    """What events by type, with accounts under `accounts`, come to."""
    return Advanced(
        accounts=total["accounts"],
        events=sum(count for name, count in total.items() if name != "accounts"),
        monthly_fees=total["MonthlyFeeCharged"],
        daily_fees=total["DailyFeeCharged"],
        blocks=total["Blocked"],
        lapsed=total["PeriodLapsed"],
    )
