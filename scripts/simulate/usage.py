"""Usage: the calls, SMS and data of a subscriber, where he is and while nothing stops him."""

from heapq import heappush
from typing import Literal

from ledger import periods
from ledger.periods import Instant
from ledger.units import BYTES_PER_KB, Service, round_up
from scripts.simulate import habits, money, services
from scripts.simulate.life import Life


def call_out(life: Life, at: Instant) -> None:
    """He calls somebody."""
    zone = _zone(life)
    if _busy(life, at, "call_out") or not _may_use(life, at, "voice", zone):
        return
    seconds = int(life.chance.draw(habits.OUTGOING_SECONDS))
    late = life.chance.draw(habits.OUTGOING_LATE)
    _call(life, at, "out", seconds, late, zone)
    _spend(life, at, "voice", round_up(seconds, 60) * 60 if seconds > 3 else 0, zone)


def call_in(life: Life, at: Instant) -> None:
    """Somebody calls him."""
    if _busy(life, at, "call_in") or life.stopped(at):
        return
    seconds = int(life.chance.draw(habits.INCOMING_SECONDS))
    _call(life, at, "in", seconds, life.chance.draw(habits.INCOMING_LATE), life.away or "home")


def _busy(life: Life, at: Instant, call: Literal["call_out", "call_in"]) -> bool:
    """Whether he is still talking; the call is tried again when he hangs up."""
    free = life.free_at + 5 * periods.SECOND
    if at < free:
        heappush(life.to_come, (free, call))
    return at < free


def _call(life: Life, at: Instant, direction: str, seconds: int, late: float, zone: str) -> None:
    life.free_at = at + seconds * periods.SECOND
    _used(life, at, "voice", direction, seconds, zone, seconds + late, peer=_contact(life))


def sms_out(life: Life, at: Instant) -> None:
    """He sends an SMS."""
    zone = _zone(life)
    if not _may_use(life, at, "sms", zone):
        return
    parts = life.chance.pick(habits.SMS_PARTS)
    _used(life, at, "sms", "out", parts, zone, 0, peer=_contact(life))
    _spend(life, at, "sms", parts, zone)


def sms_in(life: Life, at: Instant) -> None:
    """He gets an SMS."""
    if life.stopped(at):
        return
    sender = life.chance.pick(habits.SENDERS) or _contact(life)
    _used(life, at, "sms", "in", 1, life.away or "home", life.chance.draw(habits.SMS_LATE), peer=sender)


def surf(life: Life, at: Instant) -> None:
    """A slice of a session; what is not covered by a package is kept small."""
    zone = life.away or "home"
    if not _may_use(life, at, "data", zone):
        return
    size = life.chance.draw(habits.SLICE) * _slice_kb(life)
    if not life.wallet.covers("data", zone):
        size = min(size, habits.SAVING_KB * life.chance.share())
    quantity = 1 + int(size * BYTES_PER_KB)
    _used(life, at, "data", "out", quantity, zone, 0, peer="internet")
    _spend(life, at, "data", round_up(quantity, BYTES_PER_KB), zone)


def _slice_kb(life: Life) -> float:
    plan = life.wallet.plan
    package = habits.NO_PACKAGE_KB if plan is None else plan.month.get("data", habits.NO_PACKAGE_KB)
    month = habits.UNLIMITED_KB if package == "unlimited" else package
    return life.person.data_need * month / habits.SLICES_A_MONTH


def _zone(life: Life) -> str:
    """Where a call or SMS goes, as the price list sees it."""
    return life.away or life.chance.pick(habits.FAR_CALLS)


def _may_use(life: Life, at: Instant, service: Service, zone: str) -> bool:
    """Not while blocked; and rather not where it costs money."""
    wallet = life.wallet
    if life.stopped(at) or wallet.plan is None:
        return False
    return wallet.covers(service, zone) or life.chance.happens(habits.QUIET_AWAY)


def _spend(life: Life, at: Instant, service: Service, quantity: int, zone: str) -> None:
    ran_out = life.wallet.spend(service, quantity, zone)
    if ran_out:
        _package_empty(life, at, service)
    elif life.wallet.stopped:
        heappush(life.to_come, (at + life.chance.between(60, 7200) * periods.SECOND, "look"))


def _package_empty(life: Life, at: Instant, service: Service) -> None:
    """A package ran out by this usage: a new month now, an option, or patience."""
    chance = life.chance
    at += chance.between(60, 4 * 3600) * periods.SECOND
    if life.wallet.due - at > 2 * periods.DAY and chance.happens(life.person.impatience):
        money.refresh(life, at)
    elif service == "data" and chance.happens(0.4):
        services.connect_option(life, at, services.wanted_option(life))


def _used(
    life: Life, at: Instant, service: Service, direction: str, quantity: int, zone: str, late: float, *, peer: str
) -> None:
    chance = life.chance
    if zone == "roaming":
        late += chance.draw(habits.ROAMING_LATE)
    elif chance.happens(habits.LOST_FOR_DAYS):
        late += chance.draw(habits.DAYS_LATE)
    life.say(
        "usage",
        at,
        received_at=at + int(late) * periods.SECOND,
        source="switch",
        service=service,
        direction=direction,
        quantity=quantity,
        zone=zone,
        peer=peer,
    )


def _contact(life: Life) -> str:
    """One of his numbers, the dearest most often."""
    rank = int(life.chance.draw(habits.CONTACTS))
    return f"79{(life.number * 48_271 + rank * 7_919_077 + 100_003) % 10**9:09d}"
