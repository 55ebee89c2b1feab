"""A shard of a dataset, read: the questions of `Reading` that events and catalogues alone can answer.

What only a ledger keeps besides (heads, keys of inputs, tables of what events cite) is not there. Contracts are read
fast, whole and bucket by bucket; who asks for a position has all of them searched.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from itertools import chain

from ledger.events import Event
from ledger.log.dataset import parquet
from ledger.log.dataset.files import Files
from ledger.log.dataset.form import File, Manifest, adopted, bucket_of, damaged
from ledger.log.keyring import Keyring
from ledger.log.one_log import OneLog
from ledger.log.store import Adopted, Flaw, Head, Key, PartRow, Share, Stored, StoredKey, StoreRef
from ledger.periods import Instant


class DatasetReading(OneLog):
    """A `Reading` of a shard as of the first so many sealings. Raises StoreError for what is not as it was sealed."""

    def __init__(
        self, ref: StoreRef, keyring: Keyring, manifest: Manifest, files: Files, *, shard: int, sealings: int
    ) -> None:
        super().__init__(ref, keyring)
        self._manifest = manifest
        self._files = files
        self._shard = shard
        self._sealings = sealings
        self._last = manifest.sealings[sealings - 1].positions[shard]
        self._at_hand: tuple[str, list[Stored]] = ("", [])
        """The contract that was read last: who is given whole contracts looks back into them."""
        self._one_by_one: tuple[int, list[parquet.OneByOne]] = (-1, [])
        """The files of the bucket that was asked last for one contract."""

    def store_errors(self) -> AbstractContextManager[None]:
        return nullcontext()

    @property
    def has_only_events(self) -> bool:
        return True

    # Whole contracts

    def shares(self, workers: int) -> Sequence[Share]:
        """Ranges of buckets, by their numbers in decimal."""
        shares: list[Share] = []
        count = self._share_count(workers)
        first = events = 0
        for bucket in range(self._manifest.buckets):
            events += self._events_in(bucket)
            if events * count >= self._last and events:
                shares.append(Share(self._shard, str(first), str(bucket + 1), events))
                first, events = bucket + 1, 0
        if events or not shares:
            shares.append(Share(self._shard, str(first), str(self._manifest.buckets), events))
        return shares

    def whole_contracts(self, share: Share) -> Iterator[tuple[str, list[Stored]]]:
        """Every contract of a share with all its events, bucket by bucket."""
        for bucket in range(int(share.first), int(share.before or self._manifest.buckets)):
            yield from self._whole(bucket)

    def events(self, account: str, *, after_version: int = 0) -> Iterator[Stored]:
        return iter(self._contract(account)[after_version:])

    def stored(self, account: str, version: int) -> Stored | None:
        rows = self._contract(account)
        return rows[version - 1] if 0 < version <= len(rows) else None

    def openings(self, accounts: Sequence[str]) -> Iterator[Stored]:
        each = (self.stored(account, 1) for account in self.as_read(accounts))
        return (row for row in each if row is not None)

    def all_events(self, first: str = "", before: str | None = None) -> Iterator[Stored]:
        for account in self.accounts():
            if first <= account and (before is None or account < before):
                yield from self.events(account)

    def accounts(self) -> list[str]:
        return self._accounts

    def each_account(self) -> Iterator[str]:
        return iter(self._accounts)

    @cached_property
    def _accounts(self) -> list[str]:
        contents = map(self._files.content, self._all_files())
        return sorted({id for content in contents for id in parquet.newest_versions(content, self._shard)})

    def as_read(self, accounts: Sequence[str]) -> list[str]:
        return sorted(accounts, key=lambda account: (bucket_of(account, self._manifest.buckets), account))

    def newest_versions(self, accounts: Sequence[str]) -> dict[str, int]:
        if len(accounts) == 1:
            return {row.account: row.version for row in self.events(accounts[0])}
        buckets: dict[int, set[str]] = {}
        for account in accounts:
            buckets.setdefault(bucket_of(account, self._manifest.buckets), set()).add(account)
        found: dict[str, int] = {}
        for bucket, wanted in buckets.items():
            for file in self._files_of(bucket):
                found |= parquet.newest_versions(self._files.content(file), self._shard, wanted)
        return found

    def count_of(self, accounts: Sequence[str]) -> int:
        return sum(self.newest_versions(accounts).values())

    # Along the log

    def last_position(self) -> int:
        return self._last

    def positions_used(self) -> int:
        return self._last

    def count(self) -> int:
        return self._last

    def rows_between(self, after: int, until: int) -> list[tuple[int, str, int, str, bytes]]:
        rows: list[Stored] = []
        before = 0
        for number, sealing in enumerate(self._manifest.sealings[: self._sealings], start=1):
            if before < until and after < sealing.positions[self._shard]:
                for file in (each for each in self._manifest.files if each.sealing == number):
                    rows += parquet.between(self._files.content(file), self._shard, after, until)
            before = sealing.positions[self._shard]
        return sorted(rows)

    def events_between(self, after: int, until: int) -> Iterator[Stored]:
        return map(Stored._make, self.rows_between(after, until))

    def at(self, position: int) -> Stored | None:
        return next(self.events_between(position - 1, position), None)

    def last_event(self) -> Event | None:
        newest = self.at(self._last)
        return newest.event() if newest is not None else None

    def newest_input(self) -> Event | None:
        events = (Stored._make(row).event() for row in reversed(self.rows_between(0, self._last)))
        return next((event for event in events if event.input), None)

    # Beside it

    def adopted(self) -> list[Adopted]:
        return [each for each in adopted(self._manifest.shards[self._shard]) if each.position <= self._last + 1]

    def adopted_count(self) -> int:
        return len(self.adopted())

    def setting(self, name: str) -> str | None:
        return self.settings().get(name)

    def settings(self) -> dict[str, str]:
        return self._manifest.shards[self._shard].settings

    # What is not in a dataset

    def heads_in(self, share: Share) -> Iterator[Head]:
        return iter(())

    def head(self, account: str) -> Head | None:
        return None

    def heads_of(self, accounts: Sequence[str]) -> Iterator[Head]:
        return iter(())

    def heads(self, first: str = "", before: str | None = None) -> Iterator[Head]:
        return iter(())

    def accounts_with_head(self) -> Iterator[str]:
        return iter(self.accounts())

    def keys_in(self, share: Share) -> Iterator[StoredKey]:
        return iter(())

    def has_heads(self) -> bool:
        return False

    def part(self, account: str, kind: str, number: int) -> PartRow | None:
        return None

    def parts(self, account: str) -> list[PartRow]:
        return []

    def due(self, until: Instant, limit: int, *, zone: str | None = None) -> list[Head]:
        return []

    def due_accounts(self, until: Instant) -> list[str]:
        return []

    def count_due(self, until: Instant, *, zone: str | None = None) -> int:
        return 0

    def keys(self, wanted: Sequence[tuple[str, bytes]]) -> dict[tuple[str, bytes], Key]:
        return {}

    def accounts_with(self, key: bytes) -> list[tuple[str, int]]:
        return []

    def all_keys(self) -> Iterator[StoredKey]:
        return iter(())

    def count_keys(self) -> int:
        return 0

    def sources(self) -> list[str]:
        return []

    def used_versions(self) -> set[tuple[str, str, str]]:
        return set()

    def flaws(self) -> Iterator[Flaw]:
        return iter(())

    # Inside

    def _whole(self, bucket: int) -> Iterator[tuple[str, list[Stored]]]:
        """The contracts of a bucket, each put together of what the sealings added."""
        each = [parquet.read(self._files.content(file), self._shard) for file in self._files_of(bucket)]
        for contract, rows in parquet.merged(each):
            self._at_hand = contract, self._checked(contract, rows, bucket)
            yield self._at_hand

    def _contract(self, contract: str) -> list[Stored]:
        """All events of a contract."""
        if self._at_hand[0] != contract:
            bucket = bucket_of(contract, self._manifest.buckets)
            if self._one_by_one[0] != bucket:
                contents = map(self._files.content, self._files_of(bucket))
                self._one_by_one = bucket, [parquet.OneByOne(content, self._shard) for content in contents]
            rows = [row for file in self._one_by_one[1] for row in file.rows(contract)]
            self._at_hand = contract, self._checked(contract, rows, bucket)
        return self._at_hand[1]

    def _checked(self, contract: str, rows: list[Stored], bucket: int) -> list[Stored]:
        """The events of a contract, if they are all there and where they belong. Raises StoreError."""
        if [row.version for row in rows] != list(range(1, len(rows) + 1)):
            expected = next(number for number, row in enumerate(rows, start=1) if row.version != number)
            raise damaged(self._files.folder, f"contract {contract} has no version {expected}")
        if rows and bucket_of(contract, self._manifest.buckets) != bucket:
            raise damaged(self._files.folder, f"contract {contract} is not in its bucket")
        return rows

    def _files_of(self, bucket: int) -> list[File]:
        return self._files.of_bucket(bucket, self._sealings)

    def _all_files(self) -> Iterator[File]:
        return chain.from_iterable(map(self._files_of, range(self._manifest.buckets)))

    def _events_in(self, bucket: int) -> int:
        """About how many events of this shard a bucket has."""
        return sum(file.events for file in self._files_of(bucket)) // len(self._manifest.shards)
