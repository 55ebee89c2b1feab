"""Booking: advance the account to the input's time, decide by its rule, settle the financial block (R-2.7, R-8.5)."""

from ledger import inputs
from ledger.account import Account
from ledger.catalogue import Catalogue
from ledger.contracts import Contract
from ledger.events import Event, InputRef
from ledger.evolve import BrokenLog, evolve
from ledger.inputs import Input
from ledger.periods import Instant
from ledger.rules.blocks import block, unblock
from ledger.rules.closing import close, refund, refused_when_closed
from ledger.rules.corrections import EventLookup, adjust, reverse
from ledger.rules.credit import grant_discount, take_promise
from ledger.rules.disputes import ClaimName, open_dispute, resolve_dispute
from ledger.rules.moment import Moment
from ledger.rules.opening import open_account, open_again
from ledger.rules.options import connect_option, disconnect_option
from ledger.rules.plans import connect_plan
from ledger.rules.refresh import refresh
from ledger.rules.schedule import Booked, advance, settle
from ledger.rules.top_up import top_up
from ledger.rules.usage import rerate, usage


def no_history(_: int) -> Event | None:
    """For inputs that cite no earlier event."""
    return None


def book(
    account: Account | None,
    input: Input,
    catalogue: Catalogue,
    *,
    recorded_at: Instant,
    history: EventLookup = no_history,
    contract: Contract | None = None,
    claim_name: ClaimName | None = None,
) -> Booked:
    """Everything an input causes, scheduled items up to its time included.

    `contract` is the one that an `open` makes; None where the stream is called by the number. `claim_name` says what
    stands for the id of a claim where that is sealed. `history` finds the account's earlier events for inputs that cite
    them. `account` is None for one that is not open yet: only `open` may come then, anything else raises BrokenLog.
    Raises `inputs.Malformed` where only the catalogue could tell that the input is malformed; nothing is booked in
    either case.
    """
    refuse_malformed(input, catalogue)
    reference = InputRef(input.source, input.id, input.received_at, input.by)
    if account is None:
        if not isinstance(input, inputs.Open):
            raise BrokenLog("the service rejects other inputs of unknown accounts")
        moment = Moment(input.at, input.received_at, recorded_at, reference)
        opened = open_account(input, moment, catalogue, contract)
        return Booked(evolve(None, opened, contract.id if contract else input.account), [opened])
    booked_at = max(input.received_at, account.clock)
    booked = advance(account, booked_at, catalogue, recorded_at=recorded_at)
    moment = Moment(input.at, booked_at, recorded_at, reference)
    cited = no_history if isinstance(input, inputs.Usage) else _known_by(booked, history)  # a record cites nothing
    decided = decide(booked.account, input, moment, catalogue, cited, claim_name)
    booked.add(decided)
    if settled := settle(booked.account, decided, moment):
        booked.add(settled)
    return booked


def refuse_malformed(input: Input, catalogue: Catalogue) -> None:
    """Raise Malformed where only the catalogue can tell that an input is malformed (R-3.1, R-3.7)."""
    if isinstance(input, inputs.Open) and input.region not in catalogue.regions:
        raise inputs.Malformed(f"region: no region {input.region!r} in the catalogue")
    inputs.require_edition(input, catalogue.edition)


def _known_by(booked: Booked, history: EventLookup) -> EventLookup:
    """The events there are when an input is decided: no later one, so that it is decided again alike (R-11.1)."""
    newest = booked.account.version

    def find(version: int) -> Event | None:
        scheduled = next((event for event in booked.events if event.version == version), None)
        return scheduled or (history(version) if version <= newest else None)

    return find


def decide(
    account: Account,
    input: Input,
    moment: Moment,
    catalogue: Catalogue,
    cited: EventLookup,
    claim_name: ClaimName | None = None,
) -> list[Event]:
    """The rule of an input on an account that has been advanced to its time; a closed one refuses most (R-15.4)."""
    if refused := refused_when_closed(account, input, moment):
        return refused
    match input:
        case inputs.Usage():
            return usage(account, input, moment, catalogue)
        case inputs.TopUp():
            return top_up(account, input, moment)
        case inputs.Ussd() | inputs.Sms() | inputs.Refresh():
            return refresh(account, input, moment, catalogue)
        case inputs.ConnectPlan():
            return connect_plan(account, input, moment, catalogue)
        case inputs.Block():
            return block(account, input, moment)
        case inputs.Unblock():
            return unblock(account, input, moment)
        case inputs.ConnectOption():
            return connect_option(account, input, moment, catalogue)
        case inputs.DisconnectOption():
            return disconnect_option(account, input, moment, catalogue)
        case inputs.GrantDiscount():
            return grant_discount(account, input, moment)
        case inputs.TakePromise():
            return take_promise(account, input, moment, catalogue)
        case inputs.Reverse():
            return reverse(account, input, moment, cited, catalogue.edition)
        case inputs.Adjust():
            return adjust(account, input, moment, cited)
        case inputs.Rerate():
            return rerate(account, input, moment, catalogue, cited)
        case inputs.OpenDispute():
            return open_dispute(account, input, moment, cited, claim_name)
        case inputs.ResolveDispute():
            return resolve_dispute(account, input, moment, cited, catalogue.edition, claim_name)
        case inputs.Close():
            return close(account, input, moment, catalogue)
        case inputs.Refund():
            return refund(account, input, moment)
        case inputs.Open():
            return open_again(account, input, moment)
