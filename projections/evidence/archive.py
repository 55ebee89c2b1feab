"""An archive whose files have their digests beside them, the same bytes for the same content."""

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO, Final

SUMS: Final = "SHA256SUMS"
_UNIX: Final = 3
_MODE: Final = 0o644 << 16


class Archive:
    """A zip that is written file by file, all of them dated the same."""

    def __init__(self, zip: zipfile.ZipFile, dated: datetime) -> None:
        self._zip = zip
        self._dated = dated.timetuple()[:6]
        self._sums: list[str] = []

    def add(self, name: str, *pieces: bytes) -> None:
        """A file."""
        self.add_all(name, pieces)

    def add_all(self, name: str, pieces: Iterable[bytes]) -> None:
        """A file piece by piece, however many there are."""
        digest = sha256()
        with self._zip.open(self._entry(name), "w", force_zip64=True) as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
        self._sums.append(f"{digest.hexdigest()}  {name}\n")

    def add_sums(self) -> None:
        """The digests of all files so far, as `sha256sum -c` reads them."""
        self._zip.writestr(self._entry(SUMS), "".join(self._sums))

    def _entry(self, name: str) -> zipfile.ZipInfo:
        made = zipfile.ZipInfo(name, self._dated)
        made.compress_type, made.create_system, made.external_attr = zipfile.ZIP_DEFLATED, _UNIX, _MODE
        return made


@contextmanager
def archive(file: BinaryIO, dated: datetime) -> Iterator[Archive]:
    """An archive in a file, whole once it is left without an error."""
    with zipfile.ZipFile(file, "w") as zip:
        made = Archive(zip, dated)
        yield made
        made.add_sums()
