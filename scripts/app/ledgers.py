"""Ledgers as such: made empty, what each of their logs is kept in, and what is mended there."""

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Literal, NamedTuple, cast

from ledger.adoption import Place, adopt
from ledger.holders import new_name
from ledger.log.contracts import FORM_SETTING
from ledger.log.engines import AnyRef, FileRef, LogAnyRef
from ledger.log.errors import PlaceTaken
from ledger.log.facts import Repairs
from ledger.log.reach import Partition, Reach, reaches
from ledger.log.sharded.placing import SHARDS_SETTING
from ledger.log.sharded.store import ShardedRef
from ledger.log.store import Writing
from scripts.app.errors import Declined, InvalidRequest
from scripts.app.new_ledger import new_ledger


class LogInfo(NamedTuple):
    """One log: its place, the newest position, how many events and catalogues it has, and its size.

    `fed` is up to where partitions of Kafka are booked.
    """

    place: str
    schema: str | None
    position: int
    events: int
    catalogues: int
    bytes: int
    fed: dict[Partition, Reach]


class LedgerInfo(NamedTuple):
    """What a ledger is kept in. `contracts` is None in a ledger of an older build, whose streams are called by numbers.

    `catalogue` is the digest of the newest one.
    """

    store: Literal["sqlite", "postgresql"]
    schema: str | None
    server: str
    form: int
    contracts: str | None
    catalogue: str | None
    logs: list[LogInfo]


def create(
    ref: AnyRef,
    catalogue: str | None,
    *,
    shards: int = 1,
    sealed: bool,
    writer: str | None = None,
    reader: str | None = None,
) -> LedgerInfo:
    """Make an empty ledger with a catalogue, by default the shipped one; all of its shards, or nothing.

    Raises Declined where there is something already, InvalidRequest for what only PostgreSQL has, StoreError.
    """
    places = logs_of_new(ref, shards)
    count = max(shards, len(places))
    name = new_name()

    def fill(tx: Writing, number: int) -> None:
        adopt(tx, catalogue, sealed=sealed, place=Place(number, count, name))

    if len(places) > 1:
        if there := next((place for place in places if place.exists()), None):
            raise Declined("LEDGER_IS_THERE", file=there)
        for number in reversed(range(count)):  # where the first is, all are
            _make(places[number], 1, _filled_as(number, fill), writer, reader)
    else:
        _make(places[0], count, fill, writer, reader)
    return info(ref)


def logs_of_new(ref: AnyRef, shards: int) -> Sequence[LogAnyRef]:
    """Where the logs of a ledger will be that is to be made; several schemas of PostgreSQL are named by the first."""
    if not isinstance(ref, ShardedRef):
        return [ref]
    if shards not in (1, len(ref.parts)):
        raise InvalidRequest("OTHER_SHARDS_LISTED", file=ref, theirs=len(ref.parts), ours=shards)
    return logs_of(ref)


def _filled_as(number: int, fill: Callable[[Writing, int], None]) -> Callable[[Writing, int], None]:
    """What fills a log that is made alone, and is this shard."""
    return lambda tx, _: fill(tx, number)


def _make(
    place: LogAnyRef, shards: int, fill: Callable[[Writing, int], None], writer: str | None, reader: str | None
) -> None:
    if not isinstance(place, FileRef):
        try:
            place.make(shards, fill, writer=writer, reader=reader)
        except PlaceTaken as error:
            raise Declined("LEDGER_IS_THERE" if error.is_ledger else "PLACE_IS_TAKEN", file=error.place) from None
        return
    if shards > 1 or writer is not None or reader is not None:
        raise InvalidRequest("NOT_OF_A_FILE", file=place)
    with new_ledger(place) as made, closing(made.open(create=True)) as store, store.writing() as tx:
        fill(tx, 0)


def info(ref: AnyRef) -> LedgerInfo:
    """What a ledger is kept in. Raises StoreError."""
    places = logs_of(ref)
    logs = [_log_info(each) for each in places]
    facts = places[0].facts()
    with closing(places[0].open()) as store, store.reading() as log:
        adopted = log.adopted()
        contracts = log.setting(FORM_SETTING)
    newest = adopted[-1].digest if adopted else None
    return LedgerInfo(facts.store, facts.schema, facts.server, facts.form, contracts, newest, logs)


def repairs(ref: AnyRef) -> list[Repairs]:
    """What the tables of each log lack; of a file nothing: what is of an older form there is made anew by use.

    Raises NoLedger, StoreError.
    """
    if isinstance(ref, ShardedRef):
        return [each for place in logs_of(ref) for each in repairs(place)]
    if isinstance(ref, FileRef):
        ref.facts()
        return []
    return ref.repairs()


def mend(ref: AnyRef) -> None:
    """Do what `repairs` says, for all logs or for none. Raises NoLedger, StoreError."""
    if isinstance(ref, ShardedRef):
        for place in logs_of(ref):
            mend(place)
    elif not isinstance(ref, FileRef):
        ref.mend()


def logs_of(ref: AnyRef) -> Sequence[LogAnyRef]:
    """The places of a ledger's logs: of its shards, in order. Raises StoreError."""
    if isinstance(ref, ShardedRef):
        return cast("Sequence[LogAnyRef]", ref.parts)  # there are no others
    with closing(ref.open()) as store, store.reading() as log:
        count = int(log.setting(SHARDS_SETTING) or 1)
    return [ref] if isinstance(ref, FileRef) else [ref.shard(number) for number in range(count)]


def _log_info(ref: LogAnyRef) -> LogInfo:
    facts = ref.facts()
    with closing(ref.open()) as store, store.reading() as log:
        counts = (log.last_position(), log.count(), log.adopted_count())
        return LogInfo(str(ref), facts.schema, *counts, facts.bytes, reaches(log.settings()))
