"""A batch: what one transaction has booked so far, in memory, until all of it is written at once."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from ledger.account import Account
from ledger.accounts import UnfitPart, head_of, stored_accounts
from ledger.catalogue import Catalogue
from ledger.events import Event
from ledger.log import heads
from ledger.log.store import Head, KeyRow, Writing
from ledger.periods import Instant

T = TypeVar("T")


class Batch:
    """Accounts as they stand within a transaction, and the events and keys to be written with it.

    `now` is when it begins; its events are recorded then, or later, as the store finds (R-2.5).
    """

    def __init__(self, tx: Writing, account_ids: Sequence[str], now: Instant) -> None:
        self.recorded_at = now
        self.accounts: dict[str, Account] = {}
        self.events: dict[tuple[str, int], Event] = {}
        """By account and version, in the order in which they were booked."""
        self.keys: dict[tuple[str, bytes], KeyRow] = {}
        self.changed: set[str] = set()
        self._tx = tx
        self._heads: list[Head] = []
        self._apart: dict[str, set[tuple[str, int]]] = {}
        """Which parts of the accounts' memories were rows of their own when the batch began."""
        for account_id, found in stored_accounts(tx, account_ids).items():
            self.accounts[account_id] = found.account
            if found.by_head:
                self._apart[account_id] = _apart(found.account)
            else:
                tx.drop_head(account_id)
                self.changed.add(account_id)

    def put(self, account: Account, events: Sequence[Event]) -> None:
        """An account behind some more events."""
        self.accounts[account.account] = account
        if events:
            self.changed.add(account.account)
            self.events |= {(account.account, event.version): event for event in events}

    def cited(self, account: str, version: int) -> Event | None:
        """An earlier event of an account, stored or booked in this batch."""
        booked = self.events.get((account, version))
        return booked if booked is not None else self._tx.event(account, version)

    def end(self, catalogue: Catalogue) -> None:
        """Nothing more comes: the heads as they will be written."""
        self._heads = [head_of(self.accounts[account], catalogue) for account in sorted(self.changed)]

    def write(self) -> None:
        """Write events, keys and heads, and of long memories the parts that have changed."""
        for account in (self.accounts[head.account] for head in self._heads):
            before, now = self._apart.get(account.account, set()), _apart(account)
            if before or now:
                self._tx.drop_parts((account.account, *part) for part in before - now)
                self._tx.put_parts(heads.parts_of(account))
        events = ((account, event) for (account, _), event in self.events.items())
        self._tx.append(events, self.keys.values(), self._heads, now=self.recorded_at)


def booked(
    tx: Writing, account_ids: Sequence[str], now: Instant, catalogue: Catalogue, book: Callable[[Batch], T]
) -> tuple[Batch, T]:
    """A batch with what `book` made of it, which writes nothing itself.

    Where a part of an account's memory does not fit its head, it is done once more with that account from the log.
    """
    while True:
        batch = Batch(tx, account_ids, now)
        try:
            made = book(batch)
            batch.end(catalogue)
            return batch, made
        except UnfitPart as error:
            tx.drop_head(error.account_id)


def _apart(account: Account) -> set[tuple[str, int]]:
    return {(kind, number) for kind, number, _ in account.memory.apart()}
