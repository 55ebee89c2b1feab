"""Engines: which store a URL means."""

from pathlib import Path
from typing import TypeAlias

from ledger.log.errors import StoreError
from ledger.log.keyring import KeysPlace
from ledger.log.sqlite.connections import is_ledger_header
from ledger.log.sqlite.store import SQLiteRef
from ledger.log.store import Store

AnyRef: TypeAlias = SQLiteRef
"""Of several engines a union, so that mypy says where one is asked for what only another can do."""


def store_ref(url: str | Path, *, keys: KeysPlace | None = None) -> AnyRef:
    """The store that a URL means: a path, or `sqlite:///` with a path; `keys`, where they are not beside it.

    Raises StoreError.
    """
    url = str(url)
    if url.startswith(("postgresql://", "postgres://")):
        raise StoreError("PostgreSQL is not built yet", "name_built_store")
    if url.startswith("sqlite:///"):
        url = url.removeprefix("sqlite:///")
    elif "://" in url:
        raise StoreError(f"a ledger is a file or sqlite:///FILE, not {url}", "unknown_store", url=url)
    if not url:
        raise StoreError("a ledger without a name", "nameless_store")
    return SQLiteRef(Path(url), keys)


def open_store(url: str | Path, *, create: bool = False) -> Store:
    """Open the store that a URL means, or make one. Raises StoreError."""
    return store_ref(url).open(create=create)


def holds_ledger(content: bytes) -> bool:
    """Whether a file that begins like this is a ledger, or a copy of one."""
    return is_ledger_header(content)
