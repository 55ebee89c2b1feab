"""Refreshing: what «Обнови пакет» would do now, and doing it for whoever asks over the server (R-5)."""

from typing import Any

import msgspec

from ledger import inputs, periods
from ledger.contracts import Contract
from ledger.periods import Instant
from ledger.snapshot import Snapshot
from projections.refresh_preview import RefreshPreview, refresh_preview
from scripts.app.accounts import require_account
from scripts.app.errors import Declined
from scripts.app.trying import tried

ID: str = "preview"


def preview(snapshot: Snapshot, contract: Contract, *, now: Instant) -> RefreshPreview:
    """What a request for a refresh would come to. Raises Declined for no account, and for a closed one."""
    account = require_account(snapshot, contract.id)
    if account.closed_at is not None:
        raise Declined("CONTRACT_CLOSED", account=contract)
    catalogue = snapshot.catalogues.newest()
    input = inputs.check(request(contract, ID, now=now))
    made = tried(snapshot, contract, account, input, catalogue, now)
    return refresh_preview(account, made.events, catalogue)


def request(contract: Contract, id: str, *, now: Instant, source: str = "cabinet") -> dict[str, Any]:
    """The fields of a request for a refresh from the app."""
    at = periods.local_text(now, "UTC")
    return {"type": "refresh", "id": id, "account": contract.number, "at": at, "source": source}


def line(fields: dict[str, Any]) -> bytes:
    """An input's fields as a line of a feed."""
    return msgspec.json.encode(fields)
