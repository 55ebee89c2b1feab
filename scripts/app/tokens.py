"""Tokens: made for a role, listed and revoked by whoever runs the server; whom they are for is told by contract."""

import re
from typing import Final, NamedTuple

from ledger.contracts import Contract
from ledger.periods import DAY, Instant
from ledger.snapshot import Snapshot
from scripts.app.accounts import require_account
from scripts.app.contracts import require_contract
from scripts.app.errors import Declined, InvalidRequest
from scripts.app.roles import Role
from scripts.state import sessions, tokens
from scripts.state.database import StateDatabase
from scripts.state.tokens import Token

DAYS: Final = 90
DAYS_MAX: Final = 3_650
NAME_MAX: Final = 64
"""As much as the `by` of an input takes, which it becomes."""
_NUMBER: Final = re.compile("9[0-9]{9}")


class Issued(NamedTuple):
    """A token just made: its text, which nobody can be told again."""

    text: str
    token: Token


class ListedToken(NamedTuple):
    """A token, and the contract that it is for, where it is for one."""

    token: Token
    contract: Contract | None


def create(
    snapshot: Snapshot,
    state: StateDatabase,
    role: Role,
    *,
    now: Instant,
    name: str | None = None,
    account: str | None = None,
    holder: int | None = None,
    days: int = DAYS,
) -> Issued:
    """A new token of a role, good for so many days, for one contract where an account is named.

    A subscriber's is always for one, which is open: whoever has the number next inherits nothing. Raises InvalidRequest
    and Declined.
    """
    if role == "subscriber" and account is None:
        raise InvalidRequest("ROLE_NEEDS_ACCOUNT", role=role)
    if name is not None:
        require_name(name)
    contract = None if account is None else require_contract(snapshot.contracts, account, holder)
    if contract is not None and role == "subscriber" and require_account(snapshot, contract.id).closed_at is not None:
        raise Declined("NO_OPEN_CONTRACT", account=contract)
    kept = contract.id if contract is not None else None
    return Issued(*tokens.issue(state, role, name or role, kept, created=now, until=now + days * DAY))


def listed(snapshot: Snapshot, state: StateDatabase) -> list[ListedToken]:
    """Every token, in order of making."""
    found = tokens.listed(state)
    contracts = snapshot.contracts.named_all({each.contract for each in found if each.contract is not None})
    return [ListedToken(each, contracts.get(each.contract or "")) for each in found]


def revoke(state: StateDatabase, id: str, *, now: Instant) -> Token | None:
    """Let a token, or a session, let nobody in any more; None where it was a session. Raises Declined."""
    token = tokens.revoke(state, id, now=now)
    if token is None and not sessions.end(state, id):
        raise Declined("NO_TOKEN", id=id)
    return token


def require_name(name: str) -> None:
    """Raise InvalidRequest for a name that no input's `by` takes, or that has a number of a telephone in it."""
    if not 1 <= len(name) <= NAME_MAX or not name.isprintable() or name != name.strip():
        raise InvalidRequest("UNFIT_NAME", most=NAME_MAX)
    if _NUMBER.search("".join(each for each in name if each.isdigit())):
        raise InvalidRequest("NAME_HAS_NUMBER")
