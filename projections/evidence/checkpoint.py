"""A checkpoint (C2SP): a signed note with the log's name, how many events there were, and the root over them."""

from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from projections.evidence import note
from projections.evidence.note import BadNote, PublicKey
from projections.evidence.tree import HASH_BYTES


class Checkpoint(NamedTuple):
    """What a checkpoint says, and the note as signed."""

    origin: str
    size: int
    root: bytes
    note: str

    def __str__(self) -> str:
        """On one line, as the foot of a statement prints it."""
        return f"{self.origin} {self.size} {note.base64(self.root)}"


def signed(size: int, root: bytes, origin: str, key: Ed25519PrivateKey) -> Checkpoint:
    """The checkpoint of a tree."""
    text = f"{origin}\n{size}\n{note.base64(root)}\n"
    return Checkpoint(origin, size, root, note.signed(text, origin, key))


def opened(text: str, key: PublicKey, *, alone: bool = False) -> Checkpoint:
    """The checkpoint of a note that a key has signed; if `alone`, nobody else did. Raises BadNote."""
    try:
        origin, size, root, rest = note.opened(text, key, alone=alone).split("\n")
        found = Checkpoint(origin, int(size), note.unbase64(root), text)
    except BadNote:
        raise
    except ValueError:
        raise BadNote("a signed note, but no checkpoint") from None
    if origin != key.name or size != str(found.size) or found.size < 0 or len(found.root) != HASH_BYTES or rest:
        raise BadNote("a signed note, but no checkpoint of this log")
    return found
