"""A checkpoint (C2SP): a signed note with the log's name, how many events there were, and the root over them.

An extension line behind these signs the catalogues; checkpoints of older programs have none.
"""

from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from projections.evidence import catalogues, note
from projections.evidence.catalogues import Catalogues
from projections.evidence.note import BadNote, PublicKey
from projections.evidence.tree import HASH_BYTES


class Checkpoint(NamedTuple):
    """What a checkpoint says, and the note as signed."""

    origin: str
    size: int
    root: bytes
    note: str
    catalogues: Catalogues | None = None

    def __str__(self) -> str:
        """On one line, as the foot of a statement prints it."""
        return f"{self.origin} {self.size} {note.base64(self.root)}"


def signed(size: int, root: bytes, origin: str, key: Ed25519PrivateKey, under: Catalogues | None = None) -> Checkpoint:
    """The checkpoint of a tree, with the catalogues that its events were booked under."""
    text = f"{origin}\n{size}\n{note.base64(root)}\n" + (f"{under.line()}\n" if under is not None else "")
    return Checkpoint(origin, size, root, note.signed(text, origin, key), under)


def opened(text: str, key: PublicKey, *, alone: bool = False) -> Checkpoint:
    """The checkpoint of a note that a key has signed; if `alone`, nobody else did. Raises BadNote."""
    try:
        origin, size, root, *extension, rest = note.opened(text, key, alone=alone).split("\n")
        (under,) = map(catalogues.parsed, extension) if extension else (None,)
        found = Checkpoint(origin, int(size), note.unbase64(root), text, under)
    except BadNote:
        raise
    except ValueError:
        raise BadNote("a signed note, but no checkpoint") from None
    if origin != key.name or size != str(found.size) or found.size < 0 or len(found.root) != HASH_BYTES or rest:
        raise BadNote("a signed note, but no checkpoint of this log")
    return found
