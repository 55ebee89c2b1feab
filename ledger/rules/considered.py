"""Considered: what a rule tested and passed over on its way, told by the predicates that decide (R-5.3, R-6.4)."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

from ledger import inputs, periods
from ledger.account import Account, Bucket, is_open
from ledger.catalogue import Catalogue, PlanVersion
from ledger.inputs import Input
from ledger.reasons import (
    AdjustmentReason,
    AnswerReason,
    BlockReason,
    ClaimReason,
    CloseReason,
    NightStep,
    OpenReason,
    OptionEndReason,
    OptionFeeReason,
    OptionReason,
    PlanReason,
    PromiseReason,
    RatingReason,
    RefreshReason,
    RefundReason,
    RefusalReason,
    RequestReason,
    ReversalReason,
    UnblockReason,
)
from ledger.rules import (
    blocks,
    closing,
    corrections,
    credit,
    disputes,
    night,
    opening,
    options,
    plans,
    refresh,
    tariff,
    usage,
)
from ledger.rules.check import Check, tested
from ledger.rules.corrections import EventLookup
from ledger.rules.cover import Record, WhyNot, why_not
from ledger.rules.moment import Moment
from ledger.units import Service

PassedOver: TypeAlias = Literal[WhyNot, "late window closed", "empty", "not reached"]

REASONS: Final[dict[str, tuple[RefusalReason, ...]]] = {
    "open": get_args(OpenReason),
    "connect_plan": get_args(PlanReason),
    **dict.fromkeys(("ussd", "sms", "refresh"), get_args(RequestReason) + get_args(RefreshReason)),
    "block": get_args(BlockReason),
    "unblock": get_args(UnblockReason),
    "connect_option": get_args(OptionReason),
    "disconnect_option": get_args(OptionEndReason),
    "take_promise": get_args(PromiseReason),
    "reverse": (*get_args(ReversalReason), "NOT_REVERSIBLE"),
    "adjust": get_args(AdjustmentReason),
    "rerate": get_args(RatingReason),
    "open_dispute": get_args(ClaimReason),
    "resolve_dispute": (*get_args(AnswerReason), "NOT_REVERSIBLE"),
    "close": get_args(CloseReason),
    "refund": get_args(RefundReason),
}
"""The reasons for which an input can be refused, in their order; the other types of input never are.

A closed contract refuses most inputs, those others too, before any of these reasons: CLOSED (R-15.4).
"""

STEPS: Final[tuple[NightStep, ...]] = get_args(NightStep)
"""What a night may do, in its order."""


class Weighed(NamedTuple):
    """A bucket in spending order, and why nothing was taken from it; None where something was."""

    bucket: Bucket
    expired: bool
    why: PassedOver | None


def against(
    account: Account,
    input: Input,
    moment: Moment,
    catalogue: Catalogue,
    cited: EventLookup,
    claim_name: disputes.ClaimName | None = None,
) -> list[Check[RefusalReason]]:
    """The reasons that were tested against an input, up to the first that held (R-12.1).

    `account` is the one that the rule was asked about: advanced to the input's time.
    """
    closed = tested(closing.against_closed(account, input))
    return [*closed] or tested(_checks(account, input, moment, catalogue, cited, claim_name))


def night_steps(account: Account, moment: Moment, catalogue: Catalogue) -> list[Check[NightStep]]:
    """What a night tried for the tariff, up to what it did (R-4)."""
    day = periods.local_date(moment.booked_at, account.zone)
    plan = tariff.plan_version(account, catalogue, day)
    return tested(night.steps(account, plan, day)) if plan else []


def option_fee(account: Account, option: str, moment: Moment, catalogue: Catalogue) -> list[Check[OptionFeeReason]]:
    """What could have kept a monthly option from being paid (R-9.2)."""
    version = catalogue.option(option, periods.local_date(moment.booked_at, account.zone))
    return tested(options.against_fee(account, version)) if version else []


def weighed(
    account: Account,
    record: Record,
    moment: Moment,
    plan: PlanVersion | None,
    taken: Collection[tuple[int, Service]],
    gone: Sequence[Bucket] = (),
) -> list[Weighed]:
    """Every bucket that a record met, in spending order; `taken` are grant and service of those that paid (R-6.4).

    `gone` are buckets that the account had and keeps no longer, not even for late records: those that were valid when
    the record occurred are among them (R-6.5). Where no plan rates the record, or nothing is billed, no bucket is
    asked: hand in no plan.
    """
    valid_then = [bucket for bucket in gone if bucket.start <= record.at < bucket.end]
    found = []
    for expired, buckets in ((True, (*valid_then, *account.leftovers)), (False, account.buckets)):
        for bucket in sorted(buckets, key=usage.spending_order):
            why: PassedOver | None = None
            if (bucket.grant, bucket.service) not in taken:
                why = (why_not(bucket, record, plan) if plan else None) or _unspent(bucket)
                if why == "not reached" and expired and not is_open(bucket, moment.booked_at):
                    why = "late window closed"
            found.append(Weighed(bucket, expired, why))
    return found


def _unspent(bucket: Bucket) -> PassedOver:
    return "not reached" if bucket.left or bucket.unlimited else "empty"


def _checks(
    account: Account,
    input: Input,
    moment: Moment,
    catalogue: Catalogue,
    cited: EventLookup,
    claim_name: disputes.ClaimName | None = None,
) -> Iterator[Check[RefusalReason]]:
    day = periods.local_date(moment.booked_at, account.zone)
    match input:
        case inputs.Open():
            return opening.against_again()
        case inputs.ConnectPlan():
            return plans.against(account, catalogue.plan(input.plan, day), day)
        case inputs.Ussd() | inputs.Sms() | inputs.Refresh():
            return refresh.against(account, input, moment, catalogue)
        case inputs.Block() | inputs.Unblock():
            return blocks.against(account, input)
        case inputs.ConnectOption():
            return options.against_connecting(account, catalogue.option(input.option, day))
        case inputs.DisconnectOption():
            return options.against_disconnecting(account.option(input.option))
        case inputs.TakePromise():
            return credit.against_promise(account, input.amount, catalogue.settings.promise.max)
        case inputs.Reverse():
            return corrections.against_reversal(account, input, cited(input.event), catalogue.edition)
        case inputs.Adjust():
            return corrections.against_adjustment(account, input, cited)
        case inputs.Rerate():
            return usage.against_rating(account, cited(input.event))
        case inputs.OpenDispute():
            return disputes.against_claim(account, input, moment, cited)
        case inputs.ResolveDispute():
            return disputes.against_answer(account, input, cited, catalogue.edition, claim_name)
        case inputs.Close():
            return closing.against_closing(account)
        case inputs.Refund():
            return closing.against_refund(account, input)
        case inputs.TopUp() | inputs.Usage() | inputs.GrantDiscount():
            return iter(())  # never refused but on a closed contract
