"""Money: a subscriber looks at what he has, pays, asks for time, and for a new month."""

from ledger import periods
from ledger.periods import Instant
from ledger.units import Kopecks, round_up
from scripts.simulate import desk, habits
from scripts.simulate.life import Life


def look(life: Life, at: Instant) -> None:
    """He looks at what he has: pays, or asks for time, before he is cut off or some day after."""
    chance, person, wallet = life.chance, life.person, life.wallet
    if life.blocked:
        if chance.happens(0.01):
            refresh(life, at)
    elif wallet.stopped or wallet.standing in ("day", "unpaid"):
        if chance.happens(person.promptness):
            if not wallet.promise and chance.happens(0.15):
                take_promise(life, at)
            else:
                top_up(life, at, wallet.missing())
                if chance.happens(0.2):
                    _ask_refresh(life, at + chance.between(60, 1800) * periods.SECOND)
    elif wallet.missing() and wallet.due - at < 3 * periods.DAY:
        if chance.happens(person.prudence):
            top_up(life, at, wallet.missing())
    elif wallet.available < person.spare_money and chance.happens(0.3):
        top_up(life, at, person.spare_money)
    if life.dispute and chance.happens(habits.ANSWER_A_DAY):
        desk.resolve_dispute(life, at)


def refresh(life: Life, at: Instant) -> None:
    """«Обнови пакет», mostly with the money for it."""
    chance, wallet = life.chance, life.wallet
    if wallet.missing() and not life.blocked:
        if chance.happens(0.2):
            _ask_refresh(life, at)  # in vain
            at += chance.between(30, 900) * periods.SECOND
        if chance.happens(0.1) and not wallet.promise:
            take_promise(life, at)
        elif chance.happens(0.9):
            at = top_up(life, at, wallet.missing())
        at += chance.between(20, 1800) * periods.SECOND
    _ask_refresh(life, at)
    if not life.blocked:
        wallet.refresh(at)


def _ask_refresh(life: Life, at: Instant) -> None:
    chance = life.chance
    habitual = chance.happens(habits.HABITUAL_WAY)
    way = life.person.way if habitual else chance.pick(habits.REFRESH_WAYS)
    if way == "ussd":
        life.ask("ussd", at, text="*929#")
    elif way == "sms":
        life.ask("sms", at, to="9290", text=chance.one_of(habits.REFRESH_TEXTS))
    else:
        life.ask("refresh", at, source="app")


def top_up(life: Life, at: Instant, needed: Kopecks) -> Instant:
    """A payment of at least so much, as his habit rounds it. When it has arrived."""
    chance, person = life.chance, life.person
    channel = person.channel if chance.happens(habits.HABITUAL_WAY) else chance.pick(habits.CHANNELS)
    amount = round_up(max(needed, 50_00) + person.spare_money, person.top_up_step) * person.top_up_step
    arrives = at + chance.between(*habits.PAYMENT_LATE[channel]) * periods.SECOND
    source = "bank" if channel in ("card", "bank") else channel
    life.say("top_up", at, received_at=arrives, source=source, amount=amount, channel=channel)
    life.wallet.pay(amount)
    return arrives


def take_promise(life: Life, at: Instant) -> None:
    """He asks for time to pay."""
    chance, wallet = life.chance, life.wallet
    amount = chance.one_of((100_00, 200_00, 300_00, 500_00, 800_00, 1_000_00))
    life.ask("take_promise", at, source="app", amount=amount)
    if not wallet.promise and amount <= life.market.promise_max:
        wallet.promised(amount, at + life.market.promise_days * periods.DAY)
