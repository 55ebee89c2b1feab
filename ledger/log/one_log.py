"""One log: what every reading of one answers alike, whatever it is kept in."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

from ledger.contracts import Contracts
from ledger.events import Event
from ledger.log.codec import SEALED_TOPICS
from ledger.log.contracts import LogContracts
from ledger.log.errors import BadEvents
from ledger.log.keyring import Keyring
from ledger.log.store import Head, Mark, Reading, Share, Stored, StoreRef

SAMPLES: Final = 1_000


class OneLog(Reading):
    """The part of a `Reading` that asks the keyring, or what an engine answers already."""

    SHARES_PER_WORKER = 8
    """A process that is done early takes another one."""

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

    @property
    def has_only_events(self) -> bool:
        """A ledger has more."""
        return False

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

    def shares(self, workers: int) -> Sequence[Share]:
        """Ranges of ids as the events of some positions have them: who has more events is met more often."""
        last, count = self.last_position(), self._share_count(workers)
        samples = min(SAMPLES, last) if count > 1 else 0
        rows = (self.at(1 + number * last // samples) for number in range(samples))
        ids = sorted(row.account for row in rows if row is not None and isinstance(row.account, str))
        starts = list(dict.fromkeys(["", *(ids[number * len(ids) // count] for number in range(1, count) if ids)]))
        ends = [*starts[1:], None]
        return [Share(0, first, before, last // len(starts)) for first, before in zip(starts, ends, strict=True)]

    def _share_count(self, workers: int) -> int:
        return workers * self.SHARES_PER_WORKER if workers > 1 else 1

    def whole_contracts(self, share: Share) -> Iterator[tuple[str, list[Stored]]]:
        """Every contract of a share with all its events."""
        rows = groupby(self.all_events(share.first, share.before), attrgetter("account"))
        return ((contract, list(events)) for contract, events in rows)

    def as_read(self, accounts: Sequence[str]) -> list[str]:
        """No order is any faster."""
        return list(accounts)

    def events_in(self, share: Share) -> Iterator[Sequence[tuple[int, str, int, str, bytes]]]:
        """Contract by contract."""
        return (events for _, events in self.whole_contracts(share))

    def heads_in(self, share: Share) -> Iterator[Head]:
        """The heads of the contracts of a share."""
        return self.heads(share.first, share.before)
