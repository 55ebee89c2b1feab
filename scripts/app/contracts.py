"""Contracts: which one a number and a holder mean, asked for in one place (R-15.8)."""

import re

from ledger import inputs
from ledger.contracts import Contract, Contracts, chosen
from scripts.app.errors import Declined


def require_contract(contracts: Contracts, account: str, holder: int | None = None) -> Contract:
    """The latest contract of a number, or that of a holder; an account is also a contract's id.

    Raises Declined where there is none, or where it cannot be an account.
    """
    found = chosen(contracts, account, holder)
    if found is not None:
        return found
    if holder is not None and chosen(contracts, account) is not None:
        raise Declined("NO_HOLDER", account=account, holder=holder)
    is_number = re.fullmatch(inputs.ACCOUNT, account) is not None
    raise Declined("NO_ACCOUNT" if is_number else "NOT_AN_ACCOUNT", account=account)
