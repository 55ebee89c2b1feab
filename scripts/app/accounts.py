"""Accounts looked up: what one has, what happened to it, where an input went."""

import re

from ledger import inputs
from ledger.account import Account
from ledger.snapshot import Snapshot
from scripts.app.errors import Declined


def require_account(snapshot: Snapshot, account: str) -> Account:
    """The account as it stands. Raises Declined if nobody opened it, or where it cannot be one."""
    found = snapshot.account(account)
    if found is None:
        is_number = re.fullmatch(inputs.ACCOUNT, account) is not None
        raise Declined("NO_ACCOUNT" if is_number else "NOT_AN_ACCOUNT", account=account)
    return found
