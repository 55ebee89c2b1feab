"""What is read of the files of a dataset before anything is checked: tables of raw rows, by queries that engines share.

Times are in UTC and contracts may be numbered; local dates are those that clocks show where the account is (R-2.1).
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from projections.audit.catalogues import Held
from projections.audit.checks import Relation
from projections.audit.columns import DATES, EVERY, OTHER, OTHER_TIMES, USAGE

LOADED: Final = ("contracts", "event", "entry", "raw_usage", "other", "cited")
"""The tables that are made so, in this order."""


class Dialect(NamedTuple):
    """What engines say in different words: a time in UTC, a row for each element, and the number of a contract."""

    time: str
    explode: str
    number: str


def loading(source: str, catalogues: Sequence[Held], dialect: Dialect) -> Iterator[Relation]:
    """The tables of `LOADED`, made of what `source` names."""
    booked = dialect.time.format("e.booked_at")
    used = f"coalesce({dialect.time.format('e.used_at')}, {dialect.time.format('e.occurred_at')})"
    of_contract = f"FROM {source} AS e JOIN contracts AS c ON c.id = e.contract"
    of_day = f"{of_contract} {_clock('b', booked)}"
    id = "c.contract, e.version"
    days = f"{_catalogue(catalogues)} AS catalogue, {booked} AS booked_at, local_day({booked}, b.ahead) AS booked_day"
    used_days = f"{used} AS used_at, local_day({used}, u.ahead) AS used_day, {days} {of_day} {_clock('u', used)}"
    times = ", ".join(f"{dialect.time.format(f'e.{name}')} AS {name}" for name in OTHER_TIMES)
    dates = ", ".join(f"TRY_CAST(e.{name} AS DATE) AS {name}" for name in DATES)
    yield Relation(
        "contracts",
        f"SELECT {dialect.number} AS contract, id FROM (SELECT DISTINCT contract AS id FROM {source}) AS ids",
    )
    yield Relation(
        "event",
        f"SELECT {id}, {_of('e', EVERY)}, {dialect.time.format('e.occurred_at')} AS occurred_at, "
        f"{dialect.time.format('e.input_received_at')} AS received_at, {days} {of_day}",
    )
    yield Relation(
        "entry",
        "SELECT contract, version, "
        "split_part(x['from'], '/', 1) AS from_place, split_part(x['from'], '/', 2) AS from_service, "
        "split_part(x['to'], '/', 1) AS to_place, split_part(x['to'], '/', 2) AS to_service, "
        "x['unit'] AS unit, x['amount'] AS amount, x['grant'] AS granted_by "
        f"FROM (SELECT {id}, {dialect.explode.format('e.entries')} AS x {of_contract}) AS entries",
    )
    yield Relation("raw_usage", f"SELECT {id}, {_of('e', USAGE)}, {used_days} WHERE e.type = 'UsageCharged'")
    yield Relation(
        "other", f"SELECT {id}, {_of('e', OTHER)}, {times}, {dates}, {used_days} WHERE e.type <> 'UsageCharged'"
    )
    yield Relation(
        "cited",
        f"SELECT DISTINCT {id}, {dialect.explode.format('e.cites')} AS event {of_contract} WHERE e.type = 'Adjusted'",
    )


def _catalogue(catalogues: Sequence[Held]) -> str:
    """The number of the catalogue that holds at the position of an event (R-3.6)."""
    cases = [
        f"WHEN e.shard = {each.shard} AND e.position >= {each.position} THEN {number}"
        for number, each in reversed(list(enumerate(catalogues, 1)))
    ]
    return f"CAST(CASE {' '.join(cases)} END AS INTEGER)"


def _clock(name: str, time: str) -> str:
    """The clock of the account's zone that holds at a time."""
    return f"LEFT JOIN clock AS {name} ON {name}.zone = e.zone AND {name}.since <= {time} AND {time} < {name}.until"


def _of(table: str, names: Sequence[str]) -> str:
    return ", ".join(f"{table}.{name}" for name in names)
