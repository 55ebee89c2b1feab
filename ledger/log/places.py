"""Where accounts are: the region and the zone that their openings say (R-3.1)."""

from typing import NamedTuple

from ledger.events import AccountOpened
from ledger.log.errors import BadEvents
from ledger.log.store import Reading, Stored


class Place(NamedTuple):
    """The region of an account, and its IANA zone."""

    region: str
    zone: str


def place_of(log: Reading, contract: str) -> Place:
    """The place of a contract of a log. Raises BadEvents."""
    return place_said(contract, log.stored(contract, 1))


def place_said(contract: str, first: Stored | None) -> Place:
    """The place that the first event of a contract says. Raises BadEvents where that is no opening."""
    event = first.event() if first is not None else None
    if not isinstance(event, AccountOpened):
        raise BadEvents(f"the events of contract {contract} do not begin with its opening", "run_verify")
    return Place(event.region, event.zone)
