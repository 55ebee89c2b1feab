"""A table of contracts as a key store has it, for naming and sorting without a ledger."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ledger.contracts import ERASED, NO_KEY, Contract
from tests.support import ACCOUNT

FIRST, SECOND = Contract(ACCOUNT, 1, "k3w9p2xq7m5t8v4a"), Contract(ACCOUNT, 2, "b7n4c2zr9d6f3h8j")
"""Two of one number, whose ids stand the other way round."""
OTHER = Contract("79160000001", 1, "z5x8c3v6b9n2m4k7")
"""One of a smaller number, whose id comes last."""
GONE = Contract(ERASED, 1, "a2q8r5t7w4y9z3a6")
"""One that was erased, whose id comes first."""


class Table(NamedTuple):
    """The contracts of a ledger."""

    contracts: list[Contract]

    def named(self, id: str) -> Contract:
        return self.with_id(id) or Contract(NO_KEY, 1, id)

    def named_all(self, ids: Iterable[str]) -> dict[str, Contract]:
        return {id: self.named(id) for id in ids}

    def each_named(self, ids: Iterable[str]) -> Iterator[Contract]:
        return iter(self.named_all(ids).values())

    def of(self, number: str) -> list[Contract]:
        return sorted(each for each in self.contracts if each.number == number != ERASED)

    def with_id(self, id: str) -> Contract | None:
        return next((each for each in self.contracts if each.id == id), None)

    def all(self) -> list[Contract]:
        return sorted(self.contracts)


TABLE = Table([GONE, SECOND, OTHER, FIRST])
