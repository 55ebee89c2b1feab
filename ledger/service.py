"""The ledger as its doors use it: load, book, append; one input or tens of thousands in one transaction."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress

from ledger.adoption import CatalogueRefused, Place, require_adoptable
from ledger.catalogue import parse
from ledger.contracts import ERASED, NO_KEY, Contract
from ledger.erasure import ErasureNote
from ledger.events import PersonalErased
from ledger.holders import new_name
from ledger.inputs import Input
from ledger.log.contracts import LEDGER_SETTING
from ledger.log.errors import StoreError
from ledger.log.reach import Reach
from ledger.log.store import LogRef, Reading, StoreRef
from ledger.periods import Instant
from ledger.shard import Access, Clock, Outcome, Reached, Shard
from ledger.snapshot import Snapshot
from ledger.timeline import CatalogueTimeline, timeline_of

__all__ = ["Access", "CatalogueRefused", "Clock", "Ledger", "Outcome", "Reached"]


class Ledger:
    """A ledger open for reading and booking.

    `access`: make a new ledger where there is none, book in the one there is, or only read. `now` is asked only for
    `recorded_at` (R-2.5). `catalogue` is adopted for what is booked from now on; without one the ledger's own holds, or
    the shipped one in a new ledger. A new ledger is `sealed`, or stays in the clear for ever (R-15.9). Raises
    StoreError and CatalogueRefused.
    """

    def __init__(
        self,
        ref: StoreRef,
        *,
        now: Clock,
        access: Access = "create",
        catalogue: str | None = None,
        sealed: bool = True,
    ) -> None:
        if access == "create" and not ref.exists():
            _make(ref, now, catalogue, sealed=sealed)
        self.store = ref.open(create=access == "create")
        count = len(self.store.shards)
        self.shards = [
            Shard(store, now, sealed=sealed, place=Place(number, count))
            for number, store in enumerate(self.store.shards)
        ]
        try:
            if count > 1:
                catalogue = self._common_catalogue(access, catalogue)
            for shard in self.shards:
                shard.prepare(access, catalogue)
        except BaseException:
            self.store.close()
            raise

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Booking

    def apply(
        self, inputs: Sequence[Input], reached: Reached | None = None, *, shard: int | None = None
    ) -> list[Outcome]:
        """Book inputs in order, those of a shard in one durable transaction; one outcome each.

        An input is applied, refused by a rule, a duplicate that changes nothing, or rejected (R-12.1, R-12.2).
        What is `reached` with them each shard keeps in its transaction, with or without inputs of its own; only this
        one where a `shard` is named, to which all of them go.
        """
        if len(self.shards) == 1:
            return self.shards[0].apply(inputs, reached)
        outcomes: dict[int, Outcome] = {}
        shards = [self.store.shard_of(input.account) for input in inputs]
        for number in sorted(set(shards) if reached is None else _all_or(shard, len(self.shards))):
            places = [place for place, each in enumerate(shards) if each == number]
            of_these = None if reached is None else _in_places(reached, places)
            made = self.shards[number].apply([inputs[place] for place in places], of_these)
            outcomes.update(zip(places, made, strict=True))
        return [outcomes[place] for place in range(len(inputs))]

    def begin_anew(self, reached: Mapping[str, Reach], *, shard: int | None = None) -> None:
        """Keep this as how far inputs are booked, be it less than what was kept, in every shard or in one."""
        for number in _all_or(shard, len(self.shards)):
            with self.store.shards[number].writing() as tx:
                for name, reach in reached.items():
                    tx.set(name, reach.value)

    def advance_due(self, until: Instant, *, accounts_max: int, zone: str | None = None) -> Counter[str] | None:
        """Advance some accounts (of a zone) whose schedule has come by `until`; None when none is left (R-4, R-2.7).

        Counts events by type, and accounts under `accounts`. Each call is one transaction.
        """
        made = (shard.advance_due(until, accounts_max=accounts_max, zone=zone) for shard in self.shards)
        return next((counted for counted in made if counted is not None), None)

    def erase(self, contract: Contract, note: ErasureNote, *, early: bool = False) -> PersonalErased:
        """Fence the key of a closed contract, and book that its personal data are destroyed (R-15.9).

        Both are durable then; the key itself is still to be destroyed. Raises NotErasable.
        """
        return self.shard_of(contract).erase(contract, note, early=early)

    def shard_of(self, contract: Contract) -> Shard:
        """The shard that has a contract; one whose number is gone is looked for."""
        if len(self.shards) > 1 and contract.number in (ERASED, NO_KEY):
            with self.store.reading() as tx:
                found = [number for number, log in enumerate(tx.shards) if log.newest_versions([contract.id])]
            return self.shards[found[0] if found else 0]
        return self.shards[self.store.shard_of(contract.number)]

    def rebuild_heads(self) -> None:
        """Make every head anew from the log; the same bytes come out as were written with the events."""
        for shard in self.shards:
            shard.rebuild_heads()

    # Reading

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One state of the ledger, for everything an answer needs. Raises StoreError."""
        with self.store.reading() as tx:
            yield Snapshot(tx, self._timeline)

    def _common_catalogue(self, access: Access, given: str | None) -> str | None:
        """The catalogue that all shards are to adopt, if any, once each was seen to take it.

        Without a given one it is that of the first shard, where another has another: whoever adopted it was killed.
        Raises CatalogueRefused, and StoreError for shards of several ledgers.
        """
        with self.store.reading() as tx:
            if len({shard.setting(LEDGER_SETTING) for shard in tx.shards}) > 1:
                raise StoreError(f"{self.store.ref} lists shards of several ledgers; list those of one")
            if access == "read":
                return given
            adopted = [shard.adopted() for shard in tx.shards]
            if given is None and len({rows[-1].digest for rows in adopted if rows}) > 1:
                given = adopted[0][-1].toml
            if given is not None:
                for shard in tx.shards:
                    require_adoptable(shard, parse(given))
            return given

    def _timeline(self, tx: Reading) -> CatalogueTimeline:
        return self.shards[0].timeline(tx) if len(self.shards) == 1 else timeline_of(tx)


def _all_or(shard: int | None, count: int) -> Sequence[int]:
    return range(count) if shard is None else (shard,)


def _in_places(reached: Reached, places: Sequence[int]) -> Reached:
    """The same for the inputs at these places, asked by their places among themselves."""
    return lambda rejected: reached([places[place] for place in rejected])


def _make(ref: StoreRef, now: Clock, catalogue: str | None, *, sealed: bool) -> None:
    """Make a ledger that appears whole, with its catalogue: whoever reads meets all of it or nothing.

    Of several shards the first appears last; without it, what others have shows that it is lost. Raises StoreError.
    """
    parts = list(enumerate(ref.parts))
    name = new_name()
    for number, part in parts[1:]:
        if part.exists():
            with closing(part.open()) as store, store.reading() as tx:
                if tx.last_position():
                    raise StoreError(f"{ref}: shard 0 is missing, and shard {number} has events; bring it back")
                name = tx.setting(LEDGER_SETTING) or name
    for number, part in reversed(parts):
        if not part.exists():
            _make_log(part, now, catalogue, Place(number, len(parts), name), sealed=sealed)


def _make_log(ref: LogRef, now: Clock, catalogue: str | None, place: Place, *, sealed: bool) -> None:
    # Somebody was faster, or the file system has no links: then it is opened or made in place, where errors are told.
    with (
        suppress(OSError, StoreError),
        ref.new() as made,
        closing(made.open(create=True)) as store,
    ):
        Shard(store, now, sealed=sealed, place=place).prepare("create", catalogue)
