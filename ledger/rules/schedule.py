"""The schedule: what an account does by itself, and the financial block behind each booking (R-2.7, R-8.5)."""

import msgspec

from ledger import periods
from ledger.account import Account
from ledger.catalogue import Catalogue
from ledger.entries import WALLET
from ledger.events import Blocked, Event, PromiseClosed, PromiseTaken, Unblocked
from ledger.evolve import evolve
from ledger.periods import Instant
from ledger.rules.credit import close_ended
from ledger.rules.moment import Moment
from ledger.rules.night import charge_tariff, tariff_due
from ledger.rules.options import charge_option, expire_option, is_night, option_due


class Booked(msgspec.Struct):
    """What a booking added: its events, those of the schedule first, and the account behind them."""

    account: Account
    events: list[Event] = []

    def add(self, events: list[Event]) -> None:
        """Append events and evolve the account by each."""
        for event in events:
            self.account = evolve(self.account, event)
        self.events += events


def settle(account: Account, events: list[Event], moment: Moment) -> list[Event]:
    """The financial block after a booking that moved `available`: lifted above 0, set below 0 (R-8.5).

    None on a closed contract (R-15.4).
    """
    if account.closed_at is not None:
        return []
    blocked = "financial" in account.blocks
    if blocked and account.available > 0 and any(_adds(event) for event in events):
        return [Unblocked(**moment.stamp(account), kind="financial", cause="balance")]
    if not blocked and account.available < 0 and any(_takes(event) for event in events):
        return [Blocked(**moment.stamp(account), kind="financial", cause="balance")]
    return []


def _adds(event: Event) -> bool:
    """Whether an event can have added to `available`."""
    moved = event.wallet_after is not None and any(entry.to == WALLET for entry in event.entries)
    return moved or isinstance(event, PromiseTaken)


def _takes(event: Event) -> bool:
    """Whether an event can have taken from `available`."""
    moved = event.wallet_after is not None and any(entry.from_ == WALLET for entry in event.entries)
    return moved or isinstance(event, PromiseClosed)


def next_scheduled(account: Account, catalogue: Catalogue) -> Instant | None:
    """The next instant at which something happens on the account by itself; None if nothing ever will."""
    tariff = tariff_due(account, catalogue)
    if account.promise is None and not account.options:
        return tariff
    due = [tariff, *[option_due(account, held, catalogue) for held in account.options]]
    if account.promise is not None:
        due.append(account.promise.until)
    return min([instant for instant in due if instant is not None], default=None)


def advance(account: Account, until: Instant, catalogue: Catalogue, *, recorded_at: Instant) -> Booked:
    """Book everything scheduled at an instant ≤ `until`, each item at its own instant (R-2.7).

    Only a catalogue that moves the night can schedule an instant behind the clock: that is booked at the clock (R-2.6).
    A due instant at which nothing is booked would stay due for ever: an error in the program, AssertionError.
    """
    booked = Booked(account)
    while (due := next_scheduled(booked.account, catalogue)) is not None and due <= until:
        at = max(due, booked.account.clock)
        before = len(booked.events)
        _instant(booked, due, Moment(at, at, recorded_at), catalogue)
        if len(booked.events) == before:
            raise never_over(booked.account, due)
    return booked


def before_tariff(account: Account, catalogue: Catalogue, *, recorded_at: Instant) -> tuple[Instant | None, Account]:
    """When the tariff has its next turn, and the account as it will find it; None where a block keeps it from one.

    What comes first by R-2.7 is booked: earlier instants, and the end of a promise at the very same one.
    """
    due = tariff_due(account, catalogue)
    if due is None:
        return None, account
    booked = advance(account, due - 1, catalogue, recorded_at=recorded_at)
    at = max(due, booked.account.clock)
    account = _promise_ended(booked, due, Moment(at, at, recorded_at))
    return (None if account.blocks else due), account


def never_over(account: Account, due: Instant) -> AssertionError:
    """What to raise where an account is due and nothing is booked: it would be due again at once."""
    when = periods.local_text(due, account.zone)
    return AssertionError(f"account {account.account} is due at {when}, but nothing is booked then")


def _instant(booked: Booked, due: Instant, moment: Moment, catalogue: Catalogue) -> None:
    """Everything scheduled at one instant, in the order of ties: promise, tariff, option fees, ends of options."""
    clock = booked.account.clock
    account = _promise_ended(booked, due, moment)
    if tariff_due(account, catalogue) == due:
        account = _add(booked, charge_tariff(account, moment, catalogue), moment)
    if not account.options:
        return
    night = due > clock and is_night(due, account, catalogue)  # suspended options are tried behind the clock only
    for option in account.options:
        if option.one_time:
            continue
        if option.due == due or (option.due is None and night):
            account = _add(booked, charge_option(account, option, moment, catalogue), moment)
    for option in account.options:
        if option.one_time and option.due == due:
            account = _add(booked, expire_option(account, option, moment, catalogue), moment)


def _promise_ended(booked: Booked, due: Instant, moment: Moment) -> Account:
    """A promise that ends at this instant ends first."""
    account, promise = booked.account, booked.account.promise
    if promise is not None and promise.until == due:
        return _add(booked, close_ended(account, promise, moment), moment)
    return account


def _add(booked: Booked, events: list[Event], moment: Moment) -> Account:
    """One scheduled booking with its settlement."""
    booked.add(events)
    booked.add(settle(booked.account, events, moment))
    return booked.account
