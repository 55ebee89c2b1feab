"""Alternatives: every reason, step or bucket that a rule looked at and left, and why (contract §1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

import msgspec

from ledger.account import Account, Bucket
from ledger.catalogue import Catalogue
from ledger.events import Event, OptionFeeCharged, OptionSuspended, UsageCharged, UsageUnrated
from ledger.inputs import Input
from ledger.periods import Instant
from ledger.reasons import NightStep, OptionFeeReason, Reason, RefusalReason
from ledger.rules.check import Check, Checks
from ledger.rules.considered import REASONS, STEPS, PassedOver, Weighed, weighed
from ledger.rules.moment import Moment
from ledger.rules.refresh import REFUSALS
from ledger.rules.usage import rating_plan
from ledger.units import UNIT_OF, PackageQuantity, Service, Unit
from projections.explain.rules import REFUSED_BY, STEP_BY, uncovered
from projections.words.reasons import Why

What: TypeAlias = Literal[Reason, NightStep, "bucket", "money"]

NOT_REACHED: Final = "not reached"
WINDOW_CLOSED: Final = "late window closed"
_RULE_BY: Final[dict[Why, str]] = {NOT_REACHED: "R-6.4", "empty": "R-6.4", WINDOW_CLOSED: "R-6.5"}
_ASKED_BY_REFRESH: Final[dict[RefusalReason | NightStep, tuple[str, ...]]] = {
    "NOT_ELIGIBLE": ("plan",),
    "FEE_WAIVED": ("fee",),
    "BLOCKED": ("blocks",),
    "ALTERNATIVE_PERIOD": ("mode",),
    "UNPAID_PERIOD": ("mode",),
    "INSUFFICIENT_FUNDS": ("fee", "available"),
}
_SIX: Final = {reason for reason, _ in REFUSALS}


class Alternative(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was passed over: `what` is a reason's code, a step, `bucket` or `money`; `why` in a few words.

    A bucket says what it is and what was left in it, valid `[start, end)`; `expired` marks a leftover,
    which late records could spend until `late_until` in booked time (R-6.5).
    """

    what: What
    why: Why
    rule: str
    facts: dict[str, Any] = {}
    bucket: str | None = None
    service: str | None = None
    unit: Unit | None = None
    left: PackageQuantity | None = None
    grant: int | None = None
    start: Instant | None = None
    end: Instant | None = None
    expired: bool = False
    late_until: Instant | None = None
    unlimited: bool = False


@dataclass(frozen=True, slots=True)
class _Record:
    service: Service
    zone: str
    at: Instant


def passed_over(event: Event, input: Input | None, checks: Checks) -> list[Alternative]:
    """The reasons and steps that were tested and did not hold, and those behind the one that did."""
    if not checks:
        return []
    left = checks[:-1] if checks[-1].holds else checks
    named: tuple[RefusalReason | NightStep, ...] = STEPS
    if isinstance(event, OptionFeeCharged | OptionSuspended):
        named = get_args(OptionFeeReason)
    elif input is not None:
        named = REASONS.get(input.type, ())
        if input.type == "refresh":
            named = named[1:]  # the app dials no code
        if checks[0].reason == "CLOSED":
            named = ("CLOSED", *named)
    behind = named[len(checks) :] if checks[-1].holds and checks[-1].reason != "UNKNOWN_SERVICE_CODE" else ()
    return [
        *(
            Alternative(what=c.reason, why=_why(c, input), rule=_rule(c.reason, input), facts=_asked(c, input))
            for c in left
        ),
        *(Alternative(what=reason, why=NOT_REACHED, rule=_rule(reason, input)) for reason in behind),
    ]


def met(event: Event, before: Account | None, catalogue: Catalogue, gone: Sequence[Bucket]) -> list[Alternative]:
    """The buckets that a record met and that gave nothing, in spending order, and money where it was not needed.

    `gone` are those that the account had before and keeps no longer.
    """
    if before is None or not isinstance(event, UsageCharged | UsageUnrated):
        return []
    record = _Record(event.service, event.zone, event.used_at or event.occurred_at)
    plan = rating_plan(before, catalogue, record.at)
    asked = plan if plan is not None and event.direction == "out" and event.zone in plan.prices else None
    if isinstance(event, UsageCharged) and not event.billed:
        asked = None
    moment = Moment(event.occurred_at, event.booked_at, event.recorded_at)
    taken = {(entry.grant, event.service) for entry in event.entries if entry.grant is not None}
    if isinstance(event, UsageCharged) and event.unlimited:
        fitting = (w for w in weighed(before, record, moment, asked, ()) if w.bucket.unlimited and w.why == NOT_REACHED)
        taken = {(w.bucket.grant, w.bucket.service) for w in list(fitting)[:1]}
    found = [
        _bucket(
            each, each.why, partial=asked is not None and isinstance(event, UsageUnrated) and event.reason != "CLOSED"
        )
        for each in weighed(before, record, moment, asked, taken, gone)
        if each.why is not None
    ]
    if isinstance(event, UsageCharged) and not uncovered(event):
        found.append(Alternative(what="money", why=NOT_REACHED, rule="R-6.6"))
    return found


def _bucket(each: Weighed, why: PassedOver, *, partial: bool) -> Alternative:
    """A bucket left alone; `partial` where packages would have had to cover the whole record (R-6.8)."""
    bucket = each.bucket
    return Alternative(
        what="bucket",
        why="covers only a part" if partial and why == NOT_REACHED else why,
        rule="R-6.8" if partial else _RULE_BY.get(why, "R-6.3"),
        bucket=bucket.name,
        service=bucket.service,
        unit=UNIT_OF[bucket.service],
        left=None if bucket.unlimited else bucket.left,
        grant=bucket.grant,
        start=bucket.start,
        end=bucket.end,
        expired=each.expired,
        late_until=bucket.late_until,
        unlimited=bucket.unlimited,
    )


def _why(check: Check[RefusalReason | NightStep], input: Input | None) -> Why:
    if input is None:
        match check.reason:
            case "LAPSE":
                return "no block"
            case "DAY" if check.facts["daily_fee"] is None:
                return "not offered"
            case "MONTH" | "DAY":
                return "not affordable"
    return "does not hold"


def _rule(reason: RefusalReason | NightStep, input: Input | None) -> str:
    if input is None:
        return STEP_BY.get(reason, "R-9.2")
    if input.type in ("ussd", "sms", "refresh") and reason in _SIX:
        return "R-5.3"
    return REFUSED_BY[input.type]


def _asked(check: Check[RefusalReason | NightStep], input: Input | None) -> dict[str, Any]:
    """What this one check compared; a refresh collects its facts once for all six."""
    facts = {**check.facts, **check.compared}
    if input is not None and input.type in ("ussd", "sms", "refresh") and check.reason in _SIX:
        return {name: facts[name] for name in _ASKED_BY_REFRESH[check.reason]}
    return facts
