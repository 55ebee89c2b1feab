"""Keys of contracts: copied to a file, and taken over from one; what was destroyed does not come back (R-15.9)."""

import os
from contextlib import closing
from pathlib import Path

from ledger.log import files
from ledger.log.keyring import Keyring, Merged
from ledger.log.store import StoreRef
from scripts.app.erasure import drop_erased_keys


def back_up_keys(ref: StoreRef, target: Path) -> int:
    """Copy the keys of contracts into a file, whole or not at all; how many contracts it has.

    The key that wraps them is not in it. Raises KeysUnusable, OSError.
    """
    with closing(Keyring(ref.keys_place)) as keyring, files.workplace(target) as place:
        made = place / target.name
        os.close(os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        contracts = keyring.copy_to(made)
        os.replace(made, target)
    files.fsync_path(target.absolute().parent)
    return contracts


def restore_keys(ref: StoreRef, source: Path) -> Merged:
    """Take over the keys of a copy that are not here, but for those of contracts that the ledger says were erased.

    Nothing is made or changed where the wrapping key that is here does not open the copy: a new file of keys, wrapped
    by a new key, would stand in the way of the right one. Raises KeysUnusable, StoreError.
    """
    with closing(Keyring(ref.keys_place)) as keyring:
        copy = keyring.read_copy(source)
        if ref.exists():
            with closing(ref.open()) as store, store.reading() as log:
                drop_erased_keys(log, keyring)
        return keyring.merge(copy)
