"""Services: a subscriber's plans, options and blocks, and the codes that he dials wrong."""

from datetime import date, timedelta
from typing import Literal

from ledger import periods
from ledger.catalogue import OptionVersion, PlanVersion
from ledger.periods import Instant
from scripts.simulate import habits, money
from scripts.simulate.believed_wallet import UNLIMITED
from scripts.simulate.life import Life
from scripts.simulate.market import chosen_plan
from scripts.simulate.person import MINUTES_OF_2015


def connect_plan(life: Life, at: Instant, plan: PlanVersion, *, source: str) -> None:
    """He connects a plan."""
    life.say("connect_plan", at, source=source, plan=plan.id)
    if not life.blocked:
        life.wallet.connect(plan, at)


def change_plan(life: Life, at: Instant) -> None:
    """Another plan, seldom one that is not sold any more."""
    chance = life.chance
    if life.market.archived and chance.happens(0.1):
        life.ask("connect_plan", at, source="app", plan=chance.one_of(life.market.archived))
        return
    minutes = life.person.activity * MINUTES_OF_2015
    connect_plan(life, at, chosen_plan(chance, life.person.home, minutes=minutes), source="app")


def wanted_option(life: Life) -> OptionVersion | None:
    """An option he would like; None where none is offered."""
    one_time = life.chance.happens(0.6)
    offered = life.market.one_time if one_time and life.market.one_time else life.market.monthly
    return life.chance.one_of(offered) if offered else None


def connect_option(life: Life, at: Instant, option: OptionVersion | None) -> None:
    """He connects an option, mostly with the money for it; None is one that there is not."""
    wallet = life.wallet
    if option is None or life.chance.happens(0.02):
        life.ask("connect_option", at, source="app", option="turbo")  # there is none of this name
        return
    if not life.blocked and wallet.available < option.fee and life.chance.happens(0.7):
        at = money.top_up(life, at, option.fee) + 30 * periods.SECOND
    life.ask("connect_option", at, source="app", option=option.id)
    if life.blocked or wallet.stopped or wallet.available < option.fee:
        return
    wallet.money -= option.fee
    for service, amount in option.month.items():
        wallet.left[service] = UNLIMITED if amount == "unlimited" else wallet.left[service] + amount
    if option.days is None:
        life.option = option.id


def disconnect_option(life: Life, at: Instant) -> None:
    """He disconnects what he has, or what he has not."""
    if life.option:
        life.ask("disconnect_option", at, source="app", option=life.option)
        life.option = ""
    elif life.chance.happens(0.1):
        life.ask("disconnect_option", at, source="app", option="turbo")


def block(life: Life, at: Instant, day: date, kind: Literal["voluntary", "operator"], days: tuple[int, int]) -> None:
    """A block, for some days."""
    if kind == "operator":
        life.at_desk("block", at, kind=kind)
    else:
        life.ask("block", at, kind=kind)
    if not life.blocked:
        life.blocked = kind
        life.unblock_on = day + timedelta(days=life.chance.between(*days))


def unblock(life: Life, at: Instant) -> None:
    """The block is lifted."""
    if life.blocked == "operator":
        life.at_desk("unblock", at, kind="operator")
    else:
        life.ask("unblock", at, kind="voluntary")
    life.blocked = ""


def dial_wrong(life: Life, at: Instant) -> None:
    """He means a new month, and dials or texts something else."""
    if life.chance.happens(0.7):
        life.ask("ussd", at, text=life.chance.one_of(habits.WRONG_CODES))
    else:
        life.ask("sms", at, to="929", text=life.chance.one_of(habits.REFRESH_TEXTS))
