"""One account under the rulebook: slow, plain, obvious.

It is written from the rulebook and the contract alone and imports nothing of the ledger, so that a mistake there is not
repeated here. It holds the account as it stands and forgets how it came about, except for what later rules ask for: the
plans it had, leftovers in their late window, and each event with its money and packages.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

SERVICES = ["voice", "sms", "data"]
UNITS = {"voice": "s", "sms": "sms", "data": "kb"}
PACKAGE_KEYS = {"voice": ("voice_minutes", 60), "sms": ("sms", 1), "data": ("data_mb", 1024)}
PRICE_KEYS = {"voice": ("voice_minute", 60), "sms": ("sms", 1), "data": ("data_mb", 1024)}
BLOCK_KINDS = ["financial", "voluntary", "operator"]
LONG_AGO = datetime.fromisoformat("1900-01-01T00:00:00+00:00")
DEFAULTS = {
    "source": "feed",
    "credit_limit": 0,
    "channel": "cash",
    "zone": "home",
    "peer": "",
}

STILL_TAKEN = [
    "open", "close", "usage", "reverse", "adjust", "rerate", "refund", "open_dispute", "resolve_dispute"
]  # fmt: skip

Entry = tuple[str, str, str, int, int | None]  # from, to, unit, amount, version that granted the bucket


@dataclass
class Bucket:
    """A package; `left` is None where the plan says `unlimited`."""

    name: str
    service: str
    left: int | None
    granted: int | None
    start: datetime
    end: datetime
    granted_by: int
    order: int = 0
    live: bool = True

    @property
    def account(self) -> str:
        return f"{self.name}/{self.service}"

    @property
    def place(self) -> tuple[int, datetime, int, int]:
        """R-6.4: carried, base or daily, options by end and connection."""
        rank = {"carried": 0, "base": 1, "daily": 1}.get(self.name, 2)
        return rank, self.end, self.order, SERVICES.index(self.service)


@dataclass
class Option:
    id: str
    order: int
    once: bool
    anchor: int
    due: datetime
    suspended: bool = False
    tried: datetime = LONG_AGO


@dataclass
class Promise:
    amount: int
    until: datetime
    topped_up: int = 0


@dataclass
class Event:
    name: str
    booked_at: datetime
    detail: str = ""
    entries: list[Entry] = field(default_factory=list)
    money_reversed: int = 0
    parts: list[tuple[Bucket, int]] = field(default_factory=list)  # what a usage spent of packages
    parts_returned: bool = False
    usage: dict[str, Any] | None = None  # the record that could not be rated
    cites: set[int] = field(default_factory=set)  # what an adjustment is about

    @property
    def money(self) -> Entry | None:
        return next((entry for entry in self.entries if entry[2] == "kop"), None)


@dataclass
class Dispute:
    id: str
    event: int
    open: bool = True


def kopecks(rubles: str) -> int:
    return int(Decimal(rubles) * 100)


def up(amount: int, step: int) -> int:
    """How many whole steps it takes to hold the amount."""
    return -(-amount // step)


def percent_of(amount: int, percent: int) -> int:
    """R-1.5: half up."""
    return (2 * amount * percent + 100) // 200


def months_later(day: date, months: int, anchor: int) -> date:
    """R-2.3: the anchor day in a later month, clamped to its length."""
    month = day.year * 12 + day.month - 1 + months
    year, month = month // 12, month % 12 + 1
    return date(year, month, min(anchor, monthrange(year, month)[1]))


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text.upper())


class Refused(Exception):
    def __init__(self, reason: str):
        self.reason = reason


class Model:
    def __init__(self, catalogue: dict[str, Any]):
        self.catalogue = catalogue
        settings = catalogue.get("settings", {})
        self.night_hour = settings.get("night_hour", 3)
        self.late_window = timedelta(hours=settings.get("late_window_hours", 72))
        self.promise_terms = settings.get("promise", {"max": "800.00", "days": 3, "fee": "0.00"})
        self.zone = ZoneInfo("UTC")
        self.opened = False
        self.account = self.region = ""
        self.clock = LONG_AGO
        self.wallet = self.limit = 0
        self.mode = "none"
        self.plans: list[tuple[datetime, str]] = []
        self.period: tuple[datetime, datetime] | None = None
        self.anchor: int | None = None
        self.unpaid_since = self.free_since = LONG_AGO
        self.blocks: set[str] = set()
        self.buckets: list[Bucket] = []  # the ended ones too
        self.options: list[Option] = []
        self.connections = 0
        self.closed_at: datetime | None = None
        self.discount: tuple[int, date, date] | None = None
        self.promise: Promise | None = None
        self.disputes: list[Dispute] = []
        self.log: list[Event] = []
        self.seen: dict[tuple[str, str], dict[str, Any]] = {}

    # --- time (R-2) -------------------------------------------------------------------------------

    def local_date(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def night(self, day: date) -> datetime:
        return datetime.combine(day, time(self.night_hour), self.zone).astimezone(LONG_AGO.tzinfo)

    def next_night(self, after: datetime) -> datetime:
        """The first night strictly after the instant."""
        day = self.local_date(after)
        return next(n for n in (self.night(day), self.night(day + timedelta(1))) if n > after)

    # --- the catalogue ----------------------------------------------------------------------------

    def version(self, table: str, id: str, day: date) -> dict[str, Any] | None:
        found = [v for v in self.catalogue[table] if v["id"] == id and v["effective_from"] <= day]
        return max(found, key=lambda v: v["effective_from"], default=None)

    def plan_on(self, day: date) -> dict[str, Any]:
        plan = self.version("plans", self.plans[-1][1], day)
        assert plan is not None
        return plan

    def in_region(self, plan: dict[str, Any]) -> bool:
        return "*" in plan["regions"] or self.region in plan["regions"]

    def effective(self, fee: str, day: date) -> int:
        """R-3.5."""
        if self.discount is not None and self.discount[1] <= day < self.discount[2]:
            return percent_of(kopecks(fee), 100 - self.discount[0])
        return kopecks(fee)

    # --- money, packages, events ------------------------------------------------------------------

    @property
    def available(self) -> int:
        """R-3.4."""
        return self.wallet + self.limit + (self.promise.amount if self.promise else 0)

    def book(self, name: str, detail: str = "") -> Event:
        event = Event(name, self.clock, detail)
        self.log.append(event)
        return event

    def pay(self, event: Event, amount: int, what: str) -> None:
        if amount > 0:
            self.wallet -= amount
            event.entries.append(("wallet", f"revenue:{what}", "kop", amount, None))

    def live(self, *names: str) -> list[Bucket]:
        return [b for b in self.buckets if b.live and b.name in names]

    def grant(self, event: Event, name: str, packages: dict[str, Any], end: datetime, order: int = 0) -> None:
        for service in SERVICES:
            key, factor = PACKAGE_KEYS[service]
            size = packages.get(key, 0)
            if size == 0:
                continue
            amount = None if size == "unlimited" else size * factor
            bucket = Bucket(name, service, amount, amount, self.clock, end, len(self.log), order)
            self.buckets.append(bucket)
            if amount:
                self.move(event, bucket, f"granted/{service}", bucket.account, amount)

    def move(self, event: Event, bucket: Bucket, source: str, target: str, amount: int) -> None:
        event.entries.append((source, target, UNITS[bucket.service], amount, bucket.granted_by))

    def expire(self, event: Event, *names: str) -> None:
        for bucket in self.live(*names):
            bucket.live = False
            bucket.end = min(bucket.end, self.clock)
            if bucket.left:
                self.move(event, bucket, bucket.account, f"expired/{bucket.service}", bucket.left)

    def carry(self, event: Event, end: datetime) -> None:
        """R-5.4: the old carried ends, base becomes carried, what is unlimited ends."""
        self.expire(event, "carried")
        for bucket in self.live("base"):
            if bucket.left is None:
                bucket.live, bucket.end = False, self.clock
                continue
            if bucket.left > 0:
                self.move(event, bucket, bucket.account, f"carried/{bucket.service}", bucket.left)
            bucket.name, bucket.granted, bucket.end = "carried", bucket.left, end

    def settle(self, *, added: bool, taken: bool) -> None:
        """R-8.5."""
        if self.closed_at is not None:
            return
        if added and "financial" in self.blocks and self.available > 0:
            self.lift("financial")
        elif taken and "financial" not in self.blocks and self.available < 0:
            self.blocks.add("financial")
            self.book("Blocked", "financial")

    def lift(self, kind: str) -> None:
        self.blocks.remove(kind)
        self.free_since = self.clock
        self.book("Unblocked", kind)

    # --- the schedule (R-2.7) ---------------------------------------------------------------------

    def advance(self, until: datetime) -> None:
        """Books everything that is due up to the instant, the instant included."""
        while True:
            due = min(self.due(), default=None)
            if due is None or due > until:
                return
            self.run(due)

    def due(self) -> Iterator[datetime]:
        if self.promise:
            yield self.promise.until
        if self.tariff_due():
            yield self.tariff_due()
        for option in self.options:
            if self.option_due(option):
                yield self.option_due(option)

    def tariff_due(self) -> Any:
        if self.period:
            return self.period[1]
        if self.mode == "unpaid" and not self.blocks:
            return self.next_night(max(self.unpaid_since, self.free_since))
        return None

    def option_due(self, option: Option) -> Any:
        if not option.suspended:
            return option.due
        if not self.blocks:
            return self.next_night(max(option.tried, self.free_since))
        return None

    def run(self, now: datetime) -> None:
        # A night at which a suspended option still can't be paid books nothing and doesn't move the clock.
        before = self.clock
        booked = len(self.log)
        self.clock = now
        if self.promise and self.promise.until == now:
            self.promise = None
            self.book("PromiseClosed")
            self.settle(added=False, taken=True)
        if self.tariff_due() == now:
            self.tariff_night()
        for option in list(self.options):
            if not option.once and self.option_due(option) == now:
                self.option_night(option)
        for option in list(self.options):
            if option.once and option.due == now:
                event = self.book("OptionExpired")
                self.expire(event, f"option:{option.id}")
                self.options.remove(option)
        if len(self.log) == booked:
            self.clock = before

    def tariff_night(self) -> None:
        """R-4."""
        today = self.local_date(self.clock)
        if self.blocks:
            self.unpaid(self.book("PeriodLapsed"))
            return
        plan = self.plan_on(today)
        fee = self.effective(plan["monthly_fee"], today)
        if self.available >= fee:
            event = self.book("MonthlyFeeCharged", "nightly")
            carries = plan.get("auto_carry", False) and self.mode == "monthly"
            if self.mode != "monthly" or self.anchor is None:
                self.anchor = today.day
            end = self.night(months_later(today, 1, self.anchor))
            if carries:
                self.carry(event, end)
            else:
                self.expire(event, "base", "carried", "daily")
            self.month(event, plan, fee, end)
            return
        if "daily_fee" in plan and self.available >= self.effective(plan["daily_fee"], today):
            event = self.book("DailyFeeCharged")
            self.pay(event, self.effective(plan["daily_fee"], today), "daily_fee")
            self.expire(event, "base", "carried", "daily")
            end = self.night(today + timedelta(1))
            self.grant(event, "daily", plan.get("daily_packages", {}), end)
            self.mode, self.period = "daily", (self.clock, end)
            return
        self.blocks.add("financial")
        self.unpaid(self.book("Blocked", "financial"))

    def unpaid(self, event: Event) -> None:
        self.expire(event, "base", "carried", "daily")
        self.mode, self.period, self.unpaid_since = "unpaid", None, self.clock

    def month(self, event: Event, plan: dict[str, Any], fee: int, end: datetime) -> None:
        self.pay(event, fee, "monthly_fee")
        self.grant(event, "base", plan.get("packages", {}), end)
        self.mode, self.period = "monthly", (self.clock, end)

    def option_night(self, option: Option) -> None:
        """R-9.2."""
        today = self.local_date(self.clock)
        version = self.version("options", option.id, today)
        assert version is not None
        option.tried = self.clock
        fee = kopecks(version["fee"])
        name = f"option:{option.id}"
        if not self.blocks and self.available >= fee:
            event = self.book("OptionFeeCharged")
            self.pay(event, fee, "option_fee")
            self.expire(event, name)
            if option.suspended:
                option.anchor = today.day
            option.suspended = False
            option.due = self.night(months_later(today, 1, option.anchor))
            self.grant(event, name, version["packages"], option.due, option.order)
        elif not option.suspended:
            option.suspended = True
            self.expire(self.book("OptionSuspended"), name)

    # --- inputs (R-12) ----------------------------------------------------------------------------

    def feed(self, input: dict[str, Any]) -> list[str]:
        """The events that the input makes, the scheduled ones before it; or why it is rejected."""
        at, received = instant(input["at"]), instant(input.get("received_at", input["at"]))
        if at > received or self.malformed(input):
            return ["rejected MALFORMED"]
        if not self.opened and input["type"] != "open":
            return ["rejected UNKNOWN_ACCOUNT"]
        key = (input.get("source", "feed"), input["id"])
        content = {k: v for k, v in input.items() if k != "received_at" and DEFAULTS.get(k) != v} | {"at": at}
        if key in self.seen:
            return ["duplicate"] if self.seen[key] == content else ["rejected ID_CONFLICT"]
        self.seen[key] = content
        return self.names_since(len(self.log), lambda: self.apply(input, at, received))

    def run_night(self, until: str) -> list[str]:
        return self.names_since(len(self.log), lambda: self.advance(instant(until)))

    def names_since(self, booked: int, do: Any) -> list[str]:
        do()
        return [f"{event.name} {event.detail}".rstrip() for event in self.log[booked:]]

    def malformed(self, input: dict[str, Any]) -> bool:
        older = self.catalogue.get("settings", {}).get("edition", 1) == 1
        return bool(
            (older and (input["type"] in ("close", "refund") or "holder" in input))
            or ("region" in input and input["region"] not in self.catalogue["regions"])
            or (input.get("service") == "data" and input["direction"] == "in")
            or ("until" in input and input["from"] >= input["until"])
            or input.get("amount") == 0
            or input.get("cites") == []
            or (input.get("outcome") == "rejected" and "amount" in input)
        )

    def apply(self, input: dict[str, Any], at: datetime, received: datetime) -> None:
        booked_at = max(received, self.clock)
        if self.opened:
            self.advance(booked_at)
        self.clock = booked_at
        kind = input["type"]
        try:
            if self.closed_at is not None and kind not in STILL_TAKEN:
                raise Refused("CLOSED")
            if kind == "usage":
                self.usage({**input, "occurred_at": at})
            else:
                getattr(self, kind)(input)
        except Refused as refusal:
            asks_refresh = kind in ("refresh", "ussd", "sms") and refusal.reason not in (
                "UNKNOWN_SERVICE_CODE",
                "CLOSED",
            )
            self.book("RefreshRefused" if asks_refresh else "InputRefused", refusal.reason)

    def open(self, input: dict[str, Any]) -> None:
        if self.opened:
            raise Refused("ALREADY_OPEN")
        self.opened, self.account, self.region = True, input["account"], input["region"]
        self.zone = ZoneInfo(self.catalogue["regions"][self.region]["zone"])
        self.limit = input.get("credit_limit", 0)
        self.book("AccountOpened")

    def top_up(self, input: dict[str, Any]) -> None:
        event = self.book("ToppedUp")
        amount = input["amount"]
        event.entries.append((f"cash:{input.get('channel', 'cash')}", "wallet", "kop", amount, None))
        self.wallet += amount
        closed = False
        if self.promise:
            self.promise.topped_up += amount
            if self.promise.topped_up >= self.promise.amount:
                self.promise, closed = None, True
                self.book("PromiseClosed")
        self.settle(added=True, taken=closed)

    def connect_plan(self, input: dict[str, Any]) -> None:
        today = self.local_date(self.clock)
        plan = self.version("plans", input["plan"], today)
        if (
            plan is None
            or not plan["sold_from"] <= today < plan.get("sold_until", date.max)
            or not self.in_region(plan)
        ):
            raise Refused("PLAN_NOT_AVAILABLE")
        if self.blocks:
            raise Refused("BLOCKED")
        fee = self.effective(plan["monthly_fee"], today)
        if self.available < fee:
            raise Refused("INSUFFICIENT_FUNDS")
        self.expire(self.book("PlanConnected"), "base", "carried", "daily")
        self.plans.append((self.clock, plan["id"]))
        self.anchor = today.day
        event = self.book("MonthlyFeeCharged", "connection")
        self.month(event, plan, fee, self.night(months_later(today, 1, self.anchor)))

    def ussd(self, input: dict[str, Any]) -> None:
        if input["text"] != "*929#":
            raise Refused("UNKNOWN_SERVICE_CODE")
        self.refresh(input)

    def sms(self, input: dict[str, Any]) -> None:
        if input["to"] != "9290":
            raise Refused("UNKNOWN_SERVICE_CODE")
        self.refresh(input)

    def refresh(self, input: dict[str, Any]) -> None:
        """R-5.3, R-5.4."""
        today = self.local_date(self.clock)
        plan = self.plan_on(today) if self.plans else None
        if (
            plan is None
            or not plan.get("refreshable", False)
            or not self.in_region(plan)
            or kopecks(plan["monthly_fee"]) == 0
        ):
            raise Refused("NOT_ELIGIBLE")
        fee = self.effective(plan["monthly_fee"], today)
        if fee == 0:
            raise Refused("FEE_WAIVED")
        if self.blocks:
            raise Refused("BLOCKED")
        if self.mode == "daily":
            raise Refused("ALTERNATIVE_PERIOD")
        if self.mode != "monthly":
            raise Refused("UNPAID_PERIOD")
        if self.available < fee:
            raise Refused("INSUFFICIENT_FUNDS")
        event = self.book("PackagesRefreshed")
        self.anchor = today.day
        end = self.night(months_later(today, 1, self.anchor))
        self.carry(event, end)
        self.month(event, plan, fee, end)

    def block(self, input: dict[str, Any]) -> None:
        if input["kind"] in self.blocks:
            raise Refused("ALREADY_BLOCKED")
        self.blocks.add(input["kind"])
        self.book("Blocked", input["kind"])

    def unblock(self, input: dict[str, Any]) -> None:
        if input["kind"] not in self.blocks:
            raise Refused("NOT_BLOCKED")
        self.lift(input["kind"])

    # --- usage (R-6) ------------------------------------------------------------------------------

    def usage(self, record: dict[str, Any]) -> None:
        service, occurred = record["service"], record["occurred_at"]
        if self.closed_at is not None and occurred >= self.closed_at:
            self.unrated(record, "CLOSED")
            return
        if service != "data" and record["direction"] == "in":
            self.book("UsageCharged", f"billed {record['quantity']}")
            return
        had = [plan for since, plan in self.plans if since <= occurred]
        plan = self.version("plans", had[-1], self.local_date(occurred)) if had else None
        if plan is None:
            self.unrated(record, "NO_PLAN")
            return
        zone = record.get("zone", "home")
        if zone not in plan["prices"]:
            self.unrated(record, "NO_PRICE")
            return
        uncovered = billed = self.billed(record, plan)
        parts: list[tuple[Bucket, int]] = []
        for bucket in self.fitting(service, occurred) if zone in plan["packages_cover"] else []:
            spent = uncovered if bucket.left is None else min(uncovered, bucket.left)
            if bucket.left is None:
                parts.clear()
                uncovered = 0
            elif spent > 0:
                parts.append((bucket, spent))
                uncovered -= spent
        key, step = PRICE_KEYS[service]
        if uncovered > 0 and key not in plan["prices"][zone]:
            self.unrated(record, "NO_PRICE")
            return
        event = self.book("UsageCharged", f"billed {billed}")
        record["rated"] = True
        event.parts = parts
        for bucket, spent in parts:
            assert bucket.left is not None
            bucket.left -= spent
            source = bucket.account if bucket.live else f"expired/{service}"
            self.move(event, bucket, source, f"consumed/{service}", spent)
        cost = up(uncovered, step) * kopecks(plan["prices"][zone][key]) if uncovered else 0
        self.pay(event, cost, "usage")
        self.settle(added=False, taken=cost > 0)

    def unrated(self, record: dict[str, Any], reason: str) -> None:
        self.book("UsageUnrated", reason).usage = record

    def billed(self, record: dict[str, Any], plan: dict[str, Any]) -> int:
        """R-6.2."""
        quantity: int = record["quantity"]
        match record["service"]:
            case "voice":
                step = plan.get("voice_increment_seconds", 60)
                return 0 if quantity <= plan.get("free_call_seconds", 3) else up(quantity, step) * step
            case "sms":
                return 0 if record.get("peer", "") == "9290" else quantity
        return up(quantity, 1024)

    def fitting(self, service: str, occurred: datetime) -> list[Bucket]:
        """R-6.4, R-6.5: leftovers in their late window, then what lives; where something is unlimited, that alone."""
        valid = [b for b in self.buckets if b.service == service and b.start <= occurred < b.end]
        late = [b for b in valid if not b.live and self.clock < b.end + self.late_window]
        found = sorted(late, key=lambda b: b.place) + sorted((b for b in valid if b.live), key=lambda b: b.place)
        return [b for b in found if b.left is None] or found

    def rerate(self, input: dict[str, Any]) -> None:
        event = self.log[input["event"] - 1] if input["event"] <= len(self.log) else None
        if event is None or event.usage is None:
            raise Refused("NOT_UNRATED")
        if event.usage.get("rated"):
            raise Refused("ALREADY_RATED")
        self.usage(event.usage)

    # --- closing and refund (R-15.3, R-15.5) ------------------------------------------------------

    def close(self, input: dict[str, Any]) -> None:
        if self.closed_at is not None:
            raise Refused("ALREADY_CLOSED")
        self.expire(self.book("AccountClosed"), *{bucket.name for bucket in self.buckets})
        self.closed_at, self.mode, self.period, self.limit = self.clock, "closed", None, 0
        self.blocks, self.options, self.discount, self.promise = set(), [], None, None

    def refund(self, input: dict[str, Any]) -> None:
        if self.wallet < input["amount"]:
            raise Refused("INSUFFICIENT_FUNDS")
        event = self.book("Refunded")
        event.entries.append(("wallet", f"cash:{input.get('channel', 'cash')}", "kop", input["amount"], None))
        self.wallet -= input["amount"]

    # --- options, discount, promise (R-9, R-10) ---------------------------------------------------

    def connect_option(self, input: dict[str, Any]) -> None:
        today = self.local_date(self.clock)
        version = self.version("options", input["option"], today)
        if version is None:
            raise Refused("UNKNOWN_OPTION")
        if any(option.id == version["id"] for option in self.options):
            raise Refused("ALREADY_CONNECTED")
        if self.blocks:
            raise Refused("BLOCKED")
        fee = kopecks(version["fee"])
        if self.available < fee:
            raise Refused("INSUFFICIENT_FUNDS")
        once = "days" in version
        ends = today + timedelta(version["days"]) if once else months_later(today, 1, today.day)
        self.connections += 1
        option = Option(version["id"], self.connections, once, today.day, self.night(ends))
        self.options.append(option)
        event = self.book("OptionConnected")
        self.pay(event, fee, "option_fee")
        self.grant(event, f"option:{option.id}", version["packages"], option.due, option.order)

    def disconnect_option(self, input: dict[str, Any]) -> None:
        found = [option for option in self.options if option.id == input["option"]]
        if not found:
            raise Refused("NOT_CONNECTED")
        self.options.remove(found[0])
        self.expire(self.book("OptionDisconnected"), f"option:{found[0].id}")

    def grant_discount(self, input: dict[str, Any]) -> None:
        days = date.fromisoformat(input["from"]), date.fromisoformat(input["until"])
        self.discount = (input["percent"], *days)
        self.book("DiscountGranted")

    def take_promise(self, input: dict[str, Any]) -> None:
        if self.promise:
            raise Refused("PROMISE_ACTIVE")
        if input["amount"] > kopecks(self.promise_terms["max"]):
            raise Refused("PROMISE_TOO_LARGE")
        event = self.book("PromiseTaken")
        fee = kopecks(self.promise_terms["fee"])
        self.pay(event, fee, "promise_fee")
        lasts = timedelta(hours=24 * self.promise_terms["days"])
        self.promise = Promise(input["amount"], self.clock + lasts)
        self.settle(added=True, taken=fee > 0)

    # --- corrections, disputes (R-11) -------------------------------------------------------------

    def named(self, version: int) -> Event:
        if version > len(self.log):
            raise Refused("UNKNOWN_EVENT")
        return self.log[version - 1]

    def reverse(self, input: dict[str, Any]) -> None:
        event = self.named(input["event"])
        self.reversible(event, input.get("amount"))
        self.reversal(event, input.get("amount"))

    def left_of(self, event: Event) -> int:
        if not event.money:
            return 0
        if self.catalogue.get("settings", {}).get("edition", 1) == 1:
            return event.money[3] - event.money_reversed
        number = next(number for number, each in enumerate(self.log, 1) if each is event)
        gave = sum(
            each.money[3] - each.money_reversed if each.money[1] == "wallet" else each.money_reversed - each.money[3]
            for each in self.log
            if each.money and number in each.cites
        )
        took = event.money[0] == "wallet"
        return max(0, min(event.money[3], event.money[3] - event.money_reversed - (gave if took else -gave)))

    def returnable(self, event: Event) -> list[tuple[Bucket, int]]:
        if event.parts_returned:
            return []
        return [(bucket, spent) for bucket, spent in event.parts if bucket.live]

    def reversible(self, event: Event, amount: int | None) -> None:
        if event.name == "ChargeReversed":
            raise Refused("NOT_REVERSIBLE")
        if amount is not None and amount > self.left_of(event):
            raise Refused("AMOUNT_TOO_LARGE")
        if self.left_of(event) == 0 and not self.returnable(event):
            raise Refused("NOT_REVERSIBLE")

    def reversal(self, event: Event, amount: int | None) -> None:
        correction = self.book("ChargeReversed")
        if amount is None:
            for bucket, spent in self.returnable(event):
                assert bucket.left is not None
                bucket.left += spent
                self.move(correction, bucket, f"consumed/{bucket.service}", bucket.account, spent)
            event.parts_returned = True
        back = self.left_of(event) if amount is None else amount
        if event.money is None or back == 0:
            return
        source, target = event.money[:2]
        correction.entries.append((target, source, "kop", back, None))
        event.money_reversed += back
        self.wallet += back if source == "wallet" else -back
        self.settle(added=source == "wallet", taken=target == "wallet")

    def adjust(self, input: dict[str, Any]) -> None:
        amount = input["amount"]
        if amount < 0 and self.available < -amount:
            raise Refused("INSUFFICIENT_FUNDS")
        for version in input["cites"]:
            self.named(version)
        event = self.book("Adjusted")
        event.cites = set(input["cites"])
        if amount < 0:
            self.pay(event, -amount, "adjustment")
        else:
            self.wallet += amount
            event.entries.append(("revenue:adjustment", "wallet", "kop", amount, None))
        self.settle(added=amount > 0, taken=amount < 0)

    def open_dispute(self, input: dict[str, Any]) -> None:
        charged = self.local_date(self.named(input["event"]).booked_at)
        if self.local_date(self.clock) > months_later(charged, 6, charged.day):
            raise Refused("CLAIM_TOO_LATE")
        self.disputes.append(Dispute(input["id"], input["event"]))
        self.book("DisputeOpened")

    def resolve_dispute(self, input: dict[str, Any]) -> None:
        found = [dispute for dispute in self.disputes if dispute.id == input["dispute"]]
        if not found:
            raise Refused("UNKNOWN_DISPUTE")
        still_open = [dispute for dispute in found if dispute.open]
        if not still_open:
            raise Refused("ALREADY_RESOLVED")
        dispute = still_open[0]
        event, amount = self.log[dispute.event - 1], input.get("amount")
        upheld = input["outcome"] == "upheld"
        if upheld and amount is not None:
            self.reversible(event, amount)
        dispute.open = False
        self.book("DisputeResolved")
        if upheld and (amount is not None or self.has_left(event)):
            self.reversal(event, amount)

    def has_left(self, event: Event) -> bool:
        return event.name != "ChargeReversed" and bool(self.left_of(event) or self.returnable(event))

    # --- what the account has (contract, 4) -------------------------------------------------------

    def balance(self) -> dict[str, Any]:
        def shown(at: datetime) -> str:
            return at.astimezone(self.zone).isoformat()

        buckets = [
            {
                "bucket": b.name,
                "service": b.service,
                "unit": UNITS[b.service],
                "left": b.left,
                "granted": b.granted,
                "start": shown(b.start),
                "end": shown(b.end),
            }
            for b in sorted(self.buckets, key=lambda b: b.place)
            if b.live and b.left is not None
        ]
        discount = None
        if self.discount and self.local_date(self.clock) < self.discount[2]:
            percent, start, until = self.discount
            discount = {"percent": percent, "from": start.isoformat(), "until": until.isoformat()}
        promise = self.promise and {"amount": self.promise.amount, "until": shown(self.promise.until)}
        period = self.period and {"start": shown(self.period[0]), "next_due": shown(self.period[1])}
        return {
            "account": self.account,
            "region": self.region,
            "clock": shown(self.clock),
            "plan": self.plans[-1][1] if self.plans else None,
            "mode": self.mode,
            "blocks": [kind for kind in BLOCK_KINDS if kind in self.blocks],
            "wallet": self.wallet,
            "available": self.available,
            "credit_limit": self.limit,
            "anchor_day": self.anchor,
            "period": period,
            "buckets": buckets,
            "discount": discount,
            "promise": promise,
        }
