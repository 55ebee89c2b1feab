"""«Обнови пакет»: six refusals in order, what is carried, and what the subscriber is told (R-5)."""

from pathlib import Path
from typing import Any

import pytest

from ledger.account import Account
from ledger.events import InputRefused, PackagesRefreshed, Period, RefreshRefused
from ledger.inputs import Malformed
from tests.scenarios.given import FULL_T4, MB, example_1, example_3, last, only, t3_due_on_10_march, with_plan
from tests.support import CATALOGUE_TEXT, Story, at, names, replied, rfc, transfers

BASE_T4 = {f"base/{service}": amount for service, amount in FULL_T4.items()}
CARRIED_T4 = {f"carried/{service}": amount for service, amount in FULL_T4.items()}

WITHDRAWN = """
[[plans]]
id = "t4"
name = "Тест t4"
effective_from = 2023-02-01
sold_from = 2015-01-01
regions = ["yekaterinburg"]
monthly_fee = "400.00"
packages = { voice_minutes = 200 }
packages_cover = ["home"]
[plans.prices.home]
voice_minute = "2.00"
"""

FREED = WITHDRAWN.replace("400.00", "0.00").replace('["yekaterinburg"]', '["*"]')


def refused(story: Story, when: str, account: Account | None = None) -> RefreshRefused:
    """The refusal of a request at this time."""
    return only(story.would(account or story.account, "ussd", when, text="*929#").events, RefreshRefused)


def facts(event: RefreshRefused) -> dict[str, Any]:
    """What R-5.3 says was tested."""
    return {name: fact for name, fact in event.facts.items() if name != "plan"}


# Accepted


def test_an_accepted_refresh_is_one_event_with_everything_a_bill_needs(tmp_path: Path) -> None:
    """R-5.4, R-3.6: fee, carried leftovers, new base, new anchor, new period."""
    story = example_3(tmp_path)
    event = last(story.log(), PackagesRefreshed)
    when = at("2023-02-01 10:00")
    assert (event.version, event.occurred_at, event.booked_at, event.wallet_after) == (8, when, when, 200_00)
    assert (event.plan, event.plan_version, event.plan_name) == ("t4", "2015-01-01", "Тест t4")
    assert (event.fee, event.discount, event.amount, event.vat_rate) == (400_00, 0, 400_00, 20)
    assert (event.anchor_day, event.packages) == (1, FULL_T4)
    assert event.period == Period(when, at("2023-03-01 03:00"))
    assert len(event.entries) == 7
    assert (story.account.mode, story.account.anchor_day) == ("monthly", 1)


def test_carried_buckets_keep_their_start_and_get_the_new_end(tmp_path: Path) -> None:
    """R-5.4, R-6.5: `granted` of a carried bucket is what moved."""
    story = example_3(tmp_path)
    rows = [(r.bucket, r.service, r.left, r.granted, rfc(r.start)[:16], rfc(r.end)[:16]) for r in story.balance.buckets]
    assert rows == [
        ("carried", "voice", 1200, 1200, "2023-01-15T12:00", "2023-03-01T03:00"),
        ("carried", "sms", 190, 190, "2023-01-15T12:00", "2023-03-01T03:00"),
        ("carried", "data", 98_304, 98_304, "2023-01-15T12:00", "2023-03-01T03:00"),
        ("base", "voice", 12_000, 12_000, "2023-02-01T10:00", "2023-03-01T03:00"),
        ("base", "sms", 200, 200, "2023-02-01T10:00", "2023-03-01T03:00"),
        ("base", "data", 4_194_304, 4_194_304, "2023-02-01T10:00", "2023-03-01T03:00"),
    ]


def test_an_empty_base_is_carried_as_an_empty_bucket(tmp_path: Path) -> None:
    """R-5.4: "also 0"; R-1.3: an entry has an amount above 0, so nothing moves."""
    story = example_1(tmp_path)
    story.call("2023-01-20 10:00", "200:00")
    event = only(story.dial("2023-02-01 10:00"), PackagesRefreshed)
    assert not [row for row in transfers(event) if "carried/voice" in row]
    row = story.balance.buckets[0]
    assert (row.bucket, row.service, row.left, row.granted) == ("carried", "voice", 0, 0)
    assert story.verify().ok


def test_untouched_packages_may_be_refreshed(tmp_path: Path) -> None:
    """R-5.8: all of it is carried and the date moves."""
    story = example_1(tmp_path)
    only(story.dial("2023-01-16 12:00"), PackagesRefreshed)
    assert story.left() == CARRIED_T4 | BASE_T4
    assert story.account.period == Period(at("2023-01-16 12:00"), at("2023-02-16 03:00"))


def test_there_is_no_limit_on_refreshes(tmp_path: Path) -> None:
    """R-5.2, R-5.5: each request with its own id is its own attempt; never more than one carried bucket."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00 * 6)
    for minute in range(5):
        only(story.dial(f"2023-01-15 13:{minute:02d}"), PackagesRefreshed)
        assert story.left() == CARRIED_T4 | BASE_T4
    assert story.wallet == 0
    assert only(story.dial("2023-01-15 13:30"), RefreshRefused).reason == "INSUFFICIENT_FUNDS"
    assert story.verify().ok


def test_the_same_request_delivered_again_is_no_attempt(tmp_path: Path) -> None:
    """R-5.2, R-7.3."""
    story = example_1(tmp_path)
    story.dial("2023-02-01 10:00", id="once")
    again = story.feed("ussd", "2023-02-01 10:00", text="*929#", id="once")
    assert (again.result, again.events, story.wallet) == ("duplicate", (), 200_00)


def test_what_was_carried_expires_at_the_next_due_date(tmp_path: Path) -> None:
    """R-5.5: "переносится один раз": at the night after the refresh it is gone."""
    story = example_3(tmp_path)
    story.top_up("2023-02-10 00:00", 400_00)
    story.night("2023-03-01 02:59:59")
    assert story.left()["carried/voice"] == 1200
    story.night("2023-03-01 03:00:00")
    assert story.left() == BASE_T4


def test_what_was_carried_once_is_not_carried_again(tmp_path: Path) -> None:
    """R-5.4, R-5.5: only base moves at the second refresh, and less of it if it was used."""
    story = example_3(tmp_path)
    story.top_up("2023-02-10 00:00", 1000_00)
    story.call("2023-02-11 00:00", "50:00")  # 20 carried, 30 of base
    story.dial("2023-02-12 00:00")
    assert story.left() == BASE_T4 | CARRIED_T4 | {"carried/voice": 170 * 60}


@pytest.mark.parametrize(
    ("type", "fields"),
    [
        ("ussd", {"text": "*929#"}),
        ("sms", {"to": "9290", "text": ""}),
        ("sms", {"to": "9290", "text": "СТОП, не надо"}),
        ("refresh", {}),
    ],
    ids=["ussd", "empty sms", "any sms", "app"],
)
def test_every_way_to_ask_does_the_same(tmp_path: Path, type: str, fields: dict[str, str]) -> None:
    """R-5.1: by USSD, by any SMS to 9290, by the app; the request itself costs and spends nothing."""
    story = example_1(tmp_path)
    event = only(story.events_of(type, "2023-02-01 10:00", **fields), PackagesRefreshed)
    assert event.input_type == type
    assert [row for row in transfers(event) if row.endswith("kop")] == ["wallet > revenue:monthly_fee 40000 kop"]
    assert story.left() == CARRIED_T4 | BASE_T4
    assert story.wallet == 200_00
    rows = story.statement("2023-02-01", "2023-02-28").usage
    asked = [(row.service, row.direction, row.peer, row.zone, row.quantity, row.billed, row.amount) for row in rows]
    shown = {"ussd": ("ussd", "*929#"), "sms": ("sms", "9290")}.get(type)
    assert asked == ([(shown[0], "out", shown[1], "home", 1, 0, 0)] if shown else [])
    assert story.verify().ok


def test_the_text_of_an_sms_is_never_stored(tmp_path: Path) -> None:
    """Contract §3: it counts in the digest only."""
    story = example_1(tmp_path)
    story.sms("2023-02-01 10:00", text="тайное слово", id="s")
    for shown in (story.shown()[-1], str(story.log()[-1])):
        assert "тайное" not in str(shown)
    assert story.feed("sms", "2023-02-01 10:00", to="9290", text="тайное слово", id="s").result == "duplicate"
    assert story.feed("sms", "2023-02-01 10:00", to="9290", text="другое", id="s").reason == "ID_CONFLICT"


def test_a_refresh_works_wherever_the_subscriber_is(tmp_path: Path) -> None:
    """R-5.6: after a roaming record nothing differs, and a request has no zone to say."""
    story = example_1(tmp_path)
    story.call("2023-01-20 10:00", "1:00", zone="roaming")
    only(story.dial("2023-02-01T12:00:00+05:00"), PackagesRefreshed)
    with pytest.raises(Malformed):
        story.dial("2023-02-01 12:00", zone="roaming")


def test_a_refresh_reads_as_a_nightly_charge(tmp_path: Path) -> None:
    """R-5.7, R-13.3: the same words; the period and the cause differ."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1200_00)
    story.night("2023-02-15 03:00")
    story.dial("2023-02-20 10:00")
    nightly, refresh = story.statement("2023-02-01", "2023-02-28").lines
    text = "Списание ежемесячной платы по Тарифному плану"
    assert (story.worded(nightly), story.worded(refresh), nightly.kind, refresh.kind) == (
        text,
        text,
        "monthly_fee",
        "monthly_fee",
    )
    assert (nightly.cause, refresh.cause) == ("nightly", "refresh")
    assert nightly.period is not None
    assert refresh.period is not None
    assert (f"{nightly.period.first}", f"{nightly.period.last}") == ("2023-02-15", "2023-03-14")
    assert (f"{refresh.period.first}", f"{refresh.period.last}") == ("2023-02-20", "2023-03-19")


# What is told


def test_an_accepted_refresh_is_told_with_sum_and_date(tmp_path: Path) -> None:
    """R-5.3: «Пакеты обновлены: списано X ₽, следующее списание ДД.ММ.ГГГГ.»"""
    story = example_3(tmp_path)
    assert story.shown()[-1]["reply"] == "Пакеты обновлены: списано 400,00 ₽, следующее списание 01.03.2023."


def test_a_discounted_refresh_is_told_with_what_was_debited(tmp_path: Path) -> None:
    """R-5.3, R-3.5."""
    story = example_1(tmp_path)
    account = story.with_discount(33, "2023-01-01", "2024-01-01")
    event = only(story.would(account, "refresh", "2023-01-31 10:00").events, PackagesRefreshed)
    assert replied(event, story.zone) == "Пакеты обновлены: списано 268,00 ₽, следующее списание 28.02.2023."


def test_an_accepted_request_as_the_contract_prints_it(tmp_path: Path) -> None:
    """Contract §3, R-5.4, R-2.5: every named field, entries in any order."""
    story = example_3(tmp_path)
    shown = story.shown()[-1]
    when = "2023-02-01T10:00:00+03:00"
    assert {name: shown[name] for name in ("version", "type", "occurred_at", "booked_at", "text")} == {
        "version": 8,
        "type": "PackagesRefreshed",
        "occurred_at": when,
        "booked_at": when,
        "text": "*929#",
    }
    assert {name: shown["input"][name] for name in ("source", "id", "received_at")} == {
        "source": "feed",
        "id": "ussd-7",
        "received_at": when,
    }
    assert sorted(shown["entries"], key=str) == sorted(
        [
            {"from": "wallet", "to": "revenue:monthly_fee", "unit": "kop", "amount": 40000},
            {"from": "base/voice", "to": "carried/voice", "unit": "s", "amount": 1200, "grant": 4},
            {"from": "base/sms", "to": "carried/sms", "unit": "sms", "amount": 190, "grant": 4},
            {"from": "base/data", "to": "carried/data", "unit": "kb", "amount": 98304, "grant": 4},
            {"from": "granted/voice", "to": "base/voice", "unit": "s", "amount": 12000, "grant": 8},
            {"from": "granted/sms", "to": "base/sms", "unit": "sms", "amount": 200, "grant": 8},
            {"from": "granted/data", "to": "base/data", "unit": "kb", "amount": 4194304, "grant": 8},
        ],
        key=str,
    )


# The six refusals


def test_1_without_a_plan_there_is_nothing_to_refresh(tmp_path: Path) -> None:
    """R-5.3: NOT_ELIGIBLE."""
    story = Story(tmp_path).open("2023-01-01 00:00")
    story.top_up("2023-01-02 00:00", 1000_00)
    event = only(story.dial("2023-02-01 10:00"), RefreshRefused)
    assert (event.reason, event.entries, event.input_type) == ("NOT_ELIGIBLE", (), "ussd")
    assert facts(event) == {"fee": None, "available": 1000_00, "mode": "none", "blocks": []}
    assert replied(event, story.zone) == "На вашем номере нет пакетов для обновления."


@pytest.mark.parametrize(
    ("plan", "connected", "text"),
    [
        ("t4-fixed", "2023-01-15 12:00", CATALOGUE_TEXT),
        ("free", "2023-01-15 12:00", CATALOGUE_TEXT),
        ("t4", "2023-01-15 12:00", CATALOGUE_TEXT + WITHDRAWN),
        ("t4", "2023-01-15 12:00", CATALOGUE_TEXT + FREED),
    ],
    ids=["without the service", "without a fee", "not in the region any more", "without a fee by now"],
)
def test_1_a_plan_that_cannot_be_refreshed(tmp_path: Path, plan: str, connected: str, text: str) -> None:
    """R-5.3: NOT_ELIGIBLE, by the version of the local date."""
    story = with_plan(tmp_path, connected, 2000_00, plan, text=text)
    event = only(story.dial("2023-02-01 00:00:00"), RefreshRefused)
    assert (event.reason, event.facts["available"], event.facts["mode"]) == ("NOT_ELIGIBLE", story.wallet, "monthly")
    assert replied(event, story.zone) == "На вашем номере нет пакетов для обновления."


@pytest.mark.parametrize("text", [CATALOGUE_TEXT + WITHDRAWN, CATALOGUE_TEXT + FREED])
def test_1_a_second_before_the_new_version_it_could_be_refreshed(tmp_path: Path, text: str) -> None:
    """R-5.3, R-3.6."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 2000_00, text=text)
    assert names(story.dial("2023-01-31 23:59:59")) == ["PackagesRefreshed"]


def test_1_a_version_without_the_service_ends_it(tmp_path: Path) -> None:
    """R-5.3: t4-versions can't be refreshed from 01.06.2023 local."""
    story = with_plan(tmp_path, "2023-05-15 12:00", 2000_00, "t4-versions")
    assert names(story.dial("2023-05-31 23:59:59")) == ["PackagesRefreshed"]
    assert only(story.dial("2023-06-01 00:00:00"), RefreshRefused).reason == "NOT_ELIGIBLE"


def test_2_a_discount_of_everything_leaves_nothing_to_refresh(tmp_path: Path) -> None:
    """R-5.3: FEE_WAIVED."""
    story = example_1(tmp_path)
    event = refused(story, "2023-02-01 10:00", story.with_discount(100, "2023-02-01", "2023-02-02"))
    assert event.reason == "FEE_WAIVED"
    assert facts(event) == {"fee": 0, "available": 600_00, "mode": "monthly", "blocks": []}
    assert replied(event, story.zone) == "Обновление недоступно: по вашему тарифу действует скидка 100 %."


@pytest.mark.parametrize(
    ("percent", "since", "until"),
    [(99, "2023-02-01", "2023-02-02"), (100, "2023-02-02", "2023-03-01"), (100, "2023-01-01", "2023-02-01")],
)
def test_2_any_other_discount_waives_nothing(tmp_path: Path, percent: int, since: str, until: str) -> None:
    """R-5.3, R-3.5: 99 %, or 100 % on another date."""
    story = example_1(tmp_path)
    account = story.with_discount(percent, since, until)
    assert names(story.would(account, "refresh", "2023-02-01 10:00").events) == ["PackagesRefreshed"]


@pytest.mark.parametrize("kind", ["voluntary", "operator"])
def test_3_any_block_refuses_a_refresh(tmp_path: Path, kind: str) -> None:
    """R-5.3: BLOCKED."""
    story = example_1(tmp_path)
    story.block("2023-01-31 10:00", kind)
    event = only(story.dial("2023-02-01 10:00"), RefreshRefused)
    assert event.reason == "BLOCKED"
    assert facts(event) == {"fee": 400_00, "available": 600_00, "mode": "monthly", "blocks": [kind]}
    assert (
        replied(event, story.zone)
        == "Обновление недоступно: номер заблокирован. Пополните счёт или снимите блокировку."
    )


def test_3_a_financial_block_too(tmp_path: Path) -> None:
    """R-5.3: BLOCKED, also inside the paid month."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00)
    story.call("2023-01-16 10:00", "1:00", zone="russia")
    event = only(story.dial("2023-02-01 10:00"), RefreshRefused)
    assert event.reason == "BLOCKED"
    assert facts(event) == {"fee": 400_00, "available": -5_00, "mode": "monthly", "blocks": ["financial"]}


@pytest.mark.parametrize(("kopecks", "missing"), [(100_00, "265,50 ₽"), (15_50, "350,00 ₽"), (349_99, "15,51 ₽")])
def test_4_in_the_days_a_refresh_is_refused_with_what_is_missing(tmp_path: Path, kopecks: int, missing: str) -> None:
    """R-5.3: ALTERNATIVE_PERIOD; X is what the wallet lacks for the month."""
    story = t3_due_on_10_march(tmp_path, kopecks)
    event = last(story.dial("2023-03-10 10:00"), RefreshRefused)
    assert event.reason == "ALTERNATIVE_PERIOD"
    assert facts(event) == {
        "fee": 350_00,
        "available": kopecks - 15_50,
        "mode": "daily",
        "blocks": [],
        "night_at": "2023-03-11T03:00:00+03:00",
        "night_fee": 350_00,
        "night_available": kopecks - 15_50,
    }
    assert replied(event, story.zone) == (
        f"Обновление недоступно при посуточном списании. Пополните счёт на {missing}: ночью спишется плата за месяц."
    )


def test_5_while_nothing_is_paid_a_refresh_waits_for_the_night(tmp_path: Path) -> None:
    """R-5.3: UNPAID_PERIOD."""
    story = t3_due_on_10_march(tmp_path, 0)
    story.night("2023-03-10 03:00")
    story.top_up("2023-03-10 10:00", 1000_00)
    event = only(story.dial("2023-03-10 10:01"), RefreshRefused)
    assert event.reason == "UNPAID_PERIOD"
    assert facts(event) == {"fee": 350_00, "available": 1000_00, "mode": "unpaid", "blocks": []}
    assert replied(event, story.zone) == "Обновление станет доступно после списания платы ближайшей ночью."


def test_6_without_the_money_a_refresh_is_refused_with_both_sums(tmp_path: Path) -> None:
    """R-5.3: INSUFFICIENT_FUNDS; the credit limit counts."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 401_00, credit_limit=300_00)
    event = only(story.dial("2023-02-01 10:00"), RefreshRefused)
    assert event.reason == "INSUFFICIENT_FUNDS"
    assert facts(event) == {"fee": 400_00, "available": 301_00, "mode": "monthly", "blocks": []}
    assert replied(event, story.zone) == "Недостаточно средств: нужно 400,00 ₽, доступно 301,00 ₽."


def test_a_refusal_changes_nothing_but_the_clock(tmp_path: Path) -> None:
    """R-5.3, R-2.6, R-1.3: stored as an event without entries."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00)
    before = story.account
    event = only(story.dial("2023-02-01 10:00"), RefreshRefused)
    after = story.account
    assert (event.entries, event.wallet_after) == ((), None)
    assert (after.wallet, after.buckets, after.period, after.anchor_day) == (
        before.wallet,
        before.buckets,
        before.period,
        before.anchor_day,
    )
    assert after.clock == at("2023-02-01 10:00")
    shown = story.shown()[-1]
    assert (shown["type"], shown["reason"], shown["entries"]) == ("RefreshRefused", "INSUFFICIENT_FUNDS", [])
    assert shown["reply"] == "Недостаточно средств: нужно 400,00 ₽, доступно 0,00 ₽."
    assert {name: shown["facts"][name] for name in ("fee", "available", "mode", "blocks")} == facts(event)


# Two reasons at once: the earlier one is told


def situation(folder: Path, plan: str, *, mode: str, blocked: bool, funds: bool) -> Story:
    """An account of a plan in a mode, blocked or not, with or without the money of a month."""
    price = {"t3": 350_00, "t4": 400_00, "t3-fixed": 350_00}[plan]
    left = {"monthly": 0, "daily": 20_00, "unpaid": 0}[mode]
    fixed = CATALOGUE_TEXT.split("[[plans]]")[2].replace('"t3"', '"t3-fixed"').replace("refreshable = true", "")
    text = CATALOGUE_TEXT + "[[plans]]" + fixed.replace("premium = false", "premium = false\nrefreshable = false")
    story = with_plan(folder, "2023-02-10 12:00", price + left, plan, text=text)
    if mode != "monthly":
        story.night("2023-03-10 03:00")
    if mode == "unpaid":
        story.top_up("2023-03-10 08:00", 1)  # lifts the financial block
    if funds:
        story.top_up("2023-03-10 09:00" if mode != "monthly" else "2023-03-01 09:00", 1000_00)
    if blocked:
        story.block("2023-03-10 09:30" if mode != "monthly" else "2023-03-01 09:30", "operator")
    assert story.account.mode == mode
    return story


@pytest.mark.parametrize(
    ("plan", "percent", "blocked", "mode", "funds", "reason"),
    [
        # NOT_ELIGIBLE against each of the others
        ("t3-fixed", 100, False, "monthly", True, "NOT_ELIGIBLE"),
        ("t3-fixed", 0, True, "monthly", True, "NOT_ELIGIBLE"),
        ("t3-fixed", 0, False, "daily", True, "NOT_ELIGIBLE"),
        ("t3-fixed", 0, False, "unpaid", True, "NOT_ELIGIBLE"),
        ("t3-fixed", 0, False, "monthly", False, "NOT_ELIGIBLE"),
        # FEE_WAIVED; with it funds always suffice
        ("t3", 100, True, "monthly", True, "FEE_WAIVED"),
        ("t3", 100, False, "daily", True, "FEE_WAIVED"),
        ("t3", 100, False, "unpaid", True, "FEE_WAIVED"),
        # BLOCKED
        ("t3", 0, True, "daily", True, "BLOCKED"),
        ("t3", 0, True, "unpaid", True, "BLOCKED"),
        ("t3", 0, True, "monthly", False, "BLOCKED"),
        # ALTERNATIVE_PERIOD and UNPAID_PERIOD exclude each other
        ("t3", 0, False, "daily", False, "ALTERNATIVE_PERIOD"),
        ("t3", 0, False, "unpaid", False, "UNPAID_PERIOD"),
        # all that can hold at once
        ("t3-fixed", 100, True, "daily", False, "NOT_ELIGIBLE"),
        ("t3", 0, True, "unpaid", False, "BLOCKED"),
        # each alone
        ("t3", 0, False, "monthly", False, "INSUFFICIENT_FUNDS"),
        ("t3", 0, True, "monthly", True, "BLOCKED"),
        ("t3", 0, False, "daily", True, "ALTERNATIVE_PERIOD"),
        ("t3", 0, False, "unpaid", True, "UNPAID_PERIOD"),
    ],
)
def test_of_two_reasons_the_earlier_is_told(
    tmp_path: Path, plan: str, percent: int, blocked: bool, mode: str, funds: bool, reason: str
) -> None:
    """R-5.3: the order of the six reasons, pair by pair."""
    story = situation(tmp_path, plan, mode=mode, blocked=blocked, funds=funds)
    account = story.with_discount(percent, "2020-01-01", "2024-01-01") if percent else story.account
    when = "2023-03-01 10:00" if mode == "monthly" else "2023-03-10 10:00"
    assert refused(story, when, account).reason == reason


def test_6_funds_are_tested_last_and_against_the_discounted_fee(tmp_path: Path) -> None:
    """R-5.3, R-3.5."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00 + 199_99)
    event = refused(story, "2023-02-01 10:00", story.with_discount(50, "2023-01-01", "2024-01-01"))
    assert (event.reason, event.facts["fee"], event.facts["available"]) == ("INSUFFICIENT_FUNDS", 200_00, 199_99)


# Other codes


@pytest.mark.parametrize(
    ("type", "fields"),
    [
        ("ussd", {"text": code})
        for code in ("", "*929", "929#", " *929#", "*929# ", "*929#\n", "*928#", "*929##", "*９２９#", "*100#")
    ]
    + [
        ("sms", {"to": number, "text": "*929#"})
        for number in ("", "929", "9290 ", " 9290", "92900", "+9290", "９２９０")
    ],
)
def test_only_the_exact_code_asks_for_a_refresh(tmp_path: Path, type: str, fields: dict[str, str]) -> None:
    """R-12.4: exactly `*929#`, exactly `9290`, nothing trimmed; R-13.1: no usage row."""
    story = example_1(tmp_path)
    before = story.account
    event = only(story.events_of(type, "2023-02-01 10:00", **fields), InputRefused)
    assert (event.input_type, event.reason, event.entries) == (type, "UNKNOWN_SERVICE_CODE", ())
    shown = story.shown()[-1]
    assert {name: shown.get(name) for name in fields} == (fields if type == "ussd" else fields | {"text": None})
    assert (story.wallet, story.account.buckets) == (before.wallet, before.buckets)
    assert story.statement("2023-02-01", "2023-02-28").usage == []
    assert story.verify().ok


def test_another_code_is_refused_before_any_reason_of_a_refresh(tmp_path: Path) -> None:
    """R-12.4: also for an account without a plan, or under a block."""
    story = Story(tmp_path).open("2023-01-01 00:00")
    story.block("2023-01-02 00:00")
    assert only(story.dial("2023-01-03 00:00", "*111#"), InputRefused).reason == "UNKNOWN_SERVICE_CODE"


# Unlimited services


def test_an_unlimited_service_is_not_carried_and_begins_anew(tmp_path: Path) -> None:
    """R-6.3, R-5.4: never carried, never listed, no entries."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00, "t4-unlimited")
    story.usage("2023-01-16 10:00", "data", 9000 * MB)
    event = only(story.dial("2023-02-01 10:00"), PackagesRefreshed)
    assert not [row for row in transfers(event) if "data" in row]
    assert set(story.left()) == {"carried/voice", "carried/sms", "base/voice", "base/sms"}
    assert event.packages == {"voice": 12_000, "sms": 200, "data": "unlimited"}
    usage = story.usage("2023-02-02 10:00", "data", 9000 * MB)
    assert (transfers(*usage), story.wallet) == ([], 200_00)
