"""Whose contract is asked about, and whether who asks may."""

from ledger.contracts import Contract, chosen
from ledger.snapshot import Snapshot
from scripts.app.accounts import require_account
from scripts.app.contracts import require_contract
from scripts.web.asked import Asked
from scripts.web.problems import Problem
from scripts.web.visitor import Visitor


def contract_asked(asked: Asked, snapshot: Snapshot) -> Contract:
    """The contract that the path and `holder` name. Raises Problem where it is not for who asks, Declined for none.

    Who is limited to a contract learns nothing about any other, not even whether it is there.
    """
    holder: int | None = asked.get("holder")
    own = own_contract(asked, snapshot, asked.number, holder)
    return require_contract(snapshot.contracts, asked.number, holder) if own is None else own


def own_contract(
    asked: Asked, snapshot: Snapshot, account: str | None = None, holder: int | None = None
) -> Contract | None:
    """The contract that who asks is limited to; None for who is not. Raises Problem where another account is named."""
    visitor = asked.visitor
    if visitor.role != "subscriber" and visitor.contract is None:
        return None
    contracts = snapshot.contracts
    found = contracts.with_id(visitor.contract or "") if account is None else chosen(contracts, account, holder)
    require_own(visitor, snapshot, found)
    return found


def require_own(visitor: Visitor, snapshot: Snapshot, contract: Contract | None) -> None:
    """Refuse a contract that is not for who asks: a subscriber has the own one, while it is open. Raises Problem."""
    if visitor.role != "subscriber" and visitor.contract is None:
        return
    if contract is None or contract.id != visitor.contract:
        raise Problem(403, "NOT_ALLOWED", "this is not your contract")
    if visitor.role == "subscriber" and require_account(snapshot, contract.id).closed_at is not None:
        raise Problem(403, "NOT_ALLOWED", "this contract is closed")
