"""Contract fields: how JSON names the contract that it speaks of (R-15.8, contract §8)."""

from typing import Any

from ledger.contracts import ERASED, NO_KEY, Contract


def contract_fields(contract: Contract) -> dict[str, Any]:
    """`account` and `holder`; where the number is gone also `contract`, the id by which it can still be asked for.

    `holder` is None where no key tells it.
    """
    fields: dict[str, Any] = {"account": contract.number, "holder": contract.holder or None}
    return fields | {"contract": contract.id} if contract.number in (ERASED, NO_KEY) else fields


def later_fields(contract: Contract) -> dict[str, Any]:
    """The same without the `holder` 1: what was written before there were several contracts keeps its bytes."""
    fields = contract_fields(contract)
    return {name: value for name, value in fields.items() if (name, value) != ("holder", 1)}
