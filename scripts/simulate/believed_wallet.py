"""What a subscriber believes to have. Rough on purpose: the ledger decides, this only moves people to act.

It knows no discounts, no carried leftovers and no late records; a belief that is wrong shows as a refusal.
"""

from typing import Final, Literal

from ledger import periods
from ledger.account import Account
from ledger.catalogue import PlanVersion
from ledger.catalogue.model import Packages
from ledger.periods import Instant
from ledger.units import KB_PER_MB, SECONDS_PER_MINUTE, SERVICES, Kopecks, Service, round_up

UNLIMITED: Final = 10**15
NEVER: Final[Instant] = 2**62

_PRICED_BY: Final[dict[Service, int]] = {"voice": SECONDS_PER_MINUTE, "sms": 1, "data": KB_PER_MB}


class BelievedWallet:
    """Money, packages and standing of one account, as its owner remembers them."""

    __slots__ = (
        "credit", "due", "left", "money", "night_hour", "plan", "promise", "promise_until", "standing", "stopped",
        "zone",
    )  # fmt: skip

    def __init__(self, zone: str, night_hour: int, credit: Kopecks) -> None:
        self.zone = zone
        self.night_hour = night_hour
        self.credit = credit
        self.money: Kopecks = 0
        self.plan: PlanVersion | None = None
        self.standing: Literal["none", "month", "day", "unpaid"] = "none"
        self.due: Instant = NEVER
        self.left: dict[Service, int] = dict.fromkeys(SERVICES, 0)
        self.promise: Kopecks = 0
        self.promise_until: Instant = NEVER
        self.stopped = False
        """Blocked for want of money."""

    @property
    def available(self) -> Kopecks:
        """Money he may spend."""
        return self.money + self.credit + self.promise

    @property
    def fee(self) -> Kopecks:
        """The monthly fee of his plan."""
        return 0 if self.plan is None else self.plan.monthly_fee

    def missing(self) -> Kopecks:
        """What he lacks for the next monthly fee."""
        return max(0, self.fee - self.available)

    def pay(self, amount: Kopecks) -> None:
        """A top-up: it may lift the block, the fee waits for the night."""
        self.money += amount
        if self.promise and amount >= self.promise:
            self.promise = 0
        self._reconsider()

    def promised(self, amount: Kopecks, until: Instant) -> None:
        """A promised payment taken."""
        self.promise, self.promise_until = amount, until
        self._reconsider()

    def connect(self, plan: PlanVersion, now: Instant) -> bool:
        """A plan connected, if the money is enough."""
        if self.stopped or self.available < plan.monthly_fee:
            return False
        self.plan = plan
        self._new_month(now)
        return True

    def refresh(self, now: Instant) -> bool:
        """«Обнови пакет», if it is granted."""
        if self.standing != "month" or self.stopped or self.fee == 0 or self.available < self.fee:
            return False
        before = self.left
        self._new_month(now)
        self.left = {service: min(UNLIMITED, self.left[service] + before[service]) for service in SERVICES}
        return True

    def spend(self, service: Service, quantity: int, zone: str) -> bool:
        """Usage in package units: packages, then money. Whether a package ran out by it."""
        plan = self.plan
        if plan is None:
            return False
        has = self.left[service]
        covered = min(has, quantity) if has and zone in plan.packages_cover else 0
        if covered and has != UNLIMITED:
            self.left[service] = has - covered
        if covered < quantity:
            prices = plan.prices.get(zone)
            price = None if prices is None else prices.of(service)
            self.money -= (price or 0) * round_up(quantity - covered, _PRICED_BY[service])
            if self.available < 0:
                self.stopped = True
        return covered == has != 0

    def covers(self, service: Service, zone: str) -> bool:
        """Whether usage costs no money there."""
        return self.plan is not None and self.left[service] > 0 and zone in self.plan.packages_cover

    def advance(self, now: Instant) -> None:
        """The nights that have passed, and the promise that has ended."""
        while self.due <= now:
            self._night()
        if self.promise and self.promise_until <= now:
            self.promise = 0
            self.stopped = self.stopped or self.available < 0

    def learn(self, account: Account) -> None:
        """He is cut off, or let through against his belief: the operator tells what is left of his money."""
        blocked = "financial" in account.blocks
        if blocked != self.stopped:
            self.stopped, self.money = blocked, account.wallet

    def _night(self) -> None:
        night, plan = self.due, self.plan
        assert plan is not None
        self.due = periods.first_night_after(night, self.zone, self.night_hour)
        if self.stopped:
            self._lapse()
        elif self.available >= plan.monthly_fee:
            self._new_month(night)
        elif plan.daily_fee is not None and self.available >= plan.daily_fee:
            self.money -= plan.daily_fee
            self.standing, self.left = "day", _amounts(plan.day)
        else:
            self.stopped = True
            self._lapse()

    def _lapse(self) -> None:
        self.standing, self.left = "unpaid", dict.fromkeys(SERVICES, 0)

    def _new_month(self, now: Instant) -> None:
        assert self.plan is not None
        self.money -= self.plan.monthly_fee
        self.standing, self.left = "month", _amounts(self.plan.month)
        today = periods.local_date(now, self.zone)
        self.due = periods.night(periods.next_due_date(today, today.day), self.zone, self.night_hour)

    def _reconsider(self) -> None:
        if self.available > 0:
            self.stopped = False


def _amounts(packages: Packages) -> dict[Service, int]:
    return {
        service: UNLIMITED if (amount := packages.get(service, 0)) == "unlimited" else amount for service in SERVICES
    }
