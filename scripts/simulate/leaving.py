"""Leaving: a contract ends, what is left of its money is paid out, and later somebody else has the number."""

from datetime import date, timedelta

from ledger import periods
from ledger.periods import Instant
from scripts.simulate import desk, habits, money
from scripts.simulate.life import Life


def close(life: Life, at: Instant, day: date) -> None:
    """He gives his number up; of a network whose rules know no end of a contract he never does."""
    if life.market.catalogue.edition < 2:
        return
    chance = life.chance
    account = life.network.account(at)
    if account is not None and account.wallet > 0 and chance.happens(habits.PAID_OUT_BEFORE):
        refund(life, at, share=chance.share())
        at += chance.between(60, 900) * periods.SECOND
    life.at_desk("close", at)
    life.closed_on = day
    life.to_come.clear()
    life.refund_on = day + timedelta(days=chance.between(*habits.PAID_OUT_DAYS))
    life.next_on = day + timedelta(days=chance.between(*habits.NUMBER_RESTS_DAYS))
    if chance.happens(habits.HEARD_OF_AFTERWARDS):
        after = at + chance.between(1, 3600) * periods.SECOND
        sender = chance.pick(habits.SENDERS) or "900"
        life.say("usage", after, source="switch", service="sms", direction="in", quantity=1, zone="home", peer=sender)


def day_after(life: Life, midnight: Instant, day: date) -> None:
    """What still is heard of a closed contract: money paid out, a claim answered, and what comes by mistake."""
    chance = life.chance
    at = midnight + chance.between(9 * 3600, 18 * 3600) * periods.SECOND
    if day == life.refund_on:
        account = life.network.account(at)
        if account is not None and account.wallet > 0:
            if chance.happens(habits.PAYS_TOO_MUCH):
                refund(life, at, share=1.5)
                at += chance.between(60, 900) * periods.SECOND
            refund(life, at, share=1)
    if life.dispute and chance.happens(habits.ANSWER_A_DAY):
        desk.resolve_dispute(life, at)
    if day < life.next_on and chance.happens(habits.MISTAKES_AFTERWARDS):  # later it would be the next holder's
        chance.one_of((_pay, _ask_refresh, _close_again))(life, at)


def is_over(life: Life, day: date) -> bool:
    """Whether nothing more is heard of a contract on a day and behind it."""
    return life.closed_on is not None and day > max(life.refund_on, life.next_on)


def refund(life: Life, at: Instant, *, share: float) -> None:
    """So much of what is in the wallet is paid out, the way he used to pay."""
    account = life.network.account(at)
    if account is None:
        return
    amount = max(int(account.wallet * share), 1)
    life.at_desk("refund", at, amount=amount, channel=life.person.channel)


def _pay(life: Life, at: Instant) -> None:
    money.top_up(life, at, 0)


def _ask_refresh(life: Life, at: Instant) -> None:
    life.ask("ussd", at, text="*929#")


def _close_again(life: Life, at: Instant) -> None:
    life.at_desk("close", at)
