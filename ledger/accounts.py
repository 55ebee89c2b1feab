"""Accounts as the ledger has them: by their heads, or from the log where a head is lost or does not fit it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple

from ledger.account import Account
from ledger.catalogue import Catalogue
from ledger.evolve import BrokenLog, evolve
from ledger.log import heads
from ledger.log.errors import BadEvents
from ledger.log.store import Head, Reading, Stored, Writing
from ledger.rules.schedule import next_scheduled

HEADS_REBUILT_AT_ONCE: Final = 5_000


class UnfitPart(Exception):
    """A part of an account's memory that is not there, is damaged, or of another version than its head says."""

    def __init__(self, account_id: str) -> None:
        super().__init__(account_id)
        self.account_id = account_id


class Found(NamedTuple):
    """An account, and whether its head said so; else it was folded from its events and the head is to be written."""

    account: Account
    by_head: bool


def stored_account(tx: Reading, account_id: str) -> Account | None:
    """One account as it stands; None if nobody opened it. Raises BadEvents."""
    found = stored_accounts(tx, [account_id]).get(account_id)
    if found is None:
        return None
    try:
        found.account.memory.read()  # the transaction may be over when it is asked
    except UnfitPart:
        return _folded(tx.events(account_id))
    return found.account


def stored_accounts(tx: Reading, account_ids: Sequence[str]) -> dict[str, Found]:
    """Those of some accounts that have events, as they stand.

    A head counts where it is of today's form and of the version of its account's newest event; else the log does, which
    is the truth. Parts of a long memory are read when they are asked for, while the transaction lasts, which may raise
    UnfitPart. Raises BadEvents.
    """
    known = {head.account: head for head in tx.heads_of(account_ids)}
    accounts = {}
    for account_id, newest in tx.newest_versions(account_ids).items():
        head = known.get(account_id)
        account = _fitting(tx, head, newest) if head is not None else None
        accounts[account_id] = Found(account or _folded(tx.events(account_id)), account is not None)
    return accounts


def erased_accounts(tx: Reading) -> Iterator[str]:
    """The contracts whose personal data were erased (R-15.9), as their heads say."""
    for head in tx.heads():
        account = heads.decode(head.state, heads.no_parts)
        if account is not None and account.erased:
            yield head.account


def folded_accounts(tx: Reading) -> Iterator[Account]:
    """Every account folded from the log, in order of account. Raises BadEvents."""
    for _, events in groupby(tx.all_events(), attrgetter("account")):
        yield _folded(events)


def rebuild_heads(tx: Writing, catalogue: Catalogue) -> None:
    """Make every head anew from the log, with its agenda under the newest catalogue. Raises BadEvents."""
    tx.drop_heads()
    tx.set("heads_schema", str(heads.STATE_SCHEMA))
    waiting: list[Head] = []
    for account in folded_accounts(tx):
        waiting.append(head_of(account, catalogue))
        tx.put_parts(heads.parts_of(account))
        if len(waiting) >= HEADS_REBUILT_AT_ONCE:
            tx.put_heads(waiting)
            waiting = []
    tx.put_heads(waiting)


def head_of(account: Account, catalogue: Catalogue) -> Head:
    """What is stored of an account beside its events."""
    return Head(account.account, account.version, next_scheduled(account, catalogue), heads.encode(account))


def _fitting(tx: Reading, head: Head, newest: int) -> Account | None:
    def read(kind: str, number: int, version: int) -> tuple[Any, ...]:
        row = tx.part(head.account, kind, number)
        things = heads.decode_part(kind, row.state) if row is not None and row.version == version else None
        if things is None:
            raise UnfitPart(head.account)
        return things

    if head.version != newest:
        return None
    account = heads.decode(head.state, read)
    return account if account and (account.account, account.version) == (head.account, newest) else None


def _folded(events: Iterable[Stored]) -> Account:
    account: Account | None = None
    for stored in events:
        try:
            account = evolve(account, stored.event(), stored.account)
        except BrokenLog as error:
            raise BadEvents(str(error), "run_verify") from None
    assert account is not None, "an account in the log has events"
    return account
