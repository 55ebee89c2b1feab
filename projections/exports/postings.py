"""Postings: events with entries as transactions, in order of position; both ends of each entry, with the balance."""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from ledger import periods
from ledger.entries import WALLET, Entry
from ledger.events import Event, type_name
from ledger.log.store import Reading
from ledger.progress import Progress
from ledger.units import UNIT_OF, Unit
from projections.exports.names import is_held, quoted
from projections.exports.selection import EVERYTHING, Placed, Selection, placed_events

OPENING: Final = "OpeningBalance"
"""What a transaction is called that brings forward what was there before the dates of an export."""
COUNTER: Final = "opening"
"""The counter-account of such a transaction."""


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
    """An event that moved something, on its local date (R-2.1), or what was there before; `tags` are what it says."""

    name: str
    day: date
    tags: list[tuple[str, str]]
    postings: list[Posting]


class Books:
    """The running sums of entries: memory for every account there is, none for the events behind them.

    A balance is a sum of entries and of nothing else; but where an event says what the wallet was after it, its last
    posting to the wallet says the same, so that the program that reads it holds one against the other.
    """

    def __init__(self) -> None:
        self.events = 0
        """How many events of the selection there were so far, also those without entries."""
        self._subscribers: dict[str, str] = {}
        """What books call a contract: its number, NUMBER-N of a later holder, or its id."""
        self._sums: dict[tuple[str, str], int] = {}
        self._counters: set[tuple[str, Unit]] = set()
        self._before: dict[str, Counter[str]] = {}
        self._wallets_before: dict[str, int] = {}

    def transactions(
        self, log: Reading, progress: Progress, selection: Selection = EVERYTHING
    ) -> Iterator[Transaction]:
        """Every selected event with entries; what a contract had before, ahead of its first. Raises BadEvents."""
        for placed in placed_events(log, selection, progress):
            id, event = placed.stored.account, placed.event
            if id not in self._subscribers:
                self._subscribers[id] = log.contracts.named(id).file_name
            if placed.is_before:
                self._take_before(id, event)
                continue
            self.events += 1
            if event.entries:
                yield from self._brought_forward(id, selection)
                subscriber = self._subscribers[id]
                postings = self._postings(subscriber, event)
                yield Transaction(type_name(event), placed.day, _tags(placed, subscriber), postings)
        for id in sorted(self._before, key=self._subscribers.__getitem__):
            yield from self._brought_forward(id, selection)

    def _take_before(self, id: str, event: Event) -> None:
        """Add up what a contract had before the dates of the export, and keep what the ledger says of its wallet."""
        sums = self._before.setdefault(id, Counter())
        for entry in event.entries:
            for name, amount in ((entry.from_, -entry.amount), (entry.to, entry.amount)):
                if is_held(name, entry.unit):
                    sums[sys.intern(name)] += amount
        if event.wallet_after is not None:
            self._wallets_before[id] = event.wallet_after

    def _brought_forward(self, id: str, selection: Selection) -> Iterator[Transaction]:
        """What a contract had, once; nothing where it had nothing."""
        sums = {name: amount for name, amount in self._before.pop(id, Counter()).items() if amount}
        wallet = self._wallets_before.pop(id, None)
        if not sums or selection.since is None:
            return
        subscriber = self._subscribers[id]
        postings: list[Posting] = []
        for name, amount in sorted(sums.items()):
            service = name.rpartition("/")[2]
            unit: Unit = "kop" if name == WALLET else UNIT_OF[service]
            counter = COUNTER if name == WALLET else f"{COUNTER}/{service}"
            balance = wallet if name == WALLET and wallet is not None else amount
            self._sums[subscriber, name] = amount
            postings.append(Posting(subscriber, name, amount, unit, None, balance, True))
            postings.append(self._counter(counter, -amount, unit, None))
        yield Transaction(OPENING, selection.since, [("account", subscriber)], postings)

    def _postings(self, subscriber: str, event: Event) -> list[Posting]:
        made: list[Posting] = []
        wallet = -1
        for entry in event.entries:
            for name, amount in _ends(entry):
                if is_held(name, entry.unit):
                    before = self._sums.get((subscriber, name))
                    balance = (before or 0) + amount
                    self._sums[subscriber, sys.intern(name)] = balance
                    if name == WALLET:
                        wallet = len(made)
                    made.append(Posting(subscriber, name, amount, entry.unit, entry.grant, balance, before is None))
                else:
                    made.append(self._counter(name, amount, entry.unit, entry.grant))
        if wallet >= 0 and event.wallet_after is not None:
            made[wallet] = made[wallet]._replace(balance=event.wallet_after)
        return made

    def _counter(self, name: str, amount: int, unit: Unit, grant: int | None) -> Posting:
        is_new = (name, unit) not in self._counters
        if is_new:
            self._counters.add((name, unit))
        return Posting(None, name, amount, unit, grant, None, is_new)


def _ends(entry: Entry) -> tuple[tuple[str, int], tuple[str, int]]:
    return (entry.from_, -entry.amount), (entry.to, entry.amount)


def _tags(placed: Placed, subscriber: str) -> list[tuple[str, str]]:
    """What a transaction says beside its postings: where it stands in the log, its times (R-2.5), its input."""
    stored, event, zone, _, _ = placed
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
