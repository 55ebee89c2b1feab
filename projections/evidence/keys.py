"""The keys' folder, outside the ledger: the key that signs, the one that checks, and every checkpoint ever signed.

One folder is one log: whatever ledger is held against it must continue its newest checkpoint.
"""

import fcntl
import os
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.hints import HintedError
from ledger.log import files
from ledger.log.keyring import CONTRACTS, WRAPPING
from projections.evidence import checkpoint, note
from projections.evidence.catalogues import Catalogues
from projections.evidence.checkpoint import Checkpoint
from projections.evidence.note import BadNote, PublicKey

SIGNING: Final = "signing-key.pem"
PUBLIC: Final = "public-key.txt"
PUBLIC_PEM: Final = "public-key.pem"
CHECKPOINTS: Final = "checkpoints"
SIZE_DIGITS: Final = 12
FILE_BYTES_MAX: Final = 64 * 1024
"""Of a key or a checkpoint, which have some hundred."""


class NoKeys(HintedError):
    """A folder without the key that is needed, or that cannot take new ones; one line that says what to do."""


class Keys:
    """A folder of keys and checkpoints. Raises NoKeys where there is no key to check with.

    Those of a `shard` of several are the same key under a name of its own, and checkpoints in a folder of their own.
    """

    def __init__(self, folder: Path, *, shard: int | None = None) -> None:
        self.folder = folder
        self._checkpoints = folder / CHECKPOINTS / ("" if shard is None else f"shard-{shard}")
        path = folder / PUBLIC
        try:
            self.public = note.public_key(files.read(path, FILE_BYTES_MAX).decode().removesuffix("\n"))
        except (FileNotFoundError, NotADirectoryError):
            raise NoKeys(f"there are no keys in {folder}", "create_keys") from None
        except (OSError, UnicodeDecodeError, BadNote) as error:
            raise NoKeys(f"{path} cannot be read ({error}); bring the folder of keys back from a copy") from None
        if shard is not None:
            self.public = self.public.of_shard(shard)

    def of_shard(self, number: int, shards: int) -> "Keys":
        """The keys and checkpoints of one of so many shards; of the only one these."""
        return self if shards == 1 else Keys(self.folder, shard=number)

    @cached_property
    def signing(self) -> Ed25519PrivateKey:
        """The key that signs. Raises NoKeys."""
        path = self.folder / SIGNING
        try:
            if path.stat().st_mode & 0o077:
                raise NoKeys(f"{path} can be read by others; run `chmod 600 {shlex.quote(str(path))}` and sign again")
            key = serialization.load_pem_private_key(files.read(path, FILE_BYTES_MAX), None)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise NoKeys(f"{path} is no key to sign with ({error}); sign where it is kept") from None
        if not isinstance(key, Ed25519PrivateKey) or key.public_key().public_bytes_raw() != self.public.raw:
            raise NoKeys(f"{path} does not belong to {self.folder / PUBLIC}; bring the folder back from a copy")
        return key

    def sizes(self) -> list[int]:
        """The sizes of all checkpoints, in order."""
        try:
            names = os.listdir(self._checkpoints)
        except FileNotFoundError:
            return []
        return sorted(int(name) for name in names if name.isdecimal() and len(name) == SIZE_DIGITS)

    def checkpoint(self, size: int) -> Checkpoint:
        """The checkpoint of a size. Raises BadNote where its file is not what this key signed."""
        path = self._path(size)
        try:
            found = checkpoint.opened(files.read(path, FILE_BYTES_MAX).decode(), self.public, alone=True)
        except (OSError, UnicodeDecodeError, BadNote) as error:
            raise BadNote(f"{path}: {error}") from None
        if found.size != size:
            raise BadNote(f"{path}: a checkpoint of {found.size} events under the name of {size}")
        return found

    def newest(self) -> Checkpoint | None:
        """The checkpoint over the most events. Raises BadNote."""
        sizes = self.sizes()
        return self.checkpoint(sizes[-1]) if sizes else None

    def first_covering(self, position: int) -> Checkpoint | None:
        """The checkpoint that was the first to cover the event of a position, if there is one. Raises BadNote."""
        size = next((size for size in self.sizes() if size >= position), None)
        return None if size is None else self.checkpoint(size)

    def sign(self, size: int, root: bytes, under: Catalogues, *, like: Path | None) -> Checkpoint:
        """Sign a checkpoint and keep it, or the one there is; a second one of the same size must be the same.

        It is no more readable than `like`. Raises NoKeys, BadNote.
        """
        made = checkpoint.signed(size, root, self.public.name, self.signing, under)
        path = self._path(size)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (
            _alone(path.parent),
            tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part") as part,
        ):
            part.write(made.note.encode())
            part.flush()
            os.fchmod(part.fileno(), 0o644 & files.allowed(Path(part.name), like))
            os.fsync(part.fileno())
            try:
                os.link(part.name, path)  # unlike a rename, it takes no other's place
            except FileExistsError:
                made = self.checkpoint(size)
                if made.root != root or made.catalogues not in (None, under):
                    raise BadNote(f"{path}: something else was signed for the same size") from None
        files.fsync_path(path.parent)
        return made

    def _path(self, size: int) -> Path:
        return self._checkpoints / f"{size:0{SIZE_DIGITS}d}"


def kept(folder: Path) -> Keys | None:
    """The keys of a folder; None where nothing of them is there. Raises NoKeys where a part is missing."""
    if any((folder / name).exists() for name in (SIGNING, PUBLIC, CHECKPOINTS)):
        return Keys(folder)
    return None


def create(folder: Path, name: str | None = None) -> Keys:
    """A new folder with a new key, there whole or not at all. Raises NoKeys where something is there already.

    Only the keys of contracts may be: then the new ones are moved in beside them, the one that signs first, and a part
    of them is no folder of keys. Without a name the log is called `obnovi/` and a digest of its key.
    """
    if folder.exists() and (not folder.is_dir() or not all(map(_is_of_contracts, folder.iterdir()))):
        raise _there(folder)
    if not folder.parent.is_dir():
        raise NoKeys(f"there is no folder {folder.parent} to keep keys in", "name_keys_or_make_folder")
    key = Ed25519PrivateKey.generate()
    raw = key.public_key().public_bytes_raw()
    public = PublicKey(name or f"obnovi/{sha256(raw).hexdigest()[:16]}", raw)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        with files.workplace(folder) as place:
            made = place / folder.name
            made.mkdir(mode=0o700)
            for file, content, mode in (
                (SIGNING, secret, 0o600),
                (PUBLIC, f"{public.text()}\n".encode(), 0o644),
                (PUBLIC_PEM, public.pem(), 0o644),
            ):
                with open(os.open(made / file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as opened:
                    opened.write(content)
                    os.fsync(opened.fileno())
            (made / CHECKPOINTS).mkdir(mode=0o700)
            files.fsync_path(made)
            if folder.exists() and any(folder.iterdir()):
                for part in (SIGNING, PUBLIC, PUBLIC_PEM):
                    os.link(made / part, folder / part)  # unlike a rename, it takes no other's place
                os.rename(made / CHECKPOINTS, folder / CHECKPOINTS)
                files.fsync_path(folder)
            else:
                os.rename(made, folder)
    except FileExistsError:
        raise _there(folder) from None
    except OSError as error:
        raise NoKeys(f"{folder} cannot be made ({error.strerror})", "name_keys") from None
    files.fsync_path(folder.parent)
    return Keys(folder)


def _there(folder: Path) -> NoKeys:
    return NoKeys(f"{folder} is there and not empty; keys are never written over", "name_other_keys")


def _is_of_contracts(path: Path) -> bool:
    """Whether a file of the folder is of the keys of contracts, which may be there before those that sign."""
    return path.name == WRAPPING or path.name.startswith(CONTRACTS)


def read_public(text: str) -> PublicKey | bytes:
    """A public key that somebody gave: the line of a note's key, or the bare key of a PEM. Raises BadNote."""
    if not text.lstrip().startswith("-----BEGIN"):
        return note.public_key(text.strip())
    try:
        key = serialization.load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise BadNote("no public key") from None
    if not isinstance(key, Ed25519PublicKey):
        raise BadNote("no public key of Ed25519")
    return key.public_bytes_raw()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One who signs at a time; so what killed ones left can be removed."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        for left in folder.glob(".*.part"):
            left.unlink(missing_ok=True)
        yield
    finally:
        os.close(descriptor)
