"""What SQLite's errors mean for whoever runs a command: one line that says what to do next."""

import sqlite3
from pathlib import Path
from typing import TypeAlias

from ledger.log.errors import InvalidText, StoreError
from ledger.log.store import StoreRef

Place: TypeAlias = Path | StoreRef
"""A ledger's file, as messages call it."""


def opening_error(error: sqlite3.DatabaseError, path: Path) -> StoreError:
    """An error while a ledger is opened."""
    return StoreError(_describe(error, path))


def transaction_error(error: sqlite3.DatabaseError, db: sqlite3.Connection, path: Place) -> StoreError:
    """An error within a transaction; where something is damaged, whether it is the ledger or a file beside it."""
    text = str(error)
    if "Could not decode" in text:
        return InvalidText(f"{path}, or a file beside it, has a text that is no UTF-8 ({text})", "see_verify")
    if "malformed" not in text and "not a database" not in text:
        return StoreError(_describe(error, path))
    if _is_sound(db):
        return StoreError(f"{path} is sound, but its views or evidence are damaged ({text}); delete those files")
    return damaged(text, path)


def damaged(text: str, path: Place) -> StoreError:
    """A ledger's file that is damaged."""
    return StoreError(f"{path}: the file is damaged ({text})", "restore_backup")


def no_ledger(path: Path, why: str = "") -> StoreError:
    """A file that is something else."""
    return StoreError(f"{path} is not an Obnovi ledger{why}", "name_another_ledger")


def _is_sound(db: sqlite3.Connection) -> bool:
    """Whether SQLite finds nothing wrong with the file itself."""
    try:
        (found,) = db.execute("PRAGMA integrity_check(1)").fetchone()  # the quick one does not look into indexes
    except sqlite3.DatabaseError:
        return False
    return bool(found == "ok")


def _describe(error: sqlite3.DatabaseError, path: Place) -> str:
    text = str(error)
    if "full" in text:
        return f"{path}: no room on the disk; free some and run the command again, nothing booked is lost"
    if "locked" in text:
        return f"{path}: another program holds the ledger; run the command again when it is done"
    if "readonly" in text or "unable to open" in text:
        where = "SQLite writes beside it even to read it: copy it into a folder of yours"
        return f"{path}: the ledger cannot be written or opened ({text}); {where}"
    return f"{path}: {text}; nothing committed is lost, run the command again"
