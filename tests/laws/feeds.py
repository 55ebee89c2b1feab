"""Feeds as they come: strings of inputs of every type over months, some of them late, some of them conflicting."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from ledger import inputs, periods
from ledger.account import Account
from ledger.events import Event
from ledger.inputs import Adjust, Input, OpenDispute, Refund, Rerate, ResolveDispute, Reverse, Usage, Ussd
from ledger.periods import Instant
from ledger.service import Ledger, Outcome
from projections.verify.verify import Report, verify
from tests.length import examples
from tests.stores import ledger_ref
from tests.support import CATALOGUE_TEXT, Clock, at, contract_of, events_of

ACCOUNTS = ("79160000001", "79160000002", "79160000003")
REGIONS = {
    "moscow": "Europe/Moscow",
    "yekaterinburg": "Asia/Yekaterinburg",
    "kaliningrad": "Europe/Kaliningrad",
    "kamchatka": "Asia/Kamchatka",
    "berlin": "Europe/Berlin",
}
PLANS = (
    "t4", "t4", "t3", "t3", "t3", "t4-day0", "t4-auto", "t4-unlimited", "t4-fixed", "free",
    "t4-ural", "t4-old", "t4-wide", "t4-versions", "no-such-plan",
)  # fmt: skip

SECOND, MINUTE, HOUR = periods.SECOND, 60 * periods.SECOND, periods.HOUR
DAY = 24 * HOUR
Raw = dict[str, Any]


def moderate(in_full: int) -> settings:
    """So many examples, or a part of them; the same on every machine, without a stopwatch."""
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    return settings(
        max_examples=examples(in_full), derandomize=True, deadline=None, database=None, suppress_health_check=checks
    )


_steps = st.one_of(
    st.sampled_from([SECOND, MINUTE, HOUR, 6 * HOUR, 6 * HOUR, DAY, DAY, 3 * DAY, 12 * DAY, 31 * DAY]),
    st.integers(0, 4 * DAY // SECOND).map(lambda seconds: seconds * SECOND),
)
_to_the_night = st.sampled_from([None, None, None, -SECOND, 0, SECOND])
_lateness = st.sampled_from([0, 0, 0, 10 * MINUTE, 5 * HOUR, 12 * HOUR, 30 * HOUR, 80 * HOUR, 40 * DAY])
_delivery = st.sampled_from([0, 0, 0, 0, 0, MINUTE, 4 * HOUR])
_spelling = st.sampled_from(["Europe/Moscow", "Asia/Yekaterinburg", "UTC", "America/St_Johns"])
_amounts = st.sampled_from([1, 15_49, 15_50, 40_00, 349_99, 350_00, 400_00, 500_00, 1_000_00])
_quantities: dict[str, st.SearchStrategy[int]] = {
    "voice": st.sampled_from([0, 3, 4, 60, 61, 310, 1530, 3_000, 12_001]),
    "sms": st.sampled_from([0, 1, 2, 50, 201]),
    "data": st.sampled_from([0, 1, 1024, 1025, 3 * 1024**2 + 1, 2 * 1024**3, 4 * 1024**3 + 1]),
}


@st.composite
def _usage(draw: st.DrawFn) -> Raw:
    service = draw(st.sampled_from(["voice", "voice", "sms", "data"]))
    direction = draw(st.sampled_from(["out", "out", "out", "in"])) if service != "data" else "out"
    raw: Raw = {"type": "usage", "service": service, "direction": direction}
    raw["quantity"] = draw(_quantities[service])
    raw |= draw(st.sampled_from([{}, {}, {"zone": "home"}, {"zone": "russia"}, {"zone": "roaming"}, {"zone": "moon"}]))
    return raw | draw(st.sampled_from([{}, {"peer": "79031112233"}, {"peer": "9290"}, {"peer": "Мама"}]))


_payment = st.builds(
    lambda amount, channel: {"type": "top_up", "amount": amount} | channel,
    _amounts,
    st.sampled_from([{}, {"channel": "card"}]),
)
_request = st.sampled_from(
    [
        {"type": "ussd", "text": "*929#"},
        {"type": "ussd", "text": "*929#"},
        {"type": "ussd", "text": ""},
        {"type": "sms", "to": "9290", "text": ""},
        {"type": "sms", "to": "9290", "text": "обнови, пожалуйста"},
        {"type": "sms", "to": " 9290", "text": "1"},
        {"type": "refresh"},
        {"type": "refresh"},
    ]
)
_contract = st.sampled_from(PLANS).map(lambda plan: {"type": "connect_plan", "plan": plan})
_block = st.sampled_from(
    [
        {"type": verb, "kind": kind}
        for verb, kind in (
            ("block", "voluntary"),
            ("block", "operator"),
            ("unblock", "voluntary"),
            ("unblock", "voluntary"),
            ("unblock", "operator"),
        )
    ]
)
_own: dict[str, st.SearchStrategy[Raw]] = {
    "usage": _usage(),
    "payment": _payment,
    "request": _request,
    "contract": _contract,
    "block": _block,
    "open": st.just({"type": "open", "region": "moscow"}),
}
_kinds = st.sampled_from(
    ["usage"] * 8 + ["payment"] * 4 + ["request"] * 5 + ["contract"] * 2 + ["block"] * 4 + ["open"]
)


_CALL: Raw = {"type": "usage", "service": "voice", "direction": "out", "quantity": 1530}
_TALES: tuple[tuple[tuple[Instant | None, Instant, Raw], ...], ...] = (
    (  # a holiday: the paid month lapses under a block, and the night brings it back
        (HOUR, 0, {"type": "block", "kind": "voluntary"}),
        (40 * DAY, 0, {"type": "unblock", "kind": "voluntary"}),
        (HOUR, 0, {"type": "refresh"}),
        (DAY, 0, {"type": "ussd", "text": "*929#"}),
    ),
    (  # a dear call: below zero, blocked, and freed by money
        (HOUR, 0, {"type": "usage", "service": "sms", "direction": "out", "quantity": 999, "zone": "russia"}),
        (HOUR, 0, {"type": "sms", "to": "9290", "text": "?"}),
        (DAY, 0, {"type": "top_up", "amount": 4_000_00}),
        (HOUR, 0, {"type": "refresh"}),
    ),
    (  # a saver: refreshes with money, twice, and calls from what was carried
        (MINUTE, 0, {"type": "top_up", "amount": 1_000_00}),
        (MINUTE, 0, {"type": "ussd", "text": "*929#"}),
        (HOUR, 0, _CALL),
        (HOUR, 0, {"type": "refresh"}),
    ),
    (  # a call of the first minutes of the next due day, whatever it is paid by
        (31 * DAY, 0, {"type": "top_up", "amount": 1}),
        (None, 0, _CALL),
        (None, 0, _CALL),
    ),
    (  # a call before the night, told after it
        (None, 0, _CALL | {"quantity": 60}),
        (31 * DAY, 0, {"type": "top_up", "amount": 1}),
        (None, 2 * HOUR, _CALL),
        (MINUTE, 10 * HOUR, {"type": "usage", "service": "data", "direction": "out", "quantity": 5_000_000}),
        (MINUTE, 31 * DAY, _CALL),
    ),
    (  # the end of a contract: its money is paid out, and records come late, or from after it
        (HOUR, 0, {"type": "refund", "amount": 1_00, "channel": "card"}),
        (DAY, 0, {"type": "close"}),
        (HOUR, 2 * HOUR, _CALL),
        (HOUR, 3 * HOUR, {"type": "usage", "service": "sms", "direction": "out", "quantity": 5, "zone": "russia"}),
        (MINUTE, 0, _CALL | {"direction": "in"}),
        (HOUR, 0, {"type": "refund", "amount": 1_00}),
        (MINUTE, 0, {"type": "refund", "amount": 10**9, "holder": 1}),
        (DAY, 0, {"type": "ussd", "text": "*929#"}),
        (4 * DAY, 6 * DAY, _CALL),
        (MINUTE, 0, {"type": "close"}),
    ),
)
"""What accounts go through: steps of time (None: a minute after the next night), how late, and what is said."""


@st.composite
def feeds(
    draw: st.DrawFn, *, accounts_max: int = 3, lines_max: int = 40, holders_max: int | None = None
) -> list[Input]:
    """A feed: each account opens, pays and takes a plan; then months of anything, in order of delivery or nearly so.

    Numbers whose contract was closed may be opened again, but with `holders_max` 1.
    """
    chosen = ACCOUNTS[: draw(st.integers(1, accounts_max))]
    now = at("2023-01-15 11:00") + draw(st.integers(0, 60)) * DAY
    zones: dict[str, str] = {}
    raws: list[Raw] = []
    for account in chosen:
        region = draw(st.sampled_from(list(REGIONS)))
        zones[account] = REGIONS[region]
        limit = draw(st.sampled_from([{}, {}, {"credit_limit": 300_00}]))
        first = {"account": account, "at": _written(draw, now)}
        raws += [
            first | {"id": "o", "type": "open", "region": region} | limit,
            first
            | {
                "id": "t",
                "type": "top_up",
                "amount": draw(st.sampled_from([390_00, 400_00, 780_00, 2_500_00, 9_000_00])),
            },
            first | {"id": "c", "type": "connect_plan", "plan": draw(st.sampled_from(["t3", *PLANS]))},
        ]
    for number in range(draw(st.integers(3, lines_max))):
        account = draw(st.sampled_from(chosen))
        if draw(st.integers(0, 6)) == 0:
            for part, (step, lateness, told) in enumerate(draw(st.sampled_from(_TALES))):
                now = periods.first_night_after(now, zones[account], 3) + MINUTE if step is None else now + step
                raw = {"account": account, "id": f"i{number}-{part}"} | told
                raws.append(raw | {"at": _written(draw, now - lateness), "received_at": _written(draw, now)})
            continue
        now += draw(_steps)
        if (beside := draw(_to_the_night)) is not None:
            now = max(now, periods.first_night_after(now, zones[account], 3) + beside)
        received = now - draw(_delivery)
        raw = {"account": account, "id": f"i{number}"} | draw(_own[draw(_kinds)])
        if raw["type"] == "open" and holders_max == 1:
            continue
        raw["at"] = _written(draw, received - (draw(_lateness) if raw["type"] == "usage" else 0))
        raw["received_at"] = _written(draw, received)
        match draw(st.integers(0, 15)):
            case 0:
                raw["id"] = f"i{number // 2}"  # perhaps an id that came before, with another content
            case 1:
                raw |= {"source": "switch-2", "id": f"i{number // 2}"}  # the same id of another source is another
            case 2:
                raw["by"] = "clerk-7"
            case _:
                pass
        raws.append(raw)
    return [inputs.check(raw) for raw in raws]


@dataclass(frozen=True, slots=True)
class Lives:
    """A number that one holder has after the other: all lines as they come, and whose contract each is meant for."""

    lines: list[Input]
    holders: list[int]

    def of(self, holder: int) -> list[Input]:
        """The lines meant for a holder's contract, as if nobody else had ever had the number."""
        mine = [line for line, whose in zip(self.lines, self.holders, strict=True) if whose == holder]
        return [replace(line, holder=line.holder and 1) if isinstance(line, _NAMING) else line for line in mine]


_NAMING = (Adjust, OpenDispute, Refund, Rerate, ResolveDispute, Reverse)


def mark_of(holder: int) -> str:
    """What stands in the ids, texts, peers and names of a holder, and nowhere else."""
    return f"mark{holder}{holder}{holder}"


@st.composite
def lives(draw: st.DrawFn, *, holders_max: int = 3, lines_max: int = 10) -> Lives:
    """A number of two or three holders: a feed of each, its end, and much later what is still told of him (R-15.2)."""
    lines: list[Input] = []
    holders: list[int] = []
    after: list[tuple[Input, int]] = []
    now = at("2023-01-15 11:00")
    account = ACCOUNTS[0]
    count = draw(st.integers(2, holders_max))
    for holder in range(1, count + 1):
        feed = draw(feeds(accounts_max=1, lines_max=lines_max, holders_max=1))
        later = now - feed[0].at
        part = [_of_holder(line, holder, later) for line in feed]
        # who has only just got the number has made no call before, and nobody comes back to a contract by `open`
        part = [line for line in part if not isinstance(line, Usage) or holder == 1 or line.at >= now]
        lines += part
        holders += [holder] * len(part)
        now = max(line.received_at for line in part) + draw(st.sampled_from([0, SECOND, DAY]))
        told = {"account": account, "received_at": _rfc(now)}
        mark = mark_of(holder)
        opened_at = part[0].at
        raws: list[Raw] = [
            {"type": "open_dispute", "event": 3, "text": f"не звонил {mark}", "by": mark},
            {"type": "resolve_dispute", "dispute": f"{mark}-e0", "outcome": "rejected", "text": mark, "by": mark},
            {"type": "adjust", "amount": -holder, "cites": [2], "text": f"сверка {mark}", "by": mark},
            {"type": "close", "by": mark},
        ]
        for number, raw in enumerate(raws):
            lines.append(inputs.check(raw | told | {"id": f"{mark}-e{number}", "at": _rfc(now)}))
            holders.append(holder)
        raws = [
            {"type": "refund", "amount": holder, "holder": holder, "by": mark},
            {"type": "refund", "amount": 10**11, "holder": holder, "by": mark},
            {"type": "adjust", "amount": holder, "cites": [3], "holder": holder, "text": mark, "by": mark},
            {"type": "reverse", "event": 3, "holder": holder, "text": mark, "by": mark},
            {"type": "open_dispute", "event": 2, "holder": holder, "text": mark, "by": mark},
            _CALL | {"peer": mark, "at": _rfc(draw(st.sampled_from([opened_at, min(opened_at + DAY, now), now])))},
        ]
        for number, raw in enumerate(raws):
            said = {"account": account, "id": f"{mark}-l{number}", "at": _rfc(now)} | raw
            after.append((inputs.check(said | {"received_at": _rfc(now)}), holder))
        now += draw(st.sampled_from([SECOND, DAY, 70 * DAY]))
    for line, holder in draw(st.permutations(after)):
        now += draw(st.sampled_from([SECOND, HOUR]))
        lines.append(replace(line, received_at=now, at=line.at if isinstance(line, Usage) else now))
        holders.append(holder)
    return Lives(lines, holders)


def _rfc(instant: Instant) -> str:
    return periods.local_text(instant, "UTC")


def _of_holder(line: Input, holder: int, later: Instant) -> Input:
    """A line of a feed, told of a holder, so much later."""
    mark = mark_of(holder)
    line = replace(line, id=f"{mark}-{line.id}", at=line.at + later, received_at=line.received_at + later)
    if line.by is not None:
        line = replace(line, by=mark)
    match line:
        case Usage() if line.peer not in ("", "9290"):
            return replace(line, peer=mark)
        case Ussd() if line.text != "*929#":
            return replace(line, text=f"*{mark}#")
        case Refund():
            return replace(line, holder=None)
    return line


def _written(draw: st.DrawFn, instant: Instant) -> str:
    return periods.local_text(instant, draw(_spelling))


# Feeding


@contextmanager
def folder() -> Iterator[Path]:
    """A folder of its own for each example."""
    with tempfile.TemporaryDirectory(prefix="laws-") as name:
        yield Path(name)


@contextmanager
def opened(where: Path, *, wall: str = "2026-01-01 00:00") -> Iterator[Ledger]:
    """The ledger of a folder, opened anew as every run of the program does."""
    with Ledger(ledger_ref(where / "ledger.db"), now=Clock(at(wall)), catalogue=CATALOGUE_TEXT) as ledger:
        yield ledger


@contextmanager
def fed(feed: Sequence[Input]) -> Iterator[Ledger]:
    """A ledger with a feed booked in one go, and the nights after it."""
    with folder() as where, opened(where) as ledger:
        ledger.apply(feed)
        advance(ledger, end_of(feed))
        yield ledger


def advance(ledger: Ledger, until: Instant) -> None:
    """Run the nightly job."""
    while ledger.advance_due(until, accounts_max=2) is not None:
        pass


def end_of(feed: Iterable[Input]) -> Instant:
    """An instant well after everything, to which every run is brought in the end."""
    return max(input.received_at for input in feed) + 40 * DAY


def accounts_of(feed: Iterable[Input]) -> list[str]:
    return sorted({input.account for input in feed})


def log_of(ledger: Ledger, account: str) -> list[Event]:
    """The events of a number's latest contract, or of the one that lists name."""
    number, _, holder = account.partition("/")
    if not holder:
        return [event for _, event in events_of(ledger, account)]
    with ledger.snapshot() as snapshot:
        return [event for _, event in snapshot.events(contract_of(ledger, number, int(holder)).id)]


def account_named(ledger: Ledger, account: str) -> Account:
    """The same contract as it stands."""
    number, _, holder = account.partition("/")
    with ledger.snapshot() as snapshot:
        found = snapshot.account(contract_of(ledger, number, int(holder) if holder else None).id)
    assert found is not None
    return found


def contracts_of(ledger: Ledger) -> list[str]:
    """Every contract as lists name it: the number, and its place where the number has had another holder."""
    with ledger.snapshot() as snapshot:
        several = Counter(contract.number for contract in snapshot.contracts.all())
        return [
            f"{each.number}/{each.holder}" if several[each.number] > 1 else each.number
            for each in snapshot.contracts.all()
        ]


def told(ledger: Ledger, feed: Iterable[Input]) -> dict[str, list[Event]]:
    """Every contract's events without the time of recording, the one thing that may depend on the run."""
    made = {
        account: [msgspec.structs.replace(event, recorded_at=0) for event in log_of(ledger, account)]
        for account in contracts_of(ledger)
    }
    assert {account.partition("/")[0] for account in made} <= set(accounts_of(feed))
    return made


def audit(ledger: Ledger) -> Report:
    with ledger.store.reading() as log:
        return verify(log)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the program: lines `[since, until)`, each so many times; then the night up to these instants."""

    lines: list[Input]
    nights: list[Instant]


@st.composite
def cuts(draw: st.DrawFn, feed: Sequence[Input]) -> list[Run]:
    """The feed cut into runs; nights come early, late or twice, never past a line still to be fed (R-2.7)."""
    marks = sorted(draw(st.sets(st.integers(1, len(feed)), max_size=4)) | {0, len(feed)})
    runs: list[Run] = []
    for since, until in pairwise(marks):
        part = [line for line in feed[since:until] for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3])))]
        if since and draw(st.booleans()):
            part = [*feed[:since], *part]  # the whole feed once more, from its beginning
        rest = feed[until:]
        limit = min((line.received_at for line in rest), default=end_of(feed))
        back = draw(st.lists(st.sampled_from([0, 0, SECOND, DAY, 20 * DAY]), max_size=2))
        runs.append(Run(part, [limit - earlier for earlier in back]))
    return runs


def results(outcomes: Iterable[Outcome]) -> list[str]:
    return [outcome.result for outcome in outcomes]
