"""Wrapping: the key in a file of its own that wraps the keys of contracts, so that their file alone opens nothing."""

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.log import files
from ledger.log.errors import KeysUnusable
from ledger.sealing import KEY_BYTES, NONCE_BYTES

FILE_BYTES_MAX = 1_000


class Wrapping:
    """The key of a file. Raises KeysUnusable where there is none, or something else."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._cipher = AESGCM(_read(path))

    def wrap(self, content: bytes, bound: str) -> bytes:
        """A content wrapped for what it is bound to."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, bound.encode())

    def unwrap(self, wrapped: bytes, bound: str) -> bytes:
        """What `wrap` wrapped for the same. Raises KeysUnusable."""
        try:
            return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound.encode())
        except (InvalidTag, ValueError):
            text = f"{self._path} does not open the keys of contracts"
            raise KeysUnusable(text, "name_wrapping_key") from None


def make_wrapping_key(path: Path) -> None:
    """Make the file of a key, whole or not at all; one that is there stays. Raises KeysUnusable."""
    try:
        if not path.exists():
            with files.new(path) as made:
                made.chmod(0o600)
                made.write_text(secrets.token_hex(KEY_BYTES) + "\n")
    except FileExistsError:
        pass  # another process was first
    except OSError as error:
        raise KeysUnusable(f"{path} cannot be made ({error.strerror})", "name_wrapping_key") from None


def _read(path: Path) -> bytes:
    try:
        key = bytes.fromhex(files.read(path, FILE_BYTES_MAX).decode())
    except FileNotFoundError:
        raise KeysUnusable(f"there is no key at {path} that opens the keys of contracts", "name_wrapping_key") from None
    except (OSError, ValueError) as error:
        raise KeysUnusable(f"{path} cannot be read as a key ({error})", "name_wrapping_key") from None
    if len(key) != KEY_BYTES:
        raise KeysUnusable(f"{path} is no key of {KEY_BYTES} bytes in hexadecimal", "name_wrapping_key")
    return key
