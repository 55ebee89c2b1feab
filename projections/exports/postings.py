"""Postings: events with entries as transactions, in order of position; both ends of each entry, with the balance."""

import sys
from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from ledger import periods
from ledger.entries import WALLET
from ledger.events import AccountOpened, Event
from ledger.log.errors import BadEvents
from ledger.log.store import Reading, Stored
from ledger.progress import Progress
from ledger.units import Unit
from projections.exports.names import is_held, quoted

PROGRESS_EVERY_EVENTS: Final = 5_000

"""Takes how many events are done."""


class Posting(NamedTuple):
    """One end of an entry. `subscriber`, as books call the contract, and the `balance` are None for a counter-account.

    `is_new` marks the first posting of an account.
    """

    subscriber: str | None
    name: str
    amount: int
    unit: Unit
    grant: int | None
    balance: int | None
    is_new: bool


class Transaction(NamedTuple):
    """An event that moved something, on its local date (R-2.1)."""

    stored: Stored
    subscriber: str
    event: Event
    zone: str
    day: date
    postings: list[Posting]


class Books:
    """The running sums of entries: memory for every account there is, none for the events behind them.

    A balance is a sum of entries and of nothing else; but where an event says what the wallet was after it, its last
    posting to the wallet says the same, so that the program that reads it holds one against the other.
    """

    def __init__(self) -> None:
        self._subscribers: dict[str, tuple[str, str]] = {}
        """What books call a contract, its number, NUMBER-N of a later holder or its id; and its zone."""
        self._sums: dict[tuple[str, str], int] = {}
        self._counters: set[tuple[str, Unit]] = set()

    def transactions(self, log: Reading, until: int, progress: Progress) -> Iterator[Transaction]:
        """Every event with entries up to a position. Raises BadEvents."""
        subscribers, contracts = self._subscribers, log.contracts
        for done, stored in enumerate(log.events_between(0, until), start=1):
            event = log.opened(stored)
            if isinstance(event, AccountOpened):
                subscribers[stored.account] = contracts.named(stored.account).file_name, sys.intern(event.zone)
            if event.entries:
                if stored.account not in subscribers:
                    raise BadEvents(f"account {stored.account} has events but no opening", "run_verify")
                subscriber, zone = subscribers[stored.account]
                day = periods.local_date(event.booked_at, zone)
                yield Transaction(stored, subscriber, event, zone, day, self._postings(subscriber, event))
            if done % PROGRESS_EVERY_EVENTS == 0:
                progress(done)

    def _postings(self, subscriber: str, event: Event) -> list[Posting]:
        made: list[Posting] = []
        wallet = -1
        for entry in event.entries:
            for name, amount in ((entry.from_, -entry.amount), (entry.to, entry.amount)):
                if is_held(name, entry.unit):
                    before = self._sums.get((subscriber, name))
                    balance = (before or 0) + amount
                    self._sums[subscriber, sys.intern(name)] = balance
                    if name == WALLET:
                        wallet = len(made)
                    made.append(Posting(subscriber, name, amount, entry.unit, entry.grant, balance, before is None))
                else:
                    is_new = (name, entry.unit) not in self._counters
                    if is_new:
                        self._counters.add((name, entry.unit))
                    made.append(Posting(None, name, amount, entry.unit, entry.grant, None, is_new))
        if wallet >= 0 and event.wallet_after is not None:
            made[wallet] = made[wallet]._replace(balance=event.wallet_after)
        return made


def tags(transaction: Transaction) -> list[tuple[str, str]]:
    """What a transaction says beside its postings: where it stands in the log, its times (R-2.5), its input."""
    stored, subscriber, event, zone, _, _ = transaction
    said = [
        ("position", str(stored.position)),
        ("account", subscriber),
        ("version", str(stored.version)),
        ("occurred_at", periods.local_text(event.occurred_at, zone)),
        ("booked_at", periods.local_text(event.booked_at, zone)),
        ("recorded_at", periods.local_text(event.recorded_at, zone)),
    ]
    input = event.input
    if input is not None:
        said.append(("received_at", periods.local_text(input.received_at, zone)))
        said.append(("input", f"{quoted(input.source)}/{quoted(input.id)}"))
        if input.by is not None:
            said.append(("by", quoted(input.by)))
    return said


TAGS: Final = (
    "position", "account", "version", "occurred_at", "booked_at", "recorded_at", "received_at", "input", "by",
)  # fmt: skip
