"""The form of a dataset: what `dataset.json` says, which bucket a contract is in, and what files are called.

Each sealing adds a file to every bucket that has something new, and rewrites none: files of a bucket hold each
contract's events one behind the other, in the order of sealings (contract §10).
"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from ledger.log.errors import StoreError
from ledger.log.store import Adopted, Stored

FORMAT: Final = 1
"""Columns and fields are only ever added; anything else is another format."""
MANIFEST: Final = "dataset.json"
BUCKETS_MAX: Final = 4_096
DIGEST_BYTES: Final = 8
_BEGUN: Final = ("bucket=", f"{MANIFEST}.")
"""What a sealing that was killed may leave of a dataset that it began."""
_FILE: Final = re.compile(r"bucket=(\d{4})/(\d{6})\.parquet")


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file by its path within the dataset: how many events and bytes it has, and the SHA-256 of these."""

    file: str
    events: int
    bytes: int
    sha256: str

    @property
    def bucket(self) -> int:
        """The bucket whose contracts it has."""
        return _numbers(self.file)[0]

    @property
    def sealing(self) -> int:
        """The sealing that wrote it, from 1."""
        return _numbers(self.file)[1]


class Sealing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far a sealing came: of each shard the position of the last event and its digest, and which program wrote.

    The digest of an empty shard is empty.
    """

    positions: tuple[int, ...]
    digests: tuple[str, ...]
    program: str
    python: str
    tzdata: str


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A catalogue as adopted (R-3.6)."""

    position: int
    digest: str
    tzdata: str
    toml: str


class ShardOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What else a shard has that its events are read by: settings and catalogues."""

    settings: dict[str, str]
    catalogues: tuple[Catalogue, ...]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `dataset.json` says; `positions` are those of the last sealing, `sha256` is the digest of all the rest."""

    format: int
    ledger: str
    positions: tuple[int, ...]
    buckets: int
    bucketing: str
    shards: tuple[ShardOf, ...]
    sealings: tuple[Sealing, ...]
    files: tuple[File, ...]
    sha256: str = ""

    def encoded(self) -> bytes:
        """The bytes of `dataset.json`: a line a field, for those who look into it."""
        digest = hashlib.sha256(msgspec.json.encode(replace(self, sha256=""))).hexdigest()
        return msgspec.json.format(msgspec.json.encode(replace(self, sha256=digest)), indent=1) + b"\n"

    @property
    def is_whole(self) -> bool:
        """Whether nobody changed it, and it says one thing."""
        return (
            hashlib.sha256(msgspec.json.encode(replace(self, sha256=""))).hexdigest() == self.sha256
            and 0 < self.buckets <= BUCKETS_MAX
            and self.bucketing == BUCKETING
            and all(_FILE.fullmatch(file.file) and file.bucket < self.buckets for file in self.files)
            and sum(file.events for file in self.files) == sum(self.positions)
            and all(len(each.positions) == len(each.digests) == len(self.shards) for each in self.sealings)
            and self.positions == (self.sealings[-1].positions if self.sealings else ())
        )


BUCKETING: Final = "BLAKE2b-64 of the UTF-8 of `contract`, the highest byte first, modulo `buckets`"


class _Format(msgspec.Struct):
    format: int


def bucket_of(contract: str, buckets: int) -> int:
    """The bucket of a contract, for ever."""
    return int.from_bytes(hashlib.blake2b(contract.encode(), digest_size=DIGEST_BYTES).digest()) % buckets


def file_name(bucket: int, sealing: int) -> str:
    """What the file of a bucket is called that a sealing adds."""
    return f"bucket={bucket:04}/{sealing:06}.parquet"


def digest_of(row: Stored | None) -> str:
    """What tells one log from another by the event at a position; empty where there is none."""
    if row is None:
        return ""
    return hashlib.sha256(f"{row.account}\0{row.version}\0{row.topic}\0".encode() + row.state).hexdigest()


def adopted(shard: ShardOf) -> list[Adopted]:
    """The catalogues of a shard."""
    return [Adopted(each.position, each.digest, each.toml, each.tzdata) for each in shard.catalogues]


def catalogues(rows: Sequence[Adopted]) -> tuple[Catalogue, ...]:
    """The same the other way."""
    return tuple(Catalogue(each.position, each.digest, each.tzdata, each.toml) for each in rows)


def read_manifest(folder: Path) -> Manifest:
    """What `dataset.json` of a folder says. Raises StoreError."""
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
    except NotADirectoryError:
        raise StoreError(f"{folder} is a file, and a dataset is a folder; name that") from None
    except FileNotFoundError:
        if folder.exists() and not all(each.name.startswith(_BEGUN) for each in folder.iterdir()):
            raise StoreError(f"{folder} has something else in it than a dataset; name the folder of one") from None
        raise StoreError(f"there is no dataset at {folder}", "seal_dataset", folder=folder) from None
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from None
    try:
        told = msgspec.json.decode(content, type=_Format).format
        if told > FORMAT:
            raise StoreError(
                f"{folder} is a dataset of format {told}, this program reads up to {FORMAT}", "newer_program"
            )
        found = msgspec.json.decode(content, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise damaged(folder, f"{MANIFEST} is none of a dataset") from None
    if not found.is_whole:
        raise damaged(folder, f"{MANIFEST} was changed")
    return found


def damaged(folder: Path, what: str) -> StoreError:
    """The error for a dataset that is not as it was sealed."""
    return StoreError(f"the dataset {folder} is damaged: {what}", "seal_elsewhere")


def _numbers(file: str) -> tuple[int, int]:
    found = _FILE.fullmatch(file)
    assert found is not None, "checked when it was read"
    return int(found[1]), int(found[2])
