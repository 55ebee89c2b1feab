"""Opening, connecting a plan, discounts on fees, and catalogues that follow one another (R-3)."""

from pathlib import Path
from typing import Any

import pytest

from ledger.events import (
    AccountOpened,
    InputRefused,
    MonthlyFeeCharged,
    PackagesRefreshed,
    Period,
    PlanConnected,
    UsageCharged,
)
from ledger.service import CatalogueRefused, Ledger
from projections import canonical
from tests.scenarios.given import FULL_T4, example_1, example_3, last, only, with_plan
from tests.stores import ledger_ref
from tests.support import CATALOGUE_TEXT, Clock, Story, account_of, at, names, transfers

# Opening


def test_an_account_begins_with_nothing(tmp_path: Path) -> None:
    """R-3.1: wallet 0, no plan, credit limit 0 unless said."""
    story = Story(tmp_path).open("2023-01-15 11:00")
    opened = only(story.log(), AccountOpened)
    assert (opened.region, opened.zone, opened.credit_limit, opened.entries) == ("moscow", "Europe/Moscow", 0, ())
    made = story.balance
    assert (made.wallet, made.available, made.credit_limit) == (0, 0, 0)
    assert (made.plan, made.mode, made.anchor_day, made.period, made.buckets) == (None, "none", None, None, [])


def test_a_credit_limit_is_headroom_and_not_money(tmp_path: Path) -> None:
    """R-3.1, R-3.4: 300.00 «На полном доверии»."""
    made = Story(tmp_path).open("2023-01-15 11:00", credit_limit=300_00).balance
    assert (made.wallet, made.available, made.credit_limit) == (0, 300_00, 300_00)


def test_an_unknown_region_is_malformed_and_leaves_the_id_free(tmp_path: Path) -> None:
    """R-3.1, R-12.2."""
    story = Story(tmp_path)
    outcome = story.feed("open", "2023-01-15T11:00:00+03:00", region="atlantis", id="o")
    assert (outcome.result, outcome.reason, outcome.events) == ("rejected", "MALFORMED", ())
    assert account_of(story.ledger, story.account_id) is None
    assert story.feed("open", "2023-01-15T11:00:00+03:00", region="moscow", id="o").result == "applied"


@pytest.mark.parametrize(
    ("limit", "kopecks", "booked"),
    [
        (300_00, 99_99, ["InputRefused"]),
        (300_00, 100_00, ["PlanConnected", "MonthlyFeeCharged"]),
        (400_00, 0, ["PlanConnected", "MonthlyFeeCharged"]),
    ],
)
def test_the_credit_limit_counts_when_a_plan_is_connected(
    tmp_path: Path, limit: int, kopecks: int, booked: list[str]
) -> None:
    """R-3.4: available = wallet + L."""
    story = Story(tmp_path).open("2023-01-15 11:00", credit_limit=limit)
    if kopecks:
        story.top_up("2023-01-15 11:30", kopecks)
    assert names(story.connect("2023-01-15 12:00", "t4")) == booked
    assert story.account.blocks == ()


# Connecting


def test_a_connection_is_a_contract_and_its_first_fee(tmp_path: Path) -> None:
    """R-3.3, R-3.6: the events carry every name and rate that a bill needs."""
    story = Story(tmp_path).open("2023-01-15 11:00")
    story.top_up("2023-01-15 11:30", 1000_00)
    connected, charged = story.connect("2023-01-15 12:00", "t4")
    assert isinstance(connected, PlanConnected)
    assert (connected.plan, connected.plan_version, connected.plan_name) == ("t4", "2015-01-01", "Тест t4")
    assert connected.entries == ()
    assert isinstance(charged, MonthlyFeeCharged)
    assert (charged.plan, charged.plan_version, charged.plan_name) == ("t4", "2015-01-01", "Тест t4")
    assert (charged.cause, charged.fee, charged.discount, charged.amount) == ("connection", 400_00, 0, 400_00)
    assert (charged.vat_rate, charged.anchor_day, charged.packages) == (20, 15, FULL_T4)
    assert charged.period == Period(at("2023-01-15 12:00"), at("2023-02-15 03:00"))
    assert sorted(transfers(charged)) == sorted(
        [
            "wallet > revenue:monthly_fee 40000 kop",
            "granted/voice > base/voice 12000 s #4",
            "granted/sms > base/sms 200 sms #4",
            "granted/data > base/data 4194304 kb #4",
        ]
    )
    for event in (connected, charged):
        assert (event.occurred_at, event.booked_at) == (at("2023-01-15 12:00"),) * 2
        assert event.input == connected.input


def test_a_new_plan_ends_what_was_paid_before(tmp_path: Path) -> None:
    """R-3.3, contract §3: base and carried expire in PlanConnected, the new base comes with the fee."""
    story = example_3(tmp_path)
    story.top_up("2023-02-02 10:00", 500_00)
    connected, charged = story.connect("2023-02-10 09:00", "t3")
    assert sorted(transfers(connected)) == sorted(
        [
            "carried/voice > expired/voice 1200 s #4",
            "carried/sms > expired/sms 190 sms #4",
            f"carried/data > expired/data {96 * 1024} kb #4",
            "base/voice > expired/voice 12000 s #8",
            "base/sms > expired/sms 200 sms #8",
            "base/data > expired/data 4194304 kb #8",
        ]
    )
    assert sorted(transfers(charged)) == sorted(
        [
            "wallet > revenue:monthly_fee 35000 kop",
            "granted/voice > base/voice 21000 s #11",
            "granted/sms > base/sms 350 sms #11",
            "granted/data > base/data 2097152 kb #11",
        ]
    )
    assert story.left() == {"base/voice": 21_000, "base/sms": 350, "base/data": 2048 * 1024}
    assert (story.account.anchor_day, story.wallet) == (10, 350_00)
    assert story.verify().ok


def test_the_same_plan_again_is_a_new_contract(tmp_path: Path) -> None:
    """R-3.2, R-3.3: fee in full, packages anew, new anchor."""
    story = example_1(tmp_path)
    story.call("2023-01-16 10:00", "50:00")
    assert names(story.connect("2023-01-20 09:00", "t4")) == ["PlanConnected", "MonthlyFeeCharged"]
    assert (story.wallet, story.account.anchor_day, story.left()["base/voice"]) == (200_00, 20, 12_000)
    assert story.night("2023-02-15 03:00") == 0


@pytest.mark.parametrize("mode", ["daily", "unpaid"])
def test_a_plan_may_be_connected_in_every_mode(tmp_path: Path, mode: str) -> None:
    """R-3.2, R-4.4: a new contract brings the month back at once."""
    story = with_plan(tmp_path, "2023-02-10 12:00", 350_00 + (20_00 if mode == "daily" else 0), "t3")
    story.night("2023-03-10 03:00")
    assert story.account.mode == mode
    story.top_up("2023-03-10 10:00", 1000_00)
    connected, charged = story.connect("2023-03-10 11:00", "t4")
    expired = ["daily/data > expired/data 51200 kb #5", "daily/sms > expired/sms 10 sms #5"]
    expired += ["daily/voice > expired/voice 600 s #5"]
    assert sorted(transfers(connected)) == (expired if mode == "daily" else [])
    assert isinstance(charged, MonthlyFeeCharged)
    assert (charged.cause, story.account.mode) == ("connection", "monthly")


@pytest.mark.parametrize(
    ("plan", "when", "region", "available"),
    [
        ("no-such-plan", "2023-01-15 12:00", "moscow", False),
        ("t4", "2014-12-31 23:59:59", "moscow", False),  # no version and not on sale yet
        ("t4", "2015-01-01 00:00:00", "moscow", True),
        ("t4-old", "2023-02-28 23:59:59", "moscow", True),
        ("t4-old", "2023-03-01 00:00:00", "moscow", False),  # archived
        ("t4-old", "2023-03-01 00:00:00", "kaliningrad", False),
        ("t4-old", "2023-02-28T23:59:59+02:00", "kaliningrad", True),  # 01.03 00:59:59 in Moscow
        ("t4-ural", "2023-01-15 12:00", "moscow", False),
        ("t4-ural", "2023-01-15 12:00", "yekaterinburg", True),
    ],
)
def test_a_plan_is_available_where_and_while_it_is_sold(
    tmp_path: Path, plan: str, when: str, region: str, available: bool
) -> None:
    """R-3.2, R-2.1: by the local date and the home region; a refusal changes nothing."""
    story = Story(tmp_path).open("2014-01-01 00:00", region=region)
    story.top_up("2014-01-02 00:00", 1000_00)
    before = story.balance
    events = story.connect(when, plan)
    if available:
        assert names(events) == ["PlanConnected", "MonthlyFeeCharged"]
        return
    refused = only(events, InputRefused)
    assert (refused.input_type, refused.reason, refused.entries) == ("connect_plan", "PLAN_NOT_AVAILABLE", ())
    after = story.balance
    assert (after.wallet, after.plan, after.mode, after.buckets) == (before.wallet, None, "none", [])


@pytest.mark.parametrize(
    ("plan", "blocked", "kopecks", "reason"),
    [
        ("t4-ural", True, 0, "PLAN_NOT_AVAILABLE"),
        ("t4-ural", True, 400_00, "PLAN_NOT_AVAILABLE"),
        ("t4-ural", False, 0, "PLAN_NOT_AVAILABLE"),
        ("t4", True, 0, "BLOCKED"),
        ("t4", True, 400_00, "BLOCKED"),
        ("t4", False, 399_99, "INSUFFICIENT_FUNDS"),
    ],
)
def test_the_first_reason_against_a_connection_is_told(
    tmp_path: Path, plan: str, blocked: bool, kopecks: int, reason: str
) -> None:
    """R-3.2: availability, block, funds."""
    story = Story(tmp_path).open("2023-01-01 00:00")
    if kopecks:
        story.top_up("2023-01-02 00:00", kopecks)
    if blocked:
        story.block("2023-01-03 00:00", "operator")
    refused = only(story.connect("2023-01-15 12:00", plan), InputRefused)
    assert refused.reason == reason
    assert (story.wallet, story.account.plan) == (kopecks, None)


@pytest.mark.parametrize("kind", ["voluntary", "operator"])
def test_a_refused_connection_keeps_the_plan_and_what_is_paid(tmp_path: Path, kind: str) -> None:
    """R-3.2: a refusal changes nothing."""
    story = example_1(tmp_path)
    story.block("2023-01-16 00:00", kind)
    before = story.account
    only(story.connect("2023-01-17 00:00", "t3"), InputRefused)
    after = story.account
    assert (after.plans, after.buckets, after.period, after.wallet) == (
        before.plans,
        before.buckets,
        before.period,
        before.wallet,
    )


def test_the_version_of_the_local_date_is_connected(tmp_path: Path) -> None:
    """R-3.2, R-3.6: t4-versions costs 300.00 from 01.03.2023."""
    for day, folder, version, fee in (
        ("2023-02-28 23:59:59", "a", "2015-01-01", 400_00),
        ("2023-03-01 00:00:00", "b", "2023-03-01", 300_00),
    ):
        (tmp_path / folder).mkdir()
        story = with_plan(tmp_path / folder, day, 400_00, "t4-versions")
        charged = last(story.log(), MonthlyFeeCharged)
        assert (charged.plan_version, charged.amount) == (version, fee)


# Discounts on fees


@pytest.mark.parametrize(
    ("percent", "fee"), [(1, 396_00), (15, 340_00), (33, 268_00), (50, 200_00), (99, 4_00), (100, 0)]
)
def test_a_discount_makes_the_monthly_fee_smaller(tmp_path: Path, percent: int, fee: int) -> None:
    """R-3.5, R-4.7."""
    story = example_1(tmp_path)
    account = story.with_discount(percent, "2023-02-15", "2023-02-16")
    booked = story.would_by(account, "2023-02-15 03:00")
    charged = only(booked.events, MonthlyFeeCharged)
    assert (charged.fee, charged.discount, charged.amount) == (400_00, percent, fee)
    assert [row for row in transfers(charged) if row.endswith("kop")] == (
        [f"wallet > revenue:monthly_fee {fee} kop"] if fee else []
    )
    assert booked.account is not None
    assert booked.account.wallet == 600_00 - fee


@pytest.mark.parametrize(
    ("since", "until", "fee"),
    [
        ("2023-02-15", "2023-02-16", 200_00),
        ("2023-02-16", "2023-02-17", 400_00),
        ("2023-02-14", "2023-02-15", 400_00),
        ("2023-02-14", "2023-02-16", 200_00),
    ],
)
def test_a_discount_counts_on_its_local_dates(tmp_path: Path, since: str, until: str, fee: int) -> None:
    """R-3.5: from ≤ date < until."""
    story = example_1(tmp_path)
    booked = story.would_by(story.with_discount(50, since, until), "2023-02-15 03:00")
    assert only(booked.events, MonthlyFeeCharged).amount == fee


@pytest.mark.parametrize(
    ("kopecks", "booked", "wallet"),
    [(7_74, "Blocked", 7_74), (7_75, "DailyFeeCharged", 0), (174_99, "DailyFeeCharged", 167_24)],
)
def test_a_discount_counts_for_the_daily_fee_alike(tmp_path: Path, kopecks: int, booked: str, wallet: int) -> None:
    """R-3.5: 50 % of 15.50 and of 350.00; funds are tested against the effective fee."""
    story = with_plan(tmp_path, "2023-02-10 12:00", 350_00 + kopecks, "t3")
    found = story.would_by(story.with_discount(50, "2023-01-01", "2024-01-01"), "2023-03-10 03:00")
    assert names(found.events) == [booked]
    assert found.account is not None
    assert found.account.wallet == wallet


@pytest.mark.parametrize(("kopecks", "accepted"), [(199_99, False), (200_00, True)])
def test_a_discount_counts_at_connection_and_at_refresh(tmp_path: Path, kopecks: int, accepted: bool) -> None:
    """R-3.2, R-3.5, R-5.3: the effective fee is what funds are tested against."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00 + kopecks)
    account = story.with_discount(50, "2023-01-01", "2024-01-01")
    connected = story.would(account, "connect_plan", "2023-01-20 12:00", plan="t4")
    refreshed = story.would(account, "refresh", "2023-01-20 12:00")
    if accepted:
        fee = connected.events[-1]
        assert isinstance(fee, MonthlyFeeCharged)
        assert (fee.fee, fee.discount, fee.amount) == (400_00, 50, 200_00)
        renewed = only(refreshed.events, PackagesRefreshed)
        assert (renewed.fee, renewed.discount, renewed.amount) == (400_00, 50, 200_00)
    else:
        assert names(connected.events) == ["InputRefused"]
        assert names(refreshed.events) == ["RefreshRefused"]


def test_a_free_month_grants_packages_and_moves_no_money(tmp_path: Path) -> None:
    """R-4.7, contract §3: MonthlyFeeCharged also at fee 0, with no money entry."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 0, "free")
    charged = last(story.log(), MonthlyFeeCharged)
    assert transfers(charged) == ["granted/voice > base/voice 600 s #3"]
    assert (charged.amount, charged.wallet_after) == (0, 0)
    story.night("2023-02-15 03:00")
    nightly = last(story.log(), MonthlyFeeCharged)
    assert sorted(transfers(nightly)) == [
        "base/voice > expired/voice 600 s #3",
        "granted/voice > base/voice 600 s #4",
    ]
    assert (nightly.cause, nightly.amount, story.account.mode) == ("nightly", 0, "monthly")
    assert story.verify().ok


# Catalogues that follow one another

DEARER = """
[[plans]]
id = "t4"
name = "Тест t4, новый"
effective_from = {since}
sold_from = 2015-01-01
regions = ["*"]
monthly_fee = "450.00"
packages = {{ voice_minutes = 100 }}
packages_cover = ["home"]
[plans.prices.home]
voice_minute = "3.00"
"""


def versioned(since: str = "2023-02-01") -> str:
    """The catalogue with a dearer t4 from a date on."""
    return CATALOGUE_TEXT + DEARER.format(since=since)


def without(text: str, plan: str, version: str = "2015-01-01") -> str:
    """A catalogue without one plan version."""
    head, *plans = text.split("[[plans]]")
    kept = [part for part in plans if f'id = "{plan}"' not in part or f"effective_from = {version}" not in part]
    assert len(kept) == len(plans) - 1
    return "[[plans]]".join([head, *kept])


def adopt(story: Story, text: str) -> None:
    """Open the story's ledger anew with another catalogue."""
    story.ledger.close()
    story.ledger = Ledger(ledger_ref(story.path), now=story.clock, catalogue=text)


def adopted(story: Story) -> int:
    with story.reading() as log:
        return log.adopted_count()


def test_a_new_version_is_used_from_its_local_date_on(tmp_path: Path) -> None:
    """R-3.6: the plan version effective on the local date of the charge."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 2000_00, text=versioned("2023-02-15"))
    only(story.dial("2023-02-14 23:59:59"), PackagesRefreshed)
    after = only(story.dial("2023-02-15 00:00:00"), PackagesRefreshed)
    before = story.log()[-2]
    assert isinstance(before, PackagesRefreshed)
    assert (before.plan_version, before.fee, before.plan_name) == ("2015-01-01", 400_00, "Тест t4")
    assert (after.plan_version, after.fee, after.plan_name) == ("2023-02-15", 450_00, "Тест t4, новый")
    assert after.packages == {"voice": 6000}


def test_a_later_catalogue_never_changes_an_old_bill(tmp_path: Path) -> None:
    """R-3.6: what was booked keeps its terms, what is booked from the new position on has the new ones."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 3000_00)
    story.dial("2023-02-01 10:00")
    january = canonical.statement(story.statement("2023-01-01", "2023-01-31"))
    february = story.statement("2023-02-01", "2023-02-01")
    assert february.next_fee == 400_00
    adopt(story, versioned("2023-01-20"))  # effective in the past, but unknown when February was booked
    assert canonical.statement(story.statement("2023-01-01", "2023-01-31")) == january
    assert story.statement("2023-02-01", "2023-02-01").lines == february.lines
    event = only(story.dial("2023-02-01 11:00"), PackagesRefreshed)
    assert (event.plan_version, event.amount) == ("2023-01-20", 450_00)
    assert adopted(story) == 2
    assert story.verify().ok


def test_every_booking_is_decided_again_under_its_own_catalogue(tmp_path: Path) -> None:
    """R-3.6: there and back again, and two adoptions at one position."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 5000_00)
    adopt(story, versioned("2023-01-16"))
    adopt(story, CATALOGUE_TEXT)  # the new version was not used yet, so it may go
    story.dial("2023-01-17 10:00")
    adopt(story, versioned("2023-01-16"))
    story.dial("2023-01-18 10:00")
    story.call("2023-01-18 11:00", "1:00")
    fees = [event.fee for event in story.log() if isinstance(event, PackagesRefreshed)]
    assert fees == [400_00, 450_00]
    assert adopted(story) == 4
    report = story.verify()
    assert report.ok, report.problems


@pytest.mark.parametrize(
    "used_by",
    [
        {"type": "refresh"},
        {"type": "connect_plan", "plan": "t4"},
        {"type": "usage", "service": "voice", "direction": "out", "quantity": 60},
    ],
    ids=["refresh", "connection", "usage"],
)
def test_a_version_that_was_used_may_be_neither_dropped_nor_altered(tmp_path: Path, used_by: dict[str, Any]) -> None:
    """R-3.6: whatever used it; refused with one line, and nothing is changed by the attempt."""
    text = versioned("2023-01-20")
    story = with_plan(tmp_path, "2023-01-15 12:00", 5000_00, text=text)
    story.feed(used_by["type"], "2023-01-21 10:00", **{k: v for k, v in used_by.items() if k != "type"})
    for other in (
        without(text, "t4", "2023-01-20"),
        text.replace('monthly_fee = "450.00"', 'monthly_fee = "451.00"'),
        text.replace('voice_minute = "3.00"', 'voice_minute = "3.01"'),
        text.replace("Тест t4, новый", "Тест t4, иной"),
        without(text, "t4"),
    ):
        with pytest.raises(CatalogueRefused) as caught:
            Ledger(ledger_ref(story.path), now=Clock(0), catalogue=other)
        assert "t4" in str(caught.value)
        assert "\n" not in str(caught.value)
    assert adopted(story) == 1
    assert story.verify().ok


def test_a_version_that_nobody_used_may_go_or_change(tmp_path: Path) -> None:
    """R-3.6."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00, text=versioned("2023-05-01"))
    altered = versioned("2023-05-01").replace('monthly_fee = "450.00"', 'monthly_fee = "451.00"')
    adopt(story, altered)
    adopt(story, without(without(CATALOGUE_TEXT, "t3"), "t4-old"))
    assert adopted(story) == 3
    assert story.verify().ok


@pytest.mark.parametrize(
    "text",
    [CATALOGUE_TEXT, "# another comment\n" + CATALOGUE_TEXT, CATALOGUE_TEXT.replace('"400.00"', '"400"')],
    ids=["the same bytes", "another comment", "another spelling"],
)
def test_the_same_catalogue_again_changes_nothing(tmp_path: Path, text: str) -> None:
    """R-3.6."""
    story = example_1(tmp_path)
    adopt(story, text)
    assert adopted(story) == 1


def test_a_ledger_keeps_its_catalogue(tmp_path: Path) -> None:
    """R-3.6: opened without a catalogue, its own holds."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 2000_00, text=versioned("2023-01-20"))
    story.ledger.close()
    story.ledger = Ledger(ledger_ref(story.path), now=story.clock)
    assert only(story.dial("2023-01-21 10:00"), PackagesRefreshed).fee == 450_00


def test_a_usage_names_the_version_that_rated_it(tmp_path: Path) -> None:
    """R-3.6, R-6.6."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00, text=versioned("2023-01-20"))
    call = only(story.call("2023-01-20 00:00", "1:00", zone="home"), UsageCharged)
    assert (call.plan, call.plan_version, call.vat_rate) == ("t4", "2023-01-20", 20)
