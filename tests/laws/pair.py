"""The ledger and an independent model of the rulebook, fed alike and compared after each input; and what to feed."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from hypothesis import strategies as st

from ledger import inputs, periods
from ledger.events import (
    Blocked,
    Event,
    InputRefused,
    MonthlyFeeCharged,
    RefreshRefused,
    Unblocked,
    UsageCharged,
    UsageUnrated,
    type_name,
)
from ledger.service import Ledger
from projections import canonical
from projections.balances import balance
from projections.verify.verify import verify
from tests.model import Model
from tests.stores import ledger_ref
from tests.support import ACCOUNT, Clock, account_of, at, contract_of, events_of, unlike_without_change, with_settings

MORE = """
[[plans]]
id = "odd"
name = "Odd sums, seconds, packages of several zones, an allowance of each service"
effective_from = 2015-01-01
sold_from = 2015-01-01
regions = ["*"]
premium = true
refreshable = true
auto_carry = false
monthly_fee = "33.35"
daily_fee = "1.11"
packages = { voice_minutes = 3, sms = 2, data_mb = 2 }
daily_packages = { voice_minutes = 1, sms = 1, data_mb = 1 }
packages_cover = ["home", "russia", "nowhere"]
voice_increment_seconds = 1
free_call_seconds = 0
[plans.prices.home]
voice_minute = "0.50"
sms = "1.05"
data_mb = "0.01"
[plans.prices.russia]
voice_minute = "0.00"

[[plans]]
id = "odd"
name = "Since May: carries by itself, unlimited SMS, no daily fee"
effective_from = 2023-05-01
sold_from = 2015-01-01
regions = ["moscow", "yekaterinburg"]
premium = true
refreshable = true
auto_carry = true
monthly_fee = "33.35"
packages = { voice_minutes = 3, sms = "unlimited", data_mb = 2 }
packages_cover = ["home", "russia"]
[plans.prices.home]
voice_minute = "0.50"
data_mb = "0.01"
[plans.prices.russia]
voice_minute = "0.00"

[[options]]
id = "three-days"
name = "A little of everything"
effective_from = 2015-01-01
fee = "7.00"
packages = { voice_minutes = 2, sms = 2, data_mb = 1 }
days = 3

[[options]]
id = "little"
name = "Cheap, and cheaper since March"
effective_from = 2015-01-01
fee = "20.00"
packages = { voice_minutes = 1, sms = 5 }

[[options]]
id = "little"
name = "Cheap, and cheaper since March"
effective_from = 2023-03-01
fee = "10.00"
packages = { voice_minutes = 2 }

"""

LATER = """
[[plans]]
id = "odd"
name = "A version that comes after the fact: every price, another daily fee"
effective_from = SINCE
sold_from = 2015-01-01
regions = ["*"]
premium = true
refreshable = true
auto_carry = true
monthly_fee = "30.00"
daily_fee = "2.00"
packages = { voice_minutes = 4, sms = 4, data_mb = "unlimited" }
daily_packages = { voice_minutes = "unlimited" }
packages_cover = ["home", "russia", "nowhere"]
[plans.prices.home]
voice_minute = "0.50"
sms = "1.05"
data_mb = "0.01"
[plans.prices.russia]
voice_minute = "0.00"
sms = "0.30"
data_mb = "0.02"
[plans.prices.nowhere]
voice_minute = "1.00"
sms = "1.00"
data_mb = "1.00"
"""
MENDED = f"""
{LATER.replace("SINCE", "2023-01-20")}
{LATER.replace("SINCE", "2023-05-02")}
[[plans]]
id = "t4"
name = "T4 with a daily fee and more zones"
effective_from = 2023-02-10
sold_from = 2015-01-01
regions = ["*"]
premium = false
refreshable = true
auto_carry = false
monthly_fee = "350.00"
daily_fee = "20.00"
packages = {{ voice_minutes = 100, sms = 100, data_mb = 1024 }}
packages_cover = ["home", "nowhere"]
[plans.prices.home]
voice_minute = "2.00"
sms = "2.00"
data_mb = "3.00"
[plans.prices.nowhere]
voice_minute = "30.00"
sms = "30.00"
data_mb = "30.00"

[[options]]
id = "no-such"
name = "New, for a day"
effective_from = 2023-01-01
fee = "1.00"
packages = {{ voice_minutes = 1 }}
days = 1
"""

PLANS = [
    "t4", "t3", "odd", "t4-auto", "t4-unlimited", "t4-day0", "t4-fixed", "free", "t4-ural", "t4-old", "t4-wide",
    "t4-versions", "no-such",
]  # fmt: skip
OPTIONS = ["gb1", "min100", "three-days", "little", "no-such"]
ZONES = ["home", "home", "home", "russia", "roaming", "nowhere"]
QUANTITIES = {
    "voice": [0, 1, 3, 4, 59, 60, 61, 180, 600, 3_000, 12_000],
    "sms": [0, 1, 2, 3, 50, 200],
    "data": [0, 1, 1024, 1025, 2**20, 2**20 + 1, 50 * 2**20, 2**30, 4096 * 2**20],
}
STARTS = ["2023-01-15 12:00", "2022-12-31 23:59:59", "2023-01-31 02:30", "2024-02-29 03:00", "2023-03-25 10:00"]
SECOND = timedelta(seconds=1)

Step = dict[str, Any]


def step(type: str, **fields: Any) -> st.SearchStrategy[Step]:
    return st.fixed_dictionaries({"type": st.just(type)} | fields)


def one(*choices: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(choices)


BACK = st.integers(0, 12)  # so many events before the newest; 0 is one that is not there yet
PART = one("all", "all", 1, "left", "too much", 500)
KIND = one("voluntary", "operator")
MONEY = one("to 0", "to 1", "to the fee", "below the fee", "to the daily fee", 1, 2_000, 100_00, 500_00, 1000_00)

STEPS = {
    "wait": step("wait"),
    "night": step("night"),
    "open": step("open", region=one("moscow", "no-such")),
    "top_up": step("top_up", amount=MONEY),
    "connect_plan": step("connect_plan", plan=st.sampled_from(PLANS)),
    "odd": step("connect_plan", plan=st.just("odd")),
    **{
        service: step("usage", service=st.just(service), quantity=st.sampled_from([*sizes, "left", "more"]),
                      zone=st.sampled_from(ZONES), direction=one("out", "out", "out", "in"), peer=one("", "", "9290"))
        for service, sizes in QUANTITIES.items()
    },
    "ussd": step("ussd", text=one("*929#", "*929#", "*929# ", "*100#")),
    "sms_to": step("sms", to=one("9290", "9290", "09290"), text=one("", "ОБНОВИ")),
    "refresh": step("refresh"),
    "block": step("block", kind=KIND),
    "unblock": step("unblock", kind=KIND),
    "connect_option": step("connect_option", option=st.sampled_from(OPTIONS)),
    "disconnect_option": step("disconnect_option", option=st.sampled_from(OPTIONS)),
    "discount": step("grant_discount", percent=one(1, 15, 50, 99, 100), start=one(-40, -1, 0, 1, 20),
                     days=one(0, 1, 10, 60)),
    "promise": step("take_promise", amount=one(1, 100_00, 400_00, 800_00, 800_01)),
    "reverse": step("reverse", event=BACK, amount=PART),
    "adjust": step("adjust", amount=MONEY | one(-1, -100_00, "all", "more than all"),
                   cites=st.lists(BACK, min_size=1, max_size=2)),
    "rerate": step("rerate", event=BACK | one("unrated", "mended")),
    "open_dispute": step("open_dispute", event=BACK | st.integers(0, 100)),
    "resolve_dispute": step("resolve_dispute", dispute=st.integers(0, 3), outcome=one("upheld", "upheld", "rejected"),
                            amount=PART),
    "close": step("close"),
    "refund": step("refund", amount=one(1, 100_00, "all", "more than all"), channel=one("cash", "card")),
    "mend": step("mend"),
    "again": step("again", sent=st.integers(1, 5), change=st.booleans()),
}  # fmt: skip
USE = ["voice", "sms", "data"]
THEMES = [
    [
        "wait",
        *(name for name in STEPS if name != "close"),
        *USE,
        "top_up",
        "top_up",
        "top_up",
        "refresh",
        "refresh",
        "unblock",
    ],
    ["wait", *USE, *USE, "refresh", "refresh", "ussd", "top_up", "odd", "reverse"],
    ["wait", *USE, *USE, "top_up", "night", "connect_plan", "discount", "refresh"],
    ["wait", *USE, *USE, "rerate", "rerate", "rerate", "mend", "mend", "odd", "top_up", "reverse"],
    [
        "wait",
        *USE,
        "connect_option",
        "connect_option",
        "disconnect_option",
        "block",
        "unblock",
        "top_up",
        "adjust",
        "odd",
    ],
    ["wait", "voice", "promise", "promise", "top_up", "reverse", "adjust", "discount", "refresh"],
    ["wait", "voice", "top_up", "reverse", "adjust", "open_dispute", "resolve_dispute", "resolve_dispute", "refresh"],
    [
        "close",
        *USE,
        *USE,
        "refund",
        "top_up",
        "reverse",
        "rerate",
        "mend",
        "adjust",
        "open_dispute",
        "resolve_dispute",
        "connect_option",
        "promise",
        "discount",
        "refresh",
        "ussd",
        "sms_to",
        "block",
        "night",
        "odd",
    ],
]

GAP = st.one_of(
    st.tuples(st.just("seconds"), one(0, 0, 1, 60, 3_600, 3_600, 86_400, 2 * 86_400, 7 * 86_400, 31 * 86_400)),
    st.tuples(one("night", "due", "due", "late window"), one(0, -1, 1)),
    st.tuples(st.just("behind"), one(1, 3_600, 86_400)),
)
LATE = st.one_of(
    st.just(("seconds", 0)),
    st.tuples(st.just("seconds"), one(0, 1, 3_600, 86_400, 259_199, 259_200, 259_201, 40 * 86_400)),
    st.tuples(one("start", "end"), st.tuples(st.integers(1, 6), one(0, -1, 1))),
)


def feeds(names: list[str]) -> st.SearchStrategy[list[tuple[Any, Any, Step]]]:
    steps = st.sampled_from(names).flatmap(lambda name: STEPS[name])
    return st.lists(st.tuples(GAP, LATE, steps), min_size=30, max_size=90)


FEED = st.one_of(*(feeds(theme) for theme in THEMES))
"""Feeds of a few kinds of steps go deeper, feeds of all kinds wider."""


class Pair:
    """The model and the real ledger, fed with the same inputs and compared after each."""

    def __init__(self, folder: Path, text: str, opened: str, region: str, credit_limit: int) -> None:
        self.text = text
        self.model = Model(tomllib.loads(text))
        self.path = folder / "ledger.db"
        self.ledger = Ledger(ledger_ref(self.path), now=Clock(at("2030-01-01 00:00")), catalogue=text)
        self.zone = tomllib.loads(text)["regions"][region]["zone"]
        self.now = utc(at(opened, self.zone))
        self.sent: list[dict[str, Any]] = []
        self.disputes: list[str] = []
        self.events = 0
        self.feed(type="open", region=region, credit_limit=credit_limit)

    def feed(self, *, late: timedelta = timedelta(0), **fields: Any) -> None:
        raw = {"id": str(len(self.sent)), "account": ACCOUNT, "at": rfc(self.now - late)}
        self.send(raw | ({"received_at": rfc(self.now)} if late else {}) | fields)

    def send(self, raw: dict[str, Any]) -> None:
        self.sent.append(raw)
        found, events = self.booked_by_ledger(raw)
        before = len(self.model.log)
        same("events", raw, self.model.feed(raw), found)
        self.compare(events, before)

    def booked_by_ledger(self, raw: dict[str, Any]) -> tuple[list[str], list[Event]]:
        try:
            outcome = self.ledger.apply([inputs.check(raw)])[0]
        except inputs.Malformed:
            return ["rejected MALFORMED"], []
        if outcome.result == "duplicate":
            return ["duplicate"], []
        if outcome.result == "rejected":
            return [f"rejected {outcome.reason}"], []
        return [shown(event) for event in outcome.events], list(outcome.events)

    def night(self, until: datetime) -> None:
        before = len(self.model.log)
        while self.ledger.advance_due(periods.from_datetime(until), accounts_max=1) is not None:
            pass
        names = self.model.run_night(rfc(until))
        events = [event for _, event in events_of(self.ledger, ACCOUNT)][before:]
        same("events", f"night until {until}", names, [shown(event) for event in events])
        self.compare(events, before)

    def mend(self) -> None:
        """The ledger is opened again with a catalogue of more versions, some of days gone by, of the newest edition."""
        self.ledger.close()
        text = with_settings("edition = 2", self.text + MENDED)
        self.ledger = Ledger(ledger_ref(self.path), now=Clock(at("2030-01-01 00:00")), catalogue=text)
        self.model.catalogue = tomllib.loads(text)

    def compare(self, events: list[Event], before: int) -> None:
        self.events += len(events)
        for event, expected in zip(events, self.model.log[before:], strict=True):
            same("booked_at", shown(event), expected.booked_at, utc(event.booked_at))
            entries = [(e.from_, e.to, e.unit, e.amount, e.grant) for e in event.entries]
            same("entries", shown(event), sorted(expected.entries, key=str), sorted(entries, key=str))
        account = account_of(self.ledger, ACCOUNT)
        assert account is not None
        found = msgspec.json.decode(
            msgspec.json.encode(canonical.balance(contract_of(self.ledger, ACCOUNT), balance(account)))
        )
        for name, expected in self.model.balance().items():
            same("balance", name, expected, found[name])

    def end(self) -> None:
        self.night(self.now + timedelta(days=70))
        with self.ledger.store.reading() as log:
            report = verify(log)
            assert unlike_without_change(log) == []
        assert report.ok, report.problems
        self.ledger.close()

    # What a step means where the account stands now

    def take(self, gap: tuple[str, int], late: tuple[str, Any], said: Step) -> None:
        said = dict(said)
        self.now, now = self.after(gap), self.now
        match said:
            case {"type": "wait"}:
                pass
            case {"type": "mend"}:
                self.mend()
            case {"type": "night"}:
                self.night(self.now)
            case {"type": "again", "sent": sent, "change": change}:
                earlier = self.sent[-sent % len(self.sent)]
                self.send(earlier | {"received_at": rfc(self.now)} | ({"by": "someone else"} if change else {}))
            case _:
                self.feed(late=self.lateness(late), **self.meant(said))
        if gap[0] == "behind":
            self.now = now

    def after(self, gap: tuple[str, int]) -> datetime:
        kind, delta = gap[0], gap[1] * SECOND
        match kind:
            case "seconds":
                return self.now + delta
            case "behind":
                return self.now - delta
            case "night":
                return max(self.now, self.model.next_night(self.now) + delta)
            case "due":
                return max(self.now, min(self.model.due(), default=self.now) + delta)
        windows = [bucket.end + timedelta(hours=72) for bucket in self.model.buckets if not bucket.live]
        return max(self.now, min((end for end in windows if end > self.now), default=self.now) + delta)

    def lateness(self, late: tuple[str, Any]) -> timedelta:
        kind, amount = late
        if kind == "seconds":
            return timedelta(seconds=amount)
        back, delta = amount[0], timedelta(seconds=amount[1])
        buckets = self.model.buckets[-back:]
        if not buckets:
            return timedelta(0)
        occurred = (buckets[0].start if kind == "start" else buckets[0].end) + delta
        return max(self.now - occurred, timedelta(0))

    def meant(self, said: Step) -> Step:
        model = self.model
        match said:
            case {"type": "top_up"}:
                said["amount"] = max(self.sum(said["amount"]), 1)
            case {"type": "refund", "amount": "all" | "more than all" as amount}:
                said["amount"] = max(model.wallet + (amount == "more than all"), 1)
            case {"type": "adjust"}:
                said |= {"amount": self.sum(said["amount"]), "text": ""}
                said["cites"] = [self.version(back) for back in said["cites"]]
            case {"type": "usage", "service": service, "quantity": "left" | "more" as quantity}:
                left = sum(bucket.left or 0 for bucket in model.buckets if bucket.live and bucket.service == service)
                said["quantity"] = left * (1024 if service == "data" else 1) + (quantity == "more")
            case {"type": "open_dispute"}:
                self.disputes.append(str(len(self.sent)))
                said |= {"event": self.version(said["event"]), "text": ""}
            case {"type": "rerate", "event": "unrated" | "mended" as which}:
                unrated = [
                    n
                    for n, event in enumerate(model.log, 1)
                    if event.usage and (which == "unrated" or event.usage.get("zone") == "nowhere")
                ]
                said["event"] = unrated[-1] if unrated else 1
            case {"type": "rerate"}:
                said["event"] = self.version(said["event"])
            case {"type": "reverse"}:
                said |= {"event": self.version(said["event"]), "text": ""}
                self.part(said, said["event"])
            case {"type": "resolve_dispute", "dispute": back}:
                said |= {"dispute": ["none", *self.disputes][-1 : -2 - back : -1][-1], "text": ""}
                disputed = [d.event for d in model.disputes if d.id == said["dispute"]]
                self.part(said, disputed[0] if disputed else 1)
            case {"type": "grant_discount", "start": start, "days": days}:
                start = model.local_date(self.now) + timedelta(start)
                said = {"type": "grant_discount", "percent": said["percent"]}
                said |= {"from": start.isoformat(), "until": (start + timedelta(days)).isoformat()}
        return said

    def version(self, back: int) -> int:
        """So far back from the newest event; 0 is the next one, if the schedule makes it before the input, or none.

        Not the next one without a schedule: `verify` sees later events (test_model_findings).
        """
        scheduled = self.model.period is not None and self.model.period[1] <= self.now
        if back == 0 and not scheduled:
            return 1_000_000
        return max(len(self.model.log) + 1 - back, 1)

    def part(self, said: Step, version: int) -> None:
        left = self.model.left_of(self.model.log[version - 1]) if version <= len(self.model.log) else 0
        amount = {"left": left, "too much": left + 1, "all": 0}.get(said["amount"], said["amount"])
        del said["amount"]
        if amount:
            said["amount"] = amount

    def sum(self, meant: int | str) -> int:
        available, today = self.model.available, self.model.local_date(self.now)
        plan = self.model.plan_on(today) if self.model.plans else {"monthly_fee": "400.00"}
        fee = self.model.effective(plan["monthly_fee"], today)
        daily = self.model.effective(plan.get("daily_fee", "0.00"), today)
        match meant:
            case "to 0":
                return -available
            case "to 1":
                return 1 - available
            case "to the fee":
                return fee - available
            case "below the fee":
                return fee - available - 1
            case "to the daily fee":
                return daily - available
            case "all":
                return -available
            case "more than all":
                return -available - 1
        assert isinstance(meant, int)
        return meant


def same(what: str, of: object, by_the_model: object, by_the_ledger: object) -> None:
    assert by_the_model == by_the_ledger, f"{what} of {of}\n  model: {by_the_model}\n ledger: {by_the_ledger}"


def utc(at: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=at)


def rfc(at: datetime) -> str:
    return at.isoformat()


def shown(event: Event) -> str:
    """An event as the model names it: its type and what the contract says about it in a word."""
    name = type_name(event)
    match event:
        case MonthlyFeeCharged():
            return f"{name} {event.cause}"
        case Blocked() | Unblocked():
            return f"{name} {event.kind}"
        case UsageCharged():
            return f"{name} billed {event.billed}"
        case RefreshRefused() | InputRefused() | UsageUnrated():
            return f"{name} {event.reason}"
        case _:
            return name


@contextmanager
def pair(**fields: Any) -> Iterator[Pair]:
    with TemporaryDirectory() as folder:
        told = Pair(Path(folder), **fields)
        yield told
        told.end()
