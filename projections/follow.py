"""Follow: views catch up with the log before every read, and can be rebuilt from it, compared, and swapped."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple, TypeVar

import msgspec

from ledger.account import Account
from ledger.accounts import stored_account
from ledger.log.errors import StoreError
from ledger.log.store import Reading, Share
from ledger.periods import Moment
from ledger.progress import Progress, unwatched
from ledger.reader import Reader
from ledger.service import Ledger
from ledger.timeline import CatalogueTimeline
from projections import payments, totals, views
from projections.cache import Cache, Unavailable, Unusable, attached, connect, is_damage, writing
from projections.engines.engine import Engine, Telling
from projections.engines.pool import HERE
from projections.fold import Fold, Known, take

T = TypeVar("T")
EVENTS_AT_ONCE: Final = 50_000
ACCOUNTS_AT_HAND: Final = 50_000
"""So many accounts are folded beside each other."""


@contextmanager
def caught_up(log: Reading) -> Iterator[Cache]:
    """The views of a ledger, having seen every event of it, and maybe later ones.

    They are made anew where there are none, where they are of another ledger or form, and where they are damaged.
    """
    with closing(_followed(log)) as db:
        yield db


def asked(log: Reading, question: Callable[[Cache], T], *, engine: Engine = HERE) -> T:
    """What the views of a ledger answer; where their damage shows only now, they are made anew and asked again.

    A dataset has no views: they are made for the question.
    """
    if log.has_only_events:
        with folded(log, engine=engine) as (db, _):
            return question(db)
    try:
        with caught_up(log) as db:
            return question(db)
    except Unusable as error:
        if not is_damage(error):
            raise
    except (ValueError, TypeError, msgspec.DecodeError):
        pass  # a value that no view ever wrote; if it is not that, it happens again
    views.begin_anew(log.ref)
    with caught_up(log) as db:
        return question(db)


def _followed(log: Reading) -> Cache:
    """The newest views, caught up; a rebuild may take the file away meanwhile, then the next newest."""
    begun = False
    while True:
        place = views.place(log.ref)
        try:
            db = views.connect(place, log.ref)
            try:
                if views.seen_positions(db, log) is not None:
                    catch_up(db, log)
                    return db
            except BaseException:
                db.close()
                raise
            db.close()
            views.begin_anew(log.ref)
        except Unavailable:
            if place.exists():
                raise
        except Unusable:  # the views are damaged, or the log is: then it happens again
            if begun:
                raise
            begun = True
            views.begin_anew(log.ref)


def catch_up(db: Cache, log: Reading) -> None:
    """Take in the events that came since, shard by shard."""
    for number, shard in enumerate(log.shards):
        _catch_up(db, number, shard)


def _catch_up(db: Cache, number: int, log: Reading) -> None:
    """The same of one shard: a batch of events at a time, each with how far it went."""
    catalogues = CatalogueTimeline(log.adopted())
    last = log.last_position()
    tags = payments.Tags(log)
    while True:
        with writing(db):  # somebody else may be catching up as well
            position = views.seen_position(db, number, log)
            if position is None or position >= last:
                return
            until = min(position + EVENTS_AT_ONCE, last)
            known: dict[str, Account] = {}
            moved = totals.Moved()
            for stored in log.events_between(position, until):
                if stored.account not in known:
                    known[stored.account] = _head(log, stored.account)
                event = stored.event()
                take(db, moved, known[stored.account], event, catalogues, stored.position)
                tags.follow(stored, event)
            totals.add(db, moved.cells())
            tags.put(db)
            views.note_position(db, number, log, until)


class Rebuilt(NamedTuple):
    """What a replay did."""

    events: int
    differences: int


@contextmanager
def folded(
    log: Reading, *, engine: Engine, known_at: Moment | None = None, progress: Progress = unwatched
) -> Iterator[tuple[Cache, int]]:
    """The views of a reading, made of its events for as long as the block lasts, and how many events that were.

    With `known_at`, only of those recorded by then, a local time or a date where each account is.
    """
    with (
        views.workplace(log.ref) as place,
        closing(views.connect(place / "new", log.ref, unfinished=True)) as db,
    ):
        yield db, _fold(db, log, place, engine, progress, known_at)


def rebuild(
    ledger: Ledger, *, engine: Engine, dataset: Reader | None = None, progress: Progress = unwatched
) -> Rebuilt:
    """Fold every account from the log alone into a new views file, compare it with the old one, and swap them.

    With a `dataset` of the ledger, what it has is folded from there, and only what came since is followed in the log.
    Raises StoreError for one of another ledger.

    Killed at any moment it leaves the old views as they are; its unfinished files are removed by the next one. Several
    at once do not disturb each other.
    """
    ref = ledger.store.ref
    with (
        views.workplace(ref) as place,
        ledger.store.reading() as before,
        caught_up(before) as followed,
        ledger.store.reading() as log,
    ):
        # The copy stands at one state, whatever others follow meanwhile.
        old = place / "old"
        with closing(connect(old)) as copy:
            followed.backup(copy)
            positions = views.seen_positions(copy, log)
        assert positions is not None
        mark = positions if len(positions) > 1 else positions[0]
        new = place / "new"
        with (
            closing(views.connect(new, ref, unfinished=True)) as db,
            ledger.store.reading(until=mark) as seen,
            nullcontext(seen) if dataset is None else dataset.store.reading() as source,
        ):
            events = _fold(db, source, place, engine, progress)
            with writing(db):
                for number, shard in enumerate(source.shards):
                    views.note_position(db, number, shard, shard.last_position())
            if views.seen_positions(db, seen) is None:
                raise StoreError(f"{source.ref} is a dataset of another ledger than {ref}", "name_ledger")
            catch_up(db, seen)
            try:
                found = views.differences(db, old)
            except Unusable as error:
                if not is_damage(error):
                    raise
                found = views.count(db)  # what was there cannot be read: every row is another one
        views.publish(new, ref)
    return Rebuilt(events, found)


def _fold(
    db: Cache, log: Reading, place: Path, engine: Engine, progress: Progress, known_at: Moment | None = None
) -> int:
    """Fold every contract of a reading into a views file; how many events they have."""
    accounts = sum(1 for _ in log.accounts_with_head())
    shares = log.shares(max(engine.workers, accounts // ACCOUNTS_AT_HAND))
    events = 0
    if engine.is_elsewhere:
        distant = [Telling(partial(folded_share, share, known_at)) for share in shares]
        for content, taken in engine.run(distant, log, until=log.mark(), progress=progress):
            (part := place / "part").write_bytes(content)
            _merge(db, part)
            events += taken
        return events
    jobs = [Telling(partial(fold_share, share, place / str(number), known_at)) for number, share in enumerate(shares)]
    for part, taken in engine.run(jobs, log, until=log.mark(), progress=progress):
        _merge(db, part)
        part.unlink()
        events += taken
    return events


def folded_share(share: Share, known_at: Moment | None, log: Reading, progress: Progress) -> tuple[bytes, int]:
    """The same as `fold_share` where nobody else has the file: what is in it. Raises BadEvents, BrokenLog."""
    with TemporaryDirectory() as place:
        part, events = fold_share(share, Path(place) / "part", known_at, log, progress)
        return part.read_bytes(), events


def fold_share(share: Share, part: Path, known_at: Moment | None, log: Reading, progress: Progress) -> tuple[Path, int]:
    """Fold the contracts of a share from their events into a views file of their own. Raises BadEvents, BrokenLog."""
    events = 0
    with closing(views.connect(part, log.ref, unfinished=True)) as db, writing(db):
        fold = Fold(log, db)
        known = None if known_at is None else Known(known_at)
        for read in log.events_in(share):
            rows = read if known is None else known.of(read)
            fold.take(rows)
            events += len(rows)
            progress(events)
        totals.add(db, fold.moved.cells())
    return part, events


def _head(log: Reading, account_id: str) -> Account:
    account = stored_account(log, account_id)
    assert account is not None, "an account with events has a head or can be folded"
    return account


def _merge(db: Cache, part: Path) -> None:
    """Add the rows of one part; totals of several parts add up."""
    with attached(db, part, "part"), writing(db):
        for table in views.TABLE_NAMES:
            if table != "totals":
                db.execute(f"INSERT INTO main.{table} SELECT * FROM part.{table}")
        db.execute(totals.ADD.replace("VALUES (?,?,?,?,?,?)", "SELECT * FROM part.totals WHERE true"))
