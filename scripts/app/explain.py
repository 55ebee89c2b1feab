"""Explain: why one event came out as it did."""

from ledger.contracts import Contract
from ledger.evolve import BrokenLog
from ledger.periods import Moment, last_instant
from ledger.snapshot import Snapshot
from projections.explain.explain import Explanation, NoSuchEvent
from projections.explain.explain import explain as explanation_of
from scripts.app.accounts import require_account
from scripts.app.errors import Declined


def explain(snapshot: Snapshot, contract: Contract, version: int, *, known_at: Moment | None = None) -> Explanation:
    """Why an event of a contract came out as it did; if `known_at` is given, only of one recorded by then.

    Nothing behind the event is looked at, so it is what could have been told then. Raises Declined.
    """
    found = require_account(snapshot, contract.id)
    try:
        made = explanation_of(snapshot.log, snapshot.catalogues, contract.id, version)
    except NoSuchEvent:
        raise Declined("NO_SUCH_EVENT", account=str(contract), version=version, newest=found.version) from None
    except BrokenLog as error:
        raise Declined("BROKEN_LOG", reason=error) from None
    if known_at is not None and made.event.recorded_at > last_instant(known_at, found.zone):
        raise Declined("NOT_KNOWN_EVENT", account=str(contract), version=version)
    return made
