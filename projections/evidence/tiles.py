"""Tiles: the tree's hashes, 256 to a piece and level, in a file beside the ledger; it can always be made anew."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from ledger.log.store import StoreRef
from projections import cache
from projections.evidence import tree
from projections.evidence.catalogues import Kept
from projections.evidence.tree import HASH_BYTES

SCHEMA: Final = 1
TILE_HEIGHT: Final = 8
TILE_HASHES: Final = 1 << TILE_HEIGHT
TILE_BYTES: Final = TILE_HASHES * HASH_BYTES

_TABLES: Final = (
    "CREATE TABLE followed (size INTEGER NOT NULL, schema INTEGER NOT NULL)",
    f"INSERT INTO followed VALUES (0, {SCHEMA})",
    "CREATE TABLE tiles (level INTEGER NOT NULL, number INTEGER NOT NULL, hashes BLOB NOT NULL, "
    "PRIMARY KEY (level, number))",
    "CREATE TABLE names (number INTEGER PRIMARY KEY, names TEXT NOT NULL)",
)
_CATALOGUES: Final = (
    "CREATE TABLE IF NOT EXISTS catalogues (number INTEGER PRIMARY KEY, hash BLOB NOT NULL, told TEXT NOT NULL)"
)
"""Files of older programs have none; they are taken as they are."""


class BadTiles(Exception):
    """A file of tiles that is broken; the log makes it anew."""


class Name(NamedTuple):
    """What an event is called: its account and version."""

    account: str
    version: int


class Tiles:
    """A file of tiles: level 0 holds leaf hashes, each higher level the roots of the full tiles below.

    Beside the leaf hashes stand the names of their events, which no hash alone would tell once the event is gone.
    Whoever changes the file within `writing` changes all of it or nothing. Raises BadTiles, and Unavailable where the
    disk or another process is in the way.
    """

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self._tile = lru_cache(maxsize=64)(self._read)
        try:
            self._db = cache.connect(path, synchronous="FULL") if create else cache.connect(path, mode="ro")
            try:
                self._open(create)
            except BaseException:
                self._db.close()
                raise
        except cache.Unavailable:
            raise
        except (cache.Unusable, BadTiles) as error:
            raise BadTiles(f"{path}: {error}") from None

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def is_sound(self) -> bool:
        """Whether SQLite finds nothing wrong with the file; it reads all of it."""
        return cache.is_sound(self._db)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The file to oneself until the block ends; commits then, rolls back on any exception."""
        with cache.writing(self._db):
            self._tile.cache_clear()
            yield

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return int(self._db.execute("SELECT size FROM followed").fetchone()[0])

    def leaf(self, index: int) -> bytes:
        """The hash of a leaf there is."""
        return self.subtree(0, index)

    def root(self, size: int) -> bytes:
        """The root over the first `size` leaves, of those there are."""
        return tree.root(size, self.subtree)

    def subtree(self, height: int, index: int) -> bytes:
        """The root of a perfect subtree, for the functions of the tree."""
        level, within = divmod(height, TILE_HEIGHT)
        number, at = divmod(index << within, TILE_HASHES)
        some = self._tile(level, number)[at * HASH_BYTES : (at + (1 << within)) * HASH_BYTES]
        if len(some) != HASH_BYTES << within:
            raise BadTiles(f"tile {number} of level {level} is missing or cut off")
        return tree.perfect(some)

    def leaf_tiles(self, first: int, count: int) -> bytes:
        """The leaf hashes of some tiles, one behind the other, as far as there are any."""
        rows = self._db.execute(
            "SELECT CAST(hashes AS BLOB) FROM tiles WHERE level = 0 AND number BETWEEN ? AND ? ORDER BY number",
            (first, first + count - 1),
        )
        return b"".join(row[0] for row in rows)

    def name(self, index: int) -> Name | None:
        """The name of a leaf's event; None where it was not kept."""
        number, at = divmod(index, TILE_HASHES)
        row = self._db.execute("SELECT CAST(names AS TEXT) FROM names WHERE number = ?", (number,)).fetchone()
        names = row[0].split("\n") if row else []
        account, _, version = names[at].rpartition(" ") if at < len(names) else ("", "", "")
        return Name(account, int(version)) if version.lstrip("-").isdecimal() else None

    def append(self, hashes: Sequence[bytes], names: Sequence[Name]) -> None:
        """Add leaves with the names of their events, within `writing`."""
        size = self.size
        self._add(0, size, b"".join(hashes))
        told = [f"{account} {version}" for account, version in names]
        number, at = divmod(size, TILE_HASHES)
        while told:
            room = TILE_HASHES - at
            kept = (
                self._db.execute("SELECT CAST(names AS TEXT) FROM names WHERE number = ?", (number,)).fetchone()
                if at
                else None
            )
            text = "\n".join([*(kept[0].split("\n")[:at] if kept else ()), *told[:room]])
            self._db.execute("INSERT OR REPLACE INTO names VALUES (?, ?)", (number, text))
            told, number, at = told[room:], number + 1, 0
        self._db.execute("UPDATE followed SET size = ?", (size + len(hashes),))
        self._tile.cache_clear()

    def keep_catalogues(self, some: Sequence[Kept]) -> None:
        """Keep the hashes of catalogues in place of those there are, within `writing`."""
        self._db.execute("DELETE FROM catalogues")
        self._db.executemany("INSERT INTO catalogues (hash, told) VALUES (?, ?)", some)

    def catalogues(self) -> list[Kept]:
        """The hashes of catalogues as last kept; none where nobody kept any."""
        try:
            return [Kept(*row) for row in self._db.execute("SELECT hash, told FROM catalogues ORDER BY number")]
        except cache.Unavailable:
            return []

    def cut(self, size: int) -> None:
        """Forget all leaves behind the first `size`, within `writing`."""
        entries, level = size, 0
        self._db.execute("DELETE FROM names WHERE number >= ?", (-(-size // TILE_HASHES),))
        while self._db.execute("SELECT 1 FROM tiles WHERE level = ? LIMIT 1", (level,)).fetchone():
            number, at = divmod(entries, TILE_HASHES)
            self._db.execute(
                "UPDATE tiles SET hashes = substr(hashes, 1, ?) WHERE level = ? AND number = ?",
                (at * HASH_BYTES, level, number),
            )
            self._db.execute("DELETE FROM tiles WHERE level = ? AND number >= ?", (level, number + bool(at)))
            entries, level = entries // TILE_HASHES, level + 1
        self._db.execute("UPDATE followed SET size = ?", (size,))
        self._tile.cache_clear()

    def _open(self, create: bool) -> None:
        if create:
            with self.writing():
                if not cache.form(self._db):
                    for statement in _TABLES:
                        self._db.execute(statement)
                self._db.execute(_CATALOGUES)
        tables = {row[0] for row in self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"followed", "tiles", "names"} <= tables:
            raise BadTiles("no file of tiles")
        if self._db.execute("SELECT schema, typeof(size) FROM followed").fetchall() != [(SCHEMA, "integer")]:
            raise BadTiles("tiles of another form")

    def _add(self, level: int, entries: int, hashes: bytes) -> None:
        """Add hashes behind the entries of a level; roots of the tiles that get full go one level up."""
        number, at = divmod(entries, TILE_HASHES)
        hashes = self._read(level, number)[: at * HASH_BYTES] + hashes
        pieces = [hashes[begin : begin + TILE_BYTES] for begin in range(0, len(hashes), TILE_BYTES)]
        self._db.executemany(
            "INSERT OR REPLACE INTO tiles VALUES (?, ?, ?)",
            [(level, number + place, piece) for place, piece in enumerate(pieces)],
        )
        full = b"".join(tree.perfect(piece) for piece in pieces if len(piece) == TILE_BYTES)
        if full:
            self._add(level + 1, number, full)

    def _read(self, level: int, number: int) -> bytes:
        row = self._db.execute(
            "SELECT CAST(hashes AS BLOB) FROM tiles WHERE level = ? AND number = ?", (level, number)
        ).fetchone()
        return bytes(row[0]) if row else b""


def place(ref: StoreRef) -> Path:
    """The file of tiles of a ledger."""
    return ref.companion("evidence")
