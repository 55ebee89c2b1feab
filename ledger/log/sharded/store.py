"""A store of several logs: where they are, and how they are opened and read together; each is written by itself."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.log.errors import StoreError
from ledger.log.keyring import Keyring, KeysPlace
from ledger.log.sharded.placing import shard_of
from ledger.log.sharded.reading import ShardedReading
from ledger.log.store import LogRef, Mark, Store


@dataclass(frozen=True, slots=True)
class ShardedRef:
    """Several logs by their places, in order; `name` is what messages call them, `beside` where their companions are.

    The keys of all contracts are in one place.
    """

    places: tuple[LogRef, ...]
    name: str
    beside: Path
    keys: KeysPlace | None = None

    def __str__(self) -> str:
        """What it was called."""
        return self.name

    @property
    def like(self) -> Path | None:
        """The file of a shard that the fewest may read."""
        files = [part.like for part in self.places if part.like is not None and part.like.exists()]
        return min(files, key=lambda file: (file.stat().st_mode & 0o066).bit_count(), default=None)

    @property
    def folder(self) -> Path:
        """Where the companions lie."""
        return self.beside.parent

    @property
    def keys_place(self) -> KeysPlace:
        """The one that was named, else the folder `keys` beside the companions."""
        return self.keys or KeysPlace(self.folder / "keys")

    def with_keys(self, keys: KeysPlace) -> "ShardedRef":
        """The same with the keys of all contracts there."""
        return ShardedRef(self.places, self.name, self.beside, keys)

    @property
    def parts(self) -> Sequence[LogRef]:
        """Where the shards are."""
        return tuple(place.with_keys(self.keys_place) for place in self.places)

    @property
    def is_made_by_use(self) -> bool:
        """Where each of its shards is."""
        return all(place.is_made_by_use for place in self.places)

    def files(self) -> list[Path]:
        """Those of every shard, and the list of them, where it is a file."""
        return [self.beside, *(file for place in self.places for file in place.files())]

    def companion(self, name: str) -> Path:
        """The file whose name goes on with this; a shard has companions of its own besides."""
        return Path(f"{self.beside}.{name}")

    def exists(self) -> bool:
        """Whether all shards are there. Raises StoreError where the first is, and another is not."""
        there = [part.exists() for part in self.places]
        if there[0] and not all(there):  # it is made last
            missing = there.index(False)
            raise StoreError(
                f"{self}: shard {missing} is missing, there is nothing at {self.places[missing]}; bring it back"
            )
        return all(there)

    def open(self, *, create: bool = False) -> "ShardedStore":
        """Open every shard, or make ledgers of all of them."""
        if not create:
            self.exists()
        return ShardedStore(self, create=create)


class ShardedStore:
    """Several open logs; `shards` are written, each by itself. Raises NoLedger, StoreError."""

    def __init__(self, ref: ShardedRef, *, create: bool) -> None:
        self.ref = ref
        self.keyring = Keyring(ref.keys_place)
        self.shards: Sequence[Store] = ()
        with ExitStack() as opened:
            opened.callback(self.close)
            for part in ref.parts:
                self.shards = (*self.shards, part.open(create=create))
            opened.pop_all()

    def shard_of(self, number: str) -> int:
        """The shard of a number."""
        return shard_of(number, len(self.shards))

    @contextmanager
    def reading(self, *, until: Mark | None = None, escape_invalid_text: bool = False) -> Iterator[ShardedReading]:
        """A state of each shard; they are read one after the other, for no rule crosses contracts."""
        marks = [None] * len(self.shards) if until is None else until
        assert not isinstance(marks, int), "the mark of several logs is a position of each"
        with ExitStack() as stack:
            readings = [
                stack.enter_context(shard.reading(until=mark, escape_invalid_text=escape_invalid_text))
                for shard, mark in zip(self.shards, marks, strict=True)
            ]
            self.keyring.refresh()
            yield ShardedReading(self.ref, self.keyring, readings)

    def tidy(self) -> None:
        """Tidy every shard."""
        for shard in self.shards:
            shard.tidy()

    def close(self) -> None:
        """Close every shard."""
        self.keyring.close()
        for shard in self.shards:
            shard.close()
