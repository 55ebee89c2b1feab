"""The files of a dataset as they are on the disk: those it lists and no others, each as it was sealed."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa

from ledger.log.dataset.form import File, Manifest, damaged, file_name

_BUCKET: Final = re.compile(r"bucket=\d{4}\Z")


class Files:
    """The files that a dataset lists. Raises StoreError, at once for one that is missing, cut off or too much."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self._sealed: set[str] = set()
        self._of_buckets: dict[int, list[File]] = {}
        for file in manifest.files:
            self._of_buckets.setdefault(file.bucket, []).append(file)
        _check(folder, manifest)

    def of_bucket(self, bucket: int, sealings: int) -> list[File]:
        """The files of a bucket, as of the first so many sealings, in their order."""
        return [file for file in self._of_buckets.get(bucket, ()) if file.sealing <= sealings]

    def content(self, file: File) -> pa.Buffer:
        """What a file has, once it was seen to be what was sealed."""
        try:
            content = pa.memory_map(str(self.folder / file.file)).read_buffer()
        except OSError as error:
            raise damaged(self.folder, f"{file.file} cannot be read ({error.strerror or error})") from None
        if file.file not in self._sealed:
            if hashlib.sha256(content).hexdigest() != file.sha256:
                raise damaged(self.folder, f"{file.file} was changed")
            self._sealed.add(file.file)
        return content


def strangers(folder: Path, listed: Iterable[str]) -> Iterator[str]:
    """What lies in the buckets of a folder and is not listed."""
    known = set(listed)
    for bucket in sorted(each for each in folder.iterdir() if _BUCKET.match(each.name)):
        yield from (name for each in sorted(bucket.iterdir()) if (name := f"{bucket.name}/{each.name}") not in known)


def _check(folder: Path, manifest: Manifest) -> None:
    """Every file is there with its size, and no other; one that is being sealed at the moment is nobody's yet."""
    for file in manifest.files:
        try:
            size = (folder / file.file).stat().st_size
        except OSError:
            raise damaged(folder, f"{file.file} is missing") from None
        if size != file.bytes:
            raise damaged(folder, f"{file.file} has {size} bytes, sealed were {file.bytes}")
    coming = {file_name(bucket, len(manifest.sealings) + 1) for bucket in range(manifest.buckets)}
    for name in strangers(folder, [file.file for file in manifest.files]):
        if name not in coming:
            raise damaged(folder, f"{name} is none of its files")
