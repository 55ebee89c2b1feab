"""What another process does to a store: functions of a module that takes little along, for each begins anew."""

import os
import signal
from contextlib import closing
from typing import Any, NamedTuple

from ledger.log.store import Head, LogRef, Reading, Share, Stored, Writing

BOOKINGS = 25


class State(NamedTuple):
    """What a reading has of the log."""

    last_position: int
    events: int
    by_position: list[Stored]
    by_account: list[Stored]
    accounts: list[str]
    newest_versions: dict[str, int]
    catalogues: list[Any]


def state(log: Reading) -> State:
    accounts = log.accounts()
    return State(
        log.last_position(),
        log.count(),
        list(log.events_between(0, 1 << 40)),
        list(log.all_events()),
        accounts,
        log.newest_versions(accounts),
        log.adopted(),
    )


def event(account: str, version: int, state: bytes = b"{}") -> Stored:
    """An event as stored; its position is up to the store."""
    return Stored(0, account, version, "Any/1", state)


def append(tx: Writing, account: str, versions: range) -> None:
    tx.append_stored([event(account, version) for version in versions], [])


def state_until(ref: LogRef, until: int) -> State:
    with closing(ref.open()) as store, store.reading(until=until) as log:
        return state(log)


def contracts_until(ref: LogRef, until: int, share: Share) -> list[tuple[str, list[Stored]]]:
    with closing(ref.open()) as store, store.reading(until=until) as log:
        return list(log.whole_contracts(share))


def book_many(ref: LogRef, writer: int) -> None:
    """Transactions of one to three events, each of which says behind which position its transaction began."""
    with closing(ref.open()) as store:
        for booking in range(BOOKINGS):
            with store.writing() as tx:
                before = str(tx.last_position()).encode()
                version = tx.newest_versions([str(writer)]).get(str(writer), 0)
                count = 1 + booking % 3
                tx.append_stored([event(str(writer), version + 1 + n, before) for n in range(count)], [])


def killed(ref: LogRef, account: str, *, commits: bool) -> None:
    with closing(ref.open()) as store:
        with store.writing() as tx:
            append(tx, account, range(1, 100))
            tx.put_heads([Head(account, 99, None, b"{}")])
            if not commits:
                os.kill(os.getpid(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)
