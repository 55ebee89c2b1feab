"""Causes: what an event was about, in a few words beside its type; amounts as money, minutes and megabytes."""

from ledger import events as ev
from ledger.events import Event
from ledger.periods import parse_date
from projections.words import names
from projections.words.events import ABOUT, TITLES, TYPES
from projections.words.phrasebook import Phrasebook
from projections.words.reasons import REASONS


def kind_of(phrases: Phrasebook, name: str) -> str:
    """What an event is called by its type: in Russian its title, in English the type itself, as JSON has it."""
    return phrases.say(TITLES[name] if name in TITLES else TYPES[name]) if phrases.russian else name


def about(phrases: Phrasebook, event: Event) -> str:
    """What it was about."""
    return ", ".join(filter(None, _about(phrases, event)))


def _about(phrases: Phrasebook, event: Event) -> tuple[str, ...]:
    match event:
        case ev.AccountOpened():
            return (event.region,)
        case ev.ToppedUp():
            return phrases.money(event.amount), event.channel
        case ev.PlanConnected():
            return (event.plan_name,)
        case ev.RefreshRefused():
            return phrases.say(REASONS[event.reason]), event.reason
        case ev.MonthlyFeeCharged():
            days = _days(phrases, event.period)
            return _cause(phrases, event.cause), phrases.money(event.amount), event.plan_name, days
        case ev.DailyFeeCharged() | ev.PackagesRefreshed():
            return phrases.money(event.amount), event.plan_name, _days(phrases, event.period)
        case ev.UsageCharged():
            return *_usage(phrases, event), phrases.money(event.amount) if event.amount else ""
        case ev.UsageUnrated():
            return *_usage(phrases, event), phrases.say(REASONS[event.reason])
        case ev.Blocked() | ev.Unblocked():
            return phrases.say(names.BLOCKS[event.kind]), _cause(phrases, event.cause)
        case ev.PeriodLapsed():
            return ()
        case ev.DiscountGranted():
            first, last = (phrases.day(parse_date(day)) for day in (event.from_, event.until))
            return f"{event.percent} %", phrases.say(ABOUT["days"], first=first, last=last)
        case ev.PromiseTaken():
            return phrases.money(event.amount), phrases.say(ABOUT["until"], time=phrases.time(event.until))
        case ev.PromiseClosed():
            return phrases.money(event.amount), _cause(phrases, event.cause)
        case ev.OptionConnected() | ev.OptionFeeCharged():
            return event.option_name, phrases.money(event.fee), _days(phrases, event.period)
        case ev.OptionSuspended() | ev.OptionExpired() | ev.OptionDisconnected():
            return (event.option_name,)
        case ev.ChargeReversed():
            packages = phrases.say(ABOUT["packages"]) if event.packages else ""
            return _of(phrases, event.event), phrases.money(event.amount), packages
        case ev.Adjusted():
            return phrases.money(event.amount), *(_of(phrases, version) for version in event.cites)
        case ev.DisputeOpened():
            return _of(phrases, event.event), phrases.say(
                ABOUT["answer_due"], day=phrases.day(parse_date(event.answer_due))
            )
        case ev.DisputeResolved():
            return event.dispute, phrases.say(names.OUTCOMES[event.outcome]), _of(phrases, event.event)
        case ev.AccountClosed():
            return ()
        case ev.Refunded():
            return phrases.money(event.amount), event.channel
        case ev.PersonalErased():
            return event.ground, event.by
        case ev.InputRefused():
            return f"{phrases.say(names.INPUTS[event.input_type])}: {phrases.say(REASONS[event.reason])}", event.reason


def _usage(phrases: Phrasebook, event: ev.UsageCharged | ev.UsageUnrated) -> tuple[str, str]:
    direction = phrases.say(names.DIRECTIONS[event.direction])
    measured = phrases.measured(event.service, event.quantity)
    return f"{phrases.service(event.service)} {direction} {measured}", phrases.zone(event.zone)


def _cause(phrases: Phrasebook, cause: str) -> str:
    return phrases.say(ABOUT[cause])


def _of(phrases: Phrasebook, version: int) -> str:
    return phrases.say(ABOUT["event"], version=version)


def _days(phrases: Phrasebook, period: ev.Period) -> str:
    """A paid period, up to its due time."""
    return phrases.say(ABOUT["days"], first=phrases.day_of(period.start), last=phrases.day_of(period.next_due))
