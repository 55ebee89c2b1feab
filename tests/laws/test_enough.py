"""What a subscriber is told to pay is enough, and one kopeck less is not (R-5.3)."""

import re
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import inputs, periods
from ledger.account import Account
from ledger.booking import book
from ledger.catalogue import Catalogue
from ledger.events import Blocked, DailyFeeCharged, MonthlyFeeCharged, PackagesRefreshed, PeriodLapsed, RefreshRefused
from ledger.evolve import evolve
from ledger.periods import Instant
from ledger.rules.moment import Moment
from ledger.rules.schedule import advance, next_scheduled
from ledger.units import parse_rubles
from projections.explain.unmet import unmet
from projections.replies import reply_of
from projections.words.phrasebook import RUSSIAN
from projections.words.replies import say
from tests.laws.pair import STARTS, STEPS, Pair, Step, one, pair
from tests.laws.test_model import catalogue
from tests.length import examples
from tests.support import ACCOUNT, catalogues_of, events_of

GAPS = st.one_of(
    st.tuples(st.just("seconds"), one(0, 1, 3_600, 40_000, 86_400)),
    st.tuples(one("night", "due"), one(0, -1, 1)),
)
NAMES = [
    "refresh", "refresh", "refresh", "ussd", "promise", "discount", "top_up", "voice", "connect_option", "block",
    "unblock", "adjust", "wait", "night", "mend",
]  # fmt: skip
STORY = st.lists(st.tuples(GAPS, st.sampled_from(NAMES).flatmap(STEPS.__getitem__)), min_size=15, max_size=50)
OPENED = st.sampled_from(STARTS)
LAW = settings(max_examples=examples(40), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@given(
    edition=one(1, 2), opened=OPENED, limit=one(0, 0, 300_00), money=one(360_00, 366_00, 400_00, 36_00),
    plan=one("t3", "t3", "odd"), days=st.integers(0, 3), story=STORY,
)  # fmt: skip
@LAW
def test_the_sum_of_a_reply_takes_the_month_that_night_and_a_kopeck_less_does_not(
    edition: int, opened: str, limit: int, money: int, plan: str, days: int, story: list[tuple[Any, Step]]
) -> None:
    with pair(text=catalogue("0.00", edition), opened=opened, region="moscow", credit_limit=limit) as told:
        tell(told, money, plan, days, story)
        timeline = catalogues_of(told.ledger)
        state: Account | None = None
        for position, event in events_of(told.ledger, ACCOUNT):
            if isinstance(event, RefreshRefused) and event.reason == "ALTERNATIVE_PERIOD":
                assert state is not None
                terms = timeline.at(position)
                answer = reply_of(event, state, timeline, position)
                assert answer is not None
                said = say(RUSSIAN, answer)
                missing = asked(said)
                assert isinstance(tariff_of_the_night(state, event.booked_at, missing, terms), MonthlyFeeCharged), said
                if missing:
                    less = tariff_of_the_night(state, event.booked_at, missing - 1, terms)
                    assert not isinstance(less, MonthlyFeeCharged), said
                if terms.edition == 2:
                    assert max(event.facts["night_fee"] - event.facts["night_available"], 0) == missing
            state = evolve(state, event, ACCOUNT)


@given(
    opened=OPENED, limit=one(0, 0, 300_00), money=one(360_00, 400_00, 36_00, 800_00), plan=one("t3", "t4", "odd"),
    days=st.integers(0, 3), story=STORY,
)  # fmt: skip
@LAW
def test_who_pays_what_refused_names_and_waits_as_it_says_is_refreshed(
    opened: str, limit: int, money: int, plan: str, days: int, story: list[tuple[Any, Step]]
) -> None:
    """R-5.3: the first sum at once; behind the night, where one is to be waited for, the second."""
    with pair(text=catalogue("5.00", 2), opened=opened, region="moscow", credit_limit=limit) as told:
        tell(told, money, plan, days, story)
        timeline = catalogues_of(told.ledger)
        state: Account | None = None
        for position, event in events_of(told.ledger, ACCOUNT):
            if isinstance(event, RefreshRefused) and state is not None:
                follow(state, event, timeline.at(position))
            state = evolve(state, event, ACCOUNT)


def test_the_law_reads_the_sum_of_a_reply() -> None:
    assert asked("Пополните счёт на 1\u00a0000,50\u00a0₽: ночью") == 1000_50
    assert asked("Ночью спишется плата за месяц.") == 0


def tell(told: Pair, money: int, plan: str, days: int, story: list[tuple[Any, Step]]) -> None:
    """Money and a plan, some days gone by, then the story."""
    told.feed(type="top_up", amount=money)
    told.feed(type="connect_plan", plan=plan)
    for _ in range(days):
        told.take(("due", 0), ("seconds", 0), {"type": "night"})
    for gap, said in story:
        told.take(gap, ("seconds", 0), said)


def asked(reply: str) -> int:
    """The kopecks that a reply or a step asks for."""
    found = re.search(r"на ([\d\s]+,\d\d)\s₽", reply)
    return parse_rubles(re.sub(r"\s", "", found[1]).replace(",", ".")) if found else 0


def follow(before: Account, event: RefreshRefused, terms: Catalogue) -> None:
    """Do what is told of a refusal that money mends, and ask again."""
    lacks = unmet(before, terms, Moment(event.occurred_at, event.booked_at, event.recorded_at))
    if {"NOT_ELIGIBLE", "FEE_WAIVED"} & set(lacks.reasons) or set(before.blocks) - {"financial"}:
        return
    waits = any("дождаться ночи" in step for step in lacks.steps)
    first, second = (
        asked("; ".join(each for each in lacks.steps if ("сразу" in each) is late)) for late in (False, True)
    )
    assert first + second == lacks.missing
    assert refreshed(before, event.booked_at, first, second, terms, waits=waits), lacks
    if second:
        assert not refreshed(before, event.booked_at, first, second - 1, terms, waits=waits), lacks
    elif first and not waits:
        assert not refreshed(before, event.booked_at, first - 1, 0, terms, waits=waits), lacks


def refreshed(account: Account, at: Instant, first: int, second: int, terms: Catalogue, *, waits: bool) -> bool:
    """Whether a request succeeds behind the first top-up, the night, and the second."""
    account = topped(account, at, first, terms)
    if waits:
        account = behind_the_month(account, terms)
        at = account.clock
    account = topped(account, at, second, terms)
    raw = inputs.check({"type": "refresh", "id": "again", "account": ACCOUNT, "at": "2020-01-01T00:00:00Z"})
    events = book(account, replace(raw, at=at, received_at=at), terms, recorded_at=at).events
    return isinstance(events[-1], PackagesRefreshed)


def behind_the_month(account: Account, terms: Catalogue) -> Account:
    """The account behind the first instant at which the tariff does something."""
    while (due := next_scheduled(account, terms)) is not None:
        booked = advance(account, due, terms, recorded_at=due)
        account = booked.account
        if any(isinstance(each, MonthlyFeeCharged | DailyFeeCharged | PeriodLapsed) for each in booked.events):
            break
    return account


def tariff_of_the_night(account: Account, at: Instant, amount: int, terms: Catalogue) -> object:
    """What the tariff books next behind a top-up at an instant."""
    account = topped(account, at, amount, terms)
    while (due := next_scheduled(account, terms)) is not None:
        booked = advance(account, due, terms, recorded_at=due)
        for event in booked.events:
            if isinstance(event, MonthlyFeeCharged | DailyFeeCharged | PeriodLapsed) or (
                isinstance(event, Blocked) and event.cause == "nightly"
            ):
                return event
        account = booked.account
    return None


def topped(account: Account, at: Instant, amount: int, terms: Catalogue) -> Account:
    """The account behind a top-up at an instant; one of 0 is none."""
    if not amount:
        return account
    said = {"type": "top_up", "id": "enough", "account": ACCOUNT, "amount": amount}
    raw = inputs.check(said | {"at": periods.local_text(at, "UTC")})
    return book(account, replace(raw, at=at, received_at=at), terms, recorded_at=at).account
