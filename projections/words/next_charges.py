"""What waits, in words: as it will be booked, as a statement that is not final waits for it, as the next charge."""

from typing import Any, Final, NamedTuple

from ledger.events import (
    Blocked,
    DailyFeeCharged,
    Mode,
    MonthlyFeeCharged,
    OptionExpired,
    OptionFeeCharged,
    OptionSuspended,
    PeriodLapsed,
    PromiseClosed,
)
from ledger.periods import Instant, local
from ledger.units import Kopecks
from projections.next_charges import NextCharges, Scheduled
from projections.words import times
from projections.words.language import Text
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
    "closed": Text("предварительно", "provisional"),
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
    """The tariff's next fee: when, None where none will be taken; kopecks that it takes; what else is said.

    Where the money at hand does not reach any fee, the amount is that of the month.
    """

    at: Instant | None
    amount: Kopecks | None
    notes: list[str]


def booked(phrases: Phrasebook, each: Scheduled) -> str:
    """What will be booked, in a clause that names its day, sums and reason."""
    match each.event:
        case MonthlyFeeCharged():
            return _worded(phrases, "month", each)
        case DailyFeeCharged():
            return _worded(phrases, "day", each)
        case Blocked(cause="nightly"):
            return _worded(phrases, "block", each)
        case Blocked():
            return _worded(phrases, "below", each)
        case PeriodLapsed():
            return _worded(phrases, "lapse", each)
        case PromiseClosed():
            return _worded(phrases, "promise", each)
        case OptionFeeCharged():
            return _worded(phrases, "option", each)
        case OptionSuspended():
            return _worded(phrases, "suspended by a block" if each.facts["blocks"] else "suspended", each)
        case OptionExpired():
            return _worded(phrases, "expired", each)
        case _:
            raise AssertionError(f"the schedule books no {type(each.event).__name__}")


def provisional(phrases: Phrasebook, waits: NextCharges, mode: Mode) -> str:
    """What a statement that is not final waits for (R-13.5): the schedule's next instant, or just time.

    On a closed contract nothing is waited for: only late records may come.
    """
    if mode == "closed":
        return phrases.say(WORDS["closed"])
    clauses = [_upcoming(phrases, each) for each in waits.first] or [phrases.say(WORDS["nothing waits"])]
    return phrases.say(WORDS["provisional"], waits="; ".join(clauses))


def next_charge(phrases: Phrasebook, waits: NextCharges) -> NextCharge:
    """What the tariff's next night takes; the notes say what becomes of the number otherwise, and what options take."""
    options = [_option(phrases, each) for each in waits.options]
    tariff = waits.tariff
    if tariff is None:
        return NextCharge(None, None, options)
    match tariff.event:
        case MonthlyFeeCharged(amount=amount):
            return NextCharge(tariff.event.booked_at, amount, options)
        case DailyFeeCharged(amount=amount):
            return NextCharge(tariff.event.booked_at, amount, [_worded(phrases, "next day", tariff), *options])
        case Blocked():
            short = "next block" if tariff.facts["daily_fee"] is None else "next block or day"
            return NextCharge(tariff.event.booked_at, tariff.facts["fee"], [_worded(phrases, short, tariff), *options])
        case _:  # under a block the paid period ends without a fee
            return NextCharge(None, None, [booked(phrases, tariff), *options])


def _option(phrases: Phrasebook, each: Scheduled) -> str:
    return _worded(phrases, "next option", each) if isinstance(each.event, OptionFeeCharged) else booked(phrases, each)


def _upcoming(phrases: Phrasebook, each: Scheduled) -> str:
    match each.event:
        case MonthlyFeeCharged() | DailyFeeCharged():
            return _worded(phrases, "fee waits", each)
        case Blocked(cause="nightly"):
            return _worded(phrases, "block waits", each)
        case OptionFeeCharged():
            return _worded(phrases, "option waits", each)
        case _:
            return booked(phrases, each)


def _worded(phrases: Phrasebook, what: str, each: Scheduled) -> str:
    event = each.event
    at = local(event.booked_at, phrases.zone_of_clocks)
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
        moment=times.moment(at),
        name=safe(getattr(event, "option_name", "")),
    )
