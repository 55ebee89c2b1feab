"""A new ledger: made under another name, and there whole under its own or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ledger.log.copy import keep
from scripts.errors import Misuse, SaysNo

HELPERS: Final = ("-wal", "-shm", "-journal")


@contextmanager
def new_ledger(path: Path, what: str) -> Iterator[Path]:
    """A file to make a ledger in, which gets the ledger's name when the block ends well.

    Raises SaysNo where something of a ledger is there already, Misuse where there is no folder for it.
    """
    for each in (path, *helpers(path)):
        if each.exists():
            raise SaysNo(f"{each} is there; move it away first, a ledger is never written over")
    if not path.absolute().parent.is_dir():
        raise Misuse(f"there is no folder {path.parent} to make a ledger in; create it or name another")
    part = unfinished(path, what)
    try:
        yield part
        keep(part)
        os.link(part, path)  # unlike a rename, it takes no other's place
    except FileExistsError:
        raise SaysNo(f"{path} is there; move it away first, a ledger is never written over") from None
    finally:
        remove(part)
    keep(path.absolute().parent)


def helpers(path: Path) -> list[Path]:
    """The files that SQLite keeps beside a ledger in use."""
    return [path.with_name(path.name + end) for end in HELPERS]


def unfinished(path: Path, what: str) -> Path:
    """A name for what is not finished yet; what killed commands left under such names is removed."""
    before = f"{path.name}.{what}-"
    for left in path.absolute().parent.iterdir():
        if left.name.startswith(before):
            process, dot, end = left.name.removeprefix(before).partition(".")
            if process.isdecimal() and f"{dot}{end}".startswith(".part") and not _runs(int(process)):
                left.unlink(missing_ok=True)
    return path.with_name(f"{before}{os.getpid()}.part")


def remove(part: Path) -> None:
    """Remove an unfinished ledger with its helpers."""
    for each in (part, *helpers(part)):
        each.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    """Whether a process of that number is at work; ourselves and numbers that cannot be do not count."""
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return process != os.getpid()
