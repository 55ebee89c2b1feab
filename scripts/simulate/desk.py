"""The desk: clerks correct and answer; what they name may not exist."""

from datetime import date, timedelta

from ledger.periods import Instant
from scripts.simulate import habits
from scripts.simulate.life import Life


def grant_discount(life: Life, at: Instant, day: date) -> None:
    """A discount, for some weeks from today."""
    until = day + timedelta(days=life.chance.between(*habits.DISCOUNT_DAYS))
    percent = life.chance.pick(habits.PERCENTS)
    life.at_desk("grant_discount", at, percent=percent, **{"from": day.isoformat(), "until": until.isoformat()})


def adjust(life: Life, at: Instant) -> None:
    """An adjustment, in his favour or not, citing events of his."""
    chance = life.chance
    amount = chance.between(5, 300) * 1_00
    if chance.happens(0.4):
        amount = -amount
    cites = [life.some_event(at) for _ in range(chance.between(1, 2))]
    life.at_desk("adjust", at, amount=amount, cites=cites, text=chance.one_of(habits.CORRECTIONS))
    life.wallet.money += amount


def reverse(life: Life, at: Instant) -> None:
    """A reversal of an event, of all of it or a part."""
    chance = life.chance
    part = {"amount": chance.between(1, 50) * 1_00} if chance.happens(0.3) else {}
    life.at_desk("reverse", at, event=life.some_event(at), **part, text=chance.one_of(habits.CORRECTIONS))


def rerate(life: Life, at: Instant) -> None:
    """A record rated again."""
    life.at_desk("rerate", at, event=life.some_event(at))


def open_dispute(life: Life, at: Instant) -> None:
    """His claim about an event; it waits for its answer."""
    life.ask("open_dispute", at, event=life.some_event(at), text=life.chance.one_of(habits.COMPLAINTS))
    life.dispute = life.writer.last_id


def resolve_dispute(life: Life, at: Instant) -> None:
    """The answer to the claim that waits."""
    chance = life.chance
    upheld = chance.happens(0.4)
    part = {"amount": chance.between(1, 50) * 1_00} if upheld and chance.happens(0.3) else {}
    dispute = life.dispute if chance.happens(0.95) else f"{life.dispute}-2"
    outcome = "upheld" if upheld else "rejected"
    text = chance.one_of(habits.CORRECTIONS) if upheld else "Списано верно"
    life.at_desk("resolve_dispute", at, dispute=dispute, outcome=outcome, **part, text=text)
    life.dispute = ""
