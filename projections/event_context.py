"""Event context: what a view may use around an event: what never changes about its account, and its catalogue."""

from typing import NamedTuple

from ledger.account import Account
from ledger.catalogue import Catalogue


class EventContext(NamedTuple):
    """The account an event belongs to, at that event or later, and the catalogue it was booked under.

    A view that follows the log sees a later state of the account than one rebuilt from it: only the zone, the region
    and the history of plans may be asked for.
    """

    account: Account
    catalogue: Catalogue
