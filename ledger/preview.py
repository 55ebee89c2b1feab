"""Preview: what the nightly job would book, decided on copies of accounts; nothing is written (R-2.7)."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from ledger.accounts import stored_accounts
from ledger.catalogue import Catalogue
from ledger.log.store import Reading
from ledger.periods import Moment, last_instant
from ledger.progress import Progress, unwatched
from ledger.rules.schedule import advance

ACCOUNTS_AT_ONCE: Final = 1_000


def preview_night(
    log: Reading,
    accounts: Sequence[str],
    catalogue: Catalogue,
    until: Moment,
    *,
    progress: Progress = unwatched,
) -> Counter[str]:
    """What is scheduled on accounts up to a moment: events by type, and under `accounts` how many book something."""
    counted: Counter[str] = Counter()
    for start in range(0, len(accounts), ACCOUNTS_AT_ONCE):
        for found in stored_accounts(log, accounts[start : start + ACCOUNTS_AT_ONCE]).values():
            instant = last_instant(until, found.account.zone)
            events = advance(found.account, instant, catalogue, recorded_at=found.account.clock).events
            counted["accounts"] += bool(events)
            counted.update(type(event).__name__ for event in events)
        progress(min(start + ACCOUNTS_AT_ONCE, len(accounts)))
    return counted
