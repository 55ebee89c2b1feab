"""Files: whole or not at all, unfinished in a place of their process's own, no more readable than what they are of."""

import errno
import fcntl
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

READ_AT_ONCE_BYTES: Final = 1 << 20
WRITTEN_AT_ONCE_BYTES: Final = 1 << 20
NAME_BYTES_KEPT: Final = 200
"""Of the name in that of its workplace: names have at most 255 bytes."""
_WORKPLACE = re.compile(r"\.obnovi-[0-9a-f]{16}\.part\Z")
_locks: Final[set[int]] = set()


@contextmanager
def workplace(target: Path) -> Iterator[Path]:
    """A folder beside a file to be, for what is not finished yet; it is gone when the block ends.

    It is this process's own: locked as long as the process lives, so that nobody else removes it, and what a killed one
    left, which nobody locks, is removed here. Raises OSError.
    """
    parent, stem = target.absolute().parent, target.name.encode()[:NAME_BYTES_KEPT].decode(errors="ignore")
    _sweep(parent, stem)
    place, lock = _locked(parent, stem)
    _locks.add(lock)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        _locks.discard(lock)
        os.close(lock)


@contextmanager
def whole(target: Path, *, like: Path | None = None, durable: bool = True) -> Iterator[BinaryIO]:
    """A file to be written piece by piece, which takes the target's place when the block ends well.

    It has the mode of the file it replaces; a new one is no more readable than `like`. A link goes on naming the file
    it names. Raises OSError.
    """
    target = Path(os.path.realpath(target))
    with workplace(target) as place:
        made = place / target.name
        with open(create(made, replacing=target, like=like), "w+b", buffering=WRITTEN_AT_ONCE_BYTES) as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
        os.replace(made, target)


@contextmanager
def new(target: Path, *, like: Path | None = None) -> Iterator[Path]:
    """An empty file for others to fill, which gets the target's name when the block ends well.

    Raises FileExistsError where something has that name by then, and OSError.
    """
    target = Path(os.path.realpath(target))
    with workplace(target) as place:
        made = place / target.name
        os.close(create(made, like=like))
        yield made
        fsync_path(made)
        os.link(made, target)  # unlike a rename, it takes no other's place
    fsync_path(target.parent)


def create(path: Path, *, replacing: Path | None = None, like: Path | None = None) -> int:
    """The descriptor of a new, empty file with the mode of the one it replaces, else no more readable than `like`.

    Raises FileExistsError, OSError.
    """
    status = None if like is None else _status(like)
    mode = 0o666 if status is None else stat.S_IMODE(status.st_mode) & 0o666
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
    if replacing is not None and (replaced := _status(replacing)) is not None:
        os.fchmod(descriptor, stat.S_IMODE(replaced.st_mode) & 0o777)
    elif like is not None:
        os.fchmod(descriptor, stat.S_IMODE(os.fstat(descriptor).st_mode) & allowed(path, like))
    return descriptor


def beside(path: Path, like: Path | None) -> None:
    """Make an empty file for a database of what `like` has; one that is there becomes no more readable than that."""
    try:
        os.close(create(path, like=like))
    except FileExistsError:
        mode, most = stat.S_IMODE(path.stat().st_mode), allowed(path, like)
        if mode & 0o666 & ~most:
            with suppress(PermissionError):  # whoever owns it does it next time
                path.chmod(mode & most)


def allowed(path: Path, like: Path | None) -> int:
    """The most that a file's mode may say if it is to be no more readable than `like`; where that is a pipe, anything.

    To the members of another group than that of `like` it is as readable as to anybody.
    """
    made, status = path.stat(), None if like is None else _status(like)
    if status is None:
        return 0o666
    mode = stat.S_IMODE(status.st_mode) & 0o666
    return mode if made.st_gid == status.st_gid else mode & (0o606 | (mode & 0o6) << 3)


class TooLarge(OSError):
    """A file, a pipe or a device that has more than is read of it."""


def read(path: Path, bytes_max: int) -> bytes:
    """All that a file or a pipe has, if that is no more than so many bytes. Raises TooLarge, OSError."""
    with path.open("rb", buffering=0) as file:
        pieces, left = [], bytes_max + 1
        while left and (piece := file.read(min(left, READ_AT_ONCE_BYTES))):
            pieces.append(piece)
            left -= len(piece)
    if not left:
        raise TooLarge(errno.EFBIG, f"more than {bytes_max} bytes", str(path))
    return b"".join(pieces)


def fsync_path(path: Path) -> None:
    """Make a file durable, or a folder's list of names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _status(path: Path) -> os.stat_result | None:
    """What is known of a regular file; None where there is none, as for a pipe."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found if stat.S_ISREG(found.st_mode) else None


def _locked(parent: Path, stem: str) -> tuple[Path, int]:
    """A new folder, and the descriptor that locks it."""
    while True:
        place = parent / f"{stem}.obnovi-{secrets.token_hex(8)}.part"
        place.mkdir(mode=0o700)
        with suppress(FileNotFoundError):  # between its making and its lock, others take it for left behind
            lock = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if place.exists():
                return place, lock
            os.close(lock)


def _sweep(parent: Path, stem: str | None) -> None:
    """Remove what killed processes left of their work on a file, or on any file of a folder."""
    for left in os.scandir(parent):
        mark = _WORKPLACE.search(left.name)
        if mark is not None and stem in (None, left.name[: mark.start()]):
            with suppress(OSError):
                lock = os.open(left.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(left.path, ignore_errors=True)
                finally:
                    os.close(lock)


def sweep(folder: Path) -> None:
    """Remove all that killed processes left of their work on files of a folder. Raises OSError."""
    _sweep(folder, None)


def _leave_locks() -> None:
    """In a process that was forked: the locks are its parent's, and must not outlive it here."""
    for lock in _locks:
        os.close(lock)
    _locks.clear()


os.register_at_fork(after_in_child=_leave_locks)
