"""A new ledger: made in a place of its own, and there whole under its name or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.log.store import FileBased
from scripts.errors import Refused, UsageError


@contextmanager
def new_ledger(ref: FileBased, source: Path) -> Iterator[FileBased]:
    """A place to make a ledger in, which gets the ledger's name when the block ends well.

    It is no more readable than its source. Raises Refused where something of a ledger is there already, UsageError
    where there is no folder for it.
    """
    for each in (ref.path, *ref.helpers()):
        if each.exists():
            raise Refused(f"{each} is there; move it away first, a ledger is never written over")
    if not ref.folder.absolute().is_dir():
        raise UsageError(f"there is no folder {ref.folder} to make a ledger in; create it or name another")
    try:
        with ref.new(like=source) as made:
            yield made
    except FileExistsError:
        raise Refused(f"{ref} is there; move it away first, a ledger is never written over") from None
