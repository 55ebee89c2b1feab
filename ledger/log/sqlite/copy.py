"""A copy of a ledger's file as it stands at one moment, made while others write."""

import sqlite3
from contextlib import closing
from pathlib import Path

from ledger.log.errors import StoreError
from ledger.log.files import fsync_path
from ledger.log.sqlite.connect import connect
from ledger.log.sqlite.schema import APPLICATION_ID


def copy(source: Path, target: Path) -> int:
    """Copy a ledger into an empty file, durable and without helpers; how many events it has. Raises StoreError.

    The source is read in one transaction, so writers go on and what they commit meanwhile is not in the copy.
    """
    try:
        with closing(connect(source, "ro")) as db, closing(connect(target, "rwc")) as made:
            if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise StoreError(f"{source} is not an Obnovi ledger; name another file")
            db.backup(made)
            made.execute("PRAGMA journal_mode = DELETE")
            broken = [row[0] for row in made.execute("PRAGMA quick_check(1)") if row[0] != "ok"]
            if broken:
                raise StoreError(f"{source} is broken ({broken[0]})", "see_verify")
            events = int(made.execute("SELECT COUNT(*) FROM stored_events").fetchone()[0])
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_NOTADB:
            raise StoreError(f"{source} is not an Obnovi ledger; name another file") from None
        raise StoreError(f"{source} cannot be copied to {target}: {error}") from None
    fsync_path(target)
    return events
