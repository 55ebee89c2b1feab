"""What the answer to a claim does, in words: to whose money, by how much, and what was moved back before (R-11.1)."""

from collections.abc import Sequence
from typing import Final

from ledger.account import Account
from ledger.events import Blocked, Event, Unblocked
from ledger.evolve import evolve
from projections.returned import Returned, SoFar, gave, reversal_of, takes
from projections.words.language import Text
from projections.words.phrasebook import Phrasebook

WORDS: Final[dict[str, Text]] = {
    "rejected": Text("ничего не возвращается", "nothing is given back"),
    "given": Text("по записи {event} возвращается {amount}", "{amount} of event {event} are given back"),
    "given with packages": Text(
        "по записи {event} возвращаются {amount} и пакеты", "{amount} of event {event} and packages are given back"
    ),
    "packages": Text("по записи {event} возвращаются пакеты", "packages of event {event} are given back"),
    "taken": Text(
        "по записи {event} у абонента снимается {amount}", "{amount} of event {event} are taken from the subscriber"
    ),
    "nothing": Text("по записи {event} вернуть больше нечего", "of event {event} nothing is left to give back"),
    "wallet": Text("баланс {before} → {after}", "wallet {before} → {after}"),
    "blocked": Text("номер блокируется, доступно {available}", "the number is blocked, available {available}"),
    "unblocked": Text(
        "финансовая блокировка снимается, доступно {available}", "the financial block is lifted, available {available}"
    ),
    "so far": Text(
        "по записи {event} уже возвращено {amount} ({by})", "of event {event} {amount} were given back before ({by})"
    ),
    "taken so far": Text(
        "по записи {event} уже снято обратно {amount} ({by})", "of event {event} {amount} were taken back before ({by})"
    ),
    "ChargeReversed": Text("корректировка, запись {version} от {day}", "reversal, event {version} of {day}"),
    "Adjusted": Text("перерасчёт, запись {version} от {day}", "adjustment, event {version} of {day}"),
    "not counted": Text(" (не учитывается: правила редакции 1)", " (not counted under edition 1 of the rules)"),
    "left": Text("осталось {left}", "{left} are left"),
    "all": Text("больше ничего не осталось", "nothing is left"),
    "no money": Text("денег в этой записи нет", "it moved no money"),
    "reversal": Text("это сама корректировка", "it is a reversal itself"),
}


def answer(phrases: Phrasebook, booked: Sequence[Event], event: int, outcome: str) -> str:
    """What the answer does, in a clause: what is given back, or taken from the subscriber, or that nothing is."""
    back = reversal_of(booked)
    if outcome == "rejected":
        return phrases.say(WORDS["rejected"])
    if back is None:
        return phrases.say(WORDS["nothing"], event=event)
    if not back.amount:
        return phrases.say(WORDS["packages"], event=event)
    what = "taken" if takes(booked) else "given with packages" if back.packages else "given"
    return phrases.say(WORDS[what], event=event, amount=phrases.money(back.amount))


def consequence(phrases: Phrasebook, before: Account, booked: Sequence[Event]) -> str | None:
    """What the answer leads to: the wallet before and behind it, and a block that is set or lifted.

    None where it only gives, and no block is touched.
    `before` is the account before everything that the booking made, what was scheduled included.
    """
    back = reversal_of(booked)
    if back is None or not back.amount:
        return None
    account, was = before, before.wallet
    state: str | None = None
    for event in booked:
        if event.version == back.version:
            was = account.wallet
        account = evolve(account, event)
        if event.version > back.version and isinstance(event, Blocked | Unblocked):
            what = "blocked" if isinstance(event, Blocked) else "unblocked"
            state = phrases.say(WORDS[what], available=phrases.money(account.available))
    if not state and not takes(booked):
        return None
    moved = phrases.say(WORDS["wallet"], before=phrases.money(was), after=phrases.money(account.wallet))
    return f"{moved}; {state}" if state else moved


def left(phrases: Phrasebook, found: SoFar) -> str:
    """What is left of an event, or why nothing is."""
    if found.state == "some":
        return phrases.say(WORDS["left"], left=phrases.money(found.left))
    return phrases.say(WORDS[found.state])


def so_far(phrases: Phrasebook, found: SoFar, disputed: Event) -> str | None:
    """What was moved back of an event before, by which events, and what is left or why nothing is; None for nothing."""
    if not found.moved:
        return None if found.state == "some" else left(phrases, found)
    by = "; ".join(f"{phrases.money(each.amount)}: {by_event(phrases, each)}" for each in found.moved)
    what = "taken so far" if gave(disputed) else "so far"
    said = phrases.say(WORDS[what], event=disputed.version, amount=phrases.money(found.amount), by=by)
    return f"{said}, {left(phrases, found)}"


def by_event(phrases: Phrasebook, each: Returned) -> str:
    """What a reversal or adjustment is, and where it stands; and that it does not count, where it does not."""
    said = phrases.say(WORDS[each.type], version=each.version, day=phrases.day_of(each.booked_at))
    return said if each.counts else said + phrases.say(WORDS["not counted"])
