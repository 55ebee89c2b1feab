"""Unmet: everything that kept an account from being refreshed, and what would have removed it (R-5.3)."""

from typing import Any

import msgspec
from msgspec.structs import replace

from ledger import periods
from ledger.account import Account, Discount
from ledger.catalogue import Catalogue
from ledger.periods import Instant
from ledger.reasons import RefusalReason
from ledger.rules.coming_month import after_top_up, coming_month
from ledger.rules.moment import Moment
from ledger.rules.refresh import REFUSALS, SMS_NUMBER, USSD_CODE, Facts, facts_of
from ledger.rules.schedule import advance
from ledger.rules.top_up import least
from ledger.units import Kopecks
from projections.words import times
from projections.words.phrasebook import RUSSIAN, Phrasebook
from projections.words.refused import STEPS


class Unmet(msgspec.Struct, frozen=True):
    """The reasons that held, by precedence, and the steps that remove them all, in one language.

    `missing` are the kopecks that these steps take together: of a fee that the night charges first, and of the refresh.
    """

    reasons: list[RefusalReason]
    steps: list[str]
    missing: Kopecks


def unmet(account: Account, catalogue: Catalogue, moment: Moment, phrases: Phrasebook = RUSSIAN) -> Unmet:
    """What a refresh asked for at a moment lacks on an account advanced to it."""
    facts = facts_of(account, catalogue, periods.local_date(moment.booked_at, account.zone))
    reasons: list[RefusalReason] = [reason for reason, holds in REFUSALS if holds(facts)]
    if "NOT_ELIGIBLE" in reasons:
        return Unmet(["NOT_ELIGIBLE"], [_plan(facts, phrases)], 0)
    steps: list[str] = []
    lifted = _lifted(account, moment)
    if "FEE_WAIVED" in reasons and account.discount is not None:
        step, lifted, moment = _discount_over(lifted, account.discount, moment, catalogue, phrases)
        steps.append(step)
    steps += [phrases.say(STEPS[kind]) for kind in facts.blocks if kind != "financial"]
    paid, missing = _paid(lifted, moment, catalogue, phrases)
    return Unmet(reasons, steps + paid, missing)


def of_other_inputs(
    input_type: str, reason: str, facts: dict[str, Any], account: Account, moment: Moment, phrases: Phrasebook = RUSSIAN
) -> tuple[str | None, Kopecks | None]:
    """What another input lacked on an account advanced to it, where that can be told, and the kopecks of it."""
    match reason:
        case "UNKNOWN_SERVICE_CODE":
            if input_type == "ussd":
                return phrases.say(STEPS["code"], code=USSD_CODE), None
            return phrases.say(STEPS["number"], number=SMS_NUMBER), None
        case "CLOSED":
            closed = periods.local_date(account.closed_at or account.clock, account.zone)
            return phrases.say(STEPS["new contract"], day=phrases.day(closed)), None
        case "INSUFFICIENT_FUNDS" if input_type == "refund":
            wallet = int(facts["wallet"])
            return (phrases.say(STEPS["refund"], max=phrases.money(wallet)), None) if wallet > 0 else (None, None)
        case "INSUFFICIENT_FUNDS" if account.closed_at is not None:
            return None, None  # nothing tops up a closed contract
        case "INSUFFICIENT_FUNDS":
            asked = int(facts.get("fee", facts.get("needed")) or 0)
            missing = least(lambda amount: asked - after_top_up(account, amount, moment).available)
            return phrases.say(STEPS["top up"], amount=phrases.money(missing)), missing
        case "PROMISE_TOO_LARGE":
            return phrases.say(STEPS["promise"], max=phrases.money(facts["max"])), None
        case "CLAIM_TOO_LATE":
            return phrases.say(STEPS["claim"], day=phrases.day(periods.parse_date(facts["last_day"]))), None
        case _:
            return None, None


def _plan(facts: Facts, phrases: Phrasebook) -> str:
    plan = facts.plan
    if plan is None:
        return phrases.say(STEPS["no plan"])
    step = "not refreshable" if not plan.refreshable else "not here" if plan.monthly_fee else "no fee"
    return phrases.say(STEPS[step], plan=plan.name)


def _lifted(account: Account, moment: Moment) -> Account:
    """The account as the end of the blocks that money does not lift would leave it (R-8.4)."""
    financial = tuple(kind for kind in account.blocks if kind == "financial")
    if financial == account.blocks:
        return account
    return replace(account, blocks=financial, waiting_since=account.waiting_since if financial else moment.booked_at)


def _discount_over(
    account: Account, discount: Discount, moment: Moment, catalogue: Catalogue, phrases: Phrasebook
) -> tuple[str, Account, Moment]:
    """The step that waits for the end of a discount in force, and the account as it comes there by itself."""
    until = periods.parse_date(discount.until)
    end = periods.day_start(until, account.zone)
    step = phrases.say(STEPS["discount"], percent=discount.percent, until=phrases.day(until))
    waited = advance(account, end, catalogue, recorded_at=moment.recorded_at).account
    return step, waited, Moment(end, end, moment.recorded_at)


def _paid(account: Account, moment: Moment, catalogue: Catalogue, phrases: Phrasebook) -> tuple[list[str], Kopecks]:
    """The steps that take money or a night, in their order, and the kopecks of them."""
    top_up = STEPS["top up, freed" if account.blocks else "top up"]
    if account.mode == "monthly":
        missing = least(lambda amount: _short(after_top_up(account, amount, moment), moment.booked_at, catalogue))
        return ([phrases.say(top_up, amount=phrases.money(missing))] if missing else []), missing
    month = coming_month(account, moment, catalogue)
    assert month is not None, "an account with a plan and no lasting block has a month to come"
    first = month.missing
    steps = [phrases.say(top_up, amount=phrases.money(first))] if first else []
    night = times.minute(periods.local(month.at, account.zone))
    steps.append(phrases.say(STEPS["night"], time=night, fee=phrases.money(month.fee)))
    paid = after_top_up(account, first, moment)
    then = advance(paid, month.at, catalogue, recorded_at=moment.recorded_at).account
    behind = Moment(month.at, then.clock, moment.recorded_at)
    if then.discount is not None and _waived(then, behind.booked_at, catalogue):
        wait, waited, over = _discount_over(then, then.discount, behind, catalogue, phrases)
        later, more = _paid(waited, over, catalogue, phrases)
        return [*steps, wait, *later], first + more
    more = least(lambda amount: _short(after_top_up(then, amount, behind), behind.booked_at, catalogue))
    if more:
        step = STEPS["more for the refresh" if first else "for the refresh"]
        steps.append(phrases.say(step, amount=phrases.money(more)))
    return steps, first + more


def _waived(account: Account, at: Instant, catalogue: Catalogue) -> bool:
    """Whether a discount makes the fee of a refresh 0 at an instant."""
    facts = facts_of(account, catalogue, periods.local_date(at, account.zone))
    return facts.eligible is not None and facts.fee == 0


def _short(account: Account, at: Instant, catalogue: Catalogue) -> Kopecks:
    """What an account lacks for a refresh at an instant, but for what money does not mend; 0 or less: nothing."""
    fee = facts_of(account, catalogue, periods.local_date(at, account.zone)).fee or 0
    return max(fee - account.available, max(1 - account.available, 1) if account.blocks else 0)
