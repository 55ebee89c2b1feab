"""Late: the adjustments that mend what late records charged, tried on copies of their accounts, or booked (R-11.5)."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Final

from ledger.booking import book
from ledger.catalogue import Catalogue
from ledger.events import InputRefused
from ledger.inputs import Adjust
from ledger.periods import Instant
from ledger.service import Ledger
from ledger.snapshot import Snapshot
from scripts.app.accounts import require_account
from scripts.app.contracts import require_contract

BOOKED_AT_ONCE: Final = 5_000


def try_adjustments(
    snapshot: Snapshot, adjustments: Sequence[Adjust], catalogue: Catalogue, *, now: Instant
) -> Counter[str]:
    """How many would be `applied` and how many `refused`, in their order; account by account they stand together."""
    counted: Counter[str] = Counter()
    for (number, holder), theirs in groupby(adjustments, attrgetter("account", "holder")):
        contract = require_contract(snapshot.contracts, number, holder)
        account = require_account(snapshot, contract.id)
        history = partial(snapshot.log.event, contract.id)
        for input in theirs:
            booked = book(account, input, catalogue, recorded_at=now, history=history)
            account = booked.account
            is_refused = any(isinstance(event, InputRefused) for event in booked.events)
            counted["refused" if is_refused else "applied"] += 1
    return counted


def book_adjustments(ledger: Ledger, adjustments: Sequence[Adjust]) -> Counter[str]:
    """Book them, some thousand in a transaction; how many came to what. Interrupted, it leaves what is booked."""
    counted: Counter[str] = Counter()
    for start in range(0, len(adjustments), BOOKED_AT_ONCE):
        outcomes = ledger.apply(adjustments[start : start + BOOKED_AT_ONCE])
        counted.update(outcome.result for outcome in outcomes)
    return counted
