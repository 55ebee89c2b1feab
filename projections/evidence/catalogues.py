"""The catalogues under a checkpoint: those that hold up to its last event, each with position, zone data and text."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import zip_longest
from typing import Final, NamedTuple

from ledger.log.store import Adopted, Reading
from projections.evidence.leaf import hash_of_any
from projections.evidence.note import base64, unbase64
from projections.evidence.tree import HASH_BYTES, Growing

WORD: Final = "catalogues"
DIGITS_TOLD: Final = 12


class Catalogues(NamedTuple):
    """What a checkpoint signs of them: how many there are, and the root over their leaves in order."""

    number: int
    root: bytes

    def line(self) -> str:
        """The extension line of the note."""
        return f"{WORD} {self.number} {base64(self.root)}"


class Kept(NamedTuple):
    """The leaf hash of one catalogue, and how it is told to people."""

    hash: bytes
    told: str


class Differing(NamedTuple):
    """A catalogue that is not the signed one: how it is told as signed and as found, None where it is not there."""

    signed: str | None
    found: str | None


def parsed(line: str) -> Catalogues:
    """What such a line says, in its only spelling. Raises ValueError."""
    word, number, root = line.split(" ")
    made = Catalogues(int(number), unbase64(root))
    if word != WORD or made.line() != line or made.number < 0 or len(made.root) != HASH_BYTES:
        raise ValueError("no line of catalogues")
    return made


def under(log: Reading, size: int) -> list[Kept]:
    """The catalogues that hold up to the event of a position, in the order in which they were adopted.

    What is booked later adds none to them: a new catalogue holds from the next position on.
    """
    return [_kept(row) for row in log.adopted() if isinstance(row.position, int) and row.position <= size]


def signed_of(some: Iterable[Kept]) -> Catalogues:
    """What a checkpoint signs of catalogues."""
    growing = Growing()
    for each in some:
        growing.add(1, each.hash)
    return Catalogues(growing.size, growing.root())


def differing(signed: Sequence[Kept], found: Sequence[Kept]) -> Iterator[Differing]:
    """Those that were changed, removed, added, or put into another order."""
    gone, fresh = list((Counter(signed) - Counter(found)).elements()), (Counter(found) - Counter(signed)).elements()
    one = None
    for one in zip_longest((each.told for each in gone), (each.told for each in fresh)):
        yield Differing(*one)
    if one is None and list(signed) != list(found):
        yield Differing(*(", then ".join(each.told for each in some) for some in (signed, found)))


def _kept(row: Adopted) -> Kept:
    """The leaf is that of an event: zone data for the account, position for the version, the text for the state."""
    text = row.toml.encode(errors="surrogatepass") if isinstance(row.toml, str) else repr(row.toml).encode()
    told = f"position {row.position}, text {sha256(text).hexdigest()[:DIGITS_TOLD]}, zone data {row.tzdata}"
    return Kept(hash_of_any(row.position, row.tzdata, row.position, WORD, text), told)
