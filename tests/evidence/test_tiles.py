"""Tiles: however they grow and are cut, they hold the roots and names of all leaves they have."""

import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projections.evidence import tree
from projections.evidence.tiles import BadTiles, Name, Tiles

NAMES = [Name(f"7900000{number % 9:04d}", number) for number in range(140_000)]
HASHES = [tree.leaf_hash(str(name).encode()) for name in NAMES]


def root(size: int) -> bytes:
    growing = tree.Growing()
    growing.add_hashes(b"".join(HASHES[:size]))
    return growing.root()


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=1, max_size=5))
def test_tiles_that_grow_and_are_cut_are_those_of_what_is_left(steps: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder, closing(Tiles(Path(folder) / "tiles")) as tiles:
        for more, fewer in steps:
            with tiles.writing():
                size = tiles.size
                tiles.append(HASHES[size : size + more], NAMES[size : size + more])
            size += more
            kept = max(size - fewer, 0)
            with tiles.writing():
                tiles.cut(kept)
            assert tiles.size == kept
            assert tiles.root(kept) == root(kept)
            for index in {0, kept // 2, kept - 1} if kept else ():
                assert tiles.leaf(index) == HASHES[index]
                assert tiles.name(index) == NAMES[index]
                assert tiles.root(index + 1) == root(index + 1)
            with pytest.raises(BadTiles):
                tiles.leaf(kept)


def test_tiles_of_three_levels(tmp_path: Path) -> None:
    """More than 256 × 256 leaves, by pieces that are none of a tile."""
    with closing(Tiles(tmp_path / "tiles")) as tiles:
        for first in range(0, 140_000, 50_001):
            with tiles.writing():
                tiles.append(HASHES[first : first + 50_001], NAMES[first : first + 50_001])
        for size in (1, 255, 256, 257, 65_535, 65_536, 65_537, 131_072, 140_000):
            assert tiles.root(size) == root(size)
        with tiles.writing():
            tiles.cut(65_600)
        assert tiles.root(65_600) == root(65_600)


def test_what_fails_within_a_transaction_leaves_the_tiles_as_they_were(tmp_path: Path) -> None:
    class Crash(Exception):
        pass

    def crashing(tiles: Tiles) -> None:
        with tiles.writing():
            tiles.append(HASHES[300:600], NAMES[300:600])
            raise Crash

    with closing(Tiles(tmp_path / "tiles")) as tiles:
        with tiles.writing():
            tiles.append(HASHES[:300], NAMES[:300])
        with pytest.raises(Crash):
            crashing(tiles)
        assert (tiles.size, tiles.root(300)) == (300, root(300))
