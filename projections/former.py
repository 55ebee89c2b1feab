"""Former statements: what the final statements of an erased contract were called before (R-15.9, R-13.5).

An id is a digest over all that is printed. Where that holds the number and few peers besides, whoever tries all numbers
finds it by the id; such an id is not kept.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from ledger import periods
from ledger.account import Account
from ledger.contracts import Contract
from ledger.events import Event, FormerStatement, PersonalErased
from ledger.log.store import Reading
from ledger.timeline import CatalogueTimeline
from projections.canonical import statement_id
from projections.statement import Dates, Statement, statements

PEERS_MIN: Final = 3
"""So many numbers besides the contract's own nobody tries all together: more than 10^27."""
DIGITS_MIN: Final = 10
"""A peer of fewer is no subscriber's number and easily tried."""


def former_statements(
    contract: Contract, account: Account, events: Iterable[tuple[int, Event]], catalogues: CatalogueTimeline
) -> tuple[FormerStatement, ...]:
    """The ids of a contract's final statements, a calendar month each, that give no number away. Raises Broken."""
    made = statements(contract, account, events, catalogues, months_of(account))
    return tuple(
        FormerStatement(f"{each.since:%Y-%m}", statement_id(each))
        for each in made
        if each.final and _hides_number(each)
    )


def former_id(erased: PersonalErased | None, *, since: date, until: date) -> str | None:
    """The id that the statement of a range had before the erasure, where it is the range of a month that has one."""
    if erased is None or since.day != 1 or until != _last_of(since):
        return None
    return next((each.id for each in erased.statements if each.month == f"{since:%Y-%m}"), None)


def former_named(erased: PersonalErased | None, id: str) -> Dates | None:
    """The month whose final statement had this id before the erasure."""
    month = next((each.month for each in erased.statements if each.id == id), None) if erased is not None else None
    if month is None:
        return None
    first = date.fromisoformat(f"{month}-01")
    return Dates(first, _last_of(first))


def erasure_of(log: Reading, account: Account) -> PersonalErased | None:
    """What says that a contract was erased; nothing is booked behind it."""
    found = log.event(account.account, account.version) if account.erased else None
    return found if isinstance(found, PersonalErased) else None


def months_of(account: Account) -> list[Dates]:
    """The calendar months in which an account had anything."""
    first = periods.local_date(account.opened_at, account.zone).replace(day=1)
    last = periods.local_date(account.clock, account.zone)
    months = []
    while first <= last:
        months.append(Dates(first, _last_of(first)))
        first = _last_of(first) + timedelta(days=1)
    return months


def _last_of(first: date) -> date:
    return periods.months_after(first, 1) - timedelta(days=1)


def _hides_number(made: Statement) -> bool:
    """Whether more numbers stand in a statement than anybody could try."""
    peers = {row.peer.lstrip("+") for row in made.usage}
    return sum(peer.isdecimal() and len(peer) >= DIGITS_MIN for peer in peers) >= PEERS_MIN
