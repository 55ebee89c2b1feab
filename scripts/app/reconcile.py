"""Reconcile: a bank's or payment system's own list of payments against those of a channel, and what to book of it."""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from typing import BinaryIO, Final, NamedTuple

import msgspec

from ledger import periods
from ledger.log.contracts import require_keys
from ledger.periods import Instant
from ledger.progress import Progress, unwatched
from ledger.service import Clock, Ledger
from ledger.snapshot import Snapshot
from projections import cache, payments
from projections.cache import Cache, temporary
from projections.follow import asked
from projections.payments import Tags
from projections.registry.columns import Named
from projections.registry.matching import Matching, Window
from projections.registry.rows import Listed, Registry, Sum, TotalLine
from projections.registry.standing import Missing, standing
from projections.tables.cells import DecimalMark
from projections.tables.opening import rows_of_table
from scripts.app.errors import require_range
from scripts.app.feed import Counts, Feed, RawLine, Rejected
from scripts.app.future import limit_of_future

CACHE_KIB: Final = 64 * 1024
BOOKED_AT_ONCE: Final = 5_000
DEFAULT_ZONE: Final = "Europe/Moscow"
DEFAULT_SOURCE: Final = "feed"


class Asked(NamedTuple):
    """What is compared with what: the payments of a channel, from `since` to `until` on the clocks of a zone.

    Without dates they are those of the days that the file spans. What is None is found out from the file.
    """

    channel: str
    columns: Named = Named({})
    zone: str = DEFAULT_ZONE
    since: date | None = None
    until: date | None = None
    decimal: DecimalMark | None = None
    encoding: str | None = None


class Days(NamedTuple):
    """Local dates, both included."""

    since: date
    until: date


class Reconciled:
    """What was found; the lists are read while the block lasts.

    `other_channels` are those of the ledger where it never had a payment of the one that is asked for.
    """

    def __init__(
        self, snapshot: Snapshot, matching: Matching, registry: Registry, days: Days | None, others: list[str]
    ) -> None:
        self.found = matching
        self.days = days
        self.other_channels = others
        self._snapshot = snapshot
        self._registry = registry

    @property
    def listed(self) -> Sum:
        """The sums of the file."""
        return self.found.listed

    @property
    def total_line(self) -> TotalLine | None:
        """What the file says itself of its sums."""
        return self._registry.total

    @property
    def total_agrees(self) -> bool | None:
        """Whether its rows come to that; None where it does not say."""
        total, sums = self._registry.total, self.found.listed
        if total is None or (total.count is None and total.amount is None):
            return None
        amounts = {sums.payments + sums.refunds, sums.payments}
        return total.count in (None, sums.count) and (total.amount is None or total.amount in amounts)

    @property
    def booked(self) -> Sum:
        """The sums of the ledger, of those days."""
        return self.found.booked

    def missing_here(self) -> Iterator[Missing]:
        """What is in the file alone, in its order, with what the ledger knows of it."""
        return standing(self._snapshot.log, self.found.missing_here())

    def to_book(self) -> Iterator[Missing]:
        """Of that, what nothing speaks against, and what will be rejected because nobody has the number.

        Raises KeysUnusable where nobody can tell whose numbers are.
        """
        require_keys(self._snapshot.log, self._snapshot.log.keyring)
        return (missing for missing in self.missing_here() if missing.why in (None, "UNKNOWN_ACCOUNT"))


@contextmanager
def reconciled(
    snapshot: Snapshot, file: BinaryIO, ask: Asked, *, progress: Progress = unwatched
) -> Iterator[Reconciled]:
    """Compare a file, which can be read twice, with a ledger; `progress` counts its lines.

    Raises BadTable, InvalidRequest, UnknownZone.
    """
    periods.zone_named(ask.zone)
    if ask.since is not None and ask.until is not None:
        require_range(ask.since, ask.until)
    with closing(temporary(cache_kib=CACHE_KIB)) as work:
        matching = Matching(work, snapshot.log, ask.channel)

        def compare(views: Cache) -> tuple[Registry, Days | None, list[str]]:
            tags = Tags(snapshot.log)
            tags.complete(views)
            with closing(rows_of_table(file, encoding=ask.encoding)) as rows:
                registry = Registry(rows, ask.columns, zone=ask.zone, decimal=ask.decimal)
                matching.load(registry.payments(), tags, progress)
            days = _days(ask, matching)
            matching.compare(cache.place(views), None if days is None else _window(days, ask.zone))
            return registry, days, payments.other_channels(views, ask.channel)

        registry, days, others = asked(snapshot.log, compare)
        yield Reconciled(snapshot, matching, registry, days, others)


def _days(ask: Asked, matching: Matching) -> Days | None:
    span = matching.span()
    if span is None and (ask.since is None or ask.until is None):
        return None
    first, last = (periods.local_date(time, ask.zone) for time in span or (0, 0))
    return Days(ask.since or first, ask.until or last)


def _window(days: Days, zone: str) -> Window:
    return Window(periods.day_start(days.since, zone), periods.day_start(days.until + timedelta(days=1), zone))


def input_line(listed: Listed, channel: str, source: str, zone: str) -> bytes:
    """The input that books a payment or refund, as a feed has it: the id of the payment is the id of the input."""
    said = {
        "type": "top_up" if listed.amount > 0 else "refund",
        "id": listed.id,
        "account": listed.account,
        "at": periods.local_text(listed.at, zone),
        "source": source,
        "amount": abs(listed.amount),
        "channel": channel,
    }
    if source == DEFAULT_SOURCE:
        del said["source"]
    return msgspec.json.encode(said)


def will_be_rejected(missing: Missing, now: Instant) -> bool:
    """Whether a feed will reject what is to be booked: nobody has the number, or it has not happened yet."""
    return missing.why is not None or missing.listed.at > limit_of_future(None, "UTC", now=now)


class Booking(NamedTuple):
    """What became of the payments that were booked, and those that were rejected, by their lines in the file."""

    counts: Counts
    rejected: list[Rejected]


def book(ledger: Ledger, lines: Iterable[tuple[int, bytes]], *, now: Clock) -> Booking:
    """Book inputs with their lines, as a feed does, some thousand in a transaction. Raises StoreError."""
    counts = Counts()
    feed = Feed(ledger, counts, not_after=None, now=now)
    rejected: list[Rejected] = []
    batch: list[RawLine] = []
    for number, line in lines:
        batch.append(RawLine(number, line, len(line)))
        if len(batch) == BOOKED_AT_ONCE:
            rejected += feed.book(batch).rejected
            batch = []
    if batch:
        rejected += feed.book(batch).rejected
    return Booking(counts, rejected)
