"""Where accounts are: the region and the zone that their openings say (R-3.1)."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from ledger.events import AccountOpened
from ledger.log.errors import BadEvents
from ledger.log.store import Reading, Stored


class Place(NamedTuple):
    """The region of an account, and its IANA zone."""

    region: str
    zone: str


def places_of(log: Reading, contracts: Collection[str], found: Iterable[Stored] = ()) -> dict[str, Place]:
    """The places of some contracts; `found` are openings that need not be looked up.

    Raises BadEvents for a contract that does not begin with one.
    """
    places = {row.account: _said(row) for row in found}
    places |= {row.account: _said(row) for row in log.openings([each for each in contracts if each not in places])}
    for contract in contracts:
        if contract not in places:
            raise _unopened(contract)
    return places


def _said(first: Stored) -> Place:
    event = first.event()
    if not isinstance(event, AccountOpened):
        raise _unopened(first.account)
    return Place(event.region, event.zone)


def _unopened(contract: str) -> BadEvents:
    return BadEvents(f"the events of contract {contract} do not begin with its opening", "run_verify")
