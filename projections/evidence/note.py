"""A signed note (C2SP): text, an empty line, and lines with the Ed25519 signatures of those who stand for it."""

import binascii
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519: Final = b"\1"
KEY_BYTES: Final = 32
ID_BYTES: Final = 4
NOTE_BYTES_MAX: Final = 64 * 1024
_MARK: Final = "\N{EM DASH} "


class BadNote(ValueError):
    """Text that is no note, or that the key in question has not signed as it stands."""


class PublicKey(NamedTuple):
    """A key that checks signatures, under the name of whom it belongs to."""

    name: str
    raw: bytes

    @property
    def id(self) -> bytes:
        """What a signature names the key by, besides the name."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.raw).digest()[:ID_BYTES]

    def of_shard(self, number: int) -> "PublicKey":
        """The same key under the name of a shard, which is a log of its own."""
        return PublicKey(f"{self.name}/{number}", self.raw)

    def stands_for(self, signer: "PublicKey") -> bool:
        """Whether somebody who knows this key knows a signer: it is the same, or that of a shard."""
        shard = signer.name.removeprefix(f"{self.name}/")
        return signer == self or (shard.isdecimal() and signer == self.of_shard(int(shard)))

    def text(self) -> str:
        """The key on one line, as verifiers of notes read it: name, id and key."""
        return f"{self.name}+{self.id.hex()}+{base64(ED25519 + self.raw)}"

    def pem(self) -> bytes:
        """The bare key as openssl reads it."""
        key = Ed25519PublicKey.from_public_bytes(self.raw)
        return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def public_key(text: str) -> PublicKey:
    """The key of such a line. Raises BadNote."""
    try:
        name, id, key = text.split("+", 2)
        decoded = unbase64(key)
    except ValueError:
        raise BadNote("no public key of the form name+id+key") from None
    found = PublicKey(name, decoded[1:])
    if not is_name(name) or decoded[:1] != ED25519 or len(found.raw) != KEY_BYTES or found.id.hex() != id:
        raise BadNote("no public key of the form name+id+key")
    return found


def is_name(text: str) -> bool:
    """Whether a text can name a key: neither empty nor with spaces, control characters or a plus."""
    return bool(text) and text.isprintable() and "+" not in text and not any(c.isspace() for c in text)


def signed(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """The note of a text that ends with a newline, signed by a key."""
    public = PublicKey(name, key.public_key().public_bytes_raw())
    return f"{text}\n{_MARK}{name} {base64(public.id + key.sign(text.encode()))}\n"


def opened(note: str, key: PublicKey, *, alone: bool = False) -> str:
    """The text of a note that a key has signed; signatures of others are passed over, or refused if `alone`.

    Raises BadNote.
    """
    if len(note) > NOTE_BYTES_MAX:
        raise BadNote("a note of this length is none of ours")
    text, parted, lines = note.rpartition("\n\n")
    text += "\n"
    if not parted or not lines.endswith("\n"):
        raise BadNote("no signed note: a text, an empty line, and signatures are wanted")
    signatures = lines[:-1].split("\n")
    ours = []
    for line in signatures:
        name, _, encoded = line.removeprefix(_MARK).partition(" ")
        try:
            signature = unbase64(encoded)
        except ValueError:
            signature = b""
        if not line.startswith(_MARK) or not is_name(name) or len(signature) <= ID_BYTES:
            raise BadNote("no signed note: a line behind the text is no signature")
        if (name, signature[:ID_BYTES]) == (key.name, key.id):
            ours.append(signature[ID_BYTES:])
    if not ours or (alone and len(signatures) > 1):
        raise BadNote(f"not signed by {key.name} ({key.id.hex()}) {'alone' if ours else ''}".strip())
    try:
        for signature in ours:
            Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        raise BadNote(f"the signature of {key.name} ({key.id.hex()}) does not hold") from None
    return text


def each(text: str) -> list[str]:
    """The notes of a text that has several, one behind the other, with or without empty lines between them."""
    notes: list[list[str]] = [[]]
    for line in text.splitlines(keepends=True):
        if notes[-1] and notes[-1][-1].startswith(_MARK) and not line.startswith(_MARK):
            notes.append([])
        if notes[-1] or line != "\n":
            notes[-1].append(line)
    return ["".join(lines) for lines in notes if lines]


def base64(content: bytes) -> str:
    """Standard Base 64."""
    return b64encode(content).decode()


def unbase64(text: str) -> bytes:
    """The bytes of standard Base 64 in its only spelling. Raises ValueError."""
    try:
        content = b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError("no Base 64") from None
    if base64(content) != text:
        raise ValueError("no Base 64 in its usual spelling")
    return content
