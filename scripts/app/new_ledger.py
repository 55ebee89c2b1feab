"""A new ledger: made in a place of its own, and there whole under its name or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.log.store import FileBased
from scripts.app.errors import Declined, InvalidRequest


@contextmanager
def new_ledger(ref: FileBased, source: Path | None = None) -> Iterator[FileBased]:
    """A place to make a ledger in, which gets the ledger's name when the block ends well.

    It is no more readable than its source, if it has one. Raises Declined where something of a ledger is there already,
    InvalidRequest where there is no folder for it.
    """
    for each in ref.files():
        if each.exists():
            raise Declined("LEDGER_IS_THERE", file=each)
    if not ref.folder.absolute().is_dir():
        raise InvalidRequest("NO_FOLDER_FOR_LEDGER", folder=ref.folder)
    try:
        with ref.new(like=source) as made:
            yield made
    except FileExistsError:
        raise Declined("LEDGER_IS_THERE", file=ref) from None
