"""Whose it is: the contract that a query or an id names; ids have the contract in them, not the number."""

from typing import Any, Final

from ledger.contracts import ERASED, NO_KEY, Contract
from ledger.snapshot import Snapshot
from scripts.app.contracts import require_contract
from scripts.web.asked import Asked
from scripts.web.own import own_contract
from scripts.web.problems import Problem
from scripts.web.route import Param

_DOES: Final = "Of this number, or of the contract of this id; whoever is limited to one need not say it."
PARTY: Final = Param(name="relatedParty.id", kind="account", does=_DOES)
RESOURCE: Final = Param(name="logicalResource.id", kind="account", does=_DOES)
PRODUCT: Final = Param(name="product.publicIdentifier", kind="account", does=_DOES)
PUBLIC: Final = Param(name="publicIdentifier", kind="account", does=_DOES)
BILLED: Final = Param(name="billingAccount.id", kind="account", does=_DOES)
NAMES: Final = (PARTY, RESOURCE, PRODUCT, PUBLIC, BILLED)


def contract_meant(asked: Asked, snapshot: Snapshot) -> Contract:
    """The contract that the query names. Raises Problem where it names none or two, or one not for who asks."""
    said = {asked.get(each.name) for each in NAMES} - {None}
    if len(said) > 1:
        raise Problem(422, "BAD_PARAMETER", "the query names two accounts; ask for one after the other")
    return contract_of(asked, snapshot, next(iter(said), None))


def contract_of(asked: Asked, snapshot: Snapshot, account: str | None) -> Contract:
    """The contract of a number or an id; of none the own one. Raises Problem, Declined."""
    own = own_contract(asked, snapshot, account)
    if own is not None:
        return own
    if account is None:
        raise Problem(422, "PARAMETER_MISSING", f"say whose: {PARTY.name}=79161234567")
    return require_contract(snapshot.contracts, account)


def id_asked(asked: Asked, snapshot: Snapshot, id: str | None = None) -> tuple[Contract, str]:
    """The contract that an id names, by default that of the path, and the rest of it. Raises Problem."""
    name, _, rest = (asked.path["id"] if id is None else id).partition("-")
    found = own_contract(asked, snapshot, name) or snapshot.contracts.with_id(name)
    if found is None:
        raise nothing()
    return found, rest


def version_in(rest: str) -> int:
    """The version that an id ends with. Raises Problem."""
    if not (rest.isascii() and rest.isdecimal() and len(rest) <= 18):
        raise nothing()
    return int(rest)


def nothing() -> Problem:
    """What an id is that nothing has."""
    return Problem(404, "NO_SUCH_RESOURCE", "nothing here has this id; its list says what there is")


def named(contract: Contract, what: object) -> str:
    """The id of something that a contract has."""
    return f"{contract.id}-{what}"


def whose(contract: Contract) -> dict[str, Any]:
    """Whom a resource is about; of a contract whose number is gone, the contract alone."""
    account = {"partyAccount": {"id": contract.id}}
    if contract.number in (ERASED, NO_KEY):
        return account
    return account | {"relatedParty": [{"id": contract.number, "role": "customer"}]}
