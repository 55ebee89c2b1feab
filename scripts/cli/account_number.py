"""Accounts as people name them: `+7 916 000-01-25`, `8 (916) 000-01-25`, `9160000125`; and which contract."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import click

from ledger.contracts import Contract
from projections.numbers import digits_of

P = ParamSpec("P")
R = TypeVar("R")


class AccountType(click.ParamType[str]):
    """An account's number, however it is written."""

    name = "account"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The number as accounts are called."""
        return digits_of(value)


def holder_option(command: Callable[P, R]) -> Callable[P, R]:
    """`--holder`: which contract of the number is meant (R-15.8)."""
    return click.option(
        "--holder",
        type=click.IntRange(min=1),
        metavar="N",
        help="The number's N-th contract, in order of opening.  [default: the latest]",
    )(command)


def as_arguments(contract: Contract, *, is_latest: bool = True) -> str:
    """What names a contract on the command line; the first one of a number needs no holder while it is the latest."""
    if (contract.holder == 1 and is_latest) or str(contract) == contract.id:
        return str(contract)
    return f"{contract.number} --holder {contract.holder}"
