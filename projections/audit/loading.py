"""What is read of the files of a dataset before anything is checked: tables of raw rows, by queries that engines share.

Times are in UTC and contracts may be numbered; local dates are those that clocks show where the account is (R-2.1).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from projections.audit.catalogues import Held
from projections.audit.checks import Relation
from projections.audit.columns import DATES, OTHER, OTHER_TIMES, USAGE


class Dialect(NamedTuple):
    """What engines say in different words: a time in UTC, a row for each element, and the number of a contract."""

    time: str
    explode: str
    number: str


def loading(source: str, catalogues: Sequence[Held], dialect: Dialect) -> Iterator[Relation]:
    """What is made of the rows that `source` names; what is not kept is read by a relation that is."""
    time, explode = dialect.time.format, dialect.explode.format
    id, of_contract = "c.contract, e.version", f"FROM {source} AS e JOIN contracts AS c ON c.id = e.contract"
    occurred, booked, received = (time(f"e.{name}") for name in ("occurred_at", "booked_at", "input_received_at"))
    used = f"coalesce({time('e.used_at')}, {occurred})"
    dated = (
        f"{_catalogue(catalogues)} AS catalogue, {booked} AS booked_at, local_day({booked}, b.ahead) AS booked_day, "
        f"{used} AS used_at, local_day({used}, u.ahead) AS used_day "
        f"{of_contract} {_clock('b', booked)} {_clock('u', used)}"
    )
    times = ", ".join(f"{time(f'e.{name}')} AS {name}" for name in OTHER_TIMES)
    dates = ", ".join(f"TRY_CAST(e.{name} AS DATE) AS {name}" for name in DATES)
    yield Relation(
        "contracts",
        f"SELECT {dialect.number} AS contract, id FROM (SELECT DISTINCT contract AS id FROM {source}) AS ids",
    )
    yield Relation(
        "raw_event",
        f"SELECT {id}, e.type, {occurred} AS occurred_at, {booked} AS booked_at, {received} AS received_at, "
        f"e.input_source IS NULL AS is_scheduled, e.position {of_contract}",
        is_kept=False,
    )
    yield Relation(
        "entry",
        f"SELECT contract, version, {_account('from')}, {_account('to')}, x['unit'] AS unit, x['amount'] AS amount, "
        f"x['grant'] AS granted_by FROM (SELECT {id}, {explode('e.entries')} AS x {of_contract}) AS entries",
    )
    yield Relation("raw_usage", f"SELECT {id}, {_of('e', USAGE)}, {dated} WHERE e.type = 'UsageCharged'", is_kept=False)
    yield Relation("other", f"SELECT {id}, {_of('e', OTHER)}, {times}, {dates}, {dated} WHERE e.type <> 'UsageCharged'")
    yield Relation(
        "cited",
        f"SELECT DISTINCT {id}, {explode('e.cites')} AS event {of_contract} WHERE e.type = 'Adjusted'",
    )


def _account(side: str) -> str:
    """An account of a transfer in two parts: that of a package is its bucket and its service, that of money is one.

    The name of a bucket may have a stroke itself, as an option's id may.
    """
    account = f"x['{side}']"
    last = f"split_part({account}, '/', -1)"
    bucket = f"left({account}, greatest(length({account}) - length({last}) - 1, 0))"
    return (
        f"CASE WHEN x['unit'] = 'kop' THEN {account} ELSE {bucket} END AS {side}_place, "
        f"CASE WHEN x['unit'] = 'kop' THEN '' ELSE {last} END AS {side}_service"
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
