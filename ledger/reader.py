"""A log open for reading alone, as a dataset is: who only reads a `Ledger` asks it alike."""

from collections.abc import Iterator
from contextlib import contextmanager

from ledger.log.store import StoreRef
from ledger.snapshot import Snapshot


class Reader:
    """What a store has, read; nothing is made or mended by opening it. Raises StoreError."""

    def __init__(self, ref: StoreRef) -> None:
        self.store = ref.open()

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One state, for everything an answer needs. Raises StoreError."""
        with self.store.reading() as log:
            yield Snapshot(log)
