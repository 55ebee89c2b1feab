"""Next charges: what the schedule books next on an account, decided by the rules that will book it (R-2.7)."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from ledger.account import Account
from ledger.catalogue import Catalogue
from ledger.events import (
    Blocked,
    DailyFeeCharged,
    Event,
    MonthlyFeeCharged,
    OptionFeeCharged,
    OptionSuspended,
    PeriodLapsed,
)
from ledger.evolve import evolve
from ledger.periods import Instant
from ledger.rules import considered
from ledger.rules.check import Checks
from ledger.rules.moment import Moment
from ledger.rules.night import tariff_due
from ledger.rules.schedule import advance, next_scheduled

_TARIFF: Final = (MonthlyFeeCharged, DailyFeeCharged, PeriodLapsed)
_OPTION: Final = (OptionFeeCharged, OptionSuspended)


class Scheduled(msgspec.Struct, frozen=True):
    """One event that waits; `facts` are what its rule compares, money in kopecks.

    A financial block that follows from an event before it has `available`, which is then below 0 (R-8.5).
    """

    event: Event
    facts: dict[str, Any] = {}

    @property
    def of_tariff(self) -> bool:
        """Whether it is what the night does about the tariff: month, day, block or lapse (R-4)."""
        return isinstance(self.event, _TARIFF) or (isinstance(self.event, Blocked) and self.event.cause == "nightly")

    @property
    def is_charge(self) -> bool:
        """Whether a fee of the tariff or of an option is taken by it, or fails."""
        return self.of_tariff or isinstance(self.event, _OPTION)


class NextCharges(msgspec.Struct, frozen=True):
    """What waits on an account: the events of the `first` instant, and the `charges` up to the tariff's next."""

    first: tuple[Scheduled, ...] = ()
    charges: tuple[Scheduled, ...] = ()

    @property
    def tariff(self) -> Scheduled | None:
        """What the tariff's next night does."""
        return next((each for each in self.charges if each.of_tariff), None)

    @property
    def options(self) -> Sequence[Scheduled]:
        """What becomes of options up to then."""
        return [each for each in self.charges if not each.of_tariff]


def next_charges(account: Account, catalogue: Catalogue) -> NextCharges:
    """What the schedule books next if nothing else happens; where no night of the tariff comes, up to an option's."""
    first: tuple[Scheduled, ...] = ()
    charges: list[Scheduled] = []
    for made, behind in _instants(account, catalogue):
        first = first or made
        charges += [each for each in made if each.is_charge]
        if any(each.of_tariff for each in made) or (charges and tariff_due(behind, catalogue) is None):
            break
    return NextCharges(first, tuple(charges))


def charges_until(account: Account, catalogue: Catalogue, until: Instant) -> Iterator[Scheduled]:
    """What is scheduled at an instant ≤ `until`, in the order in which it will be booked."""
    for made, _ in _instants(account, catalogue):
        if made[0].event.booked_at > until:
            return
        yield from made


def _instants(account: Account, catalogue: Catalogue) -> Iterator[tuple[tuple[Scheduled, ...], Account]]:
    """Each instant of the schedule, without end for most accounts: what it books, and the account behind it."""
    while (due := next_scheduled(account, catalogue)) is not None:
        booked = advance(account, due, catalogue, recorded_at=account.clock)
        yield tuple(_scheduled(account, booked.events, catalogue)), booked.account
        account = booked.account


def _scheduled(account: Account, events: Sequence[Event], catalogue: Catalogue) -> Iterator[Scheduled]:
    for event in events:
        yield Scheduled(event, _facts(account, event, catalogue))
        account = evolve(account, event)


def _facts(before: Account, event: Event, catalogue: Catalogue) -> dict[str, Any]:
    """What the rule of a scheduled event compares just before it."""
    moment = Moment(event.occurred_at, event.booked_at, event.recorded_at)
    match event:
        case Blocked(cause="balance"):
            return {"available": before.available}
        case OptionFeeCharged() | OptionSuspended():
            checks: Checks = considered.option_fee(before, event.option, moment, catalogue)
        case _ if isinstance(event, (*_TARIFF, Blocked)):
            checks = considered.night_steps(before, moment, catalogue)
        case _:
            return {}
    return {name: value for check in checks for name, value in check.facts.items()}
