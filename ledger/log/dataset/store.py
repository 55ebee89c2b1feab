"""A dataset as a store that can only be read: its place, and how it is opened."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ledger.log.dataset.files import Files
from ledger.log.dataset.form import MANIFEST, Manifest, Sealing, damaged, read_manifest
from ledger.log.dataset.parquet import has_columns
from ledger.log.dataset.reading import DatasetReading
from ledger.log.keyring import Keyring, KeysPlace
from ledger.log.sharded.placing import shard_of
from ledger.log.sharded.reading import ShardedReading
from ledger.log.store import LogRef, Mark, Reading, Store


@dataclass(frozen=True, slots=True)
class DatasetRef:
    """A dataset by its folder."""

    path: Path
    keys: KeysPlace

    def __str__(self) -> str:
        """The folder as it was given."""
        return str(self.path)

    @property
    def is_made_by_use(self) -> bool:
        """It is made on purpose."""
        return False

    @property
    def like(self) -> Path:
        """What it says of itself, which is no more readable than its files."""
        return self.path / MANIFEST

    @property
    def folder(self) -> Path:
        """Where the dataset lies."""
        return self.path.parent

    @property
    def keys_place(self) -> KeysPlace:
        """Where the keys of the ledger's contracts are."""
        return self.keys

    def with_keys(self, keys: KeysPlace) -> "DatasetRef":
        """The same with the keys of its contracts there."""
        return replace(self, keys=keys)

    def absolute(self) -> "DatasetRef":
        """The same for a process that works in another folder."""
        wrapping = self.keys.wrapping and self.keys.wrapping.absolute()
        return DatasetRef(self.path.absolute(), KeysPlace(self.keys.folder.absolute(), wrapping))

    @property
    def parts(self) -> Sequence[LogRef]:
        """None: nobody opens or writes a shard of it by itself."""
        return ()

    def files(self) -> list[Path]:
        """What it lists, and the list."""
        return [self.like, *(self.path / file.file for file in read_manifest(self.path).files)]

    def companion(self, name: str) -> Path:
        """The file beside the folder whose name goes on with this."""
        return Path(f"{self.path.resolve()}.{name}")  # also of the working folder

    def exists(self) -> bool:
        """Whether the folder says that it is one."""
        return self.like.exists()

    def open(self, *, create: bool = False) -> "DatasetStore":
        """Open it as it is now. Raises StoreError."""
        assert not create, "a dataset is made by sealing a ledger"
        return DatasetStore(self)


class DatasetStore:
    """A dataset as it was when it was opened, whatever is sealed since."""

    def __init__(self, ref: DatasetRef) -> None:
        self.ref = ref
        self.keyring = Keyring(ref.keys_place)
        self._manifest: Manifest = read_manifest(ref.path)
        self._files = Files(ref.path, self._manifest)

    @property
    def shards(self) -> Sequence[Store]:
        """None that could be written."""
        return ()

    def shard_of(self, number: str) -> int:
        """As in the ledger."""
        return shard_of(number, len(self._manifest.shards))

    @contextmanager
    def reading(self, *, until: Mark | None = None, escape_invalid_text: bool = False) -> Iterator[Reading]:
        """The dataset as it was opened, or as it was sealed up to a mark."""
        positions = self._manifest.positions if until is None else (until,) if isinstance(until, int) else until
        reached = [each.positions for each in self._manifest.sealings]
        if positions not in reached:
            raise damaged(self.ref.path, f"it was never sealed up to {', '.join(map(str, positions))}")
        sealings = reached.index(positions) + 1
        self.keyring.refresh()
        shards = [
            DatasetReading(self.ref, self.keyring, self._manifest, self._files, shard=number, sealings=sealings)
            for number in range(len(positions))
        ]
        yield shards[0] if len(shards) == 1 else ShardedReading(self.ref, self.keyring, shards)

    def newest_sealing(self) -> Sealing | None:
        """Who sealed last, and up to where; None where nothing is sealed."""
        return self._manifest.sealings[-1] if self._manifest.sealings else None

    def untyped(self) -> list[str]:
        """The files that an older program sealed, without the typed columns; every file is seen to be what was sealed.

        Raises StoreError.
        """
        return [each.file for each in self._manifest.files if not has_columns(self._files.content(each))]

    def tidy(self) -> None:
        """Nothing of it is ever replaced."""

    def close(self) -> None:
        """Close the keys."""
        self.keyring.close()
