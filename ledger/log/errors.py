"""Errors of the store: each says in one line what is wrong, with a hint of what to do next."""

from ledger.hints import HintedError


class StoreError(HintedError):
    """The ledger cannot be used as asked; nothing that was committed is lost."""


class NoLedger(StoreError):
    """There is no ledger at this place, and the command only reads."""


class FileLost(StoreError):
    """The file was moved, deleted or replaced while it was open; what was committed is in it, wherever it is."""


class InvalidText(StoreError):
    """A text in the ledger is no UTF-8: it was changed behind the program's back, or the disk did."""


class BadEvents(StoreError):
    """The stored events of an account cannot be read or cannot follow each other."""


class KeysUnusable(StoreError):
    """The keys of contracts are missing, or are not those of this ledger: personal data cannot be read or written."""


class ServerAway(StoreError):
    """The server of the ledger cannot be reached, or was lost on the way; what was committed is there when it is."""


class Contended(StoreError):
    """Another writer was in the way, and nothing of the booking stands; done once more, it will."""


class PlaceTaken(StoreError):
    """Where a ledger is to be made something is: a ledger (`is_ledger`), or what is none."""

    def __init__(self, place: object, *, is_ledger: bool) -> None:
        super().__init__(f"there is {'a ledger' if is_ledger else 'something'} at {place}")
        self.place, self.is_ledger = place, is_ledger
