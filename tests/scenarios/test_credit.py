"""Credit: a discount on the tariff's fees, and the promised payment, which is headroom and not money (R-10)."""

from datetime import date
from typing import Any

import pytest

from ledger.events import (
    DailyFeeCharged,
    DiscountGranted,
    Event,
    InputRef,
    InputRefused,
    MonthlyFeeCharged,
    PackagesRefreshed,
    Period,
    PromiseClosed,
    PromiseTaken,
    RefreshRefused,
)
from projections.balances import DiscountRow, balance
from projections.ledger_line import PrintedPeriod
from tests.scenarios.told import (
    ALL_TEXT,
    FEE_FOR_PROMISES,
    MB,
    Begin,
    Told,
    dated,
    described,
    fields_of,
    money_of,
    moved,
    only,
    refused,
    unmoved,
)
from tests.support import Story, at, names, replied, with_settings

YEAR = ("2023-01-01", "2024-01-01")


def t4(begin: Begin, kopecks: int = 0, *, plan: str = "t4", **opening: Any) -> Told:
    """A plan connected on 15.01.2023 12:00, and this much left (events 1–4)."""
    story = begin({"t3": 350_00}.get(plan, 400_00) + kopecks, **opening)
    story.connect("2023-01-15 12:00", plan)
    return story


# The discount


def test_a_discount_is_granted_to_whoever_has_an_account(begin: Begin) -> None:
    """R-10.1: no plan, no money and any block; no entry, and no block is lifted or set (R-8.5)."""
    story = begin()
    story.block("2023-01-01 00:00")
    when = at("2023-01-02 00:00")
    event = only(story.discount("2023-01-02 00:00", 50, "2023-03-01", "2023-04-01"), DiscountGranted)
    assert event == DiscountGranted(
        version=3,
        occurred_at=when,
        booked_at=when,
        recorded_at=at("2024-01-01 00:00"),
        input=InputRef("feed", "grant_discount-3", when),
        percent=50,
        from_="2023-03-01",
        until="2023-04-01",
    )
    assert story.balance.discount == DiscountRow(50, date(2023, 3, 1), date(2023, 4, 1))


@pytest.mark.parametrize(
    ("since", "until", "fee"),
    [
        ("2023-02-14", "2023-02-15", 400_00),  # `until` is not in it
        ("2023-02-15", "2023-02-16", 200_00),
        ("2023-02-16", "2023-03-01", 400_00),
        ("2023-01-01", "2023-02-15", 400_00),
        ("2023-01-01", "2023-02-16", 200_00),
        ("2022-01-01", "2099-12-31", 200_00),
    ],
)
def test_the_discount_of_the_local_date_of_the_night_counts(begin: Begin, since: str, until: str, fee: int) -> None:
    """R-10.1, R-3.5: `from ≤ date < until`."""
    story = t4(begin, 400_00)
    story.discount("2023-01-20 00:00", 50, since, until)
    story.night("2023-02-15 03:00")
    event = story.last(MonthlyFeeCharged)
    assert (event.fee, event.amount, event.discount) == (400_00, fee, 50 if fee == 200_00 else 0)
    assert (event.wallet_after, story.wallet) == (400_00 - fee, 400_00 - fee)
    assert money_of(event) == [f"wallet > revenue:monthly_fee {fee} kop"]


@pytest.mark.parametrize(
    ("when", "fee"),
    [
        ("2023-01-31 23:59:59", 400_00),
        ("2023-02-01 00:00:00", 200_00),
        ("2023-02-09 23:59:59", 200_00),
        ("2023-02-10 00:00:00", 400_00),
    ],
)
@pytest.mark.parametrize("asked", ["refresh", "connect_plan"])
def test_a_discount_begins_and_ends_at_local_midnight(begin: Begin, asked: str, when: str, fee: int) -> None:
    """R-10.1, R-3.2, R-5.4: in Kamchatka its own dates count, nine hours before Moscow's."""
    story = t4(begin, 1000_00, region="kamchatka")
    story.discount("2023-01-20 00:00", 50, "2023-02-01", "2023-02-10")
    event = story.feed(asked, when, **({"plan": "t4"} if asked == "connect_plan" else {})).events[-1]
    assert isinstance(event, MonthlyFeeCharged | PackagesRefreshed)
    assert (event.amount, event.discount, story.wallet) == (fee, 50 if fee == 200_00 else 0, 1000_00 - fee)


def test_a_discount_granted_after_a_fee_returns_nothing(begin: Begin) -> None:
    """R-3.6, R-10.1: what was charged stays, also where the discount begins before it."""
    story = t4(begin)
    story.discount("2023-01-15 13:00", 50, "2023-01-01", "2023-12-31")
    assert (story.wallet, story.types()[-1]) == (0, "DiscountGranted")


@pytest.mark.parametrize(
    ("second", "fee"),
    [
        ((10, "2023-02-01", "2023-03-01"), 360_00),  # in force: not 50, not 60
        ((10, "2023-06-01", "2023-07-01"), 400_00),  # begins later, replaces at once
        ((90, "2022-01-01", "2022-02-01"), 400_00),  # is over already, replaces too
    ],
)
def test_a_new_discount_replaces_the_old_at_once(begin: Begin, second: tuple[int, str, str], fee: int) -> None:
    """R-10.1: even if it begins later; discounts never add up."""
    story = t4(begin, 400_00)
    story.discount("2023-01-20 00:00", 50, *YEAR)
    story.discount("2023-01-21 00:00", *second)
    story.night("2023-02-15 03:00")
    assert story.last(MonthlyFeeCharged).amount == fee


@pytest.mark.parametrize(
    ("percent", "fee"),
    [(1, 330_00), (33, 223_33), (50, 166_67), (99, 3_33), (100, 0)],
)
def test_the_discounted_fee_is_rounded_half_up_once(begin: Begin, percent: int, fee: int) -> None:
    """R-3.5, R-1.5: of 333.33, 1 % leaves 329.9967 and 50 % leaves 166.665."""
    story = begin(1000_00, text=ALL_TEXT.replace('monthly_fee = "400.00"', 'monthly_fee = "333.33"'))
    story.discount("2023-01-01 00:00", percent, *YEAR)
    story.connect("2023-01-15 12:00", "t4")
    event = story.last(MonthlyFeeCharged)
    assert (event.fee, event.discount, event.amount, story.wallet) == (333_33, percent, fee, 1000_00 - fee)


@pytest.mark.parametrize(("percent", "fee"), [(50, 7_75), (33, 10_39), (99, 16)])
def test_the_daily_fee_is_discounted_alike(begin: Begin, percent: int, fee: int) -> None:
    """R-3.5: for the monthly and the daily fee alike; 67 % of 15.50 is 10.385, 1 % is 0.155."""
    story = begin(350_00 + fee, text=ALL_TEXT.replace('monthly_fee = "350.00"', 'monthly_fee = "350000.00"'))
    story.discount("2023-01-01 00:00", 100, *YEAR)
    story.connect("2023-01-15 12:00", "t3")
    story.adjust("2023-01-15 13:00", -350_00, 1)
    story.discount("2023-01-20 00:00", percent, *YEAR)
    story.night("2023-02-15 03:00")
    event = story.last(DailyFeeCharged)
    assert (event.fee, event.discount, event.amount, event.wallet_after) == (15_50, percent, fee, 0)
    assert money_of(event) == [f"wallet > revenue:daily_fee {fee} kop"]


@pytest.mark.parametrize(("spare", "last"), [(-1, "Blocked"), (0, "MonthlyFeeCharged"), (1, "MonthlyFeeCharged")])
def test_the_night_tests_the_discounted_fee(begin: Begin, spare: int, last: str) -> None:
    """R-4.1, R-3.5: 200.00 are enough for half of 400.00."""
    story = t4(begin, 200_00 + spare)
    story.discount("2023-01-20 00:00", 50, *YEAR)
    story.night("2023-02-15 03:00")
    assert story.types()[-1] == last


@pytest.mark.parametrize(("spare", "kind"), [(-1, RefreshRefused), (0, PackagesRefreshed), (1, PackagesRefreshed)])
def test_a_refresh_tests_the_discounted_fee(begin: Begin, spare: int, kind: type[Event]) -> None:
    """R-5.3, R-3.5: and its reply names it."""
    story = t4(begin, 200_00 + spare)
    story.discount("2023-01-20 00:00", 50, *YEAR)
    event = only(story.dial("2023-01-25 12:00"), kind)
    assert isinstance(event, RefreshRefused | PackagesRefreshed)
    assert replied(event, story.zone) == (
        "Недостаточно средств: нужно 200,00 ₽, доступно 199,99 ₽."
        if spare < 0
        else "Пакеты обновлены: списано 200,00 ₽, следующее списание 25.02.2023."
    )


@pytest.mark.parametrize(("spare", "accepted"), [(-1, False), (0, True)])
def test_connecting_tests_the_discounted_fee(begin: Begin, spare: int, accepted: bool) -> None:
    """R-3.2, R-3.5."""
    story = begin(200_00 + spare)
    story.discount("2023-01-01 00:00", 50, *YEAR)
    events = story.connect("2023-01-15 12:00", "t4")
    assert [described(event) for event in events] == (
        ["PlanConnected", "MonthlyFeeCharged connection"] if accepted else ["InputRefused INSUFFICIENT_FUNDS"]
    )


def test_a_discount_may_bring_the_month_back(begin: Begin) -> None:
    """R-4.4, R-3.5: in daily mode 184.50 don't pay 350.00, but half of it at the next night."""
    story = t4(begin, 200_00, plan="t3")
    story.night("2023-02-15 03:00")
    story.discount("2023-02-15 12:00", 50, *YEAR)
    story.night("2023-02-16 03:00")
    assert story.since(4) == [
        "2023-02-15 03:00:00 DailyFeeCharged",
        "2023-02-15 12:00:00 DiscountGranted",
        "2023-02-16 03:00:00 MonthlyFeeCharged nightly",
    ]
    assert (story.wallet, story.account.anchor_day) == (9_50, 16)


def test_a_discount_lifts_no_block(begin: Begin) -> None:
    """R-8.5: 200.00 are available after the night that blocked; a discount adds nothing to it."""
    story = t4(begin, 200_00)
    story.night("2023-02-15 03:00")
    story.discount("2023-02-15 12:00", 50, *YEAR)
    story.night("2023-03-15 03:00")
    assert story.since(4) == [
        "2023-02-15 03:00:00 Blocked financial nightly",
        "2023-02-15 12:00:00 DiscountGranted",
    ]


# A hundred percent


def test_a_fee_of_nothing_is_charged_without_a_money_entry(begin: Begin) -> None:
    """R-4.7: MonthlyFeeCharged of 0 kopecks, and the packages are granted as ever."""
    story = t4(begin)
    story.call("2023-01-16 10:00", "200:00")
    story.discount("2023-01-20 00:00", 100, *YEAR)
    story.night("2023-02-15 03:00")
    event = story.last(MonthlyFeeCharged)
    assert (event.fee, event.discount, event.amount, event.wallet_after) == (400_00, 100, 0, 0)
    assert sorted(moved(event)) == [
        "base/data > expired/data 4194304 kb #4",
        "base/sms > expired/sms 200 sms #4",
        "granted/data > base/data 4194304 kb #7",
        "granted/sms > base/sms 200 sms #7",
        "granted/voice > base/voice 12000 s #7",
    ]
    assert (story.account.period, story.account.mode) == (
        Period(at("2023-02-15 03:00"), at("2023-03-15 03:00")),
        "monthly",
    )


def test_a_monthly_fee_of_nothing_prints_its_line(begin: Begin) -> None:
    """R-13.1, R-13.3: at connection and at night, with 0 and the balance as it was."""
    story = begin(50_00)
    story.discount("2023-01-01 00:00", 100, *YEAR)
    story.connect("2023-01-15 12:00", "t4")
    story.night("2023-02-15 03:00")
    text = "Списание ежемесячной платы по Тарифному плану"
    shown = story.lines("2023-01-01", "2023-02-28")
    assert [(line.kind, line.cause, story.worded(line), line.amount, line.balance) for line in shown] == [
        ("monthly_fee", "connection", text, 0, 50_00),
        ("monthly_fee", "nightly", text, 0, 50_00),
    ]
    assert [line.period for line in shown] == [
        PrintedPeriod(date(2023, 1, 15), date(2023, 2, 14)),
        PrintedPeriod(date(2023, 2, 15), date(2023, 3, 14)),
    ]


def test_the_next_fee_of_a_statement_is_that_of_the_due_date(begin: Begin) -> None:
    """Contract §5, R-3.5: the discount of the local date of `next_due`, as of the last event."""
    story = t4(begin)
    story.discount("2023-01-20 00:00", 50, "2023-02-15", "2023-02-16")
    assert story.statement("2023-01-01", "2023-01-31").next_fee == 200_00
    story.discount("2023-02-01 00:00", 50, "2023-01-01", "2023-02-15")
    assert story.statement("2023-01-01", "2023-02-01").next_fee == 400_00
    assert story.statement("2023-01-01", "2023-01-31").next_fee == 200_00


def waived(begin: Begin, given: str) -> Told:
    """A discount of 100 % on 25.01.2023, and something more against a refresh."""
    plan = {"fixed": "t4-fixed", "free": "free", "daily": "t3"}.get(given, "t4")
    story = begin({"t4": 400_00, "t3": 365_50, "t4-fixed": 400_00}.get(plan, 0))
    if given == "no plan":
        story.discount("2023-01-20 00:00", 100, *YEAR)
        return story
    story.connect("2022-12-15 12:00" if given == "daily" else "2023-01-15 12:00", plan)
    if given == "blocked":
        story.block("2023-01-16 12:00")
    if given == "in debt":
        story.usage("2023-01-16 12:00", "data", 4097 * MB)
    story.night("2023-01-15 03:00")
    story.discount("2023-01-15 13:00" if given == "daily" else "2023-01-20 00:00", 100, *YEAR)
    return story


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("nothing", "FEE_WAIVED"),
        ("blocked", "FEE_WAIVED"),
        ("in debt", "FEE_WAIVED"),  # financially blocked, and without money
        ("daily", "FEE_WAIVED"),
        ("no plan", "NOT_ELIGIBLE"),
        ("fixed", "NOT_ELIGIBLE"),
        ("free", "NOT_ELIGIBLE"),  # without a monthly fee before any discount
    ],
)
def test_a_waived_fee_stands_second_among_the_refusals(begin: Begin, given: str, reason: str) -> None:
    """R-5.3: NOT_ELIGIBLE, FEE_WAIVED, then BLOCKED and the rest."""
    story = waived(begin, given)
    if given == "daily":
        assert story.account.mode == "daily"
    before = story.account
    event = only(story.dial("2023-01-15 23:00" if given == "daily" else "2023-01-25 12:00"), RefreshRefused)
    assert (event.reason, event.entries) == (reason, ())
    unmoved(before, story.account)
    if reason == "FEE_WAIVED":
        assert event.facts["fee"] == 0
        assert replied(event, story.zone) == "Обновление недоступно: по вашему тарифу действует скидка 100 %."


@pytest.mark.parametrize(
    ("percent", "kind"),
    [(50, PackagesRefreshed), (51, RefreshRefused), (100, RefreshRefused)],
)
def test_a_fee_that_rounds_to_nothing_is_waived(begin: Begin, percent: int, kind: type[Event]) -> None:
    """R-5.3, R-1.5: of 0.01, 50 % is 0.005 and rounds to 0.01; 49 % rounds to 0."""
    story = begin(100_00, text=ALL_TEXT.replace('monthly_fee = "400.00"', 'monthly_fee = "0.01"'))
    story.connect("2023-01-15 12:00", "t4")
    story.discount("2023-01-20 00:00", percent, *YEAR)
    event = only(story.dial("2023-01-25 12:00"), kind)
    if isinstance(event, RefreshRefused):
        assert event.reason == "FEE_WAIVED"


def test_a_waived_fee_needs_no_money_to_connect(begin: Begin) -> None:
    """R-3.2, R-4.7: 0 ≥ 0; packages are there."""
    story = begin()
    story.discount("2023-01-01 00:00", 100, *YEAR)
    assert names(story.connect("2023-01-15 12:00", "t4")) == ["PlanConnected", "MonthlyFeeCharged"]
    assert (story.wallet, story.left()["base/voice"]) == (0, 12_000)


# The balance's discount


@pytest.mark.parametrize(
    ("clock", "shown"),
    [
        ("2023-01-21 00:00:00", DiscountRow(50, date(2023, 2, 1), date(2023, 2, 10))),  # granted, not in force yet
        ("2023-02-01 00:00:00", DiscountRow(50, date(2023, 2, 1), date(2023, 2, 10))),
        ("2023-02-09 23:59:59", DiscountRow(50, date(2023, 2, 1), date(2023, 2, 10))),
        ("2023-02-10 00:00:00", None),
    ],
)
def test_the_balance_shows_the_last_discount_until_its_end(begin: Begin, clock: str, shown: DiscountRow | None) -> None:
    """Contract §4: null from `until` on; looked at from the clock, or as of a later time."""
    story = begin()
    story.discount("2023-01-20 00:00", 50, "2023-02-01", "2023-02-10")
    assert balance(story.account, at=at(clock)).discount == shown
    story.top_up(clock, 1)
    assert story.balance.discount == shown


# The promised payment


def test_a_promise_is_headroom_and_not_money(begin: Begin) -> None:
    """R-10.2, R-3.4: no entry without a fee; `available` grows, the wallet doesn't."""
    story = begin(10_00)
    when, until = at("2023-01-15 12:00"), at("2023-01-18 12:00")
    event = only(story.promise("2023-01-15 12:00", 800_00), PromiseTaken)
    assert (event.version, event.booked_at, event.input) == (3, when, InputRef("feed", "take_promise-3", when))
    assert fields_of(event, "wallet_after") == {"amount": 800_00, "until": until, "fee": 0, "vat_rate": 20}
    assert event.entries == ()
    assert (story.wallet, story.account.available) == (10_00, 810_00)
    assert promised(story) == (800_00, at("2023-01-18 12:00"))
    assert story.lines("2023-01-01", "2023-01-31") == []


@pytest.mark.parametrize(
    ("amount", "active", "reason"),
    [
        (800_01, False, "PROMISE_TOO_LARGE"),
        (10**12, False, "PROMISE_TOO_LARGE"),
        (1, True, "PROMISE_ACTIVE"),
        (800_00, True, "PROMISE_ACTIVE"),
        (800_01, True, "PROMISE_ACTIVE"),  # both hold
    ],
)
def test_the_first_reason_against_a_promise_is_told(begin: Begin, amount: int, active: bool, reason: str) -> None:
    """R-10.2: one at a time, and not above the catalogue's maximum; nothing changes."""
    story = begin(10_00)
    if active:
        story.promise("2023-01-15 11:00", 1_00)
    before = story.account
    event = only(story.promise("2023-01-15 12:00", amount), InputRefused)
    assert (event.input_type, event.reason, event.fields, event.entries) == (
        "take_promise",
        reason,
        {"amount": amount},
        (),
    )
    unmoved(before, story.account)


@pytest.mark.parametrize("given", ["no plan", "voluntary", "operator", "in debt", "daily", "unpaid"])
def test_a_promise_asks_for_no_money_mode_or_freedom_from_blocks(begin: Begin, given: str) -> None:
    """R-10.2: no test of funds, mode or blocks."""
    story = begin() if given == "no plan" else t4(begin, 16_00, plan="t3")
    if given in ("voluntary", "operator"):
        story.block("2023-01-16 12:00", given)
    if given == "in debt":
        story.usage("2023-01-16 12:00", "data", 3000 * MB)
        assert story.account.available < -800_00
    if given == "daily":
        story.night("2023-02-15 03:00")
        assert story.account.mode == "daily"
    if given == "unpaid":
        story.night("2023-02-16 03:00")
        assert story.account.mode == "unpaid"
    events = story.promise("2023-02-16 12:00" if given == "unpaid" else "2023-02-15 12:00", 800_00)
    assert any(isinstance(event, PromiseTaken) for event in events)
    assert story.balance.promise is not None


# Headroom in every test of funds


def funded(begin: Begin, what: str, short: int) -> tuple[Event, ...] | list[Event]:
    """What is booked when a wallet of 0 and a promise of exactly the price, less `short`, meet a test of funds."""
    price = {"connect_plan": 400_00, "refresh": 400_00, "month": 400_00, "day": 15_50}.get(what, 95_00) - short
    if what in ("connect_plan", "connect_option", "adjust"):
        story = begin()
        story.promise("2023-02-14 12:00", price)
        if what == "connect_plan":
            return story.connect("2023-02-14 13:00", "t4")
        if what == "connect_option":
            return story.option("2023-02-14 13:00", "min100")
        return story.adjust("2023-02-14 13:00", -95_00, 1)
    if what == "option":
        story = begin(95_00)
        story.option("2023-01-15 12:00", "min100")
    else:
        story = t4(begin, plan="t3" if what == "day" else "t4")
    assert story.wallet == 0
    story.promise("2023-02-14 12:00", price)
    if what == "refresh":
        return story.dial("2023-02-14 13:00")
    version = story.account.version
    story.night("2023-02-15 03:00")
    return story.log()[version:]


@pytest.mark.parametrize(
    ("what", "paid", "short"),
    [
        ("connect_plan", "PlanConnected, MonthlyFeeCharged connection", "InputRefused INSUFFICIENT_FUNDS"),
        ("connect_option", "OptionConnected min100", "InputRefused INSUFFICIENT_FUNDS"),
        ("refresh", "PackagesRefreshed", "RefreshRefused INSUFFICIENT_FUNDS"),
        ("month", "MonthlyFeeCharged nightly", "Blocked financial nightly"),
        ("day", "DailyFeeCharged", "Blocked financial nightly"),
        ("option", "OptionFeeCharged min100", "OptionSuspended min100"),
        ("adjust", "Adjusted", "InputRefused INSUFFICIENT_FUNDS"),
    ],
)
def test_a_promise_counts_in_every_test_of_funds(begin: Begin, what: str, paid: str, short: str) -> None:
    """R-3.4, R-10.2: `available ≥ amount` with a wallet of 0; a kopeck less promised is a kopeck short."""
    assert ", ".join(described(event) for event in funded(begin, what, 0)) == paid
    assert ", ".join(described(event) for event in funded(begin, what, 1)) == short


def test_what_a_promise_paid_leaves_the_wallet_below_zero(begin: Begin) -> None:
    """R-10.2: headroom, not money; at the promise's end the debt blocks, and the packages stay (R-6.7)."""
    story = t4(begin)
    story.promise("2023-02-14 12:00", 400_00)
    story.night("2023-02-17 12:00")
    assert story.since(5) == [
        "2023-02-15 03:00:00 MonthlyFeeCharged nightly",
        "2023-02-17 12:00:00 PromiseClosed ended",
        "2023-02-17 12:00:00 Blocked financial balance",
    ]
    assert (story.wallet, story.account.available, story.account.mode) == (-400_00, -400_00, "monthly")
    assert story.left() == {"base/voice": 12_000, "base/sms": 200, "base/data": 4_194_304}


# The fee


def test_the_fee_of_a_promise_is_debited_at_once(begin: Begin) -> None:
    """R-10.2, R-13.3: wallet → revenue:promise_fee, and its line."""
    story = begin(50_00, text=with_settings(FEE_FOR_PROMISES, ALL_TEXT))
    event = only(story.promise("2023-01-15 12:00", 800_00), PromiseTaken)
    assert (moved(event), event.fee, event.wallet_after) == (["wallet > revenue:promise_fee 2000 kop"], 20_00, 30_00)
    assert story.account.available == 830_00
    line = story.lines("2023-01-01", "2023-01-31")[0]
    assert (line.kind, story.worded(line), line.period, line.amount, line.balance) == (
        "promise_fee",
        "Плата за услугу «Обещанный платёж»",
        None,
        -20_00,
        30_00,
    )


@pytest.mark.parametrize(
    ("amount", "after"),
    [
        (19_99, ["PromiseTaken", "Blocked financial balance"]),
        (20_00, ["PromiseTaken"]),  # exactly 0
        (20_01, ["PromiseTaken"]),
    ],
)
def test_a_fee_above_its_promise_blocks(begin: Begin, amount: int, after: list[str]) -> None:
    """R-8.5, R-10.2: the fee is not tested against funds; a booking that adds and takes is tested both ways."""
    story = begin(text=with_settings(FEE_FOR_PROMISES, ALL_TEXT))
    assert [described(event) for event in story.promise("2023-01-15 12:00", amount)] == after
    assert story.wallet == -20_00


@pytest.mark.parametrize(
    ("text", "amount", "after"),
    [
        ("", 1_99, ["PromiseTaken"]),
        ("", 2_00, ["PromiseTaken"]),  # exactly 0 does neither
        ("", 2_01, ["PromiseTaken", "Unblocked financial balance"]),
        (FEE_FOR_PROMISES, 22_00, ["PromiseTaken"]),
        (FEE_FOR_PROMISES, 22_01, ["PromiseTaken", "Unblocked financial balance"]),
    ],
)
def test_a_promise_lifts_a_financial_block_above_zero(begin: Begin, text: str, amount: int, after: list[str]) -> None:
    """R-8.5: a debt of 2.00, and a fee of 20.00 where the catalogue has one."""
    story = t4(begin, text=with_settings(text, ALL_TEXT))
    story.usage("2023-01-16 10:00", "sms", 201)
    assert (story.wallet, story.account.blocks) == (-2_00, ("financial",))
    assert [described(event) for event in story.promise("2023-01-16 12:00", amount)] == after


def test_a_promise_lifts_no_other_block(begin: Begin) -> None:
    """R-8.5, R-8.1: the voluntary one stays."""
    story = t4(begin)
    story.usage("2023-01-16 10:00", "sms", 201)
    story.block("2023-01-16 11:00")
    events = story.promise("2023-01-16 12:00", 100_00)
    assert [described(event) for event in events] == ["PromiseTaken", "Unblocked financial balance"]
    assert story.account.blocks == ("voluntary",)


def test_a_promise_after_a_night_that_blocked_pays_the_next_one(begin: Begin) -> None:
    """R-10.2, R-4.4: unblocked at once, charged at the first night after."""
    story = t4(begin)
    story.night("2023-02-15 03:00")
    story.promise("2023-02-15 12:00", 400_00)
    story.night("2023-02-16 03:00")
    assert story.since(4) == [
        "2023-02-15 03:00:00 Blocked financial nightly",
        "2023-02-15 12:00:00 PromiseTaken",
        "2023-02-15 12:00:00 Unblocked financial balance",
        "2023-02-16 03:00:00 MonthlyFeeCharged nightly",
    ]


# Closing by top-ups


def test_top_ups_that_reach_its_amount_close_a_promise(begin: Begin) -> None:
    """R-10.3: in the booking of that top-up, nothing debited; a kopeck less does not."""
    story = begin(500_00)
    story.promise("2023-01-15 12:00", 300_00)
    assert names(story.top_up("2023-01-15 12:01", 100_00)) == ["ToppedUp"]
    assert names(story.top_up("2023-01-15 12:02", 199_99)) == ["ToppedUp"]
    assert story.account.available == 500_00 + 299_99 + 300_00
    events = story.top_up("2023-01-15 12:03", 1, id="last")
    assert names(events) == ["ToppedUp", "PromiseClosed"]
    closed = events[1]
    when = at("2023-01-15 12:03")
    assert closed == PromiseClosed(
        version=7,
        occurred_at=when,
        booked_at=when,
        recorded_at=at("2024-01-01 00:00"),
        input=InputRef("feed", "last", when),
        amount=300_00,
        cause="paid",
    )
    assert (story.wallet, story.account.available, story.balance.promise) == (800_00, 800_00, None)
    assert story.night("2023-02-15 12:00") == 0


@pytest.mark.parametrize("amount", [300_00, 300_01, 5000_00])
def test_one_top_up_may_close_a_promise(begin: Begin, amount: int) -> None:
    """R-10.3: reached or passed."""
    story = begin()
    story.promise("2023-01-15 12:00", 300_00)
    assert names(story.top_up("2023-01-15 12:00", amount)) == ["ToppedUp", "PromiseClosed"]
    assert story.wallet == amount


def test_only_top_ups_since_then_count(begin: Begin) -> None:
    """R-10.3: neither those before it, nor a clerk's plus; a second promise counts anew."""
    story = begin(500_00)
    story.promise("2023-01-15 12:00", 300_00)
    assert names(story.adjust("2023-01-15 12:01", 300_00, 1)) == ["Adjusted"]
    assert names(story.top_up("2023-01-15 12:02", 300_00)) == ["ToppedUp", "PromiseClosed"]
    story.promise("2023-01-15 12:03", 300_00)
    assert names(story.top_up("2023-01-15 12:04", 299_99)) == ["ToppedUp"]
    assert names(story.top_up("2023-01-15 12:05", 1)) == ["ToppedUp", "PromiseClosed"]


def test_a_reversed_top_up_still_counts(begin: Begin) -> None:
    """R-10.3: 400.00 came and went, 400.00 came: 800.00 are reached; what is left is a debt, which blocks (R-8.5)."""
    story = t4(begin)
    story.promise("2023-01-15 13:00", 800_00)
    story.usage("2023-01-16 10:00", "sms", 550)  # 350 pieces above the package: 700.00
    story.top_up("2023-01-16 11:00", 400_00)
    story.reverse("2023-01-16 12:00", 7)
    events = story.top_up("2023-01-16 13:00", 400_00)
    assert [described(event) for event in events] == [
        "ToppedUp",
        "PromiseClosed paid",
        "Blocked financial balance",
    ]
    assert (story.wallet, story.account.available) == (-300_00, -300_00)


def test_a_reversal_does_not_bring_a_promise_back(begin: Begin) -> None:
    """R-10.3: closed is closed."""
    story = begin()
    story.promise("2023-01-15 12:00", 300_00)
    story.top_up("2023-01-15 12:01", 300_00)
    story.reverse("2023-01-15 12:02", 3)
    assert (story.wallet, story.balance.promise) == (0, None)


@pytest.mark.parametrize(
    ("amount", "after"),
    [
        (99_99, ["ToppedUp"]),  # −50.01 and 100.00 promised: 49.99
        (100_00, ["ToppedUp", "PromiseClosed paid"]),  # −50.00
        (149_99, ["ToppedUp", "PromiseClosed paid"]),
        (150_00, ["ToppedUp", "PromiseClosed paid"]),  # exactly 0
        (150_01, ["ToppedUp", "PromiseClosed paid", "Unblocked financial balance"]),
    ],
)
def test_the_block_is_tested_after_the_promise_is_closed(begin: Begin, amount: int, after: list[str]) -> None:
    """R-10.3, R-8.5: once per booking, after all its other events; a debt of 150.00 under a promise of 100.00."""
    story = t4(begin)
    story.promise("2023-01-15 13:00", 100_00)
    story.usage("2023-01-16 10:00", "sms", 275)
    assert (story.wallet, story.account.blocks) == (-150_00, ("financial",))
    events = [described(event) for event in story.top_up("2023-01-16 11:00", amount)]
    if amount < 100_00:
        after = [*after, "Unblocked financial balance"]
    assert events == after


# Its end


def test_a_promise_lasts_days_of_24_hours(begin: Begin) -> None:
    """R-10.2: 3 × 24 h from booked_at, also where the clocks change: in Berlin it ends an hour later by the clock."""
    story = begin(region="berlin")
    story.feed("take_promise", "2023-03-24 11:00", amount=100_00, received_at="2023-03-24 12:00")
    assert promised(story) == (100_00, at("2023-03-27T13:00:00+02:00"))
    story.night("2023-03-27 12:59:59")
    assert story.balance.promise is not None
    story.night("2023-03-27 13:00:00")
    assert story.since(2) == ["2023-03-27 13:00:00 PromiseClosed ended"]


def test_the_days_of_a_promise_are_the_catalogues(begin: Begin) -> None:
    """R-10.2: max, days and fee are its terms."""
    story = begin(text=with_settings('promise = { max = "100.00", days = 7, fee = "1.00" }', ALL_TEXT))
    assert refused(story.promise("2023-01-15 12:00", 100_01)) == "PROMISE_TOO_LARGE"
    event = only(story.promise("2023-01-15 12:00", 100_00), PromiseTaken)
    assert (event.until, event.fee) == (at("2023-01-22 12:00"), 1_00)


def test_the_end_of_a_promise_is_scheduled_and_debits_nothing(begin: Begin) -> None:
    """R-10.3, R-2.7: at its own instant, without an input; nothing is available any more."""
    story = begin(10_00)
    story.promise("2023-01-15 12:34:56", 300_00)
    assert story.night("2023-01-18 12:34:55") == 0
    assert story.night("2023-01-18 12:34:56") == 1
    when = at("2023-01-18 12:34:56")
    assert story.log()[-1] == PromiseClosed(
        version=4,
        occurred_at=when,
        booked_at=when,
        recorded_at=at("2024-01-01 00:00"),
        amount=300_00,
        cause="ended",
    )
    assert (story.account.available, story.balance.promise) == (10_00, None)


@pytest.mark.parametrize(
    ("taken", "after"),
    [
        (99_99, ["PromiseClosed ended"]),
        (100_00, ["PromiseClosed ended"]),  # available exactly 0
        (100_01, ["PromiseClosed ended", "Blocked financial balance"]),
    ],
)
def test_the_end_of_a_promise_blocks_below_zero_only(begin: Begin, taken: int, after: list[str]) -> None:
    """R-10.3, R-8.5: with a limit of 100.00."""
    story = begin(credit_limit=100_00)
    story.promise("2023-01-15 12:00", 300_00)
    story.adjust("2023-01-15 13:00", -taken, 1)
    story.night("2023-01-18 12:00")
    assert [described(event) for event in story.log()[3:]] == after


def test_a_block_of_money_that_is_there_already_is_not_set_twice(begin: Begin) -> None:
    """R-10.3, R-8.5: a promise that ends under a financial block closes alone."""
    story = t4(begin)
    story.promise("2023-01-15 13:00", 1_00)
    story.usage("2023-01-16 10:00", "sms", 300)
    story.night("2023-01-20 00:00")
    assert story.since(6) == [
        "2023-01-16 10:00:00 Blocked financial balance",
        "2023-01-18 13:00:00 PromiseClosed ended",
    ]


def test_the_end_of_a_promise_under_another_block_sets_the_financial_one_too(begin: Begin) -> None:
    """R-8.1, R-10.3: several may hold at once."""
    story = begin()
    story.promise("2023-01-15 12:00", 300_00)
    story.adjust("2023-01-15 13:00", -1, 1)
    story.block("2023-01-15 14:00", "operator")
    story.night("2023-01-18 12:00")
    assert story.since(4) == [
        "2023-01-18 12:00:00 PromiseClosed ended",
        "2023-01-18 12:00:00 Blocked financial balance",
    ]
    assert story.account.blocks == ("financial", "operator")


@pytest.mark.parametrize(
    ("when", "after"),
    [
        ("2023-01-18 11:59:59", ["2023-01-18 11:59:59 InputRefused PROMISE_ACTIVE"]),
        ("2023-01-18 12:00:00", ["2023-01-18 12:00:00 PromiseClosed ended", "2023-01-18 12:00:00 PromiseTaken"]),
        ("2023-01-18 12:00:01", ["2023-01-18 12:00:00 PromiseClosed ended", "2023-01-18 12:00:01 PromiseTaken"]),
    ],
)
def test_a_promise_may_follow_the_one_that_ended(begin: Begin, when: str, after: list[str]) -> None:
    """R-10.2, R-2.7: the end is booked before an input of its instant."""
    story = begin()
    story.promise("2023-01-15 12:00", 300_00)
    assert dated(story.promise(when, 300_00)) == after


@pytest.mark.parametrize(
    ("when", "after"),
    [
        ("2023-01-18 11:59:59", ["2023-01-18 11:59:59 ToppedUp", "2023-01-18 11:59:59 PromiseClosed paid"]),
        ("2023-01-18 12:00:00", ["2023-01-18 12:00:00 PromiseClosed ended", "2023-01-18 12:00:00 ToppedUp"]),
    ],
)
def test_a_top_up_at_the_end_of_a_promise_comes_after_it(begin: Begin, when: str, after: list[str]) -> None:
    """R-2.7, R-10.3."""
    story = begin()
    story.promise("2023-01-15 12:00", 300_00)
    assert dated(story.top_up(when, 300_00)) == after


def test_the_balance_shows_a_promise_that_is_not_yet_closed(begin: Begin) -> None:
    """Contract §4: looked at from a later time nothing is booked: it still stands."""
    story = begin()
    story.promise("2023-01-15 12:00", 300_00)
    assert promised(story, "2023-02-01 00:00") == (300_00, at("2023-01-18 12:00"))


def promised(story: Story, when: str | None = None) -> tuple[int, int] | None:
    """The promise that the balance shows, looked at from a time: its amount and its end."""
    promise = balance(story.account, at=None if when is None else at(when)).promise
    return None if promise is None else (promise.amount, promise.until)


def test_a_promise_delivered_again_costs_one_fee(begin: Begin) -> None:
    """R-12.2: a duplicate, before any rule is asked."""
    story = begin(50_00, text=with_settings(FEE_FOR_PROMISES, ALL_TEXT))
    story.feed("take_promise", "2023-01-15 12:00", amount=100_00, id="p")
    again = story.feed("take_promise", "2023-01-15 12:00", amount=100_00, id="p", received_at="2023-01-15 13:00")
    assert (again.result, again.version, story.wallet) == ("duplicate", 3, 30_00)
