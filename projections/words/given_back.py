"""What the answer to a claim does, in words: to whose money, by how much, and what was moved back before (R-11.1)."""

from collections.abc import Sequence
from typing import Final

from ledger.account import Account
from ledger.events import Blocked, Event, Unblocked
from ledger.evolve import evolve
from projections.returned import Returned, SoFar, gave, reversal_of, takes
from projections.words.language import Language, Text
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


def answer(booked: Sequence[Event], event: int, outcome: str, lang: Language = "en") -> str:
    """What the answer does, in a clause: what is given back, or taken from the subscriber, or that nothing is."""
    back = reversal_of(booked)
    if outcome == "rejected":
        return _worded("rejected", lang)
    if back is None:
        return _worded("nothing", lang, event=event)
    if not back.amount:
        return _worded("packages", lang, event=event)
    what = "taken" if takes(booked) else "given with packages" if back.packages else "given"
    return _worded(what, lang, event=event, amount=Phrasebook(lang).money(back.amount))


def consequence(before: Account, booked: Sequence[Event], lang: Language = "en") -> str | None:
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
            state = _worded(what, lang, available=Phrasebook(lang).money(account.available))
    if not state and not takes(booked):
        return None
    moved = _worded("wallet", lang, before=Phrasebook(lang).money(was), after=Phrasebook(lang).money(account.wallet))
    return f"{moved}; {state}" if state else moved


def left(found: SoFar, lang: Language = "ru") -> str:
    """What is left of an event, or why nothing is."""
    return (
        _worded("left", lang, left=Phrasebook(lang).money(found.left))
        if found.state == "some"
        else _worded(found.state, lang)
    )


def so_far(found: SoFar, disputed: Event, lang: Language = "en") -> str | None:
    """What was moved back of an event before, by which events, and what is left or why nothing is; None for nothing."""
    if not found.moved:
        return None if found.state == "some" else left(found, lang)
    money = Phrasebook(lang).money
    by = "; ".join(f"{money(each.amount)}: {by_event(each, lang)}" for each in found.moved)
    what = "taken so far" if gave(disputed) else "so far"
    return f"{_worded(what, lang, event=disputed.version, amount=money(found.amount), by=by)}, {left(found, lang)}"


def by_event(each: Returned, lang: Language = "ru") -> str:
    """What a reversal or adjustment is, and where it stands; and that it does not count, where it does not."""
    said = _worded(each.type, lang, version=each.version, day=Phrasebook(lang).day(each.booked_at))
    return said if each.counts else said + _worded("not counted", lang)


def _worded(what: str, lang: Language, **fields: object) -> str:
    return Phrasebook(lang).say(WORDS[what], **fields)
