"""Explain: why one event came out as it did."""

from ledger.evolve import BrokenLog
from ledger.snapshot import Snapshot
from projections.explain.explain import Explanation, NoSuchEvent
from projections.explain.explain import explain as explanation_of
from scripts.app.accounts import require_account
from scripts.app.errors import Declined


def explain(snapshot: Snapshot, account: str, version: int) -> Explanation:
    """Why an event of an account came out as it did. Raises Declined."""
    found = require_account(snapshot, account)
    try:
        return explanation_of(snapshot.log, snapshot.catalogues, account, version)
    except NoSuchEvent:
        raise Declined("NO_SUCH_EVENT", account=account, version=version, newest=found.version) from None
    except BrokenLog as error:
        raise Declined("BROKEN_LOG", reason=error) from None
