"""The tree against RFC 6962: known roots, its own definition written down once more, and another implementation."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion

from projections.evidence import leaf as leaves
from projections.evidence import tree

# The eight inputs with which implementations of RFC 6962 are tested, and the roots over the first one, two, … of them.
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
SIZES = st.integers(1, 700)


def hashed(size: int) -> list[bytes]:
    return [tree.leaf_hash(f"leaf {number}".encode()) for number in range(size)]


def subtrees(hashes: list[bytes]) -> tree.Subtree:
    return lambda height, index: tree.perfect(b"".join(hashes[index << height : (index + 1) << height]))


def by_the_book(hashes: list[bytes]) -> bytes:
    """MTH as section 2.1 defines it."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while 2 * k < len(hashes):
        k *= 2
    return sha256(b"\1" + by_the_book(hashes[:k]) + by_the_book(hashes[k:])).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_known_vectors(size: int) -> None:
    hashes = [tree.leaf_hash(each) for each in INPUTS[:size]]
    assert tree.root(size, subtrees(hashes)).hex() == ROOTS[size - 1]
    growing = tree.Growing()
    growing.add_hashes(b"".join(hashes))
    assert growing.root().hex() == ROOTS[size - 1]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert tree.root(0, subtrees([])).hex() == tree.Growing().root().hex() == empty


# The paths that section 2.1.3 of the RFC works out over seven leaves, in terms of its named nodes.
A, B, C, D, E, F, J = hashed(7)
G, H, EF = tree.node_hash(A, B), tree.node_hash(C, D), tree.node_hash(E, F)  # E and F make node i there
K, L = tree.node_hash(G, H), tree.node_hash(EF, J)


@pytest.mark.parametrize(("index", "path"), [(0, [B, H, L]), (3, [C, G, L]), (4, [F, J, K]), (6, [EF, K])])
def test_inclusion_paths_of_the_rfc_s_example(index: int, path: list[bytes]) -> None:
    assert tree.inclusion_path(index, 7, subtrees(hashed(7))) == path


@pytest.mark.parametrize(("old", "path"), [(3, [C, D, G, L]), (4, [L]), (6, [EF, J, K])])
def test_consistency_paths_of_the_rfc_s_example(old: int, path: list[bytes]) -> None:
    assert tree.consistency_path(old, 7, subtrees(hashed(7))) == path


@given(SIZES, st.data())
def test_every_leaf_is_proved_and_no_other(size: int, data: st.DataObject) -> None:
    hashes = hashed(size)
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1))
    root = by_the_book(hashes)
    assert tree.root(size, subtrees(hashes)) == root
    path = tree.inclusion_path(index, size, subtrees(hashes))
    assert tree.includes(hashes[index], index, size, path, root)
    assert tree.includes(hashes[other], index, size, path, root) == (other == index)
    assert tree.includes(hashes[index], other, size, path, root) == (other == index)
    assert not tree.includes(hashes[index], index, size, [*path, root], root)
    assert not path or not tree.includes(hashes[index], index, size, path[:-1], root)
    assert not tree.includes(hashes[index], index, size, path, hashes[index][::-1])


def test_a_node_does_not_pass_for_a_leaf() -> None:
    """A shorter path leads from it to the same root; the size says that it is too short."""
    path = tree.inclusion_path(0, 7, subtrees(hashed(7)))
    assert tree.includes(A, 0, 7, path, tree.node_hash(K, L))
    assert not tree.includes(G, 0, 7, path[1:], tree.node_hash(K, L))
    assert not tree.includes(K, 0, 7, path[2:], tree.node_hash(K, L))


@given(SIZES, st.data())
def test_every_earlier_tree_is_proved_to_be_the_beginning(size: int, data: st.DataObject) -> None:
    hashes = hashed(size)
    old = data.draw(st.integers(1, size))
    before, after = by_the_book(hashes[:old]), by_the_book(hashes)
    path = tree.consistency_path(old, size, subtrees(hashes))
    assert tree.is_consistent(old, size, before, after, path)
    assert tree.is_consistent(old, size, after, after, path) == (old == size)
    assert tree.is_consistent(old, size, before, before, path) == (old == size)
    assert not tree.is_consistent(old, size, before, after, [*path, after])
    assert not path or not tree.is_consistent(old, size, before, after, path[1:])


@given(st.lists(st.integers(1, 300), max_size=6))
def test_a_tree_that_grows_by_pieces_has_the_root_of_the_whole(pieces: list[int]) -> None:
    hashes = hashed(sum(pieces))
    growing = tree.Growing()
    for piece in pieces:
        growing.add_hashes(b"".join(hashes[growing.size : growing.size + piece]))
    assert growing.root() == by_the_book(hashes)


@given(st.integers(1, 60), st.data())
def test_another_implementation_agrees(size: int, data: st.DataObject) -> None:
    """`pymerkle` makes the same roots and inclusion paths; its own consistency paths hold for our roots."""
    entries = [f"leaf {number}".encode() for number in range(size)]
    theirs = InmemoryTree(algorithm="sha256")
    for entry in entries:
        theirs.append_entry(entry)
    ours = subtrees(hashed(size))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root, before = tree.root(size, ours), tree.root(old, ours)
    assert (theirs.get_root(), theirs.get_root(old)) == (root, before)
    inclusion = theirs.prove_inclusion(index + 1, size)
    verify_inclusion(tree.leaf_hash(entries[index]), root, inclusion)
    assert inclusion.path == [tree.leaf_hash(entries[index]), *tree.inclusion_path(index, size, ours)]
    consistency = theirs.prove_consistency(old, size)
    verify_consistency(before, root, consistency)


def test_a_leaf_begins_with_lengths_so_no_two_events_share_one() -> None:
    assert leaves.leaf("79161234567", 12, "ToppedUp/1", b"{}") == b"\0\x0b79161234567\0\x0212\0\x0aToppedUp/1{}"
    assert leaves.leaf("1", 23, "A", b"") != leaves.leaf("12", 3, "A", b"") != leaves.leaf("12", 3, "", b"A")


@given(st.text(max_size=300), st.integers(-5, 10**12), st.text(max_size=5), st.binary(max_size=50))
def test_the_quick_hash_of_an_event_is_the_hash_of_its_leaf(
    account: str, version: int, topic: str, state: bytes
) -> None:
    assert leaves.event_hash(account, version, topic, state) == tree.leaf_hash(
        leaves.leaf(account, version, topic, state)
    )
