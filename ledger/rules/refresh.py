"""«Обнови пакет»: pay the next month now, carry what is left once, move the due date; or one of six refusals (R-5)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from ledger import periods
from ledger.account import Account
from ledger.catalogue import Catalogue, PlanVersion
from ledger.entries import BASE, REVENUE_MONTHLY_FEE
from ledger.events import BlockKind, Event, Mode, PackagesRefreshed, Personal, RefreshRefused
from ledger.inputs import Refresh, Sms, Ussd
from ledger.reasons import RefreshReason, RequestReason
from ledger.rules import tariff
from ledger.rules.check import Check, Fact, refusal
from ledger.rules.coming_month import ComingMonth, coming_month
from ledger.rules.moment import Moment
from ledger.units import Kopecks

USSD_CODE: Final = "*929#"
SMS_NUMBER: Final = "9290"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a request is tested against, collected once. `fee` is effective; None without a plan."""

    plan: PlanVersion | None
    region: str
    fee: Kopecks | None
    available: Kopecks
    mode: Mode
    blocks: tuple[BlockKind, ...]

    @property
    def eligible(self) -> PlanVersion | None:
        """The plan version that a request would renew: with the service, with a fee, in the region."""
        plan = self.plan
        return plan if plan and plan.refreshable and plan.monthly_fee and plan.serves(self.region) else None

    def tested(self) -> dict[str, Fact]:
        """The facts as a refusal of edition 1 keeps them."""
        return {
            "fee": self.fee,
            "available": self.available,
            "mode": self.mode,
            "blocks": list(self.blocks),
            "plan": self.plan.id if self.plan else None,
        }


REFUSALS: Final[tuple[tuple[RefreshReason, Callable[[Facts], bool]], ...]] = (
    ("NOT_ELIGIBLE", lambda facts: facts.eligible is None),
    ("FEE_WAIVED", lambda facts: facts.fee == 0),
    ("BLOCKED", lambda facts: bool(facts.blocks)),
    ("ALTERNATIVE_PERIOD", lambda facts: facts.mode == "daily"),
    ("UNPAID_PERIOD", lambda facts: facts.mode == "unpaid"),
    ("INSUFFICIENT_FUNDS", lambda facts: facts.fee is not None and facts.available < facts.fee),
)
"""The reasons by precedence: the first that holds is the one told (R-5.3)."""


def refresh(account: Account, input: Ussd | Sms | Refresh, moment: Moment, catalogue: Catalogue) -> list[Event]:
    """A refresh or its refusal; another code or number is no request at all (R-12.4)."""
    if refused := refusal(account, input, moment, against_request(input)):
        return refused
    match input:
        case Ussd():
            personal = Personal(text=USSD_CODE)
        case Sms():
            personal = Personal(to=SMS_NUMBER)
        case Refresh():
            personal = Personal()
    day = periods.local_date(moment.booked_at, account.zone)
    facts = facts_of(account, catalogue, day)
    renewed = facts.eligible
    reason = next((reason for reason, holds in REFUSALS if holds(facts)), None)
    if reason is not None or renewed is None:
        reason = reason or "NOT_ELIGIBLE"
        tested = _tested(facts, reason, account, moment, catalogue)
        return [_refused(account, input, moment, reason, tested, personal, catalogue.vat_rate(day))]
    return [
        PackagesRefreshed(
            **tariff.fee(
                account,
                moment,
                catalogue,
                renewed,
                fee=renewed.monthly_fee,
                revenue=REVENUE_MONTHLY_FEE,
                bucket=BASE,
                packages=renewed.month,
                period=tariff.month_from(moment.booked_at, day, day.day, account, catalogue),
                turnover=tariff.carriage(account),
            ),
            input_type=input.type,
            anchor_day=day.day,
            personal=personal,
        )
    ]


def facts_of(account: Account, catalogue: Catalogue, day: date) -> Facts:
    """What a request on a local date is tested against."""
    plan = tariff.plan_version(account, catalogue, day)
    return Facts(
        plan=plan,
        region=account.region,
        fee=tariff.effective_fee(account, plan.monthly_fee, day) if plan else None,
        available=account.available,
        mode=account.mode,
        blocks=account.blocks,
    )


def against(
    account: Account, input: Ussd | Sms | Refresh, moment: Moment, catalogue: Catalogue
) -> Iterator[Check[RequestReason | RefreshReason]]:
    """Whether this asks for a refresh at all, then the six reasons by precedence (R-12.4, R-5.3)."""
    yield from against_request(input)
    facts = facts_of(account, catalogue, periods.local_date(moment.booked_at, account.zone))
    for reason, holds in REFUSALS:
        held = holds(facts)
        yield Check(reason, held, _tested(facts, reason, account, moment, catalogue) if held else facts.tested())


def _tested(
    facts: Facts, reason: RefreshReason, account: Account, moment: Moment, catalogue: Catalogue
) -> dict[str, Fact]:
    """The facts that a refusal keeps; from edition 2 on, in daily mode, also those of the coming night (R-5.3)."""
    if catalogue.edition < 2 or reason != "ALTERNATIVE_PERIOD":
        return facts.tested()
    month = coming_month(account, moment, catalogue)
    if month is None:
        return facts.tested()
    night_at = periods.local_text(month.at, account.zone)
    return facts.tested() | {"night_at": night_at, "night_fee": month.fee, "night_available": month.available}


def against_request(input: Ussd | Sms | Refresh) -> Iterator[Check[RequestReason]]:
    """A request is exactly this code, exactly this number, or the app (R-12.4)."""
    match input:
        case Ussd():
            yield Check("UNKNOWN_SERVICE_CODE", input.text != USSD_CODE, compared={"code": USSD_CODE})
        case Sms():
            yield Check("UNKNOWN_SERVICE_CODE", input.to != SMS_NUMBER, compared={"number": SMS_NUMBER})
        case Refresh():
            pass


def _refused(
    account: Account,
    input: Ussd | Sms | Refresh,
    moment: Moment,
    reason: RefreshReason,
    facts: dict[str, Fact],
    personal: Personal,
    vat_rate: int,
) -> RefreshRefused:
    return RefreshRefused(
        **moment.stamp(account),
        input_type=input.type,
        reason=reason,
        facts=facts,
        vat_rate=vat_rate,
        personal=personal,
    )


class Reply(NamedTuple):
    """What a request for a refresh is answered (R-5.3): `reason` is that of a refusal, None of a refresh.

    `amount` was debited until `due`, or is needed beside what is `available`. `missing` is what a top-up has to bring
    for the coming night to take a month's fee, 0 or less where the money is there; None where nobody knows.
    """

    reason: RefreshReason | None
    amount: Kopecks = 0
    available: Kopecks = 0
    due: date | None = None
    missing: Kopecks | None = None


def reply(event: PackagesRefreshed | RefreshRefused, zone: str, month: ComingMonth | None = None) -> Reply:
    """What the subscriber is told, in words by `projections.words.replies`.

    `month` is the coming one of the account as it stood at a refusal of edition 1, whose facts lack it (`needs_month`).
    """
    match event:
        case PackagesRefreshed():
            return Reply(None, event.amount, due=periods.local_date(event.period.next_due, zone))
        case RefreshRefused():
            facts = event.facts
            missing = month.missing if month is not None else None
            if "night_fee" in facts:
                missing = facts["night_fee"] - facts["night_available"]
            return Reply(event.reason, facts["fee"] or 0, facts["available"], missing=missing)


def needs_month(event: Event) -> bool:
    """Whether only the account as it stood tells what a refusal was to answer: one of edition 1 in daily mode."""
    return isinstance(event, RefreshRefused) and event.reason == "ALTERNATIVE_PERIOD" and "night_fee" not in event.facts


def month_of_refusal(event: Event, before: Account, catalogue: Catalogue) -> ComingMonth | None:
    """The coming month that a refusal's own facts lack, from the account before it and the catalogue of its place."""
    if not needs_month(event):
        return None
    return coming_month(before, Moment(event.occurred_at, event.booked_at, event.recorded_at), catalogue)
