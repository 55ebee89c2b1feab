"""Keys of contracts: copied to a file, and taken over from one; what was destroyed does not come back (R-15.9)."""

import os
from contextlib import closing
from pathlib import Path

from ledger.log import files
from ledger.log.keyring import Keyring, Merged
from ledger.log.store import StoreRef


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
    """Take over the keys of a copy that are not here, but for those whose destruction is known here, or there.

    What the log says was erased is for the caller to drop (`erasure.drop_erased_keys`). Raises KeysUnusable.
    """
    with closing(Keyring(ref.keys_place)) as keyring:
        return keyring.merge(source)
