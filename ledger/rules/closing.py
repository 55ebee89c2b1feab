"""Closing: a contract ends, its packages with it; what is left in the wallet can be paid out, also later (R-15)."""

from collections.abc import Iterator

from ledger import periods
from ledger.account import Account
from ledger.catalogue import Catalogue
from ledger.entries import WALLET, money
from ledger.events import AccountClosed, Event, FormerStatement, PersonalErased, Refunded
from ledger.inputs import (
    Adjust,
    Close,
    Input,
    Open,
    OpenDispute,
    Refund,
    Rerate,
    ResolveDispute,
    Reverse,
    Usage,
)
from ledger.periods import Instant
from ledger.reasons import ClosedReason, CloseReason, RefundReason
from ledger.rules import tariff
from ledger.rules.check import Check, refusal
from ledger.rules.moment import Moment

_STILL_HEARD = (Open, Close, Usage, Reverse, Adjust, Rerate, Refund, OpenDispute, ResolveDispute)
"""What a closed contract judges by its own rules; everything else is refused before them (R-15.4)."""


def close(account: Account, input: Close, moment: Moment, catalogue: Catalogue) -> list[Event]:
    """The end of a contract, in every mode and under every block; what is left in its buckets expires (R-15.3)."""
    if refused := refusal(account, input, moment, against_closing(account)):
        return refused
    return [
        AccountClosed(
            **moment.stamp(account),
            entries=tuple(tariff.expiry(list(account.buckets))),
            late_until=tariff.late_until(moment.booked_at, catalogue),
        )
    ]


def against_closing(account: Account) -> Iterator[Check[CloseReason]]:
    """The one reason against closing (R-15.3)."""
    yield Check("ALREADY_CLOSED", account.closed_at is not None, _since(account))


def refused_when_closed(account: Account, input: Input, moment: Moment) -> list[Event]:
    """What a closed contract refuses whatever it asks; nothing where the input's own rule is to judge (R-15.4)."""
    if account.closed_at is None:  # as nearly always: nothing to test
        return []
    return refusal(account, input, moment, against_closed(account, input))


def against_closed(account: Account, input: Input) -> Iterator[Check[ClosedReason]]:
    """That the contract is closed, where that alone refuses the input: before any reason of its own (R-15.4)."""
    if account.closed_at is not None and not isinstance(input, _STILL_HEARD):
        yield Check("CLOSED", holds=True, facts=_since(account))


def is_after_closing(account: Account, occurred_at: Instant) -> bool:
    """Whether a record occurred when the contract had ended, so that nothing of it can pay (R-15.4)."""
    return account.closed_at is not None and occurred_at >= account.closed_at


def refund(account: Account, input: Refund, moment: Moment) -> list[Event]:
    """Money paid out, before or after closing; only what is in the wallet (R-15.5)."""
    if refused := refusal(account, input, moment, against_refund(account, input)):
        return refused
    return [
        Refunded(
            **moment.stamp(account),
            entries=money(WALLET, f"cash:{input.channel}", input.amount),
            wallet_after=account.wallet - input.amount,
            amount=input.amount,
            channel=input.channel,
            holder=input.holder,
        )
    ]


def against_refund(account: Account, input: Refund) -> Iterator[Check[RefundReason]]:
    """The one reason against a refund: credit and promises are no money (R-15.5)."""
    short = account.wallet < input.amount
    yield Check("INSUFFICIENT_FUNDS", short, {"needed": input.amount, "wallet": account.wallet})


def personal_erased(
    account: Account, moment: Moment, ground: str, by: str, statements: tuple[FormerStatement, ...]
) -> PersonalErased:
    """That the personal data of a closed contract are destroyed; no input asks for it (R-15.9).

    It is booked at the moment, or at the contract's clock where that is later.
    """
    at = max(moment.booked_at, account.clock)
    return PersonalErased(
        version=account.version + 1,
        occurred_at=at,
        booked_at=at,
        recorded_at=moment.recorded_at,
        ground=ground,
        by=by,
        statements=statements,
    )


def _since(account: Account) -> dict[str, str]:
    return {} if account.closed_at is None else {"closed_at": periods.local_text(account.closed_at, account.zone)}
