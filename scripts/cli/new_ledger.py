"""A new ledger: made in a place of its own, and there whole under its name or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ledger.log import files
from scripts.errors import Refused, UsageError

HELPERS: Final = ("-wal", "-shm", "-journal")


@contextmanager
def new_ledger(path: Path, source: Path) -> Iterator[Path]:
    """An empty file to make a ledger in, which gets the ledger's name when the block ends well.

    It is no more readable than its source. Raises Refused where something of a ledger is there already, UsageError
    where there is no folder for it.
    """
    for each in (path, *helpers(path)):
        if each.exists():
            raise Refused(f"{each} is there; move it away first, a ledger is never written over")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {path.parent} to make a ledger in; create it or name another")
    try:
        with files.new(path, like=source) as made:
            yield made
    except FileExistsError:
        raise Refused(f"{path} is there; move it away first, a ledger is never written over") from None


def helpers(path: Path) -> list[Path]:
    """The files that SQLite keeps beside a ledger in use."""
    return [path.with_name(path.name + end) for end in HELPERS]
