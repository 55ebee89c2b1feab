"""Happened: what an event was about, in a few words beside its type; amounts as money, minutes and megabytes."""

from ledger.events import (
    AccountOpened,
    Adjusted,
    Blocked,
    ChargeReversed,
    DailyFeeCharged,
    DiscountGranted,
    DisputeOpened,
    DisputeResolved,
    Event,
    InputRefused,
    MonthlyFeeCharged,
    OptionConnected,
    OptionDisconnected,
    OptionExpired,
    OptionFeeCharged,
    OptionSuspended,
    PackagesRefreshed,
    Period,
    PeriodLapsed,
    PlanConnected,
    PromiseClosed,
    PromiseTaken,
    RefreshRefused,
    ToppedUp,
    Unblocked,
    UsageCharged,
    UsageUnrated,
)
from ledger.periods import Instant, local_text
from projections.words import names
from projections.words.events import ABOUT, TITLES, TYPES
from projections.words.reasons import REASONS
from projections.words.speaker import Speaker


def kind_of(speak: Speaker, name: str) -> str:
    """What an event is called by its type: in Russian its title, in English the type itself, as JSON has it."""
    return speak.say(TITLES[name] if name in TITLES else TYPES[name]) if speak.russian else name


def about(speak: Speaker, event: Event, zone: str) -> str:
    """What it was about; `zone` is the account's, for its dates."""
    return ", ".join(filter(None, _about(speak, event, zone)))


def _about(speak: Speaker, event: Event, zone: str) -> tuple[str, ...]:
    match event:
        case AccountOpened():
            return (event.region,)
        case ToppedUp():
            return speak.money(event.amount), event.channel
        case PlanConnected():
            return (event.plan_name,)
        case RefreshRefused():
            return speak.say(REASONS[event.reason]), event.reason
        case MonthlyFeeCharged():
            return (
                _cause(speak, event.cause), speak.money(event.amount), event.plan_name,
                _days(speak, event.period, zone),
            )  # fmt: skip
        case DailyFeeCharged() | PackagesRefreshed():
            return speak.money(event.amount), event.plan_name, _days(speak, event.period, zone)
        case UsageCharged():
            return *_usage(speak, event), speak.money(event.amount) if event.amount else ""
        case UsageUnrated():
            return *_usage(speak, event), speak.say(REASONS[event.reason])
        case Blocked() | Unblocked():
            return speak.say(names.BLOCKS[event.kind]), _cause(speak, event.cause)
        case PeriodLapsed():
            return ()
        case DiscountGranted():
            return f"{event.percent} %", speak.say(
                ABOUT["days"], first=speak.day(event.from_), last=speak.day(event.until)
            )
        case PromiseTaken():
            return speak.money(event.amount), _until(speak, event.until, zone)
        case PromiseClosed():
            return speak.money(event.amount), _cause(speak, event.cause)
        case OptionConnected() | OptionFeeCharged():
            return event.option_name, speak.money(event.fee), _days(speak, event.period, zone)
        case OptionSuspended() | OptionExpired() | OptionDisconnected():
            return (event.option_name,)
        case ChargeReversed():
            packages = speak.say(ABOUT["packages"]) if event.packages else ""
            return _of(speak, event.event), speak.money(event.amount), packages
        case Adjusted():
            return speak.money(event.amount), *(_of(speak, version) for version in event.cites)
        case DisputeOpened():
            return _of(speak, event.event), speak.say(ABOUT["answer_due"], day=speak.day(event.answer_due))
        case DisputeResolved():
            return event.dispute, speak.say(names.OUTCOMES[event.outcome]), _of(speak, event.event)
        case InputRefused():
            return f"{speak.say(names.INPUTS[event.input_type])}: {speak.say(REASONS[event.reason])}", event.reason


def _usage(speak: Speaker, event: UsageCharged | UsageUnrated) -> tuple[str, str]:
    direction = speak.say(names.DIRECTIONS[event.direction])
    measured = speak.measured(event.service, event.quantity)
    return f"{speak.service(event.service)} {direction} {measured}", speak.zone(event.zone)


def _cause(speak: Speaker, cause: str) -> str:
    return speak.say(ABOUT[cause])


def _of(speak: Speaker, version: int) -> str:
    return speak.say(ABOUT["event"], version=version)


def _until(speak: Speaker, instant: Instant, zone: str) -> str:
    return speak.say(ABOUT["until"], time=speak.time(local_text(instant, zone)))


def _days(speak: Speaker, period: Period, zone: str) -> str:
    """A paid period, up to its due time."""
    start, due = (speak.day(local_text(instant, zone)) for instant in (period.start, period.next_due))
    return speak.say(ABOUT["days"], first=start, last=due)
