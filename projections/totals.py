"""Totals: the trial balance of all accounts; every unit of it sums to zero (R-1.3, R-1.4)."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, Literal, TypeAlias, get_args

from ledger import periods
from ledger.account import Account
from ledger.entries import Entry
from ledger.events import Event
from ledger.units import Unit
from projections.cache import Cache

TABLES = (
    "CREATE TABLE totals (day TEXT NOT NULL, plan TEXT NOT NULL, region TEXT NOT NULL, account_name TEXT NOT NULL, "
    "unit TEXT NOT NULL, moved INTEGER NOT NULL, PRIMARY KEY (day, plan, region, account_name, unit)) WITHOUT ROWID",
)
ADD = (
    "INSERT INTO totals VALUES (?,?,?,?,?,?) ON CONFLICT (day, plan, region, account_name, unit) "
    "DO UPDATE SET moved = moved + excluded.moved"
)
Grouping: TypeAlias = Literal["day", "plan", "region"]


Cell: TypeAlias = tuple[date, str, str, str, str]
"""Where an entry's amount is added up: the local day it was booked, the plan then in force, the home region, the
entry's account name and its unit."""


Units: TypeAlias = dict[str, defaultdict[str, int]]
"""By its unit, what was moved into each account name, less what was moved out of it."""


class Moved:
    """What entries moved, added up. The cells of a day, plan and region are together: that is done for every event."""

    def __init__(self) -> None:
        self._units: dict[tuple[date, str, str], Units] = {}

    def on(self, day: date, account: Account, version: int) -> Units:
        """What was moved on a local day, in the region of an account and under the plan its event of a version had."""
        at = day, account.plan_of(version) or "", account.region
        units = self._units.get(at)
        if units is None:
            units = self._units[at] = {unit: defaultdict(int) for unit in get_args(Unit)}
        return units

    def take(self, account: Account, event: Event) -> None:
        """Add up the entries of one event of an account, at that event or later."""
        if event.entries:
            day = periods.local_date(event.booked_at, account.zone)
            add_up(self.on(day, account, event.version), event.entries)

    def cells(self) -> Counter[Cell]:
        """What was added up until now."""
        return Counter(
            {
                (*at, name, unit): amount
                for at, units in self._units.items()
                for unit, moved in units.items()
                for name, amount in moved.items()
            }
        )


def add_up(units: Units, entries: Iterable[Entry]) -> None:
    """Add up entries."""
    for entry in entries:
        moved = units[entry.unit]
        moved[entry.from_] -= entry.amount
        moved[entry.to] += entry.amount


def add(db: Cache, moved: Counter[Cell]) -> None:
    """Store what was added up since the last time; also a 0, so that the rows do not tell where a batch ended."""
    rows = ((day.isoformat(), *names, amount) for (day, *names), amount in sorted(moved.items()))
    db.executemany(ADD, rows)


def rows(db: Cache, *, since: date, until: date, by: Grouping | None = None) -> list[dict[str, Any]]:
    """Opening, moved and closing of every account name, over local dates `since` to `until`, both included.

    Names are those of entries: counter-accounts, `wallet` (the sum of all wallets) and the packages held, so that each
    unit sums to zero. A name stands there once it has moved by `until`, also where that nets to zero: an auditor looks
    for what was taken and given back. Grouped by day, a day has the names that moved on it and opens with what the days
    before it left.
    """
    match by:
        case "day":
            return _by_day(db, since, until)
        case None:
            group, named = "''", {}
        case "plan" | "region":
            group, named = by, {by: ""}
    found = db.execute(
        f"SELECT {group}, account_name, unit, SUM(CASE WHEN day < ? THEN moved ELSE 0 END), "
        f"SUM(CASE WHEN day >= ? THEN moved ELSE 0 END) FROM totals WHERE day <= ? GROUP BY 1, 2, 3 ORDER BY 1, 3, 2",
        (since.isoformat(), since.isoformat(), until.isoformat()),
    )
    return [
        dict.fromkeys(named, key)
        | {"account_name": account, "unit": unit, "opening": opening, "moved": moved, "closing": opening + moved}
        for key, account, unit, opening, moved in found
    ]


def _by_day(db: Cache, since: date, until: date) -> list[dict[str, Any]]:
    held: Counter[tuple[str, str]] = Counter()
    days: dict[str, Counter[tuple[str, str]]] = {}
    found = db.execute(
        "SELECT day, account_name, unit, SUM(moved) FROM totals WHERE day <= ? GROUP BY 1, 2, 3 ORDER BY 1",
        (until.isoformat(),),
    )
    for day, account, unit, moved in found:
        if day < since.isoformat():
            held[account, unit] += moved
        else:
            days.setdefault(day, Counter())[account, unit] += moved
    made: list[dict[str, Any]] = []
    for day, moves in days.items():
        for (account, unit), amount in sorted(moves.items(), key=lambda item: (item[0][1], item[0][0])):
            opening = held[account, unit]
            held[account, unit] += amount
            made.append(
                {
                    "day": day,
                    "account_name": account,
                    "unit": unit,
                    "opening": opening,
                    "moved": amount,
                    "closing": opening + amount,
                }
            )
    return made
