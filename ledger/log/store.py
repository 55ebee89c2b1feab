"""The store: what a log is kept in, as everything above it knows it, and what every store promises.

A store is opened from a `StoreRef`, read in a `Reading`, written in a `Writing`. Most are one log (`Store`, `LogRef`);
of several (`AnyStore`, `StoreRef`) each shard is one, and only a shard is written. The promises stand with the methods
that keep them; `tests/log/contract.py` holds every store to each.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias

from ledger.contracts import Contracts
from ledger.events import Event
from ledger.log import codec
from ledger.log.errors import BadEvents
from ledger.log.keyring import Keyring, KeysPlace
from ledger.log.reach import Reach
from ledger.log.sealed_form import Opener
from ledger.periods import Instant

Mark: TypeAlias = int | tuple[int, ...]
"""A state of the ledger, to be read `until`: the last position of its log, or of each of its shards."""


class Key(NamedTuple):
    """What is remembered of an input: the version of its first event, and the digest of its content."""

    version: int
    content: bytes


class StoredKey(NamedTuple):
    """The key of one booked input as stored: its digest, its account, the version of its first event, its content."""

    key: bytes
    account: str
    version: int
    content: bytes


class Head(NamedTuple):
    """An account's stored state: encoded, with its version and the next instant of its schedule."""

    account: str
    version: int
    next_at: Instant | None
    state: bytes


class PartRow(NamedTuple):
    """A part of an account's memory as stored: its kind and number, the version that changed it last, its things."""

    account: str
    kind: str
    number: int
    version: int
    state: bytes


class Adopted(NamedTuple):
    """A catalogue with the position from which it holds, and the zone data it came with (R-3.6)."""

    position: int
    digest: str
    toml: str
    tzdata: str


class Stored(NamedTuple):
    """One event as stored."""

    position: int
    account: str
    version: int
    topic: str
    state: bytes

    def opened(self, opener: Opener) -> Event:
        """The whole event, with what its contract's key opens. Raises BadEvents."""
        try:
            return codec.opened(self.topic, self.state, opener)
        except codec.Undecodable as error:
            raise BadEvents(f"account {self.account}, version {self.version}: {error}", "run_verify") from None

    def event(self) -> Event:
        """The event but for its personal data where these are sealed: enough to fold. Raises BadEvents."""
        try:
            return codec.decode(self.topic, self.state)
        except codec.Undecodable as error:
            raise BadEvents(f"account {self.account}, version {self.version}: {error}", "run_verify") from None


class Share(NamedTuple):
    """Some contracts of a shard, to be read together, small enough to be sent to another process.

    Which they are is between the reading that cut it and others of the same ledger; here those of ids from `first` on,
    up to but without `before`. `events` is about how many events they have.
    """

    shard: int
    first: str
    before: str | None
    events: int


class Flaw(NamedTuple):
    """Something that a store finds wrong with itself."""

    what: str
    expected: object
    found: object


@dataclass(slots=True)
class KeyRow:
    """The key of one booked input, to be stored with its events."""

    account: str
    source: str
    key: bytes
    version: int
    content: bytes


class Reading(Protocol):
    """One state of the ledger, read: what others commit meanwhile is not in it.

    Accounts come in the order of the bytes of their UTF-8. A stream is read within its reading; other questions may be
    asked meanwhile. Errors of the driver are StoreErrors by the end of the reading, or of `store_errors` within it.
    """

    @property
    def ref(self) -> "StoreRef":
        """The store that is read."""

    @property
    def shards(self) -> "Sequence[Reading]":
        """The logs that are read, each with positions of its own: itself, unless it is of several."""

    @property
    def has_only_events(self) -> bool:
        """Whether it has events and catalogues alone, as a dataset: no heads, keys of inputs, or tables beside them."""

    def mark(self) -> Mark:
        """What this state is called, to read it once more."""

    def store_errors(self) -> "AbstractContextManager[None]":
        """A block whose errors of the driver are StoreErrors by its end, for those who go on behind an error."""

    @property
    def contracts(self) -> Contracts:
        """Whose contracts the streams are (R-15.1)."""

    @property
    def keyring(self) -> Keyring:
        """The keys of the contracts."""

    def opened(self, row: Stored) -> Event:
        """The event of a row with its personal data, or with what stands in their place. Raises BadEvents."""

    def last_position(self) -> int:
        """The position of the newest event, 0 in an empty log."""

    def positions_used(self) -> int:
        """The highest position ever given out, also to an event that is gone."""

    def count(self) -> int:
        """How many events there are."""

    def count_of(self, accounts: Sequence[str]) -> int:
        """How many events some accounts have."""

    def last_event(self) -> Event | None:
        """The newest event."""

    def newest_input(self) -> Event | None:
        """The newest event that an input caused, found behind those of the nights since, which are not decoded."""

    def events(self, account: str, *, after_version: int = 0) -> Iterator[Stored]:
        """An account's events in order of version."""

    def event(self, account: str, version: int) -> Event | None:
        """One event of an account."""

    def stored(self, account: str, version: int) -> Stored | None:
        """One event of an account as stored."""

    def openings(self, accounts: Sequence[str]) -> Iterator[Stored]:
        """The first event of each of some accounts, in no order; of those that have none, nothing."""

    def at(self, position: int) -> Stored | None:
        """The event of a position."""

    def all_events(self, first: str = "", before: str | None = None) -> Iterator[Stored]:
        """Every event (of accounts from `first` on, before `before`), account by account, each in order of version."""

    def shares(self, workers: int) -> Sequence[Share]:
        """All contracts, also those that are opened later, cut into shares of about as many events for some processes.

        Every contract is in one of them. How many there are is up to the store, which knows what it costs to read one;
        at least one of each shard.
        """

    def whole_contracts(self, share: Share) -> Iterator[tuple[str, list[Stored]]]:
        """Every contract of a share in order, each with all its events in order of version: the way to read them all.

        A share may be of another reading of this ledger, in another process.
        """

    def events_in(self, share: Share) -> Iterator[Sequence[tuple[int, str, int, str, bytes]]]:
        """Every event of the contracts of a share as bare rows, some at a time: quicker where none is needed whole.

        Those of a contract come in order of version, beside those of others.
        """

    def as_read(self, accounts: Sequence[str]) -> list[str]:
        """Some accounts in the order in which they are read fastest one by one."""

    def heads_in(self, share: Share) -> Iterator[Head]:
        """The heads of the contracts of a share in order, also of those without events."""

    def keys_in(self, share: Share) -> Iterator[StoredKey]:
        """The keys of the inputs of the contracts of a share in order of contract, also of those without events."""

    def events_between(self, after: int, until: int) -> Iterator[Stored]:
        """Events of all accounts in order of position: those behind `after`, up to and with `until`."""

    def rows_between(self, after: int, until: int) -> list[tuple[int, str, int, str, bytes]]:
        """What `events_between` gives, at once and as bare rows, for those who read the whole log quickly."""

    def newest_versions(self, accounts: Sequence[str]) -> dict[str, int]:
        """The version of the newest event of accounts, where they have any."""

    def accounts(self) -> list[str]:
        """Every account that has events or a head, in order."""

    def each_account(self) -> Iterator[str]:
        """The same, one after the other, for there may be very many; other questions may be asked meanwhile."""

    def head(self, account: str) -> Head | None:
        """An account's head as stored; None for an account that nobody opened, or whose head was lost."""

    def heads_of(self, accounts: Sequence[str]) -> Iterator[Head]:
        """The heads of accounts, where they have one."""

    def heads(self, first: str = "", before: str | None = None) -> Iterator[Head]:
        """All heads (of accounts from `first` on, before `before`) in order of account."""

    def accounts_with_head(self) -> Iterator[str]:
        """Every account that has a head, in order."""

    def has_heads(self) -> bool:
        """Whether there is any head at all."""

    def part(self, account: str, kind: str, number: int) -> PartRow | None:
        """A part of an account's memory that is a row of its own."""

    def parts(self, account: str) -> list[PartRow]:
        """The parts of an account's memory that are rows of their own, in order."""

    def due(self, until: Instant, limit: int, *, zone: str | None = None) -> list[Head]:
        """Accounts (of a zone) whose next scheduled instant has come, the earliest first."""

    def due_accounts(self, until: Instant) -> list[str]:
        """All accounts whose next scheduled instant has come, in order of account."""

    def count_due(self, until: Instant, *, zone: str | None = None) -> int:
        """How many accounts (of a zone) are due by an instant."""

    def keys(self, wanted: Sequence[tuple[str, bytes]]) -> dict[tuple[str, bytes], Key]:
        """What is remembered of inputs, by their accounts and keys."""

    def accounts_with(self, key: bytes) -> list[tuple[str, int]]:
        """The accounts that had an input of this key, with the version of its first event."""

    def all_keys(self) -> Iterator[StoredKey]:
        """The key of every booked input, in order of digest and account."""

    def count_keys(self) -> int:
        """How many inputs were ever booked."""

    def sources(self) -> list[str]:
        """Every source that inputs ever named."""

    def adopted(self) -> list[Adopted]:
        """Every catalogue the ledger was given, in order; of several at one position the last one holds."""

    def adopted_count(self) -> int:
        """How many catalogues there are."""

    def used_versions(self) -> set[tuple[str, str, str]]:
        """Plan and option versions that some event cites: kind, id, `effective_from`."""

    def setting(self, name: str) -> str | None:
        """A value the ledger keeps about itself."""

    def settings(self) -> dict[str, str]:
        """Every value the ledger keeps about itself."""

    def flaws(self) -> Iterator[Flaw]:
        """What the store finds wrong with itself: how it is kept, and the form in which it keeps things."""


class Writing(Reading, Protocol):
    """A ledger that is written: all that is written stands, or nothing.

    Events get positions without gaps in the order of commits, and never change. A key that is there is refused, and so
    is a version that an account has.
    """

    def hold_openings(self, numbers: Iterable[str]) -> None:
        """Until the end nobody else opens a contract of these numbers; the keyring knows those opened before."""

    def hold(self, accounts: Iterable[str]) -> None:
        """Until the end nobody else books for these accounts; what is read of them from now on stays true.

        Asked for once, behind `hold_openings`, and before anything is appended.
        """

    def hold_due(self, until: Instant, limit: int, *, zone: str | None = None) -> list[Head]:
        """Some of the accounts (of a zone) that are due, held; none only where none is left."""

    def append(
        self, events: Iterable[tuple[str, Event]], keys: Iterable[KeyRow], heads: Iterable[Head], *, now: Instant
    ) -> None:
        """Add events of contracts in this order, sealed where these have a key, and what is kept beside the events.

        The events of one booking follow each other and share their `input`. They are recorded at `now`, or at the
        newest `recorded_at` of the log, whichever is later, and say so from now on (R-2.5).
        """

    def append_stored(self, events: Iterable[Stored], keys: Iterable[StoredKey]) -> None:
        """Add events and keys with the bytes they were stored with elsewhere; heads are to be rebuilt."""

    def put_heads(self, heads: Iterable[Head]) -> None:
        """Store heads, in place of those there are."""

    def put_parts(self, rows: Iterable[PartRow]) -> None:
        """Store parts of memories, in place of those there are."""

    def drop_parts(self, gone: Iterable[tuple[str, str, int]]) -> None:
        """Forget parts of memories, by account, kind and number."""

    def drop_head(self, account: str) -> None:
        """Forget an account's head with its parts."""

    def drop_heads(self) -> None:
        """Forget every head; they are rebuilt from the log."""

    def add_sources(self, sources: Iterable[str]) -> None:
        """Remember sources that inputs named."""

    def add_used_versions(self, used: Iterable[tuple[str, str, str]]) -> None:
        """Remember plan and option versions that events cite."""

    def adopt(self, digest: str, toml: str, tzdata: str) -> None:
        """Let a catalogue hold from the next position on."""

    def forget_adopted(self) -> None:
        """Forget the catalogues of a log without events, under which nothing was decided; it takes another log over.

        In PostgreSQL that is for the owner of the tables.
        """

    def set(self, name: str, value: str) -> None:
        """Keep a value about the ledger itself."""

    def reach(self, reached: Mapping[str, Reach]) -> None:
        """Keep how far inputs are booked, by name of the setting; one that lies further on stays as it is.

        Asked for last: whoever reads the same beside us waits from here to the commit.
        """

    def unset(self, name: str) -> None:
        """Keep no value of this name any more."""


class AnyStore(Protocol):
    """An open store, of one log or of several."""

    @property
    def ref(self) -> "StoreRef":
        """Where it is."""

    @property
    def keyring(self) -> Keyring:
        """The keys of its contracts."""

    @property
    def shards(self) -> "Sequence[Store]":
        """The logs it consists of: itself, unless it is parted."""

    def shard_of(self, number: str) -> int:
        """In which of them the contracts of a number are, for ever."""

    def reading(
        self, *, until: Mark | None = None, escape_invalid_text: bool = False
    ) -> AbstractContextManager[Reading]:
        """One state of the ledger to read.

        With `until`, the events and catalogues of this position and before: what another process reads `until` the
        mark of a reading is what that reading has, whatever came since. What follows from the events (heads, keys) may
        be that of a later state.

        A text that is no UTF-8 raises InvalidText when the block ends; with `escape_invalid_text` its odd bytes are
        escaped instead, which takes longer.
        """

    def tidy(self) -> None:
        """Leave nothing in its files of what was replaced, as far as nobody reads it at the moment."""

    def close(self) -> None:
        """Close it; a reading that goes on has no more to say."""


class Store(AnyStore, Protocol):
    """An open store of one log, which can be written."""

    def writing(self) -> AbstractContextManager[Writing]:
        """The ledger to oneself until the block ends: what is read stays true; commits then, undoes on any exception.

        What is committed survives a power cut.
        """

    def booking(self) -> AbstractContextManager[Writing]:
        """The same for some accounts: what is read of those that are held stays true, others may be booked beside them.

        No catalogue is adopted meanwhile. Raises Contended where it is to be done once more, from its beginning.
        """


class StoreRef(Protocol):
    """Where a store is: small, frozen, to be pickled for another process; as text it is what messages call it."""

    def __hash__(self) -> int:
        """References to one place are one key."""

    @property
    def is_made_by_use(self) -> bool:
        """Whether whoever books into nothing makes it; else it is made on purpose, by itself."""

    @property
    def like(self) -> Path | None:
        """The file than which none that is made of the ledger's content is more readable, where there is one."""

    @property
    def folder(self) -> Path:
        """The folder that holds what belongs to the ledger, as its keys."""

    @property
    def keys_place(self) -> KeysPlace:
        """Where the keys of its contracts are."""

    @property
    def parts(self) -> "Sequence[LogRef]":
        """Where its shards are: itself, unless there are several."""

    def files(self) -> list[Path]:
        """The files that it is kept in, also those that are there while it is in use; none on a server."""

    def companion(self, name: str) -> Path:
        """The place of what belongs to this ledger alone and follows from it, as its views and evidence."""

    def exists(self) -> bool:
        """Whether there is anything."""

    def open(self, *, create: bool = False) -> AnyStore:
        """Open it; `create` makes an empty ledger where there is none.

        Raises NoLedger where there is none, StoreError for what is no ledger or cannot be used.
        """


class LogRef(StoreRef, Protocol):
    """Where a store of one log is."""

    def with_keys(self, keys: KeysPlace) -> "LogRef":
        """The same with the keys of its contracts there."""

    def open(self, *, create: bool = False) -> Store:
        """The same, of one log."""

    def new(self, *, like: Path | None = None) -> "AbstractContextManager[LogRef]":
        """A place to make a ledger in, which gets this one's name, whole, when the block ends well.

        It is no more readable than `like`. Raises FileExistsError where something is there by then, OSError where it
        cannot be made like this.
        """


class Copyable(Protocol):
    """What a store may be able to do: backups, made while others write."""

    def copy_to(self, target: Path) -> int:
        """Copy the ledger as it stands at one moment into an empty file, durable; how many events it has.

        Raises StoreError.
        """


class FileBased(LogRef, Protocol):
    """What a store may be: one file, with helpers beside it while it is in use."""

    @property
    def path(self) -> Path:
        """The file."""

    def helpers(self) -> list[Path]:
        """The files that are kept beside it while it is in use."""

    def is_ledger(self) -> bool:
        """Whether the file is a ledger, or empty; nothing is opened that could be in use."""

    def new(self, *, like: Path | None = None) -> AbstractContextManager["FileBased"]:
        """The same, in a file."""
