"""Events: every fact the ledger knows, in the past tense; the schema of the log (contract §3, R-1.3).

An event is a reason plus entries. Times are instants (microseconds, UTC), money is kopecks, package amounts are in the
unit of their service; `holder` is as the input named it (R-15.2). Fields are only ever added, with a default; anything
else is a new schema version in `ledger.log.codec`.
"""

from typing import Any, Final, Literal, TypeAlias

import msgspec

from ledger.entries import Entry
from ledger.event_parts import BlockKind as BlockKind  # noqa: PLC0414  # whoever takes events meets their parts
from ledger.event_parts import FormerStatement as FormerStatement  # noqa: PLC0414
from ledger.event_parts import Granted as Granted  # noqa: PLC0414
from ledger.event_parts import InputRef as InputRef  # noqa: PLC0414
from ledger.event_parts import Mode as Mode  # noqa: PLC0414
from ledger.event_parts import Period as Period  # noqa: PLC0414
from ledger.event_parts import Personal as Personal  # noqa: PLC0414
from ledger.periods import Instant
from ledger.reasons import StoredRefreshReason, StoredRefusalReason, UnratedReason
from ledger.units import Kopecks, PackageQuantity, RecordQuantity, Service


class _Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Fields of every event. `wallet_after` is the wallet behind this event, on every event that prints a line."""

    version: int
    occurred_at: Instant
    booked_at: Instant
    recorded_at: Instant
    entries: tuple[Entry, ...] = ()
    input: InputRef | None = None
    wallet_after: Kopecks | None = None


class AccountOpened(_Event, frozen=True, kw_only=True):
    """R-3.1, R-15.1. `zone` is the region's IANA zone, kept with the account.

    `holder` counts the contracts of the number, which is personal; where the stream is called by it, it is not said.
    """

    region: str
    zone: str
    credit_limit: Kopecks
    holder: int = 1
    personal: Personal = Personal()


class ToppedUp(_Event, frozen=True, kw_only=True):
    """R-7.1."""

    amount: Kopecks
    channel: str


class PlanConnected(_Event, frozen=True, kw_only=True):
    """R-3.3: the contract; what was paid before ends here, and its leftovers can be spent late until `late_until`."""

    plan: str
    plan_version: str
    plan_name: str
    late_until: Instant


class _Fee(_Event, frozen=True, kw_only=True):
    """A fee of the tariff, with everything a bill needs (R-3.6): `amount` = `fee` less `discount` percent."""

    plan: str
    plan_version: str
    plan_name: str
    fee: Kopecks
    discount: int
    amount: Kopecks
    vat_rate: int
    period: Period
    packages: Granted
    late_until: Instant


class MonthlyFeeCharged(_Fee, frozen=True, kw_only=True):
    """R-3.3, R-4.1. `carried`: the leftover of base moved to carried instead of expiring (R-4.6)."""

    cause: Literal["connection", "nightly"]
    anchor_day: int
    carried: bool = False


class DailyFeeCharged(_Fee, frozen=True, kw_only=True):
    """R-4.2."""


class PackagesRefreshed(_Fee, frozen=True, kw_only=True):
    """R-5.4: the old carried expired, base moved to carried, base was granted anew."""

    input_type: Literal["ussd", "sms", "refresh"]
    anchor_day: int
    personal: Personal = Personal()


class RefreshRefused(_Event, frozen=True, kw_only=True):
    """R-5.3: the first reason that held, and the facts it tested."""

    input_type: Literal["ussd", "sms", "refresh"]
    reason: StoredRefreshReason
    facts: dict[str, Any]
    vat_rate: int
    personal: Personal = Personal()


class UsageCharged(_Event, frozen=True, kw_only=True):
    """R-6: `quantity` as measured (seconds, pieces, bytes), `billed` in package units, `amount` in money.

    `unlimited` marks a record that an unlimited package covered (R-6.3); `price` is what a started minute, a piece or a
    started megabyte cost, where money was due. A record rated again names its unrated event in `rerates`, the first
    unrated event of the record in `record`, and says in `used_at` when it occurred (R-11.6).
    """

    service: Service
    direction: Literal["out", "in"]
    quantity: RecordQuantity
    zone: str
    billed: PackageQuantity
    amount: Kopecks
    vat_rate: int
    plan: str | None = None
    plan_version: str | None = None
    price: Kopecks | None = None
    unlimited: bool = False
    used_at: Instant | None = None
    rerates: int | None = None
    record: int | None = None
    holder: int | None = None
    personal: Personal = Personal()


class UsageUnrated(_Event, frozen=True, kw_only=True):
    """R-6.8: a record that nobody could rate; stored, without entries."""

    service: Service
    direction: Literal["out", "in"]
    quantity: RecordQuantity
    zone: str
    reason: UnratedReason
    used_at: Instant | None = None
    rerates: int | None = None
    record: int | None = None
    holder: int | None = None
    personal: Personal = Personal()


class Blocked(_Event, frozen=True, kw_only=True):
    """R-8.1. `cause`: asked for, set because money ran short (R-8.5), or by a night that nothing could pay (R-4.3).

    Only the nightly one ends the paid period, so only it has `late_until`.
    """

    kind: BlockKind
    cause: Literal["request", "balance", "nightly"]
    late_until: Instant | None = None


class Unblocked(_Event, frozen=True, kw_only=True):
    """R-8.2, R-8.5."""

    kind: BlockKind
    cause: Literal["request", "balance"]


class PeriodLapsed(_Event, frozen=True, kw_only=True):
    """R-4.5: the paid period ended under a block."""

    late_until: Instant


class DiscountGranted(_Event, frozen=True, kw_only=True):
    """R-10.1: a percentage off the tariff's fees on local dates `[from, until)`."""

    percent: int
    from_: str = msgspec.field(name="from")
    until: str


class PromiseTaken(_Event, frozen=True, kw_only=True):
    """R-10.2: headroom of `amount` until an instant, for a fee."""

    amount: Kopecks
    until: Instant
    fee: Kopecks
    vat_rate: int


class PromiseClosed(_Event, frozen=True, kw_only=True):
    """R-10.3: top-ups reached its amount, or its time ended."""

    amount: Kopecks
    cause: Literal["paid", "ended"]


class _Option(_Event, frozen=True, kw_only=True):
    """What events of an option name."""

    option: str
    option_name: str


class _OptionFee(_Option, frozen=True, kw_only=True):
    """An option's fee with everything a bill needs (R-3.6)."""

    option_version: str
    fee: Kopecks
    vat_rate: int
    period: Period
    packages: Granted
    anchor_day: int
    late_until: Instant


class OptionConnected(_OptionFee, frozen=True, kw_only=True):
    """R-9.1; `one_time` for an option of so many days (R-9.3)."""

    one_time: bool = False


class OptionFeeCharged(_OptionFee, frozen=True, kw_only=True):
    """R-9.2: a month of an option, at its own night."""


class OptionSuspended(_Option, frozen=True, kw_only=True):
    """R-9.2: not enough money or a block; tried again every later night."""

    late_until: Instant


class OptionExpired(_Option, frozen=True, kw_only=True):
    """R-9.3: a one-time option's days are over."""

    late_until: Instant


class OptionDisconnected(_Option, frozen=True, kw_only=True):
    """R-9.4."""

    late_until: Instant


class ChargeReversed(_Event, frozen=True, kw_only=True):
    """R-11.1: `amount` of an earlier event's money returned, and its package parts where `packages` says so.

    `text` is what the clerk wrote; `event_booked_at` the instant of the corrected line.
    """

    event: int
    event_booked_at: Instant
    amount: Kopecks
    packages: bool
    asked_amount: Kopecks | None = None
    holder: int | None = None
    personal: Personal = Personal()


class Adjusted(_Event, frozen=True, kw_only=True):
    """R-11.5: a clerk's correction in money, plus or minus."""

    amount: Kopecks
    cites: tuple[int, ...]
    holder: int | None = None
    personal: Personal = Personal()


class DisputeOpened(_Event, frozen=True, kw_only=True):
    """R-11.2: a claim about one event; dates are local. `claim` stands for its id where that is sealed."""

    event: int
    answer_due: str
    claim: str | None = None
    holder: int | None = None
    personal: Personal = Personal()


class DisputeResolved(_Event, frozen=True, kw_only=True):
    """R-11.3: the answer to a claim; `opened` is the version of its opening, `claim` as there."""

    dispute: str
    opened: int
    event: int
    outcome: Literal["upheld", "rejected"]
    amount: Kopecks | None = None
    claim: str | None = None
    holder: int | None = None
    personal: Personal = Personal()


class AccountClosed(_Event, frozen=True, kw_only=True):
    """R-15.3: the end of a contract; every bucket ends here, and leftovers can be spent late until `late_until`."""

    late_until: Instant


class Refunded(_Event, frozen=True, kw_only=True):
    """R-15.5: money paid out to the subscriber."""

    amount: Kopecks
    channel: str
    holder: int | None = None


class PersonalErased(_Event, frozen=True, kw_only=True):
    """R-15.9: the personal data of a closed contract are destroyed; why and by whom stays.

    `statements` are the ids of its final statements by month, as far as they give no number away.
    """

    ground: str
    by: str
    statements: tuple[FormerStatement, ...] = ()


class InputRefused(_Event, frozen=True, kw_only=True):
    """R-12.1: a refusal other than a refresh's; `fields` are the refused input's own, `facts` what was tested.

    `claim` stands for the id of the claim that was to be answered, where that is sealed.
    """

    input_type: str
    reason: StoredRefusalReason
    fields: dict[str, Any]
    facts: dict[str, Any]
    claim: str | None = None
    personal: Personal = Personal()


Event: TypeAlias = (
    AccountOpened
    | ToppedUp
    | PlanConnected
    | MonthlyFeeCharged
    | DailyFeeCharged
    | PackagesRefreshed
    | RefreshRefused
    | UsageCharged
    | UsageUnrated
    | Blocked
    | Unblocked
    | PeriodLapsed
    | DiscountGranted
    | PromiseTaken
    | PromiseClosed
    | OptionConnected
    | OptionFeeCharged
    | OptionSuspended
    | OptionExpired
    | OptionDisconnected
    | ChargeReversed
    | Adjusted
    | DisputeOpened
    | DisputeResolved
    | AccountClosed
    | Refunded
    | PersonalErased
    | InputRefused
)
OptionFee: TypeAlias = OptionConnected | OptionFeeCharged
OptionEnd: TypeAlias = OptionSuspended | OptionExpired | OptionDisconnected
TariffFee: TypeAlias = MonthlyFeeCharged | DailyFeeCharged | PackagesRefreshed

EVENT_TYPES: Final[tuple[type[Event], ...]] = Event.__args__


def type_name(event: Event) -> str:
    """The event's name in the contract, as `PackagesRefreshed`."""
    return type(event).__name__
