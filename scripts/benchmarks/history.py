"""A ledger with one account that has a long history, for the rows that read one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger import inputs
from ledger.account import Account
from ledger.evolve import evolve
from ledger.log.engines import store_ref
from ledger.log.store import Stored
from ledger.service import Ledger
from scripts.benchmarks import traffic
from scripts.wiring import now

ACCOUNT = traffic.account_id(0)


@contextmanager
def ledger_of(folder: Path, count: int) -> Iterator[Ledger]:
    """A new ledger in which `ACCOUNT` has some `count` events."""
    with Ledger(store_ref(folder / "history.db"), now=now) as ledger:
        ledger.apply([inputs.parse(line) for line in traffic.lines(count, accounts=1)])
        yield ledger


def stored(ledger: Ledger) -> list[Stored]:
    """The account's events as they are stored."""
    with ledger.store.reading() as log:
        return list(log.events(ACCOUNT))


def fold(rows: list[Stored]) -> Account:
    """The account of its stored events."""
    account: Account | None = None
    for row in rows:
        account = evolve(account, row.event(), ACCOUNT)
    assert account is not None
    return account
