"""Disputes: a claim within six months, an answer due in thirty days, and its reversal where it is upheld (R-11.2–3)."""

from datetime import timedelta

from ledger import periods
from ledger.account import Account
from ledger.events import DisputeOpened, DisputeResolved, Event, Personal
from ledger.evolve import evolve
from ledger.inputs import OpenDispute, ResolveDispute
from ledger.rules.corrections import Cited, Return, returnable, reversal
from ledger.rules.moment import Moment, refuse

CLAIM_MONTHS = 6
ANSWER_DAYS = 30


def open_dispute(account: Account, input: OpenDispute, moment: Moment, cited: Cited) -> list[Event]:
    """A claim about any event, also a refusal, also again; too late after six months (R-11.2)."""
    event = cited(input.event)
    if event is None:
        return [refuse(account, input, moment, "UNKNOWN_EVENT")]
    today = periods.local_date(moment.booked_at, account.zone)
    last = periods.months_after(periods.local_date(event.booked_at, account.zone), CLAIM_MONTHS)
    if today > last:
        return [refuse(account, input, moment, "CLAIM_TOO_LATE", last_day=last.isoformat())]
    return [
        DisputeOpened(
            **moment.stamp(account),
            event=input.event,
            answer_due=(today + timedelta(days=ANSWER_DAYS)).isoformat(),
            personal=Personal(text=input.text),
        )
    ]


def resolve_dispute(account: Account, input: ResolveDispute, moment: Moment, cited: Cited) -> list[Event]:
    """The answer to the earliest open claim of this id; upheld, the charge is reversed with it (R-11.3).

    Without an amount all that is left is returned, nothing if nothing is; an amount that R-11.1 refuses leaves the
    dispute open.
    """
    named = [dispute for dispute in account.disputes if dispute.id == input.dispute]
    if not named:
        return [refuse(account, input, moment, "UNKNOWN_DISPUTE")]
    dispute = next((each for each in named if not each.resolved), None)
    if dispute is None:
        return [refuse(account, input, moment, "ALREADY_RESOLVED")]
    event = cited(dispute.event)
    assert event is not None, "a dispute names an event of the account"
    returned: Return | str = "NOT_REVERSIBLE"
    if input.outcome == "upheld":
        returned = returnable(account, event, input.amount)
        if isinstance(returned, str) and input.amount is not None:
            return [refuse(account, input, moment, returned)]
    resolved = DisputeResolved(
        **moment.stamp(account),
        dispute=input.dispute,
        opened=dispute.opened,
        event=dispute.event,
        outcome=input.outcome,
        amount=input.amount,
        personal=Personal(text=input.text),
    )
    if isinstance(returned, str):
        return [resolved]
    account = evolve(account, resolved)
    return [resolved, reversal(account, event, returned, moment, asked=input.amount, text=input.text)]
