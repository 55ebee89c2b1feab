"""What waits, in words: as it will be booked, as a statement that is not final waits for it, as the next charge."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from ledger.events import (
    Blocked,
    DailyFeeCharged,
    MonthlyFeeCharged,
    OptionExpired,
    OptionFeeCharged,
    OptionSuspended,
    PeriodLapsed,
    PromiseClosed,
)
from ledger.units import Kopecks
from projections.next_charges import NextCharges, Scheduled
from projections.words.language import Language, Text
from projections.words.phrasebook import Phrasebook
from projections.words.safe import safe

WORDS: Final[dict[str, Text]] = {
    "month": Text(
        "плата за {day} спишется ночью: {amount} за месяц", "the fee of {day} is charged at night: {amount} for a month"
    ),
    "day": Text(
        "плата за {day} спишется ночью: {amount} за день (на месяц нужно {fee}, доступно {available})",
        "the fee of {day} is charged at night: {amount} for a day (a month takes {fee}, available {available})",
    ),
    "block": Text(
        "{day} ночью номер будет заблокирован: на плату не хватает, нужно {needed}, доступно {available}",
        "the number is blocked at night on {day}: the fee takes {needed}, available {available}",
    ),
    "below": Text(
        "{day} в {time} номер будет заблокирован: доступно {available}",
        "the number is blocked on {day} at {time}: available {available}",
    ),
    "lapse": Text(
        "{day} ночью оплаченный период закончится под блокировкой, плата не спишется",
        "the paid period ends under a block at night on {day}, no fee is charged",
    ),
    "promise": Text(
        "{day} в {time} закончится обещанный платёж {amount}",
        "the promised payment of {amount} ends on {day} at {time}",
    ),
    "option": Text(
        "плата за опцию «{name}» за {day} спишется ночью: {amount}",
        "the fee of the option “{name}” of {day} is charged at night: {amount}",
    ),
    "suspended": Text(
        "{day} ночью опция «{name}» приостановится: на плату не хватает, нужно {fee}, доступно {available}",
        "the option “{name}” is suspended at night on {day}: its fee takes {fee}, available {available}",
    ),
    "suspended by a block": Text(
        "{day} ночью опция «{name}» приостановится: номер заблокирован",
        "the option “{name}” is suspended at night on {day}: the number is blocked",
    ),
    "expired": Text("{day} ночью закончится опция «{name}»", "the option “{name}” ends at night on {day}"),
    "fee waits": Text("плата за {day} ещё не списана", "the fee of {day} has not been charged yet"),
    "block waits": Text(
        "плата за {day} ещё не списана, нужно {needed}, доступно {available}: без пополнения номер будет заблокирован",
        "the fee of {day} has not been charged yet, it takes {needed}, available {available}: without a top-up the "
        "number is blocked",
    ),
    "option waits": Text(
        "плата за опцию «{name}» за {day} ещё не списана",
        "the fee of the option “{name}” of {day} has not been charged yet",
    ),
    "nothing waits": Text("период ещё не закрыт", "the period is still open"),
    "provisional": Text("предварительно: {waits}", "provisional: {waits}"),
    "next day": Text(
        "плата за день: на месяц нужно {fee}, доступно {available}",
        "a fee for a day: a month takes {fee}, available {available}",
    ),
    "next block": Text(
        "доступно {available}, без пополнения номер будет заблокирован",
        "available {available}, without a top-up the number is blocked",
    ),
    "next block or day": Text(
        "или {daily_fee} за день; доступно {available}, без пополнения номер будет заблокирован",
        "or {daily_fee} for a day; available {available}, without a top-up the number is blocked",
    ),
    "next option": Text("опция «{name}» — {moment}, {amount}", "option “{name}” — {moment}, {amount}"),
    "month or day": Text("{fee} за месяц или {daily_fee} за день", "{fee} for a month or {daily_fee} for a day"),
}


class NextCharge(NamedTuple):
    """The tariff's next fee: its local time, None where none will be taken; kopecks that it takes; what else is said.

    Where the money at hand does not reach any fee, the amount is that of the month.
    """

    at: str | None
    amount: Kopecks | None
    notes: list[str]


def booked(each: Scheduled, lang: Language = "ru") -> str:
    """What will be booked, in a clause that names its day, sums and reason."""
    match each.event:
        case MonthlyFeeCharged():
            return _worded("month", each, lang)
        case DailyFeeCharged():
            return _worded("day", each, lang)
        case Blocked(cause="nightly"):
            return _worded("block", each, lang)
        case Blocked():
            return _worded("below", each, lang)
        case PeriodLapsed():
            return _worded("lapse", each, lang)
        case PromiseClosed():
            return _worded("promise", each, lang)
        case OptionFeeCharged():
            return _worded("option", each, lang)
        case OptionSuspended():
            return _worded("suspended by a block" if each.facts["blocks"] else "suspended", each, lang)
        case OptionExpired():
            return _worded("expired", each, lang)
        case _:
            raise AssertionError(f"the schedule books no {type(each.event).__name__}")


def provisional(waits: NextCharges, lang: Language = "ru") -> str:
    """What a statement that is not final waits for (R-13.5): the schedule's next instant, or just time."""
    clauses = [_upcoming(each, lang) for each in waits.first] or [Phrasebook(lang).say(WORDS["nothing waits"])]
    return Phrasebook(lang).say(WORDS["provisional"], waits="; ".join(clauses))


def next_charge(waits: NextCharges, lang: Language = "ru") -> NextCharge:
    """What the tariff's next night takes; the notes say what becomes of the number otherwise, and what options take."""
    options = [_option(each, lang) for each in waits.options]
    tariff = waits.tariff
    if tariff is None:
        return NextCharge(None, None, options)
    match tariff.event:
        case MonthlyFeeCharged(amount=amount):
            return NextCharge(tariff.at, amount, options)
        case DailyFeeCharged(amount=amount):
            return NextCharge(tariff.at, amount, [_worded("next day", tariff, lang), *options])
        case Blocked():
            short = "next block" if tariff.facts["daily_fee"] is None else "next block or day"
            return NextCharge(tariff.at, tariff.facts["fee"], [_worded(short, tariff, lang), *options])
        case _:  # under a block the paid period ends without a fee
            return NextCharge(None, None, [booked(tariff, lang), *options])


def _option(each: Scheduled, lang: Language) -> str:
    return _worded("next option", each, lang) if isinstance(each.event, OptionFeeCharged) else booked(each, lang)


def _upcoming(each: Scheduled, lang: Language) -> str:
    match each.event:
        case MonthlyFeeCharged() | DailyFeeCharged():
            return _worded("fee waits", each, lang)
        case Blocked(cause="nightly"):
            return _worded("block waits", each, lang)
        case OptionFeeCharged():
            return _worded("option waits", each, lang)
        case _:
            return booked(each, lang)


def _worded(what: str, each: Scheduled, lang: Language) -> str:
    phrases, event = Phrasebook(lang), each.event
    at = datetime.fromisoformat(each.at)
    said: dict[str, Any] = {name: phrases.money(value) for name, value in each.facts.items() if isinstance(value, int)}
    for name in ("amount", "fee"):
        said.setdefault(name, phrases.money(getattr(event, name, 0)))
    if isinstance(event, OptionFeeCharged):
        said["amount"] = phrases.money(event.fee)
    said["needed"] = said["fee"]
    if each.facts.get("daily_fee") is not None:
        said["needed"] = phrases.say(WORDS["month or day"], **said)
    return phrases.say(
        WORDS[what],
        **said,
        day=f"{at:%d.%m}",
        time=f"{at:%H:%M}",
        moment=phrases.time(each.at),
        name=safe(getattr(event, "option_name", "")),
    )
