"""A journal of reads that does not hold together is set aside whole, and the next one begins by saying so."""

import fcntl
import hashlib
from pathlib import Path

from ledger.log import files
from ledger.periods import Instant, local
from scripts.state.database import StateDatabase
from scripts.state.errors import StateUnusable
from scripts.state.place import StatePlace
from scripts.state.reads import ENDING, Read, ReadJournal, check

WHAT = "journal set aside"


def set_aside(place: StatePlace, state: StateDatabase, *, by: str, now: Instant) -> Path | None:
    """Move a broken journal out of the way of the next one, whose first line has its name and digest; where it is now.

    None for a journal that is whole, which stays. A server that has it open refuses to tell anything until it is
    started again. Raises StateUnusable.
    """
    found = check(place, state)
    if found.problem is None:
        return None
    path = place.make(ENDING)
    aside = place.file(f".reads-{local(now, 'UTC'):%Y%m%dT%H%M%SZ}.jsonl")
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            with state.writing() as db:
                db.execute("DELETE FROM reads_head")
                path.rename(aside)
        files.fsync_path(place.folder)
    except OSError as error:
        raise StateUnusable(f"{path} cannot be moved ({error.strerror})") from None
    with ReadJournal(place, state) as journal:
        told = {"file": aside.name, "sha256": digest, "lines": str(found.reads)}
        journal.write([Read(by, "operator", None, WHAT, told, found.problem)], now=now)
    return aside
