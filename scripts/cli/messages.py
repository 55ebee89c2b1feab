"""Errors of the use cases as this door words them, with its own commands and options."""

from typing import Final

from scripts.app.errors import AppError, DeclinedCode, InvalidCode

_MESSAGES: Final[dict[InvalidCode | DeclinedCode, str]] = {
    "DATES_REVERSED": "--from {since} lies after --to {until}",
    "NO_ACCOUNT": "no account {account} in this ledger; open it with an `open` input",
    "NOT_AN_ACCOUNT": ("no account {account} in this ledger; an account is 79 and nine digits, like 79161234567"),
}


def worded(error: AppError) -> str:
    """One line that says what is wrong and what to do next."""
    return _MESSAGES[error.code].format(**error.facts)
