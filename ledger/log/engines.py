"""Engines: which store a URL means."""

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ledger.log.errors import StoreError
from ledger.log.keyring import KeysPlace
from ledger.log.sqlite.connections import is_ledger_header
from ledger.log.sqlite.store import SQLiteRef
from ledger.log.store import Store

if TYPE_CHECKING:
    from ledger.log.postgres.store import PostgresRef

FileRef: TypeAlias = SQLiteRef
"""A store that is a file."""
AnyRef: TypeAlias = "SQLiteRef | PostgresRef"
"""Of several engines a union, so that mypy says where one is asked for what only another can do."""


def store_ref(url: str | Path, *, keys: KeysPlace | None = None, caches: Path = Path()) -> AnyRef:
    """The store that a URL means: a path, `sqlite:///` with one, or `postgresql://`; `keys`, where they are elsewhere.

    What follows from a ledger that is no file is kept in the folder `caches`.

    Raises StoreError.
    """
    if isinstance(url, Path):
        return SQLiteRef(url, keys)
    if url.startswith(("postgresql://", "postgres://")):
        return _postgres(url, keys, caches)
    if url.startswith("sqlite:///"):
        url = url.removeprefix("sqlite:///")
    elif "://" in url:
        named = f"{url.partition('://')[0]}://"  # what follows may be a password
        raise StoreError(
            f"a ledger is a file, sqlite:///FILE or postgresql://HOST/DATABASE, not {named}", "unknown_store", url=named
        )
    if not url:
        raise StoreError("a ledger without a name", "nameless_store")
    return SQLiteRef(Path(url), keys)


def _postgres(url: str, keys: KeysPlace | None, caches: Path) -> "PostgresRef":
    """A ledger in PostgreSQL, whose driver is an extra and is loaded only for one."""
    try:
        from ledger.log.postgres.place import parse_url  # noqa: PLC0415  # see above
        from ledger.log.postgres.store import PostgresRef  # noqa: PLC0415
    except ImportError:
        raise StoreError("a ledger in PostgreSQL needs the driver psycopg", "install_postgres") from None
    return PostgresRef(parse_url(url), keys, caches)


def file_ref(path: Path) -> FileRef:
    """The ledger of a file."""
    return SQLiteRef(path)


def open_store(url: str | Path, *, create: bool = False) -> Store:
    """Open the store that a URL means, or make one. Raises StoreError."""
    return store_ref(url).open(create=create)


def holds_ledger(content: bytes) -> bool:
    """Whether a file that begins like this is a ledger, or a copy of one."""
    return is_ledger_header(content)
