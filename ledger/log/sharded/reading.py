"""One state of several logs, read as one: the questions of `Reading`, asked of the shard that knows, or of each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from heapq import merge
from itertools import chain, groupby
from operator import attrgetter
from typing import Final, TypeVar

from ledger.contracts import ERASED, NO_KEY, Contracts, is_number
from ledger.events import Event
from ledger.log.contracts import LogContracts
from ledger.log.keyring import Keyring
from ledger.log.sharded.placing import parted, position_in, shard_of
from ledger.log.store import Adopted, Flaw, Head, Key, Mark, PartRow, Reading, Share, Stored, StoredKey, StoreRef
from ledger.periods import Instant

T = TypeVar("T")
_BY_ACCOUNT: Final = attrgetter("account")


class ShardedReading:
    """A `Reading` over readings of every shard. Positions say which shard they are of (`placing`).

    What is asked of a contract is asked of the shard of its number; of each where nobody knows the number. What stands
    in all shards alike (settings, sources) is that of the first, or of all together.
    """

    def __init__(self, ref: StoreRef, keyring: Keyring, shards: Sequence[Reading]) -> None:
        self.ref = ref
        self.keyring = keyring
        self.shards = shards
        self._contracts = LogContracts(self, keyring)

    @property
    def has_only_events(self) -> bool:
        return any(shard.has_only_events for shard in self.shards)

    def mark(self) -> Mark:
        return tuple(shard.last_position() for shard in self.shards)

    @contextmanager
    def store_errors(self) -> Iterator[None]:
        with ExitStack() as stack:
            for shard in self.shards:
                stack.enter_context(shard.store_errors())
            yield

    @property
    def contracts(self) -> Contracts:
        return self._contracts

    def opened(self, row: Stored) -> Event:
        return self.shards[0].opened(row)

    # Along the log

    def last_position(self) -> int:
        """That of the last shard that has any: it says how far positions go, not which state this is."""
        last = ((number, shard.last_position()) for number, shard in enumerate(self.shards))
        return max((position_in(number, position) for number, position in last if position), default=0)

    def positions_used(self) -> int:
        used = ((number, shard.positions_used()) for number, shard in enumerate(self.shards))
        return max((position_in(number, position) for number, position in used if position), default=0)

    def count(self) -> int:
        return sum(shard.count() for shard in self.shards)

    def last_event(self) -> Event | None:
        return _newest(shard.last_event() for shard in self.shards)

    def newest_input(self) -> Event | None:
        return _newest(shard.newest_input() for shard in self.shards)

    def at(self, position: int) -> Stored | None:
        number, local = parted(position)
        found = self.shards[number].at(local) if number < len(self.shards) else None
        return found._replace(position=position) if found is not None else None

    def events_between(self, after: int, until: int) -> Iterator[Stored]:
        for number, first, last in self._stretches(after, until):
            yield from self._placed(number, self.shards[number].events_between(first, last))

    def rows_between(self, after: int, until: int) -> list[tuple[int, str, int, str, bytes]]:
        return [
            (position_in(number, row[0]), *row[1:])
            for number, first, last in self._stretches(after, until)
            for row in self.shards[number].rows_between(first, last)
        ]

    def adopted(self) -> list[Adopted]:
        return [
            row._replace(position=position_in(number, row.position)) if isinstance(row.position, int) else row
            for number, shard in enumerate(self.shards)
            for row in shard.adopted()
        ]

    def adopted_count(self) -> int:
        return sum(shard.adopted_count() for shard in self.shards)

    # Of some accounts

    def count_of(self, accounts: Sequence[str]) -> int:
        return sum(self.shards[number].count_of(some) for number, some in self._parted(accounts))

    def events(self, account: str, *, after_version: int = 0) -> Iterator[Stored]:
        return chain.from_iterable(
            self._placed(number, self.shards[number].events(account, after_version=after_version))
            for number in self._where(account)
        )

    def event(self, account: str, version: int) -> Event | None:
        stored = self.stored(account, version)
        return self.opened(stored) if stored is not None else None

    def stored(self, account: str, version: int) -> Stored | None:
        for number in self._where(account):
            if (found := self.shards[number].stored(account, version)) is not None:
                return found._replace(position=position_in(number, found.position))
        return None

    def openings(self, accounts: Sequence[str]) -> Iterator[Stored]:
        return chain.from_iterable(
            self._placed(number, self.shards[number].openings(some)) for number, some in self._parted(accounts)
        )

    def newest_versions(self, accounts: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for number, some in self._parted(accounts):
            found |= self.shards[number].newest_versions(some)
        return found

    def head(self, account: str) -> Head | None:
        return self._first_of(account, lambda shard: shard.head(account))

    def heads_of(self, accounts: Sequence[str]) -> Iterator[Head]:
        return chain.from_iterable(self.shards[number].heads_of(some) for number, some in self._parted(accounts))

    def part(self, account: str, kind: str, number: int) -> PartRow | None:
        return self._first_of(account, lambda shard: shard.part(account, kind, number))

    def parts(self, account: str) -> list[PartRow]:
        return self._first_of(account, lambda shard: shard.parts(account)) or []

    def keys(self, wanted: Sequence[tuple[str, bytes]]) -> dict[tuple[str, bytes], Key]:
        found: dict[tuple[str, bytes], Key] = {}
        for number, some in self._parted([account for account, _ in wanted]):
            theirs = set(some)
            found |= self.shards[number].keys([each for each in wanted if each[0] in theirs])
        return found

    # Of all accounts, in order of account

    def all_events(self, first: str = "", before: str | None = None) -> Iterator[Stored]:
        each = [self._placed(number, shard.all_events(first, before)) for number, shard in enumerate(self.shards)]
        return merge(*each, key=_BY_ACCOUNT)

    def shares(self, workers: int) -> Sequence[Share]:
        each = -(-workers // len(self.shards))
        return [
            share._replace(shard=number) for number, shard in enumerate(self.shards) for share in shard.shares(each)
        ]

    def whole_contracts(self, share: Share) -> Iterator[tuple[str, list[Stored]]]:
        whole = self.shards[share.shard].whole_contracts(share)
        return ((contract, list(self._placed(share.shard, events))) for contract, events in whole)

    def as_read(self, accounts: Sequence[str]) -> list[str]:
        return self.shards[0].as_read(accounts)

    def events_in(self, share: Share) -> Iterator[Sequence[tuple[int, str, int, str, bytes]]]:
        blocks = self.shards[share.shard].events_in(share)
        return ([(position_in(share.shard, row[0]), *row[1:]) for row in rows] for rows in blocks)

    def heads_in(self, share: Share) -> Iterator[Head]:
        return self.shards[share.shard].heads_in(share)

    def keys_in(self, share: Share) -> Iterator[StoredKey]:
        return self.shards[share.shard].keys_in(share)

    def accounts(self) -> list[str]:
        return list(self.each_account())

    def each_account(self) -> Iterator[str]:
        return _each_once(merge(*(shard.each_account() for shard in self.shards)))

    def heads(self, first: str = "", before: str | None = None) -> Iterator[Head]:
        return merge(*(shard.heads(first, before) for shard in self.shards), key=_BY_ACCOUNT)

    def accounts_with_head(self) -> Iterator[str]:
        return merge(*(shard.accounts_with_head() for shard in self.shards))

    def has_heads(self) -> bool:
        return any(shard.has_heads() for shard in self.shards)

    def due(self, until: Instant, limit: int, *, zone: str | None = None) -> list[Head]:
        found = chain.from_iterable(shard.due(until, limit, zone=zone) for shard in self.shards)
        return sorted(found, key=lambda head: (head.next_at, head.account))[:limit]

    def due_accounts(self, until: Instant) -> list[str]:
        return _once(merge(*(shard.due_accounts(until) for shard in self.shards)))

    def count_due(self, until: Instant, *, zone: str | None = None) -> int:
        return sum(shard.count_due(until, zone=zone) for shard in self.shards)

    def accounts_with(self, key: bytes) -> list[tuple[str, int]]:
        return sorted(chain.from_iterable(shard.accounts_with(key) for shard in self.shards))

    def all_keys(self) -> Iterator[StoredKey]:
        return merge(*(shard.all_keys() for shard in self.shards), key=lambda row: (row.key, row.account))

    def count_keys(self) -> int:
        return sum(shard.count_keys() for shard in self.shards)

    def sources(self) -> list[str]:
        return sorted({source for shard in self.shards for source in shard.sources()})

    def used_versions(self) -> set[tuple[str, str, str]]:
        return {version for shard in self.shards for version in shard.used_versions()}

    def setting(self, name: str) -> str | None:
        return self.shards[0].setting(name)

    def settings(self) -> dict[str, str]:
        return self.shards[0].settings()

    def flaws(self) -> Iterator[Flaw]:
        return chain.from_iterable(shard.flaws() for shard in self.shards)

    # Inside

    def _placed(self, number: int, rows: Iterable[Stored]) -> Iterator[Stored]:
        """Rows of a shard with their positions among all."""
        return (row._replace(position=position_in(number, row.position)) for row in rows)

    def _stretches(self, after: int, until: int) -> Iterator[tuple[int, int, int]]:
        """The shards that positions are of, each with those of its own: behind which one, and up to which."""
        for number, shard in enumerate(self.shards):
            first = max(after - position_in(number, 0), 0)
            end = min(until - position_in(number, 0), shard.last_position())
            if first < end:
                yield number, first, end

    def _where(self, account: str) -> Sequence[int]:
        """The shards that may have a contract: that of its number, all where nobody knows it."""
        number = account if is_number(account) else self.keyring.contract(account).number
        if number in (ERASED, NO_KEY):
            return range(len(self.shards))
        return (shard_of(number, len(self.shards)),)

    def _parted(self, accounts: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
        """Accounts by the shards that may have them."""
        listed = list(dict.fromkeys(accounts))
        self.keyring.look_up_all([account for account in listed if not is_number(account)])
        some: dict[int, list[str]] = {}
        for account in listed:
            for number in self._where(account):
                some.setdefault(number, []).append(account)
        yield from sorted(some.items())

    def _first_of(self, account: str, question: Callable[[Reading], T | None]) -> T | None:
        return next((found for number in self._where(account) if (found := question(self.shards[number]))), None)


def _once(accounts: Iterable[str]) -> list[str]:
    return list(_each_once(accounts))


def _each_once(accounts: Iterable[str]) -> Iterator[str]:
    """Accounts in order, each once: one that somebody put into another shard is in two."""
    return (account for account, _ in groupby(accounts))


def _newest(events: Iterable[Event | None]) -> Event | None:
    """The one that was recorded last; of several at once, the one that was booked last."""
    newest: Event | None = None
    for event in events:
        if event and (newest is None or _times(event) > _times(newest)):
            newest = event
    return newest


def _times(event: Event) -> tuple[Instant, Instant]:
    return event.recorded_at, event.booked_at
