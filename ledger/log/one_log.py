"""One log: what every reading of one answers alike, whatever it is kept in."""

from collections.abc import Sequence

from ledger.contracts import Contracts
from ledger.events import Event
from ledger.log.codec import SEALED_TOPICS
from ledger.log.contracts import LogContracts
from ledger.log.errors import BadEvents
from ledger.log.keyring import Keyring
from ledger.log.store import Mark, Reading, Stored, StoreRef


class OneLog(Reading):
    """The part of a `Reading` that asks the keyring, or what an engine answers already."""

    def __init__(self, ref: StoreRef, keyring: Keyring) -> None:
        self._ref = ref
        self._keyring = keyring
        self._contracts = LogContracts(self, keyring)

    @property
    def ref(self) -> StoreRef:
        """The store that is read."""
        return self._ref

    @property
    def keyring(self) -> Keyring:
        """The keys of the contracts."""
        return self._keyring

    @property
    def shards(self) -> Sequence[Reading]:
        """Itself."""
        return (self,)

    def mark(self) -> Mark:
        """The last position."""
        return self.last_position()

    @property
    def contracts(self) -> Contracts:
        """Whose contracts the streams are (R-15.1)."""
        return self._contracts

    def opened(self, row: Stored) -> Event:
        """The event of a row with its personal data, or with what stands in their place. Raises BadEvents."""
        try:
            return row.opened(self.keyring.opener(row.account)) if row.topic in SEALED_TOPICS else row.event()
        except BadEvents as error:
            name = str(self.contracts.named(row.account))
            raise BadEvents(str(error).replace(str(row.account), name, 1), error.hint) from None

    def event(self, account: str, version: int) -> Event | None:
        """One event of an account."""
        stored = self.stored(account, version)
        return self.opened(stored) if stored is not None else None
