"""Options: extra services with a fee, a bucket and a due date of their own (R-9)."""

from collections.abc import Iterator
from datetime import date, timedelta

from ledger import periods
from ledger.account import Account, OptionHeld
from ledger.catalogue import Catalogue, OptionVersion
from ledger.entries import GRANTED, REVENUE_OPTION_FEE, WALLET, Entry, money, option_bucket, package
from ledger.events import (
    Event,
    Granted,
    OptionConnected,
    OptionDisconnected,
    OptionExpired,
    OptionFeeCharged,
    OptionSuspended,
    Period,
)
from ledger.inputs import ConnectOption, DisconnectOption
from ledger.periods import Instant
from ledger.reasons import OptionEndReason, OptionFeeReason, OptionReason
from ledger.rules import tariff
from ledger.rules.check import Check, first, refusal
from ledger.rules.moment import Moment, Stamp
from ledger.units import Kopecks


class OptionEnd(Stamp):
    """The fields that every end of an option has, as keyword arguments."""

    entries: tuple[Entry, ...]
    option: str
    option_name: str
    late_until: Instant


class OptionFee(OptionEnd):
    """The fields that every fee of an option has, as keyword arguments."""

    wallet_after: Kopecks
    option_version: str
    fee: Kopecks
    vat_rate: int
    period: Period
    packages: Granted
    anchor_day: int


def connect_option(account: Account, input: ConnectOption, moment: Moment, catalogue: Catalogue) -> list[Event]:
    """The option and its first fee at once, or the first reason against it (R-9.1). No plan is needed."""
    day = periods.local_date(moment.booked_at, account.zone)
    option = catalogue.option(input.option, day)
    refused = refusal(account, input, moment, against_connecting(account, option))
    if refused or option is None:
        return refused
    if option.days is None:
        period = tariff.month_from(moment.booked_at, day, day.day, account, catalogue)
    else:
        end = periods.night(day + timedelta(days=option.days), account.zone, catalogue.settings.night_hour)
        period = Period(moment.booked_at, end)
    fee = _fee(account, moment, catalogue, option, period, anchor_day=day.day)
    return [OptionConnected(**fee, one_time=option.days is not None)]


def disconnect_option(account: Account, input: DisconnectOption, moment: Moment, catalogue: Catalogue) -> list[Event]:
    """The option ends at once, also under a block; nothing is refunded (R-9.4)."""
    held = account.option(input.option)
    refused = refusal(account, input, moment, against_disconnecting(held))
    if refused or held is None:
        return refused
    return [OptionDisconnected(**_end(account, moment, catalogue, held))]


def against_connecting(account: Account, option: OptionVersion | None) -> Iterator[Check[OptionReason]]:
    """The reasons against connecting an option by precedence (R-9.1)."""
    yield Check("UNKNOWN_OPTION", option is None)
    if option is None:
        return
    held = account.option(option.id)
    since = {"connected": held.connected if held else None}
    yield Check("ALREADY_CONNECTED", held is not None, compared=since)
    yield from against_fee(account, option)


def against_disconnecting(held: OptionHeld | None) -> Iterator[Check[OptionEndReason]]:
    """The one reason against ending an option (R-9.4)."""
    yield Check("NOT_CONNECTED", held is None)


def against_fee(account: Account, option: OptionVersion) -> Iterator[Check[OptionFeeReason]]:
    """What keeps an option from being paid: a block, then funds (R-9.1, R-9.2)."""
    yield Check("BLOCKED", bool(account.blocks), {"blocks": list(account.blocks)})
    facts = {"fee": option.fee, "available": account.available}
    yield Check("INSUFFICIENT_FUNDS", account.available < option.fee, facts)


def option_due(account: Account, held: OptionHeld, catalogue: Catalogue) -> Instant | None:
    """When an option asks next: its due night, its end, or the first later night that could pay it (R-9.2, R-9.3).

    A suspended option is tried every night after the account's clock on which there is no block. A night that fails
    books nothing, and between events only the fee can change with the date: so the next night that matters is the
    first one, or the first of a later version whose fee the money at hand would pay.
    """
    if held.due is not None:
        return held.due
    if account.blocks:
        return None
    hour = catalogue.settings.night_hour
    first = periods.first_night_after(account.clock, account.zone, hour)
    day = periods.local_date(first, account.zone)
    option = catalogue.option(held.id, day)
    if option is not None and option.fee <= account.available:
        return first
    for version in catalogue.option_versions(held.id):
        if version.effective_from > day and version.fee <= account.available:
            return periods.night(version.effective_from, account.zone, hour)
    return None


def charge_option(account: Account, held: OptionHeld, moment: Moment, catalogue: Catalogue) -> list[Event]:
    """What the night of a monthly option books: its fee, its suspension, or, tried again in vain, nothing (R-9.2)."""
    day = periods.local_date(moment.booked_at, account.zone)
    option = catalogue.option(held.id, day)
    assert option is not None, "an option once connected has a version on every later date"
    if first(against_fee(account, option)) is not None:
        suspended = [OptionSuspended(**_end(account, moment, catalogue, held))]
        return list(suspended) if held.due is not None else []
    anchor_day = day.day if held.due is None else held.anchor_day
    period = tariff.month_from(moment.booked_at, day, anchor_day, account, catalogue)
    return [OptionFeeCharged(**_fee(account, moment, catalogue, option, period, anchor_day=anchor_day))]


def expire_option(account: Account, held: OptionHeld, moment: Moment, catalogue: Catalogue) -> list[Event]:
    """The days of a one-time option are over, also under a block (R-9.3)."""
    return [OptionExpired(**_end(account, moment, catalogue, held))]


def is_night(instant: Instant, account: Account, catalogue: Catalogue) -> bool:
    """Whether an instant is a night of the account's region (R-2.2)."""
    day: date = periods.local_date(instant, account.zone)
    return periods.night(day, account.zone, catalogue.settings.night_hour) == instant


def _fee(
    account: Account, moment: Moment, catalogue: Catalogue, option: OptionVersion, period: Period, *, anchor_day: int
) -> OptionFee:
    """A fee without discount (R-3.5): money, what was left of the bucket expires, the bucket is granted anew."""
    stamp = moment.stamp(account)
    bucket = option_bucket(option.id)
    grants = [
        package(GRANTED, bucket, service, size, stamp["version"])
        for service, size in option.month.items()
        if size != "unlimited"
    ]
    return {
        **stamp,
        "entries": (
            *money(WALLET, REVENUE_OPTION_FEE, option.fee),
            *tariff.expiry(account.buckets_of(bucket)),
            *grants,
        ),
        "wallet_after": account.wallet - option.fee,
        "option": option.id,
        "option_name": option.name,
        "option_version": option.version,
        "fee": option.fee,
        "vat_rate": catalogue.vat_rate(periods.local_date(moment.booked_at, account.zone)),
        "period": period,
        "packages": option.month,
        "anchor_day": anchor_day,
        "late_until": tariff.late_until(moment.booked_at, catalogue),
    }


def _end(account: Account, moment: Moment, catalogue: Catalogue, held: OptionHeld) -> OptionEnd:
    return {
        **moment.stamp(account),
        "entries": tuple(tariff.expiry(account.buckets_of(option_bucket(held.id)))),
        "option": held.id,
        "option_name": held.name,
        "late_until": tariff.late_until(moment.booked_at, catalogue),
    }
