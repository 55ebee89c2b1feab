"""The list of contracts: those that somebody looks for, told from their heads, without their events (R-15.8)."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, TypeVar

import msgspec

from ledger import periods
from ledger.account import Account
from ledger.accounts import stored_accounts
from ledger.catalogue import Catalogue
from ledger.contracts import Contract
from ledger.events import BlockKind, Mode
from ledger.rules import tariff
from ledger.rules.night import tariff_due
from ledger.snapshot import Snapshot
from ledger.units import Kopecks
from scripts.app.bounds import Bounds
from scripts.app.catalogues import require_plan
from scripts.app.contract_order import in_order
from scripts.app.contracts import contracts_of, require_contract
from scripts.app.errors import InvalidRequest

T = TypeVar("T")
READ_AT_ONCE: Final = 500


class LookedFor(msgspec.Struct, frozen=True, kw_only=True):
    """Which contracts are looked for; None and False are any.

    `wallet_below` and `wallet_above` are in kopecks; `option` is one that is connected, `promise` asks for an open one;
    `due` is when the tariff charges next. `cannot_pay`: what is at hand then does not reach the month's fee.
    """

    plan: str | None = None
    mode: Mode | None = None
    blocked: BlockKind | None = None
    option: str | None = None
    promise: bool = False
    wallet_below: Kopecks | None = None
    wallet_above: Kopecks | None = None
    opened: Bounds = Bounds()
    closed: Bounds = Bounds()
    due: Bounds = Bounds()
    cannot_pay: bool = False

    def has(self, account: Account, catalogue: Catalogue) -> bool:
        """Whether a contract is one of them, as it stands; `catalogue` charges it next."""
        return (
            self.plan in (None, account.plan)
            and self.mode in (None, account.mode)
            and (self.blocked is None or self.blocked in account.blocks)
            and (self.option is None or account.option(self.option) is not None)
            and (account.promise is not None or not self.promise)
            and (self.wallet_below is None or account.wallet < self.wallet_below)
            and (self.wallet_above is None or account.wallet > self.wallet_above)
            and self.opened.have(account.opened_at, account.zone)
            and self.closed.have(account.closed_at, account.zone)
            and (self.due.is_open or self.due.have(tariff_due(account, catalogue), account.zone))
            and not (self.cannot_pay and _can_pay(account, catalogue))
        )


EVERYBODY: Final = LookedFor()


def _can_pay(account: Account, catalogue: Catalogue) -> bool:
    """Whether the month's fee will find its money, or there is none to come (R-4.1); a promise may have ended then."""
    due = tariff_due(account, catalogue)
    if due is None:
        return True
    day = periods.local_date(due, account.zone)
    fee = tariff.effective_fee(account, tariff.plan_to_pay(account, catalogue, day).monthly_fee, day)
    promise = account.promise
    ended = promise.amount if promise is not None and promise.until <= due else 0
    return account.available - ended >= fee


def listed_contracts(
    snapshot: Snapshot, looked_for: LookedFor, number: str | None = None
) -> Iterator[tuple[Contract, Account]]:
    """The contracts that are looked for, all or those of a number, by number and holder; read while the snapshot lasts.

    There may be millions: what is held of each is some 40 bytes. Raises InvalidRequest for a plan or an option that the
    catalogue does not have and for bounds the wrong way round, Declined for a number that is not there.
    """
    _check(snapshot, looked_for)
    contracts = snapshot.contracts
    if number is None:
        ids = snapshot.log.each_account()
        if looked_for != EVERYBODY:  # whose names are not looked up before they are found
            ids = (account.account for account in _found(snapshot, looked_for, ids))
        return _listed(snapshot, in_order(contracts, ids))
    require_contract(contracts, number)
    listed = {contract.id: contract for contract in contracts_of(contracts, number)}
    found = {account.account for account in _found(snapshot, looked_for, listed)}
    return _listed(snapshot, (contract for id, contract in listed.items() if id in found))


def _check(snapshot: Snapshot, looked_for: LookedFor) -> None:
    plan, option = looked_for.plan, looked_for.option
    catalogue = snapshot.catalogues.newest()
    if plan is not None:
        require_plan(catalogue, plan)
    if option is not None and option not in catalogue.options:
        raise InvalidRequest("NO_SUCH_OPTION", option=option)
    for what, bounds in (("opened", looked_for.opened), ("closed", looked_for.closed), ("due", looked_for.due)):
        if bounds.is_reversed:
            raise InvalidRequest("BOUNDS_REVERSED", what=what)


def _found(snapshot: Snapshot, looked_for: LookedFor, ids: Iterable[str]) -> Iterator[Account]:
    """The accounts of ids that are looked for, in the order of the ids."""
    catalogue = snapshot.catalogues.newest()
    for some in _some(iter(ids)):
        stored = stored_accounts(snapshot.log, some)
        for id in some:
            if id in stored and looked_for.has(stored[id].account, catalogue):
                yield stored[id].account


def _listed(snapshot: Snapshot, contracts: Iterator[Contract]) -> Iterator[tuple[Contract, Account]]:
    """Contracts with their accounts as they stand."""
    for some in _some(contracts):
        stored = stored_accounts(snapshot.log, [contract.id for contract in some])
        for contract in some:
            if contract.id in stored:
                yield contract, stored[contract.id].account


def _some(each: Iterator[T]) -> Iterator[Sequence[T]]:
    while some := list(islice(each, READ_AT_ONCE)):
        yield some
