"""Summary: what an account paid for, by kind and service, and what packages spared it; one pass over its events."""

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal, NamedTuple, TypeAlias

import msgspec

from ledger import events as ev
from ledger.entries import BASE, CARRIED, CONSUMED, DAILY, EXPIRED, wallet_movement
from ledger.events import Event
from ledger.rules.usage import cost_of
from ledger.timeline import CatalogueTimeline
from ledger.units import SERVICES, UNIT_OF, Kopecks, PackageQuantity, RecordQuantity, Service, Unit
from projections.usage_row import usage_row

SummaryKind: TypeAlias = Literal[
    "monthly_fee", "daily_fee", "option_fee", "promise_fee", "usage", "top_up", "refund", "reversal", "adjustment",
    "unrated",
]  # fmt: skip
KINDS: Final[tuple[SummaryKind, ...]] = SummaryKind.__args__  # type: ignore[attr-defined]
"""In the order in which a summary has them."""
_SERVICES: Final = (None, *SERVICES, "ussd")
_DIRECTIONS: Final = (None, "out", "in")
_BUCKETS: Final = (EXPIRED, CARRIED, BASE, DAILY)
"""In spending order; options come behind them (R-6.4)."""
_REVENUE: Final = "revenue:"


class PackageShare(msgspec.Struct, frozen=True):
    """How much of a row one bucket gave, in package units; `bucket` is as in entries, an `expired` leftover's too."""

    bucket: str
    quantity: PackageQuantity


class SummaryRow(msgspec.Struct, frozen=True, kw_only=True):
    """What events of one kind and service came to; `amount` in kopecks as ledger lines have it, below 0 where it cost.

    `count` counts lines of the ledger, of usage its rows. `quantity` is what was billed in package units, of which
    `packages` name the buckets that gave `from_packages`, and `unlimited` is what an unlimited package covered;
    `measured` is what the records themselves say: seconds, pieces, bytes. `without_packages` is what the records would
    have cost had no bucket covered anything, None where a record has no price to be told by. A reversal says in
    `reverses` whose money it moves back; package units that it returned stand below 0.
    """

    kind: SummaryKind
    service: str | None
    direction: str | None
    zone: str | None
    unit: Unit | None
    channel: str | None
    option: str | None
    option_name: str | None
    reverses: str | None
    count: int
    quantity: PackageQuantity
    measured: RecordQuantity
    from_packages: PackageQuantity
    packages: list[PackageShare]
    unlimited: PackageQuantity
    without_packages: Kopecks | None
    amount: Kopecks


class Summary(msgspec.Struct, frozen=True):
    """The rows of local dates `[since, until]` in their order: by kind, then service, direction and names."""

    rows: list[SummaryRow]

    @property
    def moved(self) -> Kopecks:
        """What all of it moved the wallet by: the closing balance less the opening one."""
        return sum(row.amount for row in self.rows)

    @property
    def spared(self) -> Kopecks | None:
        """What packages covered, in money; None where some record has no price to be told by."""
        spared = 0
        for row in self.rows:
            if row.kind == "usage":
                if row.without_packages is None:
                    return None
                spared += row.without_packages + row.amount
        return spared


class _Key(NamedTuple):
    """What makes a row of its own."""

    kind: SummaryKind
    service: str | None = None
    direction: str | None = None
    zone: str | None = None
    channel: str | None = None
    option: str | None = None
    option_name: str | None = None
    reverses: str | None = None


class _Sums:
    """What the events of a row have come to so far."""

    __slots__ = ("amount", "buckets", "count", "measured", "quantity", "unlimited", "without")

    def __init__(self) -> None:
        self.count = self.quantity = self.measured = self.unlimited = self.amount = 0
        self.buckets: dict[str, int] = {}
        self.without: Kopecks | None = 0


class Tally:
    """Adds up the events of one account in any range of them; what it keeps does not grow with their number."""

    def __init__(self, catalogues: CatalogueTimeline) -> None:
        self._catalogues = catalogues
        self._rows: dict[_Key, _Sums] = {}
        self._prices: dict[tuple[int, str, str, str, Service], Kopecks | None] = {}

    def add(self, position: int, event: Event) -> None:
        """One more event and its position. Money is what its entries move, counted where a ledger line is (R-13.1)."""
        match event:
            case ev.UsageCharged():
                self._usage(position, event)
            case ev.UsageUnrated():
                sums = self._sums(_Key("unrated", event.service, event.direction, event.zone))
                sums.count += 1
                sums.measured += event.quantity
            case ev.ToppedUp():
                self._money(_Key("top_up", channel=event.channel), event)
            case ev.MonthlyFeeCharged() | ev.PackagesRefreshed() | ev.RefreshRefused():
                if not isinstance(event, ev.RefreshRefused):
                    self._money(_Key("monthly_fee"), event)
                if (row := usage_row(event)) is not None:
                    sums = self._sums(_Key("usage", row.service, row.direction, row.zone))
                    sums.count += 1
                    sums.measured += row.quantity
            case ev.DailyFeeCharged() if event.amount:
                self._money(_Key("daily_fee"), event)
            case ev.OptionConnected() | ev.OptionFeeCharged() if event.fee:
                self._money(_Key("option_fee", option=event.option, option_name=event.option_name), event)
            case ev.PromiseTaken() if event.fee:
                self._money(_Key("promise_fee"), event)
            case ev.Adjusted():
                self._money(_Key("adjustment"), event)
            case ev.Refunded():
                self._money(_Key("refund", channel=event.channel), event)
            case ev.ChargeReversed():
                self._reversal(event)
            case (
                ev.AccountOpened() | ev.PlanConnected() | ev.InputRefused() | ev.Blocked() | ev.Unblocked()
                | ev.PeriodLapsed() | ev.DiscountGranted() | ev.DailyFeeCharged() | ev.OptionConnected()
                | ev.OptionFeeCharged() | ev.OptionSuspended() | ev.OptionExpired() | ev.OptionDisconnected()
                | ev.PromiseTaken() | ev.PromiseClosed() | ev.DisputeOpened() | ev.DisputeResolved()
                | ev.AccountClosed() | ev.PersonalErased()
            ):  # fmt: skip
                pass

    def made(self) -> Summary:
        """The summary of what was added so far."""
        return Summary([_row(key, self._rows[key]) for key in sorted(self._rows, key=_place)])

    def _sums(self, key: _Key) -> _Sums:
        sums = self._rows.get(key)
        if sums is None:
            sums = self._rows[key] = _Sums()
        return sums

    def _money(self, key: _Key, event: Event) -> None:
        sums = self._sums(key)
        sums.count += 1
        sums.amount += wallet_movement(event.entries)

    def _usage(self, position: int, event: ev.UsageCharged) -> None:
        sums = self._sums(_Key("usage", event.service, event.direction, event.zone))
        sums.count += 1
        sums.quantity += event.billed
        sums.measured += event.quantity
        sums.amount -= event.amount
        covered = event.unlimited
        for entry in event.entries:
            if entry.to.startswith(CONSUMED):
                bucket = entry.from_.rpartition("/")[0]
                sums.buckets[bucket] = sums.buckets.get(bucket, 0) + entry.amount
                covered = True
        if event.unlimited:
            sums.unlimited += event.billed
        if sums.without is not None:
            cost = self._cost_without_packages(position, event) if covered else event.amount
            sums.without = None if cost is None else sums.without + cost

    def _cost_without_packages(self, position: int, event: ev.UsageCharged) -> Kopecks | None:
        """By the price in the zone of the plan version that rated the record; None where it has none (R-6.6, R-6.8)."""
        plan, version = event.plan or "", event.plan_version or ""
        key = self._catalogues.since(position), plan, version, event.zone, event.service
        if key not in self._prices:
            found = self._catalogues.at(position).plan(plan, date.fromisoformat(version)) if version else None
            prices = found.prices.get(event.zone) if found is not None else None
            self._prices[key] = None if prices is None else prices.of(event.service)
        price = self._prices[key]
        return None if price is None else cost_of(event.service, event.billed, price)

    def _reversal(self, event: ev.ChargeReversed) -> None:
        reverses, service = "usage", None  # without money only a usage's packages can return
        for entry in event.entries:
            if entry.unit == "kop":
                reverses = _reversed(entry.from_, entry.to)
            else:
                service = entry.to.rpartition("/")[2]
        key = _Key("reversal", service, reverses=reverses)
        self._money(key, event)
        buckets = self._rows[key].buckets
        for entry in event.entries:
            if entry.unit != "kop":
                bucket = entry.to.rpartition("/")[0]
                buckets[bucket] = buckets.get(bucket, 0) - entry.amount


def summary_of(events: Iterable[tuple[int, Event]], catalogues: CatalogueTimeline) -> Summary:
    """The summary of events of one account, with their positions."""
    tally = Tally(catalogues)
    for position, event in events:
        tally.add(position, event)
    return tally.made()


def _reversed(from_: str, to: str) -> str:
    """Whose money a reversal moves back: revenue by its name, and from or to the counter of a channel."""
    if from_.startswith(_REVENUE) or to.startswith(_REVENUE):
        return (from_ if from_.startswith(_REVENUE) else to).removeprefix(_REVENUE)
    return "refund" if from_.startswith("cash:") else "top_up"


def _place(key: _Key) -> tuple[object, ...]:
    kind, service, direction, *names = key
    return (
        KINDS.index(kind), _SERVICES.index(service), _DIRECTIONS.index(direction), *(name or "" for name in names)
    )  # fmt: skip


def _share_place(bucket: str) -> tuple[int, str]:
    return (_BUCKETS.index(bucket) if bucket in _BUCKETS else len(_BUCKETS)), bucket


def _row(key: _Key, sums: _Sums) -> SummaryRow:
    shares = sorted(sums.buckets, key=_share_place)
    return SummaryRow(
        **key._asdict(),
        unit=UNIT_OF.get(key.service or ""),
        count=sums.count,
        quantity=PackageQuantity(sums.quantity),
        measured=RecordQuantity(sums.measured),
        from_packages=PackageQuantity(sum(sums.buckets.values())),
        packages=[PackageShare(bucket, PackageQuantity(sums.buckets[bucket])) for bucket in shares],
        unlimited=PackageQuantity(sums.unlimited),
        without_packages=sums.without,
        amount=sums.amount,
    )
