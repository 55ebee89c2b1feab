"""`--accounts FILE`: contracts by the line of a file or of standard input, on all that works on all of them."""

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

import click

from ledger.contracts import Contract, Contracts
from projections.numbers import digits_of
from scripts.app.account_list import AccountList, ListedAccount, require_listed
from scripts.app.contracts import require_contract
from scripts.cli.account_number import AccountType, holder_option
from scripts.errors import UsageError
from scripts.wiring import read_text

P = ParamSpec("P")
R = TypeVar("R")

BYTES_MAX: Final = 64 * 1024 * 1024
"""Of a list: five million numbers."""
_OF_HOLDER: Final = re.compile(r"(.+)/([1-9][0-9]{0,11})")
_WHAT: Final = "list of accounts"


class AccountListType(click.ParamType[AccountList]):
    """A file of accounts, one a line; `-` is standard input."""

    name = "accounts"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> AccountList:
        """The list. Raises UsageError for what cannot be read."""
        if isinstance(value, AccountList):
            return value
        text = _standard_input() if value == "-" else read_text(Path(value), _WHAT, bytes_max=BYTES_MAX)
        lines = enumerate(map(str.strip, text.splitlines()), 1)
        accounts = [_listed(number, line) for number, line in lines if line]
        return AccountList("standard input" if value == "-" else value, accounts)


def accounts_option(command: Callable[P, R]) -> Callable[P, R]:
    """`--accounts`: the contracts of a list, which a command gets as `listed`."""
    return click.option(
        "--accounts",
        "listed",
        type=AccountListType(),
        metavar="FILE",
        help="Only those of a list: numbers, NUMBER/N or contracts' ids, one a line; - is standard input.",
    )(command)


def accounts_options(command: Callable[P, R]) -> Callable[P, R]:
    """`--account`, any number of times, `--holder` beside a single one, or `--accounts`."""
    named = click.option(
        "--account", "accounts", type=AccountType(), multiple=True, metavar="ACCOUNT", help="Only of this account."
    )
    return named(holder_option(accounts_option(command)))


def chosen_contracts(
    contracts: Contracts, accounts: Sequence[str], holder: int | None, listed: AccountList | None
) -> list[Contract] | None:
    """The contracts that these options name; None for all there are. Raises UsageError, InvalidRequest, Declined."""
    if holder is not None and len(accounts) != 1:
        raise UsageError("--holder goes with one --account")
    if listed is None:
        return [require_contract(contracts, account, holder) for account in accounts] or None
    if accounts:
        raise UsageError("--account and --accounts both name accounts; give one of them")
    return require_listed(contracts, listed)


def _listed(number: int, line: str) -> ListedAccount:
    found = _OF_HOLDER.fullmatch(line)
    if found is None:
        return ListedAccount(number, digits_of(line))
    return ListedAccount(number, digits_of(found[1]), int(found[2]))


def _standard_input() -> str:
    content = sys.stdin.buffer.read(BYTES_MAX + 1)
    if len(content) > BYTES_MAX:
        raise UsageError(f"standard input has more than {BYTES_MAX} bytes, so it is no {_WHAT}")
    try:
        return content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise UsageError(f"standard input is no UTF-8 text, so no {_WHAT}") from None
