"""Errors of the server's state: each says in one line what is wrong with its files."""

from ledger.log.errors import StoreError


class StateUnusable(StoreError):
    """The server's own state cannot be used; nothing of the ledger is lost with it."""
