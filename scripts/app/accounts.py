"""Accounts looked up: what one has, where an input went."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from ledger import periods
from ledger.account import Account
from ledger.catalogue import Catalogue
from ledger.contracts import ERASED, NO_KEY, Contract, is_number
from ledger.evolve import evolve
from ledger.log.keys import key_of
from ledger.log.store import Reading
from ledger.periods import Instant, Moment
from ledger.snapshot import Snapshot
from projections import balances
from projections.next_charges import Scheduled, charges_until
from scripts.app.errors import Declined

ASKED_AT_ONCE: Final = 1_000


class AccountBalance(NamedTuple):
    """What a contract had, seen from `as_of` with what was known by `known_at`, and what its schedule books next."""

    contract: Contract
    account: Account
    balance: balances.Balance
    as_of: Instant | None
    known_at: Instant | None
    waits: Iterator[Scheduled]


class FoundInput(msgspec.Struct):
    """Where an input went: the versions of the events that it caused.

    `is_latest`: the contract is the one that its number means when no holder is named.
    """

    contract: Contract
    source: str
    versions: list[int]
    is_latest: bool = True


class FoundInputs(NamedTuple):
    """Where inputs of an id went, and the contracts that could not be asked, for want of their keys."""

    inputs: list[FoundInput]
    unasked: list[Contract]


def require_account(snapshot: Snapshot, account_id: str) -> Account:
    """The account of a contract's id as it stands. Raises Declined if nobody opened it, or where it cannot be one."""
    found = snapshot.account(account_id)
    if found is None:
        raise Declined("NO_ACCOUNT" if is_number(account_id) else "NOT_AN_ACCOUNT", account=account_id)
    return found


def balance(
    snapshot: Snapshot, contract: Contract, *, as_of: Moment | None, known_at: Moment | None, now: Instant
) -> AccountBalance:
    """What a contract has, or had by what was booked by `as_of` and written down by `known_at`. Raises Declined."""
    found = require_account(snapshot, contract.id)
    in_force = snapshot.catalogues.newest()
    asked_of, known_by = (None if t is None else periods.last_instant(t, found.zone) for t in (as_of, known_at))
    if asked_of is not None or known_by is not None:
        found, in_force = _account_then(snapshot, contract, asked_of, known_by)
    seen_from = next((time for time in (asked_of, known_by) if time is not None), now)
    waits = charges_until(found, in_force, seen_from)
    return AccountBalance(contract, found, balances.balance(found, at=asked_of), asked_of, known_by, waits)


def _account_then(
    snapshot: Snapshot, contract: Contract, as_of: Instant | None, known_at: Instant | None
) -> tuple[Account, Catalogue]:
    """The account as the events booked by `as_of` and recorded by `known_at` leave it.

    And the catalogue that decides what waited then: that of the next booking, or the newest before there is one.
    """
    found: Account | None = None
    known = False
    in_force = snapshot.catalogues.newest()
    for position, event in snapshot.events(contract.id):
        early = known_at is None or event.recorded_at <= known_at
        known = known or early
        if not early or (as_of is not None and event.booked_at > as_of):
            in_force = snapshot.catalogues.at(position)
            break
        found = evolve(found, event, contract.id)
    if found is None:
        raise Declined("NOT_OPEN_YET" if known else "NOT_KNOWN_YET", account=str(contract))
    return found, in_force


def find(log: Reading, id: str) -> FoundInputs:
    """Where inputs of this id went, in order of contract and source; an input that was rejected went nowhere."""
    found = []
    unasked: list[Contract] = []
    for account_id, source, version in _booked_as(log, id, unasked):
        versions = []
        for stored in log.events(account_id, after_version=version - 1):
            reference = log.opened(stored).input
            if reference is None or (reference.source, reference.id) != (source, id):
                break
            versions.append(stored.version)
        contract = log.contracts.named(account_id)
        is_latest = contract.number in (ERASED, NO_KEY) or log.contracts.of(contract.number)[-1] == contract
        found.append(FoundInput(contract, source, versions, is_latest))
    return FoundInputs(sorted(found, key=lambda each: (each.contract, each.source)), unasked)


def _booked_as(log: Reading, id: str, unasked: list[Contract]) -> Iterator[tuple[str, str, int]]:
    """The contracts that had inputs of an id, their sources, and the versions of their first events.

    A sealed contract digests ids with its own key, so each of them has to be asked; `unasked` gets those without one.
    """
    sources = log.sources()
    for source in sources:
        yield from ((account_id, source, version) for account_id, version in log.accounts_with(key_of(source, id)))
    ids = log.accounts()
    for start in range(0, len(ids), ASKED_AT_ONCE):
        some = ids[start : start + ASKED_AT_ONCE]
        unasked += [each for each in log.contracts.named_all(some).values() if each.number == NO_KEY]
        sealed = [(each, key) for each in some if (key := log.keyring.key(each)) is not None]
        asked = {(each, key_of(source, id, key)): source for each, key in sealed for source in sources}
        for (account_id, digest), known in log.keys(list(asked)).items():
            yield account_id, asked[account_id, digest], known.version
