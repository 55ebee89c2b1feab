"""Opening: an account begins with a region and a credit limit, and nothing else (R-3.1)."""

from collections.abc import Iterator

from ledger.account import Account
from ledger.catalogue import Catalogue
from ledger.contracts import Contract
from ledger.events import AccountOpened, Event, Personal
from ledger.inputs import Open
from ledger.reasons import OpenReason
from ledger.rules.check import Check, refusal
from ledger.rules.moment import Moment


def open_account(input: Open, moment: Moment, catalogue: Catalogue, contract: Contract | None = None) -> AccountOpened:
    """A new contract, in a region of the catalogue; without one its stream is called by the number (R-15.1)."""
    return AccountOpened(
        version=1,
        occurred_at=moment.occurred_at,
        booked_at=moment.booked_at,
        recorded_at=moment.recorded_at,
        input=moment.input,
        region=input.region,
        zone=catalogue.regions[input.region].zone,
        credit_limit=input.credit_limit,
        holder=contract.holder if contract is not None else 1,
        personal=Personal(number=input.account if contract is not None else None),
    )


def open_again(account: Account, input: Open, moment: Moment) -> list[Event]:
    """A second opening is refused (R-12.3)."""
    return refusal(account, input, moment, against_again())


def against_again() -> Iterator[Check[OpenReason]]:
    """The one reason against a second opening (R-12.3)."""
    yield Check("ALREADY_OPEN", holds=True)
