"""Contracts: each accepted `open` makes one, a stream of its own; a number has one after the other (R-15.1)."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple, Protocol

ACCOUNT: Final = "79[0-9]{9}"
"""What a number looks like, as a regular expression."""
ERASED: Final = "данные уничтожены"
"""What stands where personal data stood before they were erased (R-15.9)."""
NO_KEY: Final = "нет ключа"
"""What stands where personal data cannot be read, because the key of the contract is not at hand."""


_number: Final = re.compile(ACCOUNT).fullmatch


class Contract(NamedTuple):
    """A contract: its number, its place among the contracts of that number, and its stream in the log.

    They sort as lists by account do. `number` is ERASED or NO_KEY where nobody can tell it; the id still can be named.
    """

    number: str
    holder: int
    id: str

    def __str__(self) -> str:
        """Its name in lists: the number, from the second holder on with its place; the id where the number is gone."""
        if self.number in (ERASED, NO_KEY):
            return self.id
        return self.number if self.holder == 1 else f"{self.number}/{self.holder}"

    @property
    def file_name(self) -> str:
        """The same for the name of a file."""
        return str(self).replace("/", "-")


class Contracts(Protocol):
    """The contracts of a log, whose they are and which a number has."""

    def named(self, id: str) -> Contract:
        """The contract of a stream; of one that nobody knows, with NO_KEY in place of the number."""

    def named_all(self, ids: Iterable[str]) -> dict[str, Contract]:
        """The same of many, by id."""

    def each_named(self, ids: Iterable[str]) -> Iterator[Contract]:
        """The same of very many, in no order: none of them is remembered."""

    def of(self, number: str) -> list[Contract]:
        """The contracts of a number in order of opening, those that the log has."""

    def with_id(self, id: str) -> Contract | None:
        """The contract of a stream, if the log has it."""

    def all(self) -> list[Contract]:
        """Every contract of the log, in the order of lists by account."""


def chosen(contracts: Contracts, account: str, holder: int | None = None) -> Contract | None:
    """The contract that somebody asks for: the latest of a number, or that of a holder; None where there is none.

    One whose number is gone is asked for by its id.
    """
    if is_number(account):
        return next((each for each in reversed(contracts.of(account)) if holder in (None, each.holder)), None)
    found = contracts.with_id(account)
    return found if found is not None and holder in (None, found.holder) else None


def holder_to_name(contracts: Contracts, contract: Contract) -> int | None:
    """What an input has to name as `holder` to reach a contract: nothing where it is its number's latest (R-15.2)."""
    return None if contract == chosen(contracts, contract.number) else contract.holder


def is_number(id: str) -> bool:
    """Whether a stream is called by its number, as a ledger of an older build has it: nothing of it is sealed."""
    return _number(id) is not None
