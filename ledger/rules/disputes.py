"""Disputes: a claim within six months, an answer due in thirty days, and its reversal where it is upheld (R-11.2–3)."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TypeAlias

from ledger import periods
from ledger.account import Account, Dispute
from ledger.events import DisputeOpened, DisputeResolved, Event, Personal
from ledger.evolve import BrokenLog, evolve
from ledger.inputs import OpenDispute, ResolveDispute
from ledger.reasons import AnswerReason, ClaimReason
from ledger.rules.check import Check, first, refusal
from ledger.rules.corrections import EventLookup, against_return, given_back, reversal, unknown
from ledger.rules.moment import Moment

ClaimName: TypeAlias = Callable[[str], str]
"""What stands for the id of a claim where that is sealed: alike for the same id, told by nobody without the key."""

CLAIM_MONTHS = 6
ANSWER_DAYS = 30


def open_dispute(
    account: Account,
    input: OpenDispute,
    moment: Moment,
    cited: EventLookup,
    claim_name: ClaimName | None = None,
) -> list[Event]:
    """A claim about any event, also a refusal, also again; too late after six months (R-11.2)."""
    if refused := refusal(account, input, moment, against_claim(account, input, moment, cited)):
        return refused
    today = periods.local_date(moment.booked_at, account.zone)
    return [
        DisputeOpened(
            **moment.stamp(account),
            event=input.event,
            answer_due=(today + timedelta(days=ANSWER_DAYS)).isoformat(),
            claim=claim_name(input.id) if claim_name is not None else None,
            holder=input.holder,
            personal=Personal(text=input.text),
        )
    ]


def against_claim(
    account: Account, input: OpenDispute, moment: Moment, cited: EventLookup
) -> Iterator[Check[ClaimReason]]:
    """The reasons against a claim by precedence (R-11.2)."""
    event = cited(input.event)
    yield unknown(account, input.event, event)
    if event is None:
        return
    today = periods.local_date(moment.booked_at, account.zone)
    last = periods.months_after(periods.local_date(event.booked_at, account.zone), CLAIM_MONTHS)
    yield Check("CLAIM_TOO_LATE", today > last, {"last_day": last.isoformat()}, {"today": today.isoformat()})


def resolve_dispute(
    account: Account,
    input: ResolveDispute,
    moment: Moment,
    cited: EventLookup,
    edition: int,
    claim_name: ClaimName | None = None,
) -> list[Event]:
    """The answer to the earliest open claim of this id; upheld, the charge is reversed with it (R-11.3).

    Without an amount all that is left is returned, nothing if nothing is; an amount that R-11.1 refuses leaves the
    dispute open.
    """
    claim = claim_name(input.dispute) if claim_name is not None else None
    against = against_answer(account, input, cited, edition, claim_name)
    refused = refusal(account, input, moment, against, claim=claim)
    dispute = _earliest_open(account, claim or input.dispute)
    if refused or dispute is None:
        return refused
    event = _disputed(dispute, cited)
    resolved = DisputeResolved(
        **moment.stamp(account),
        dispute=input.dispute,
        opened=dispute.opened,
        event=dispute.event,
        outcome=input.outcome,
        amount=input.amount,
        claim=claim,
        holder=input.holder,
        personal=Personal(text=input.text),
    )
    if input.outcome == "rejected" or first(against_return(account, event, input.amount, edition)) is not None:
        return [resolved]
    returned = given_back(account, event, input.amount, edition)
    account = evolve(account, resolved)
    return [resolved, reversal(account, event, returned, moment, asked=input.amount, text=input.text)]


def against_answer(
    account: Account,
    input: ResolveDispute,
    cited: EventLookup,
    edition: int,
    claim_name: ClaimName | None = None,
) -> Iterator[Check[AnswerReason]]:
    """The reasons against an answer by precedence; those of R-11.1 only where an amount is named (R-11.3)."""
    claim = claim_name(input.dispute) if claim_name is not None else input.dispute
    yield Check("UNKNOWN_DISPUTE", not account.claims(claim), compared={"dispute": input.dispute})
    dispute = _earliest_open(account, claim)
    yield Check("ALREADY_RESOLVED", dispute is None, compared={"dispute": input.dispute})
    if dispute is not None and input.outcome == "upheld" and input.amount is not None:
        for check in against_return(account, _disputed(dispute, cited), input.amount, edition):
            yield Check(check.reason, check.holds, compared={**check.facts, **check.compared})


def _earliest_open(account: Account, name: str) -> Dispute | None:
    return next((each for each in account.claims(name) if not each.resolved), None)


def _disputed(dispute: Dispute, cited: EventLookup) -> Event:
    """The event that a claim is about. Raises BrokenLog where it is gone."""
    event = cited(dispute.event)
    if event is None:
        raise BrokenLog("a dispute names an event of the account")
    return event
