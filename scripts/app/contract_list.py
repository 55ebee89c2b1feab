"""The list of contracts: those that somebody looks for, told from their heads, without their events (R-15.8)."""

from collections.abc import Iterator
from typing import Final

import msgspec

from ledger.account import Account
from ledger.accounts import stored_accounts
from ledger.contracts import Contract
from ledger.events import BlockKind, Mode
from ledger.snapshot import Snapshot
from ledger.units import Kopecks
from scripts.app.bounds import Bounds
from scripts.app.contracts import contracts_of, require_contract
from scripts.app.errors import InvalidRequest

READ_AT_ONCE: Final = 500


class LookedFor(msgspec.Struct, frozen=True, kw_only=True):
    """Which contracts are looked for; None is any. `wallet_below` is in kopecks."""

    plan: str | None = None
    mode: Mode | None = None
    blocked: BlockKind | None = None
    wallet_below: Kopecks | None = None
    opened: Bounds = Bounds()
    closed: Bounds = Bounds()

    def has(self, account: Account) -> bool:
        """Whether a contract is one of them, as it stands."""
        return (
            self.plan in (None, account.plan)
            and self.mode in (None, account.mode)
            and (self.blocked is None or self.blocked in account.blocks)
            and (self.wallet_below is None or account.wallet < self.wallet_below)
            and self.opened.have(account.opened_at, account.zone)
            and self.closed.have(account.closed_at, account.zone)
        )


def listed_contracts(
    snapshot: Snapshot, looked_for: LookedFor, number: str | None = None
) -> Iterator[tuple[Contract, Account]]:
    """The contracts that are looked for, all or those of a number, by number and holder; read while the snapshot lasts.

    Raises InvalidRequest for a plan that the catalogue does not have and for bounds the wrong way round, Declined for a
    number that is not there.
    """
    _check(snapshot, looked_for)
    contracts = snapshot.contracts
    if number is None:
        return _listed(snapshot, looked_for, contracts.all())
    require_contract(contracts, number)
    return _listed(snapshot, looked_for, contracts_of(contracts, number))


def _check(snapshot: Snapshot, looked_for: LookedFor) -> None:
    plan = looked_for.plan
    if plan is not None and ("plan", plan) not in {each[:2] for each in snapshot.catalogues.newest().versions()}:
        raise InvalidRequest("NO_SUCH_PLAN", plan=plan)
    for what, bounds in (("opened", looked_for.opened), ("closed", looked_for.closed)):
        if bounds.is_reversed:
            raise InvalidRequest("BOUNDS_REVERSED", what=what)


def _listed(snapshot: Snapshot, looked_for: LookedFor, contracts: list[Contract]) -> Iterator[tuple[Contract, Account]]:
    for start in range(0, len(contracts), READ_AT_ONCE):
        some = contracts[start : start + READ_AT_ONCE]
        found = stored_accounts(snapshot.log, [contract.id for contract in some])
        for contract in some:
            stored = found.get(contract.id)
            if stored is not None and looked_for.has(stored.account):
                yield contract, stored.account
