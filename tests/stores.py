"""Where tests keep their ledgers: in files, or with `--store postgres` each in a schema of a real server."""

import hashlib
from pathlib import Path

from ledger.log.engines import AnyRef, store_ref
from ledger.log.keyring import KeysPlace

_database: str | None = None
"""The URL of the database whose schemas are the ledgers."""


def use_database(url: str | None) -> None:
    """From now on ledgers are kept there; in files again for None."""
    global _database  # noqa: PLW0603  # one run of the tests keeps all of them in one place
    _database = url


def ledger_ref(place: Path) -> AnyRef:
    """The ledger that would be this file; its keys, and what follows from it, lie beside it in either store."""
    if _database is None:
        return store_ref(place)
    return store_ref(ledger_url(place), keys=KeysPlace(place.parent / "keys"), caches=place.parent)


def ledger_url(place: Path) -> str:
    """What `--ledger` takes for it."""
    if _database is None:
        return str(place)
    mark = "&" if "?" in _database else "?"
    return f"{_database}{mark}schema=t{hashlib.blake2b(str(place.resolve()).encode(), digest_size=12).hexdigest()}"


def environment(place: Path) -> dict[str, str]:
    """What a command needs besides, to find what lies beside it."""
    return {} if _database is None else {"OBNOVI_KEYS": str(place.parent / "keys"), "OBNOVI_CACHE": str(place.parent)}
