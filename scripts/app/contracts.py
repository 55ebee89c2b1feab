"""Contracts: which one a number and a holder mean, and which a number has, asked for in one place (R-15.8)."""

from ledger.contracts import Contract, Contracts, chosen, is_number
from scripts.app.errors import Declined


def require_contract(contracts: Contracts, account: str, holder: int | None = None) -> Contract:
    """The latest contract of a number, or that of a holder; an account is also a contract's id.

    Raises Declined where there is none, or where it cannot be an account.
    """
    found = chosen(contracts, account, holder)
    if found is not None:
        return found
    if holder is not None and (latest := chosen(contracts, account)) is not None:
        if latest.holder == holder:  # an id, and the holder it has
            return latest
        raise Declined("NO_HOLDER", account=account, holder=holder)
    raise Declined("NO_ACCOUNT" if is_number(account) else "NOT_AN_ACCOUNT", account=account)


def contracts_of(contracts: Contracts, account: str) -> list[Contract]:
    """Every contract of a number in order of holder, or the one of an id; none where there is none."""
    if is_number(account):
        return contracts.of(account)
    found = contracts.with_id(account)
    return [] if found is None else [found]
