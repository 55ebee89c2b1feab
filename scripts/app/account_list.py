"""Account lists: contracts that somebody names by the hundred, instead of all (R-15.8)."""

from collections.abc import Sequence
from typing import NamedTuple

from ledger.contracts import Contract, Contracts, is_number
from scripts.app.contracts import contracts_of
from scripts.app.errors import Declined, InvalidRequest


class ListedAccount(NamedTuple):
    """A line of a list: a number or a contract's id, and the holder where one of the number's contracts is meant."""

    line: int
    account: str
    holder: int | None = None

    def __str__(self) -> str:
        return self.account if self.holder is None else f"{self.account}/{self.holder}"


class AccountList(NamedTuple):
    """A list, and what it is called when something is wrong with it."""

    name: str
    accounts: Sequence[ListedAccount]


def require_listed(contracts: Contracts, listed: AccountList) -> list[Contract]:
    """The contracts that a list names, of a number without a holder all, each once, in the order of lists by account.

    Raises InvalidRequest for a list of none and for a line that is no account, Declined for one that is not there.
    """
    if not listed.accounts:
        raise InvalidRequest("LIST_IS_EMPTY", file=listed.name)
    found: set[Contract] = set()
    for each in listed.accounts:
        there = contracts_of(contracts, each.account)
        meant = [contract for contract in there if each.holder in (None, contract.holder)]
        if not meant:
            facts = {"file": listed.name, "line": each.line, "account": str(each)}
            if not there and not is_number(each.account):
                raise InvalidRequest("LISTED_NO_ACCOUNT", **facts)
            raise Declined("LISTED_UNKNOWN", **facts)
        found.update(meant)
    return sorted(found)


def listed_ids(contracts: Contracts, listed: AccountList | None) -> list[str] | None:
    """The ids of the contracts that a list names; None where there is no list, which means all. Raises as above."""
    return None if listed is None else [contract.id for contract in require_listed(contracts, listed)]
