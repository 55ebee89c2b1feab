"""Options: a fee, a bucket and a due date of their own, beside the tariff and untouched by it (R-9)."""

from typing import Any

import pytest

from ledger.events import (
    ChargeReversed,
    InputRef,
    InputRefused,
    MonthlyFeeCharged,
    OptionConnected,
    OptionDisconnected,
    OptionExpired,
    OptionFeeCharged,
    OptionSuspended,
    PackagesRefreshed,
    Period,
    UsageCharged,
    UsageUnrated,
)
from ledger.periods import HOUR
from ledger.units import PackageQuantity
from tests.scenarios.told import ALL_TEXT, MB, MB_KB, Begin, Told, dated, fields_of, moved, only, refused, unmoved
from tests.support import at, names, rfc

WINDOW = 72 * HOUR


def held(story: Told, option: str) -> tuple[int, int | None]:
    """The anchor day and the due instant of a connected option."""
    found = story.account.option(option)
    assert found is not None, f"{option} is not connected"
    return found.anchor_day, found.due


def fees(story: Told, option: str) -> list[str]:
    """When an option's fee was taken behind its connection."""
    return [
        line[:16]
        for line in dated(
            [e for e in story.log() if isinstance(e, OptionFeeCharged) and e.option == option], story.zone
        )
    ]


def buckets(story: Told) -> list[tuple[str, str, int, int, str, str]]:
    """The balance's buckets: name, service, left, granted, start and end."""
    return [
        (row.bucket, row.service, row.left, row.granted, rfc(row.start, story.zone)[:16], rfc(row.end, story.zone)[:16])
        for row in story.balance.buckets
    ]


# Connecting


def test_a_monthly_option_is_paid_at_once_and_gets_its_own_anchor(begin: Begin) -> None:
    """R-9.1: fee at once, buckets granted, own anchor = local day; no plan needed."""
    story = begin(300_00)
    event = only(story.option("2023-01-15 12:00", "min100", id="want"), OptionConnected)
    when, due = at("2023-01-15 12:00"), at("2023-02-15 03:00")
    assert event == OptionConnected(
        version=3,
        occurred_at=when,
        booked_at=when,
        recorded_at=at("2024-01-01 00:00"),
        input=InputRef("feed", "want", when),
        entries=event.entries,
        wallet_after=205_00,
        option="min100",
        option_name="100 минут",
        option_version="2015-01-01",
        fee=95_00,
        vat_rate=20,
        period=Period(when, due),
        packages={"voice": PackageQuantity(6000)},
        anchor_day=15,
        late_until=when + WINDOW,
        one_time=False,
    )
    assert sorted(moved(event)) == [
        "granted/voice > option:min100/voice 6000 s #3",
        "wallet > revenue:option_fee 9500 kop",
    ]
    assert story.wallet == 205_00
    assert held(story, "min100") == (15, due)
    assert buckets(story) == [("option:min100", "voice", 6000, 6000, "2023-01-15T12:00", "2023-02-15T03:00")]
    assert (story.balance.plan, story.balance.mode, story.balance.period, story.balance.anchor_day) == (
        None,
        "none",
        None,
        None,
    )


def test_a_one_time_option_lasts_to_the_night_after_its_days(begin: Begin) -> None:
    """R-9.3, R-9.1: `days = 30` from the local date of purchase."""
    story = begin(150_00)
    event = only(story.option("2023-01-16 12:00", "gb1"), OptionConnected)
    assert (event.one_time, event.fee, event.wallet_after) == (True, 150_00, 0)
    assert event.period == Period(at("2023-01-16 12:00"), at("2023-02-15 03:00"))
    assert sorted(moved(event)) == [
        "granted/data > option:gb1/data 1048576 kb #3",
        "wallet > revenue:option_fee 15000 kop",
    ]
    assert buckets(story) == [
        ("option:gb1", "data", 1024 * MB_KB, 1024 * MB_KB, "2023-01-16T12:00", "2023-02-15T03:00")
    ]


@pytest.mark.parametrize("spare", [0, 1])
def test_an_option_may_take_the_last_kopeck(begin: Begin, spare: int) -> None:
    """R-9.1, R-3.4: equality passes."""
    story = begin(95_00 + spare)
    only(story.option("2023-01-15 12:00", "min100"), OptionConnected)
    assert (story.wallet, story.account.blocks) == (spare, ())


def test_an_option_of_no_fee_moves_no_money(begin: Begin) -> None:
    """R-9.1, R-13.1: no money entry, and no line, because only a monthly fee prints at 0."""
    story = begin()
    event = only(story.option("2023-01-15 12:00", "gift"), OptionConnected)
    assert moved(event) == ["granted/voice > option:gift/voice 600 s #2"]
    story.night("2023-02-15 03:00")
    assert story.since(2) == ["2023-02-15 03:00:00 OptionFeeCharged gift"]
    assert (story.wallet, story.lines("2023-01-01", "2023-02-28")) == (0, [])


def test_an_option_counts_the_credit_limit(begin: Begin) -> None:
    """R-9.1, R-3.4: `available` = wallet + limit."""
    story = begin(credit_limit=300_00)
    only(story.option("2023-01-15 12:00", "gb1"), OptionConnected)
    assert (story.wallet, story.account.available, story.account.blocks) == (-150_00, 150_00, ())


def test_an_option_has_no_discount(begin: Begin) -> None:
    """R-3.5: option fees have no discount, at connection and at night."""
    story = begin(190_00)
    story.discount("2023-01-01 00:00", 100, "2023-01-01", "2024-01-01")
    event = only(story.option("2023-01-15 12:00", "min100"), OptionConnected)
    story.night("2023-02-15 03:00")
    assert (event.fee, story.last(OptionFeeCharged).fee, story.wallet) == (95_00, 95_00, 0)


# Refusals of a connection: the first reason that holds


REFUSALS = [
    # money, set-up, option, reason
    (1000_00, (), "no-such", "UNKNOWN_OPTION"),
    (1000_00, (), "later", "UNKNOWN_OPTION"),  # its first version begins in June
    (0, (), "no-such", "UNKNOWN_OPTION"),
    (1000_00, ("block",), "no-such", "UNKNOWN_OPTION"),
    (1000_00, ("min100",), "min100", "ALREADY_CONNECTED"),
    (1000_00, ("gb1",), "gb1", "ALREADY_CONNECTED"),
    (95_00, ("min100",), "min100", "ALREADY_CONNECTED"),  # before the funds
    (1000_00, ("min100", "block"), "min100", "ALREADY_CONNECTED"),  # before the block
    (1000_00, ("block",), "min100", "BLOCKED"),
    (0, ("block",), "min100", "BLOCKED"),  # before the funds
    (1000_00, ("operator",), "min100", "BLOCKED"),
    (94_99, (), "min100", "INSUFFICIENT_FUNDS"),
    (149_99, (), "gb1", "INSUFFICIENT_FUNDS"),
    (0, (), "min100", "INSUFFICIENT_FUNDS"),
]


@pytest.mark.parametrize(("money", "given", "option", "reason"), REFUSALS)
def test_the_first_reason_against_an_option_is_told(
    begin: Begin, money: int, given: tuple[str, ...], option: str, reason: str
) -> None:
    """R-9.1: UNKNOWN_OPTION, ALREADY_CONNECTED, BLOCKED, INSUFFICIENT_FUNDS; nothing changes but the clock."""
    story = begin(money)
    for what in given:
        if what == "block":
            story.block("2023-01-11 00:00")
        elif what == "operator":
            story.block("2023-01-11 00:00", "operator")
        else:
            story.option("2023-01-10 00:00", what)
    before = story.account
    event = only(story.option("2023-01-15 12:00", option), InputRefused)
    assert (event.input_type, event.reason, event.fields, event.entries) == (
        "connect_option",
        reason,
        {"option": option},
        (),
    )
    unmoved(before, story.account)
    assert story.account.clock == at("2023-01-15 12:00")


def test_a_financial_block_is_a_block_too(begin: Begin) -> None:
    """R-9.1, R-8.1: money enough by a limit would not help, `available` is below 0."""
    story = begin(400_00)
    story.connect("2023-01-01 00:00", "t4")
    story.call("2023-01-02 10:00", "200:00")
    story.call("2023-01-02 20:00", "1:00")
    assert story.account.blocks == ("financial",)
    assert refused(story.option("2023-01-03 00:00", "gift")) == "BLOCKED"


def test_a_suspended_option_is_still_connected(begin: Begin) -> None:
    """R-9.1: ALREADY_CONNECTED also while suspended."""
    story = begin(95_00)
    story.option("2023-01-15 12:00", "min100")
    story.night("2023-02-15 03:00")
    story.top_up("2023-02-15 12:00", 500_00)
    assert story.since(3) == ["2023-02-15 03:00:00 OptionSuspended min100", "2023-02-15 12:00:00 ToppedUp"]
    assert refused(story.option("2023-02-15 13:00", "min100")) == "ALREADY_CONNECTED"


def test_an_option_may_be_connected_again_once_it_ended(begin: Begin) -> None:
    """R-9.1, R-9.3, R-9.4: after its days, and after a disconnection; a new contract with a new anchor."""
    story = begin(1000_00)
    story.option("2023-01-16 12:00", "gb1")
    story.option("2023-01-16 12:00", "min100")
    story.drop("2023-01-20 12:00", "min100")
    assert refused(story.option("2023-02-15 02:59:59", "gb1")) == "ALREADY_CONNECTED"
    again = story.option("2023-02-15 03:00:00", "gb1")
    assert dated(again) == ["2023-02-15 03:00:00 OptionExpired gb1", "2023-02-15 03:00:00 OptionConnected gb1"]
    only(story.option("2023-02-16 12:00", "min100"), OptionConnected)
    assert held(story, "gb1") == (15, at("2023-03-17 03:00"))
    assert held(story, "min100") == (16, at("2023-03-16 03:00"))


def test_a_version_begins_on_its_local_date(begin: Begin) -> None:
    """R-9.1, R-3.6: UNKNOWN_OPTION until the midnight at which its first version begins."""
    story = begin(100_00)
    assert refused(story.option("2023-05-31 23:59:59", "later")) == "UNKNOWN_OPTION"
    event = only(story.option("2023-06-01 00:00:00", "later"), OptionConnected)
    assert (event.option_version, event.fee) == ("2023-06-01", 10_00)


# The own due night


@pytest.mark.parametrize(
    ("connected", "expected"),
    [
        ("2023-01-15 12:00", ["2023-02-15 03:00", "2023-03-15 03:00", "2023-04-15 03:00", "2023-05-15 03:00"]),
        ("2023-01-31 12:00", ["2023-02-28 03:00", "2023-03-31 03:00", "2023-04-30 03:00", "2023-05-31 03:00"]),
        ("2023-01-29 12:00", ["2023-02-28 03:00", "2023-03-29 03:00", "2023-04-29 03:00", "2023-05-29 03:00"]),
        ("2024-01-30 12:00", ["2024-02-29 03:00", "2024-03-30 03:00", "2024-04-30 03:00", "2024-05-30 03:00"]),
        ("2023-01-15 01:00", ["2023-02-15 03:00", "2023-03-15 03:00", "2023-04-15 03:00", "2023-05-15 03:00"]),
        ("2022-12-31 23:59:59", ["2023-01-31 03:00", "2023-02-28 03:00", "2023-03-31 03:00", "2023-04-30 03:00"]),
    ],
)
def test_an_option_keeps_its_own_due_dates(begin: Begin, connected: str, expected: list[str]) -> None:
    """R-9.2, R-2.3: the anchor day clamps and is never chained from a short month."""
    story = begin(1000_00)
    story.option(connected, "min100")
    story.night(expected[-1])
    assert fees(story, "min100") == expected
    assert held(story, "min100")[0] == int(connected[8:10])
    assert story.wallet == 1000_00 - 5 * 95_00


def test_the_dates_of_an_option_are_those_of_the_home_region(begin: Begin) -> None:
    """R-9.1, R-2.1: 31 January 22:00 in Moscow is 1 February in Kamchatka."""
    story = begin(1000_00, region="kamchatka")
    story.option("2023-01-31T22:00:00+03:00", "min100")
    story.option("2023-01-31T22:00:00+03:00", "gb1")
    assert held(story, "min100") == (1, at("2023-03-01 03:00", "Asia/Kamchatka"))
    assert held(story, "gb1") == (1, at("2023-03-03 03:00", "Asia/Kamchatka"))


def test_the_due_night_takes_the_fee_and_grants_anew(begin: Begin) -> None:
    """R-9.2: the leftover expires, the bucket is granted in full, the due date moves on."""
    story = begin(595_00)
    story.connect("2023-01-10 12:00", "t4")
    story.option("2023-01-15 12:00", "min100")
    story.call("2023-01-16 10:00", "190:00")
    story.call("2023-01-16 20:00", "30:00")
    story.top_up("2023-02-01 00:00", 395_00)
    version = story.account.version
    story.night("2023-02-10 03:00")
    story.night("2023-02-15 02:59:59")
    assert story.since(version) == ["2023-02-10 03:00:00 MonthlyFeeCharged nightly"]
    story.night("2023-02-15 03:00:00")
    event = story.last(OptionFeeCharged)
    when = at("2023-02-15 03:00")
    assert event == OptionFeeCharged(
        version=version + 2,
        occurred_at=when,
        booked_at=when,
        recorded_at=at("2024-01-01 00:00"),
        entries=event.entries,
        wallet_after=0,
        option="min100",
        option_name="100 минут",
        option_version="2015-01-01",
        fee=95_00,
        vat_rate=20,
        period=Period(when, at("2023-03-15 03:00")),
        packages={"voice": PackageQuantity(6000)},
        anchor_day=15,
        late_until=when + WINDOW,
    )
    assert sorted(moved(event)) == [
        "granted/voice > option:min100/voice 6000 s #10",
        "option:min100/voice > expired/voice 4800 s #5",
        "wallet > revenue:option_fee 9500 kop",
    ]
    assert story.left()["option:min100/voice"] == 6000


@pytest.mark.parametrize(("spare", "kind"), [(-1, OptionSuspended), (0, OptionFeeCharged), (1, OptionFeeCharged)])
def test_the_due_night_tests_the_funds(begin: Begin, spare: int, kind: type[OptionSuspended]) -> None:
    """R-9.2, R-3.4: one kopeck short suspends, equality pays."""
    story = begin(190_00 + spare)
    story.option("2023-01-15 12:00", "min100")
    assert story.night("2023-02-15 03:00") == 1
    only(story.log()[3:], kind)
    assert story.wallet == (95_00 + spare if spare < 0 else spare)


def test_the_fee_of_the_night_is_that_of_the_version_of_its_date(begin: Begin) -> None:
    """R-9.2, R-3.6: the night of 1 April takes the new fee, grants the new package and names the new version."""
    story = begin(1000_00)
    story.option("2023-02-01 12:00", "talk")
    story.night("2023-04-01 03:00")
    assert [
        (e.option_version, e.option_name, e.fee, e.packages) for e in story.log() if isinstance(e, OptionFeeCharged)
    ] == [
        ("2015-01-01", "Разговоры", 100_00, {"voice": 3600}),
        ("2023-04-01", "Разговоры 2023", 60_00, {"voice": 1800}),
    ]
    assert story.wallet == 740_00
    assert story.left() == {"option:talk/voice": 1800}


def test_a_new_version_leaves_the_paid_month_alone(begin: Begin) -> None:
    """R-3.6: a later version changes no old bill: the bucket of 15 March stands until 15 April."""
    story = begin(1000_00)
    story.option("2023-03-15 12:00", "talk")
    story.top_up("2023-04-10 00:00", 1)
    assert story.left() == {"option:talk/voice": 3600}
    story.night("2023-04-15 03:00")
    assert story.left() == {"option:talk/voice": 1800}


# Suspension


def test_a_suspension_ends_the_bucket_and_debits_nothing(begin: Begin) -> None:
    """R-9.2: OptionSuspended once, its bucket expires."""
    story = begin(189_99)
    story.option("2023-01-15 12:00", "min100")
    story.night("2023-02-15 03:00")
    event = only(story.log()[3:], OptionSuspended)
    assert (event.booked_at, event.occurred_at, event.input, event.wallet_after) == (
        at("2023-02-15 03:00"),
        at("2023-02-15 03:00"),
        None,
        None,
    )
    assert fields_of(event, "wallet_after") == {
        "option": "min100",
        "option_name": "100 минут",
        "late_until": at("2023-02-18 03:00"),
    }
    assert moved(event) == ["option:min100/voice > expired/voice 6000 s #3"]
    assert (story.left(), story.wallet) == ({}, 94_99)


def test_an_empty_bucket_expires_without_an_entry(begin: Begin) -> None:
    """R-9.2, R-1.3: an entry's amount is above 0."""
    story = begin(20_00 + 400_00)
    story.connect("2023-01-01 00:00", "t4")
    story.option("2023-01-15 12:00", "day")
    story.usage("2023-01-15 13:00", "data", 4096 * MB)
    story.usage("2023-01-15 14:00", "data", 100 * MB)
    assert story.left()["option:day/data"] == 0
    story.night("2023-01-16 03:00")
    assert moved(story.last(OptionExpired)) == []
    assert "option:day/data" not in story.left()


def test_a_night_that_fails_again_books_nothing(begin: Begin) -> None:
    """R-9.2: suspended once; many later nights in vain leave no event and don't move the clock."""
    story = begin(95_00)
    story.option("2023-01-15 12:00", "min100")
    assert story.night("2023-02-15 03:00") == 1
    for until in ("2023-02-16 03:00", "2023-03-15 03:00", "2023-12-31 03:00"):
        assert story.night(until) == 0
    assert story.account.clock == at("2023-02-15 03:00")
    story.top_up("2023-12-31 12:00", 94_99)
    assert story.night("2024-01-31 03:00") == 0
    story.top_up("2024-02-01 12:00", 1)
    story.night("2024-02-02 03:00")
    assert story.since(3) == [
        "2023-02-15 03:00:00 OptionSuspended min100",
        "2023-12-31 12:00:00 ToppedUp",
        "2024-02-01 12:00:00 ToppedUp",
        "2024-02-02 03:00:00 OptionFeeCharged min100",
    ]


@pytest.mark.parametrize(
    ("topped_up", "paid"),
    [
        ("2023-02-15 03:00:00", "2023-02-16 03:00:00"),  # the night of suspension is over
        ("2023-02-15 03:00:01", "2023-02-16 03:00:00"),
        ("2023-02-17 02:59:59", "2023-02-17 03:00:00"),
        ("2023-02-17 03:00:00", "2023-02-18 03:00:00"),  # that night was booked before the input
        ("2023-02-17 03:00:01", "2023-02-18 03:00:00"),
        ("2023-02-27 12:00:00", "2023-02-28 03:00:00"),
        ("2023-03-30 12:00:00", "2023-03-31 03:00:00"),
    ],
)
def test_paid_again_at_the_first_night_after_the_clock(begin: Begin, topped_up: str, paid: str) -> None:
    """R-9.2, R-2.7: the money is taken at the next night, never at once, and the anchor moves to that day."""
    story = begin(95_00)
    story.option("2023-01-15 12:00", "min100")
    story.top_up(topped_up, 95_00)
    assert story.wallet == 95_00
    story.night(paid)
    assert story.since(3) == [
        "2023-02-15 03:00:00 OptionSuspended min100",
        f"{topped_up} ToppedUp",
        f"{paid} OptionFeeCharged min100",
    ]
    event = story.last(OptionFeeCharged)
    assert event.anchor_day == int(paid[8:10])
    assert moved(event) == ["wallet > revenue:option_fee 9500 kop", "granted/voice > option:min100/voice 6000 s #6"]
    assert event.wallet_after == 0


def test_the_moved_anchor_is_kept(begin: Begin) -> None:
    """R-9.2, R-2.3: suspended on 28.02 with anchor 31, paid on 31.03; later due dates clamp 31 again."""
    story = begin(190_00)
    story.option("2022-12-31 12:00", "min100")
    story.night("2023-02-28 03:00")
    story.top_up("2023-03-30 12:00", 900_00)
    story.night("2023-05-31 03:00")
    assert story.since(3) == [
        "2023-01-31 03:00:00 OptionFeeCharged min100",
        "2023-02-28 03:00:00 OptionSuspended min100",
        "2023-03-30 12:00:00 ToppedUp",
        "2023-03-31 03:00:00 OptionFeeCharged min100",
        "2023-04-30 03:00:00 OptionFeeCharged min100",
        "2023-05-31 03:00:00 OptionFeeCharged min100",
    ]
    assert story.last(OptionFeeCharged).anchor_day == 31


def test_the_clock_and_not_the_time_of_the_top_up_begins_the_wait(begin: Begin) -> None:
    """R-9.2, R-2.6: what reached us on the 20th is booked on the 20th; nights before it stay as they were."""
    story = begin(95_00)
    story.option("2023-01-15 12:00", "min100")
    story.top_up("2023-02-16 12:00", 95_00, received_at="2023-02-20 12:00")
    story.night("2023-02-28 03:00")
    assert story.since(4) == ["2023-02-20 12:00:00 ToppedUp", "2023-02-21 03:00:00 OptionFeeCharged min100"]


def test_a_suspended_option_waits_for_a_fee_that_the_money_pays(begin: Begin) -> None:
    """R-9.2, R-3.6: 70.00 don't pay 100.00, but they pay the 60.00 of the version of 1 April."""
    story = begin(170_00)
    story.option("2023-01-15 12:00", "talk")
    story.night("2023-06-30 03:00")
    assert story.since(3) == [
        "2023-02-15 03:00:00 OptionSuspended talk",
        "2023-04-01 03:00:00 OptionFeeCharged talk",
        "2023-05-01 03:00:00 OptionSuspended talk",
    ]
    paid = story.last(OptionFeeCharged)
    assert (paid.anchor_day, paid.fee, paid.wallet_after) == (1, 60_00, 10_00)


def test_a_block_at_the_due_night_suspends_in_spite_of_money(begin: Begin) -> None:
    """R-9.2: blocked → OptionSuspended; no night under the block tries again; the first unblocked one does."""
    story = begin(1000_00)
    story.option("2023-01-15 12:00", "min100")
    story.block("2023-02-14 12:00")
    story.night("2023-02-19 03:00")
    assert story.since(4) == ["2023-02-15 03:00:00 OptionSuspended min100"]
    story.unblock("2023-02-20 03:00:00")
    story.night("2023-02-21 03:00")
    assert story.since(5) == [
        "2023-02-20 03:00:00 Unblocked voluntary request",
        "2023-02-21 03:00:00 OptionFeeCharged min100",
    ]
    assert held(story, "min100") == (21, at("2023-03-21 03:00"))


def test_a_block_between_due_nights_leaves_an_option_alone(begin: Begin) -> None:
    """R-9.2: lifted a second before the due night, the fee is taken as if nothing had been."""
    story = begin(1000_00)
    story.option("2023-01-15 12:00", "min100")
    story.block("2023-01-20 12:00")
    assert story.left() == {"option:min100/voice": 6000}
    story.unblock("2023-02-15 02:59:59")
    story.night("2023-02-15 03:00")
    assert story.since(4) == [
        "2023-02-15 02:59:59 Unblocked voluntary request",
        "2023-02-15 03:00:00 OptionFeeCharged min100",
    ]


@pytest.mark.parametrize("kinds", [("voluntary", "operator"), ("operator", "voluntary")])
def test_every_block_must_go_before_an_option_is_tried(begin: Begin, kinds: tuple[str, str]) -> None:
    """R-9.2, R-8.1: blocked while any block holds."""
    story = begin(1000_00)
    story.option("2023-01-15 12:00", "min100")
    story.block("2023-02-01 00:00", "voluntary")
    story.block("2023-02-01 00:01", "operator")
    story.unblock("2023-02-20 12:00", kinds[0])
    story.night("2023-02-25 12:00")
    story.unblock("2023-02-25 12:00", kinds[1])
    story.night("2023-03-01 00:00")
    assert story.since(5) == [
        "2023-02-15 03:00:00 OptionSuspended min100",
        f"2023-02-20 12:00:00 Unblocked {kinds[0]} request",
        f"2023-02-25 12:00:00 Unblocked {kinds[1]} request",
        "2023-02-26 03:00:00 OptionFeeCharged min100",
    ]


def test_a_block_set_while_suspended_stops_the_tries(begin: Begin) -> None:
    """R-9.2: money under a block pays no option."""
    story = begin(95_00)
    story.option("2023-01-15 12:00", "min100")
    story.night("2023-02-15 03:00")
    story.block("2023-02-15 12:00")
    story.top_up("2023-02-16 12:00", 500_00)
    assert story.night("2023-03-20 03:00") == 0


def test_a_tariff_fee_of_the_same_night_is_taken_before_the_options(begin: Begin) -> None:
    """R-2.7, R-9.2: 450.00 pay the month, the 50.00 left don't pay 95.00; `gift` behind it costs nothing."""
    story = begin(400_00 + 95_00)
    story.connect("2023-01-20 12:00", "t4")
    story.option("2023-01-20 12:10", "min100")
    story.option("2023-01-20 12:20", "gift")
    story.top_up("2023-02-20 02:59:59", 450_00)
    story.night("2023-02-21 03:00")
    assert story.since(7) == [
        "2023-02-20 03:00:00 MonthlyFeeCharged nightly",
        "2023-02-20 03:00:00 OptionSuspended min100",
        "2023-02-20 03:00:00 OptionFeeCharged gift",
    ]
    story.top_up("2023-03-19 12:00", 400_00 + 45_00)
    story.night("2023-03-20 03:00")
    assert story.since(10) == [
        "2023-03-19 12:00:00 ToppedUp",
        "2023-03-20 03:00:00 MonthlyFeeCharged nightly",
        "2023-03-20 03:00:00 OptionFeeCharged min100",
        "2023-03-20 03:00:00 OptionFeeCharged gift",
    ]
    assert story.wallet == 0


def test_a_retry_fails_silently_at_a_night_whose_tariff_fee_took_the_money(begin: Begin) -> None:
    """R-2.7, R-9.2: suspended on the 15th; topped up on the 19th; the month of the 20th leaves too little."""
    story = begin(495_00)
    story.option("2023-01-15 12:00", "min100")
    story.connect("2023-01-20 12:00", "t4")
    story.top_up("2023-02-19 12:00", 494_99)
    story.night("2023-03-01 00:00")
    assert story.since(5) == [
        "2023-02-15 03:00:00 OptionSuspended min100",
        "2023-02-19 12:00:00 ToppedUp",
        "2023-02-20 03:00:00 MonthlyFeeCharged nightly",
    ]
    assert story.wallet == 94_99
    story.top_up("2023-03-01 12:00", 1)
    story.night("2023-03-02 03:00")
    assert story.last(OptionFeeCharged).booked_at == at("2023-03-02 03:00")


def test_a_retry_succeeds_at_the_very_night_of_a_tariff_fee(begin: Begin) -> None:
    """R-9.2, R-2.7: both are booked at one instant, the tariff first, the option with a new anchor."""
    story = begin(495_00)
    story.option("2023-01-15 12:00", "min100")
    story.connect("2023-01-20 12:00", "t4")
    story.top_up("2023-02-19 12:00", 495_00)
    story.night("2023-02-20 03:00")
    assert story.since(5) == [
        "2023-02-15 03:00:00 OptionSuspended min100",
        "2023-02-19 12:00:00 ToppedUp",
        "2023-02-20 03:00:00 MonthlyFeeCharged nightly",
        "2023-02-20 03:00:00 OptionFeeCharged min100",
    ]
    assert (story.wallet, held(story, "min100")) == (0, (20, at("2023-03-20 03:00")))


def test_in_daily_mode_an_option_is_tried_behind_each_days_fee(begin: Begin) -> None:
    """R-9.2, R-4.2: 31.00 pay the days of the 10th and 11th; 110.50 on the 11th pay the day and the option."""
    story = begin(350_00 + 95_00 + 31_00)
    story.option("2023-02-10 11:00", "min100")
    story.connect("2023-02-10 12:00", "t3")
    story.night("2023-03-11 03:00")
    story.top_up("2023-03-11 12:00", 110_50)
    story.night("2023-03-12 03:00")
    assert story.since(5) == [
        "2023-03-10 03:00:00 DailyFeeCharged",
        "2023-03-10 03:00:00 OptionSuspended min100",
        "2023-03-11 03:00:00 DailyFeeCharged",
        "2023-03-11 12:00:00 ToppedUp",
        "2023-03-12 03:00:00 DailyFeeCharged",
        "2023-03-12 03:00:00 OptionFeeCharged min100",
    ]
    assert story.wallet == 0


def test_after_a_financial_block_tariff_and_option_come_back_at_one_night(begin: Begin) -> None:
    """R-9.2, R-4.4, R-8.5: the night that blocks suspends too; a top-up lifts the block, the next night charges."""
    story = begin(400_00 + 95_00 + 100_00)
    story.connect("2023-01-20 12:00", "t4")
    story.option("2023-01-20 13:00", "min100")
    story.night("2023-02-20 03:00")
    story.top_up("2023-02-25 12:00", 1000_00)
    story.night("2023-02-26 03:00")
    assert story.since(5) == [
        "2023-02-20 03:00:00 Blocked financial nightly",
        "2023-02-20 03:00:00 OptionSuspended min100",
        "2023-02-25 12:00:00 ToppedUp",
        "2023-02-25 12:00:00 Unblocked financial balance",
        "2023-02-26 03:00:00 MonthlyFeeCharged nightly",
        "2023-02-26 03:00:00 OptionFeeCharged min100",
    ]
    assert (story.wallet, story.account.anchor_day, held(story, "min100")[0]) == (605_00, 26, 26)


# One-time


@pytest.mark.parametrize(
    ("bought", "option", "end"),
    [
        ("2023-01-16 00:00:00", "gb1", "2023-02-15 03:00"),
        ("2023-01-16 02:59:59", "gb1", "2023-02-15 03:00"),
        ("2023-01-16 03:00:00", "gb1", "2023-02-15 03:00"),
        ("2023-01-16 23:59:59", "gb1", "2023-02-15 03:00"),
        ("2023-02-01 12:00:00", "gb1", "2023-03-03 03:00"),
        ("2023-01-16 01:00:00", "day", "2023-01-17 03:00"),
        ("2023-12-31 23:00:00", "day", "2024-01-01 03:00"),
    ],
)
def test_a_one_time_option_ends_at_its_night_without_a_second_fee(
    begin: Begin, bought: str, option: str, end: str
) -> None:
    """R-9.3: n days after the local date of purchase, however much money there is."""
    story = begin(1000_00)
    connected = only(story.option(bought, option), OptionConnected)
    before = at(end) - 1_000_000
    assert connected.period.next_due == at(end)
    story.night(f"{end[:10]} 02:59:59")
    assert len(story.log()) == 3
    assert story.account.buckets[0].end == before + 1_000_000
    story.night(f"{end}:00")
    event = only(story.log()[3:], OptionExpired)
    assert (event.booked_at, event.occurred_at, event.input) == (at(end), at(end), None)
    assert fields_of(event, "wallet_after") == {
        "option": option,
        "option_name": {"gb1": "1 ГБ", "day": "Сутки"}[option],
        "late_until": at(end) + WINDOW,
    }
    size = {"gb1": 1024, "day": 100}[option] * MB_KB
    assert moved(event) == [f"option:{option}/data > expired/data {size} kb #3"]
    assert (story.left(), story.account.options, story.wallet) == ({}, (), 1000_00 - connected.fee)
    assert story.night("2024-12-31 00:00") == 0


def test_a_one_time_option_ends_under_a_block_too(begin: Begin) -> None:
    """R-9.3: OptionExpired, not OptionSuspended; its days don't stand still."""
    story = begin(150_00)
    story.option("2023-01-16 12:00", "gb1")
    story.block("2023-01-17 12:00", "operator")
    story.night("2023-02-15 03:00")
    assert story.since(4) == ["2023-02-15 03:00:00 OptionExpired gb1"]
    assert story.account.options == ()


# Disconnecting


def test_a_disconnected_option_ends_at_once_without_a_refund(begin: Begin) -> None:
    """R-9.4: the bucket expires, the wallet stands, no later night asks for a fee."""
    story = begin(1000_00)
    story.option("2023-01-15 12:00", "min100")
    event = only(story.drop("2023-01-20 12:00", "min100"), OptionDisconnected)
    assert fields_of(event, "wallet_after") == {
        "option": "min100",
        "option_name": "100 минут",
        "late_until": at("2023-01-23 12:00"),
    }
    assert moved(event) == ["option:min100/voice > expired/voice 6000 s #3"]
    assert (event.wallet_after, story.wallet, story.left(), story.account.options) == (None, 905_00, {}, ())
    assert story.night("2023-12-31 00:00") == 0


def test_a_one_time_option_may_be_disconnected(begin: Begin) -> None:
    """R-9.4: it does not end a second time at its night."""
    story = begin(150_00)
    story.option("2023-01-16 12:00", "gb1")
    only(story.drop("2023-01-20 12:00", "gb1"), OptionDisconnected)
    assert story.night("2023-12-31 00:00") == 0


@pytest.mark.parametrize("kind", ["voluntary", "operator"])
def test_an_option_is_disconnected_also_under_a_block(begin: Begin, kind: str) -> None:
    """R-9.4."""
    story = begin(95_00)
    story.option("2023-01-15 12:00", "min100")
    story.block("2023-01-16 12:00", kind)
    only(story.drop("2023-01-17 12:00", "min100"), OptionDisconnected)


def test_a_suspended_option_is_disconnected_without_an_entry(begin: Begin) -> None:
    """R-9.4, R-9.2: its bucket expired before; no later night tries it."""
    story = begin(95_00)
    story.option("2023-01-15 12:00", "min100")
    story.night("2023-02-15 03:00")
    event = only(story.drop("2023-02-15 12:00", "min100"), OptionDisconnected)
    assert (event.entries, story.account.options) == ((), ())
    story.top_up("2023-02-15 13:00", 500_00)
    assert story.night("2023-12-31 00:00") == 0
    only(story.option("2023-12-31 12:00", "min100"), OptionConnected)


@pytest.mark.parametrize("option", ["min100", "gb1", "no-such"])
def test_an_option_that_is_not_connected_cannot_be_disconnected(begin: Begin, option: str) -> None:
    """R-9.4: NOT_CONNECTED, also for one that the catalogue lacks, that expired or was disconnected before."""
    story = begin(1000_00)
    story.option("2023-01-16 12:00", "gb1")
    story.option("2023-01-16 12:00", "min100")
    story.drop("2023-01-17 12:00", "min100")
    story.night("2023-02-15 03:00")
    before = story.account
    event = only(story.drop("2023-02-15 12:00", option), InputRefused)
    assert (event.input_type, event.reason, event.fields) == ("disconnect_option", "NOT_CONNECTED", {"option": option})
    unmoved(before, story.account)


def test_the_due_night_comes_before_a_disconnection_of_that_instant(begin: Begin) -> None:
    """R-2.7, R-9.4: at 03:00:00 the fee is already taken, a second before it is not."""
    early, late = begin(190_00), begin(190_00)
    for story in (early, late):
        story.option("2023-01-15 12:00", "min100")
    early.drop("2023-02-15 02:59:59", "min100")
    late.drop("2023-02-15 03:00:00", "min100")
    assert (names(early.log()[3:]), early.wallet) == (["OptionDisconnected"], 95_00)
    assert (names(late.log()[3:]), late.wallet) == (["OptionFeeCharged", "OptionDisconnected"], 0)


# Spending


def test_options_are_spent_behind_base_and_before_money(begin: Begin) -> None:
    """R-6.4: base first, then the option, then money; units, not minutes."""
    story = begin(400_00 + 95_00 + 10_00)
    story.connect("2023-01-10 12:00", "t4")
    story.option("2023-01-10 13:00", "min100")
    story.call("2023-01-11 10:00", "199:00")
    event = only(story.call("2023-01-12 10:00", "103:00"), UsageCharged)
    assert moved(event) == [
        "base/voice > consumed/voice 60 s #4",
        "option:min100/voice > consumed/voice 6000 s #5",
        "wallet > revenue:usage 400 kop",
    ]
    assert (event.billed, event.amount, story.wallet) == (6180, 4_00, 6_00)


@pytest.mark.parametrize(
    ("first", "second", "order"),
    [
        # soonest end first, whichever was connected first
        (("gb2", "2023-01-14 12:00"), ("gb1", "2023-01-20 12:00"), ("gb2", "gb1")),  # 14.02 before 19.02
        (("gb1", "2023-01-14 12:00"), ("gb2", "2023-01-20 12:00"), ("gb1", "gb2")),  # 13.02 before 20.02
        (("gb2", "2023-01-20 12:00"), ("day", "2023-01-25 12:00"), ("day", "gb2")),  # 26.01 before 20.02
        # one end: order of connection
        (("gb2", "2023-01-15 12:00"), ("gb1", "2023-01-16 12:00"), ("gb2", "gb1")),  # both 15.02
        (("gb1", "2023-01-16 12:00"), ("gb2", "2023-01-16 12:01"), ("gb1", "gb2")),  # 15.02 before 16.02
    ],
)
def test_the_option_that_ends_soonest_is_spent_first(
    begin: Begin, first: tuple[str, str], second: tuple[str, str], order: tuple[str, str]
) -> None:
    """R-6.4: among options soonest end first, then order of connection; the balance lists them so (contract §4)."""
    story = begin(1000_00, text=ALL_TEXT.replace("data_mb = 4096", "data_mb = 1"))
    story.connect("2023-01-10 12:00", "t4")
    for option, when in (first, second):
        story.option(when, option)
    assert [row[0] for row in buckets(story) if row[1] == "data"] == ["base", *(f"option:{each}" for each in order)]
    sizes = {"gb1": 1024, "gb2": 2048, "day": 100}
    event = only(story.usage("2023-01-25 13:00", "data", (1 + sizes[order[0]] + 5) * MB), UsageCharged)
    assert [entry.rpartition(" #")[0] for entry in moved(event)] == [
        "base/data > consumed/data 1024 kb",
        f"option:{order[0]}/data > consumed/data {sizes[order[0]] * MB_KB} kb",
        f"option:{order[1]}/data > consumed/data {5 * MB_KB} kb",
    ]


def test_the_order_of_connection_is_not_that_of_the_last_fee(begin: Begin) -> None:
    """R-6.4: `talk` is connected first, but its bucket of 21.02 03:00 is granted after that of `min100`."""
    story = begin(1000_00, text=ALL_TEXT.replace("voice_minutes = 200", "voice_minutes = 0"))
    story.connect("2023-01-20 12:00", "t4")
    story.option("2023-01-21 12:00", "talk")
    story.top_up("2023-02-20 02:00", 1000_00)
    story.option("2023-02-21 01:00", "min100")
    story.night("2023-02-21 03:00")
    assert [(row[0], row[5]) for row in buckets(story) if row[1] == "voice"] == [
        ("option:talk", "2023-03-21T03:00"),
        ("option:min100", "2023-03-21T03:00"),
    ]
    event = only(story.call("2023-02-21 12:00", "61:00"), UsageCharged)
    assert moved(event) == [
        f"option:talk/voice > consumed/voice 3600 s #{story.last(OptionFeeCharged).version}",
        f"option:min100/voice > consumed/voice 60 s #{story.last(OptionConnected).version}",
    ]
    assert story.last(OptionConnected).version < story.last(OptionFeeCharged).version


def test_an_option_spent_elsewhere_costs_money(begin: Begin) -> None:
    """R-6.3: a zone outside `packages_cover` spends no option."""
    story = begin(1000_00)
    story.connect("2023-01-10 12:00", "t4")
    story.option("2023-01-10 13:00", "min100")
    event = only(story.call("2023-01-11 10:00", "2:00", zone="russia"), UsageCharged)
    assert moved(event) == ["wallet > revenue:usage 1000 kop"]


def test_without_a_plan_nobody_can_rate_what_an_option_would_cover(begin: Begin) -> None:
    """R-9.1, R-6.8: the option needs no plan, a usage record does."""
    story = begin(95_00)
    story.option("2023-01-15 12:00", "min100")
    event = only(story.call("2023-01-16 10:00", "1:00"), UsageUnrated)
    assert (event.reason, story.left()) == ("NO_PLAN", {"option:min100/voice": 6000})


def test_an_option_of_another_service_is_not_spent(begin: Begin) -> None:
    """R-6.3: the service must match."""
    story = begin(1000_00)
    story.connect("2023-01-10 12:00", "t4")
    story.option("2023-01-10 13:00", "sms100")
    story.call("2023-01-11 10:00", "200:00")
    event = only(story.call("2023-01-12 10:00", "1:00"), UsageCharged)
    assert moved(event) == ["wallet > revenue:usage 200 kop"]


def test_a_usage_splits_over_carried_base_and_options(begin: Begin) -> None:
    """R-6.4: carried → base → options → money, in the order of the entries."""
    story = begin(2000_00)
    story.connect("2023-01-10 12:00", "t4")
    story.option("2023-01-10 13:00", "min100")
    story.call("2023-01-11 10:00", "190:00")
    story.dial("2023-01-12 10:00")
    event = only(story.call("2023-01-13 10:00", "311:00"), UsageCharged)
    assert moved(event) == [
        "carried/voice > consumed/voice 600 s #4",
        "base/voice > consumed/voice 12000 s #7",
        "option:min100/voice > consumed/voice 6000 s #5",
        "wallet > revenue:usage 200 kop",
    ]


# Unlimited


def test_an_unlimited_option_leaves_packages_and_money_alone(begin: Begin) -> None:
    """R-6.3: where it fits nothing else is spent; it is never listed and has no entries."""
    story = begin(400_00 + 300_00)
    story.connect("2023-01-10 12:00", "t4")
    connected = only(story.option("2023-01-15 12:00", "net"), OptionConnected)
    assert moved(connected) == ["wallet > revenue:option_fee 30000 kop"]
    assert connected.packages == {"data": "unlimited"}
    assert "option:net/data" not in story.left()
    event = only(story.usage("2023-01-16 10:00", "data", 10_000 * MB), UsageCharged)
    assert (event.entries, event.amount, event.billed) == ((), 0, 10_000 * MB_KB)
    assert story.left()["base/data"] == 4096 * MB_KB


@pytest.mark.parametrize("how", ["suspended", "dropped"])
def test_an_unlimited_option_ends_without_an_entry(begin: Begin, how: str) -> None:
    """R-9.2, R-9.4, R-6.5: then base is spent; a late record of its time still finds it, within the late window."""
    story = begin(2000_00)
    story.option("2023-01-15 12:00", "net")
    story.connect("2023-01-20 12:00", "t4")
    if how == "suspended":
        story.block("2023-02-14 12:00")
        story.unblock("2023-02-15 03:00")
        assert story.last(OptionSuspended).entries == ()
        story.drop("2023-02-15 03:00", "net")  # or it would be paid again on the 16th
    else:
        story.top_up("2023-02-15 02:00", 1)
        story.drop("2023-02-15 02:59:59", "net")
    assert story.last(OptionDisconnected).entries == ()
    end = "2023-02-15 03:00:00" if how == "suspended" else "2023-02-15 02:59:59"
    inside = "2023-02-15 02:59:58"
    window = f"2023-02-18 {end[11:]}"
    late = only(story.usage(inside, "data", MB, received_at="2023-02-18 02:59:58"), UsageCharged)
    after = only(story.usage(end, "data", MB, received_at="2023-02-18 02:59:58"), UsageCharged)
    closed = only(story.usage(inside, "data", MB, received_at=window), UsageCharged)
    assert (moved(late), late.amount) == ([], 0)
    assert moved(after) == moved(closed) == ["base/data > consumed/data 1024 kb #5"]


def test_an_unlimited_option_begins_at_its_connection(begin: Begin) -> None:
    """R-6.5, R-6.3: a late record from before it spends base."""
    story = begin(700_00)
    story.connect("2023-01-10 12:00", "t4")
    story.option("2023-01-15 12:00", "net")
    event = only(story.usage("2023-01-15 11:59:59", "data", MB, received_at="2023-01-15 13:00"), UsageCharged)
    assert moved(event) == ["base/data > consumed/data 1024 kb #4"]


# Leftovers in the late window


def ended(begin: Begin, how: str) -> Told:
    """t4, and an option (version 5) whose bucket ended on 15.02 at 03:00: by its days, a block or its next fee."""
    story = begin(2000_00)
    story.connect("2023-01-10 12:00", "t4")
    if how == "expired":
        story.option("2023-01-16 12:00", "gb1")
    else:
        story.option("2023-01-15 12:00", "gb2")
    if how == "suspended":
        story.block("2023-02-14 12:00")
        story.unblock("2023-02-15 03:00")
    story.night("2023-02-15 03:00")
    return story


@pytest.mark.parametrize("how", ["expired", "suspended", "paid"])
@pytest.mark.parametrize(
    ("occurred", "received", "spent"),
    [
        ("2023-02-15 02:59:59", "2023-02-15 04:00:00", "expired"),
        ("2023-02-10 03:00:00", "2023-02-15 04:00:00", "expired"),
        ("2023-02-15 02:59:59", "2023-02-18 02:59:59", "expired"),
        ("2023-02-15 02:59:59", "2023-02-18 03:00:00", "base"),  # the window is shut
        ("2023-02-15 03:00:00", "2023-02-15 04:00:00", "base"),  # it occurred after the end
        ("2023-01-15 11:59:59", "2023-02-15 04:00:00", "wallet"),  # before the option; the base of then is long gone
    ],
)
def test_a_late_record_spends_what_an_option_left(
    begin: Begin, how: str, occurred: str, received: str, spent: str
) -> None:
    """R-6.4, R-6.5, R-9.2, R-9.3: the expired leftover of its time comes even before the live base."""
    story = ended(begin, how)
    base = story.last(MonthlyFeeCharged).version
    event = story.usage(occurred, "data", MB, received_at=received)[-1]
    assert isinstance(event, UsageCharged)
    assert (
        moved(event)
        == {
            "expired": ["expired/data > consumed/data 1024 kb #5"],
            "base": [f"base/data > consumed/data 1024 kb #{base}"],
            "wallet": ["wallet > revenue:usage 300 kop"],
        }[spent]
    )


def test_a_leftover_that_ran_out_is_followed_by_live_packages(begin: Begin) -> None:
    """R-6.4: expired leftovers → base; parts sum back."""
    story = begin(1000_00)
    story.connect("2023-01-10 12:00", "t4")
    story.option("2023-01-15 12:00", "day")
    event = story.usage("2023-01-15 13:00", "data", 101 * MB, received_at="2023-01-16 10:00")[-1]
    assert moved(event) == [
        f"expired/data > consumed/data {100 * MB_KB} kb #5",
        f"base/data > consumed/data {MB_KB} kb #4",
    ]


def leftovers(begin: Begin) -> Told:
    """1 MB of t4 carried (version 4), 1 MB of its base (7), gb2 (5) and gb1 (6): the options end on 15.02."""
    story = begin(3000_00, text=ALL_TEXT.replace("data_mb = 4096", "data_mb = 1"))
    story.connect("2023-01-15 12:00", "t4")
    story.option("2023-01-15 12:01", "gb2")
    story.option("2023-01-16 12:00", "gb1")
    story.dial("2023-01-16 12:01")  # the tariff is due on 16.02
    return story


def test_leftovers_of_options_come_before_live_packages(begin: Begin) -> None:
    """R-6.4: expired leftovers that fit → carried → base → money; the bucket of 15.02 began after the record."""
    story = leftovers(begin)
    late = story.usage("2023-02-14 23:00", "data", 3075 * MB, received_at="2023-02-15 10:00")[-1]
    assert moved(late) == [
        f"expired/data > consumed/data {2048 * MB_KB} kb #5",
        f"expired/data > consumed/data {1024 * MB_KB} kb #6",
        f"carried/data > consumed/data {MB_KB} kb #4",
        f"base/data > consumed/data {MB_KB} kb #7",
        "wallet > revenue:usage 300 kop",
    ]


def test_leftovers_of_the_tariff_come_before_those_of_options(begin: Begin) -> None:
    """R-6.5: carried, then base or daily, then options, though the options ended first."""
    story = leftovers(begin)
    late = story.usage("2023-02-14 23:00", "data", 3075 * MB, received_at="2023-02-16 10:00")[-1]
    assert moved(late) == [
        f"expired/data > consumed/data {MB_KB} kb #4",
        f"expired/data > consumed/data {MB_KB} kb #7",
        f"expired/data > consumed/data {2048 * MB_KB} kb #5",
        f"expired/data > consumed/data {1024 * MB_KB} kb #6",
        "wallet > revenue:usage 300 kop",
    ]


def test_a_disconnected_option_is_valid_up_to_its_end(begin: Begin) -> None:
    """R-6.5: ended early, validity and window count from there."""
    story = begin(1000_00)
    story.connect("2023-01-10 12:00", "t4")
    story.option("2023-01-15 12:00", "gb1")
    story.drop("2023-01-20 12:00", "gb1")
    inside = only(story.usage("2023-01-20 11:59:59", "data", MB, received_at="2023-01-23 11:59:59"), UsageCharged)
    at_end = only(story.usage("2023-01-20 12:00:00", "data", MB, received_at="2023-01-23 11:59:59"), UsageCharged)
    too_late = only(story.usage("2023-01-20 11:59:59", "data", MB, received_at="2023-01-23 12:00:00"), UsageCharged)
    assert [moved(event)[0].split(" ")[0] for event in (inside, at_end, too_late)] == [
        "expired/data",
        "base/data",
        "base/data",
    ]


# The tariff leaves options alone


def test_a_refresh_leaves_options_alone(begin: Begin) -> None:
    """R-9.5: no entry, no bucket, no due date of an option moves."""
    story = begin(2000_00)
    story.connect("2023-01-10 12:00", "t4")
    story.option("2023-01-15 12:00", "min100")
    story.option("2023-01-16 12:00", "gb1")
    options = story.account.options
    rows = [row for row in buckets(story) if row[0].startswith("option")]
    event = only(story.dial("2023-01-20 12:00"), PackagesRefreshed)
    assert not [entry for entry in moved(event) if "option" in entry]
    assert story.account.options == options
    assert [row for row in buckets(story) if row[0].startswith("option")] == rows


@pytest.mark.parametrize("kind", ["connection", "nightly", "daily", "lapsed", "blocked"])
def test_a_fee_of_the_tariff_leaves_options_alone(begin: Begin, kind: str) -> None:
    """R-9.5, R-3.3, R-4: neither a paid nor an unpaid period touches an option's bucket."""
    story = begin(350_00 + 95_00)
    story.connect("2023-01-10 12:00", "t3")
    story.option("2023-01-20 12:00", "min100")
    held_before = story.account.options
    row = [row for row in buckets(story) if row[0].startswith("option")]
    money = {"connection": 400_00, "nightly": 350_00, "daily": 20_00, "lapsed": 0, "blocked": 0}[kind]
    if money:
        story.top_up("2023-02-01 12:00", money)
    if kind == "lapsed":
        story.block("2023-02-01 12:00")
    if kind == "connection":
        story.connect("2023-02-01 13:00", "t4")
    else:
        story.night("2023-02-10 03:00")
    last = {
        "connection": "MonthlyFeeCharged",
        "nightly": "MonthlyFeeCharged",
        "daily": "DailyFeeCharged",
        "lapsed": "PeriodLapsed",
        "blocked": "Blocked",
    }[kind]
    assert story.types()[-1] == last
    assert not [entry for entry in moved(story.log()[-1]) if "option" in entry]
    assert story.account.options == held_before
    assert [each for each in buckets(story) if each[0].startswith("option")] == row


def test_refreshing_on_an_options_date_brings_both_debits_to_one_day(begin: Begin) -> None:
    """R-9.5: the option is due on the 1st, the tariff on the 15th; a refresh on 01.02 aligns them."""
    story = begin(3000_00)
    story.option("2023-01-01 12:00", "min100")
    story.connect("2023-01-15 12:00", "t4")
    story.dial("2023-02-01 10:00")
    story.night("2023-04-01 03:00")
    assert story.since(5) == [
        "2023-02-01 03:00:00 OptionFeeCharged min100",
        "2023-02-01 10:00:00 PackagesRefreshed",
        "2023-03-01 03:00:00 MonthlyFeeCharged nightly",
        "2023-03-01 03:00:00 OptionFeeCharged min100",
        "2023-04-01 03:00:00 MonthlyFeeCharged nightly",
        "2023-04-01 03:00:00 OptionFeeCharged min100",
    ]


def test_an_option_goes_on_when_the_plan_changes(begin: Begin) -> None:
    """R-3.3: options stay, with due date and bucket."""
    story = begin(2000_00)
    story.connect("2023-01-10 12:00", "t4")
    story.option("2023-01-15 12:00", "min100")
    story.connect("2023-01-20 12:00", "t3")
    story.night("2023-02-15 03:00")
    assert fees(story, "min100") == ["2023-02-15 03:00"]


# Statement


def test_an_option_fee_prints_its_name_and_period(begin: Begin) -> None:
    """R-13.3: «Списание платы за опцию «…»» + period, at connection and at night, monthly and one-time."""
    story = begin(1000_00)
    story.option("2023-01-31 12:00", "min100")
    story.option("2023-02-01 12:00", "gb1")
    story.night("2023-02-28 03:00")
    shown = [
        (line.kind, story.worded(line), line.period, line.amount, line.balance, rfc(line.booked_at, story.zone)[:16])
        for line in story.lines("2023-01-01", "2023-02-28")
    ]
    assert [(row[0], row[1], row[3], row[4], row[5]) for row in shown] == [
        ("option_fee", "Списание платы за опцию «100 минут»", -95_00, 905_00, "2023-01-31T12:00"),
        ("option_fee", "Списание платы за опцию «1 ГБ»", -150_00, 755_00, "2023-02-01T12:00"),
        ("option_fee", "Списание платы за опцию «100 минут»", -95_00, 660_00, "2023-02-28T03:00"),
    ]
    assert [(f"{row[2].first}", f"{row[2].last}") for row in shown if row[2]] == [
        ("2023-01-31", "2023-02-27"),
        ("2023-02-01", "2023-03-02"),
        ("2023-02-28", "2023-03-30"),
    ]


def test_an_options_line_keeps_the_name_it_had(begin: Begin) -> None:
    """R-3.6, R-13.3: events carry the name that a statement prints."""
    story = begin(1000_00)
    story.option("2023-03-01 12:00", "talk")
    story.night("2023-04-01 03:00")
    assert [story.worded(line) for line in story.lines("2023-03-01", "2023-04-30")] == [
        "Списание платы за опцию «Разговоры»",
        "Списание платы за опцию «Разговоры 2023»",
    ]


def test_the_statement_lists_what_is_left_of_options(begin: Begin) -> None:
    """R-13.4, contract §5: behind base, in spending order, without those that ended by the end of the range."""
    story = begin(2000_00)
    story.connect("2023-01-10 12:00", "t4")
    story.option("2023-01-15 12:00", "gb2")
    story.option("2023-01-16 12:00", "gb1")
    story.option("2023-01-31 12:00", "day")
    left = [(row.bucket, rfc(row.end, story.zone)[:10]) for row in story.statement("2023-01-01", "2023-01-31").left]
    assert left[-3:] == [("option:day", "2023-02-01"), ("option:gb2", "2023-02-15"), ("option:gb1", "2023-02-15")]
    story.top_up("2023-02-20 12:00", 1)
    assert [row.bucket for row in story.statement("2023-01-01", "2023-02-28").left if "option" in row.bucket] == [
        "option:gb2"
    ]


def test_the_events_of_an_option_are_printed_with_the_inputs_fields(begin: Begin) -> None:
    """Contract §3: the first event of a booking carries every field of its input."""
    story = begin(95_00)
    said: dict[str, Any] = {"source": "app", "id": "o-1", "by": "клиент"}
    event = only(story.option("2023-01-15 12:00", "min100", received_at="2023-01-15 12:05", **said), OptionConnected)
    assert event.input == InputRef("app", "o-1", at("2023-01-15 12:05"), "клиент")
    assert (event.occurred_at, event.booked_at) == (at("2023-01-15 12:00"), at("2023-01-15 12:05"))


def test_an_option_delivered_again_is_charged_once(begin: Begin) -> None:
    """R-12.2: the same id again changes nothing; another option under it is a conflict."""
    story = begin(1000_00)
    story.option("2023-01-15 12:00", "min100", id="o")
    again = story.feed("connect_option", "2023-01-15 12:00", option="min100", id="o")
    other = story.feed("connect_option", "2023-01-15 12:00", option="gb1", id="o")
    assert (again.result, again.version, other.result, other.reason) == ("duplicate", 3, "rejected", "ID_CONFLICT")
    assert story.wallet == 905_00


def test_a_cheaper_version_of_a_new_catalogue_is_found_by_the_night(begin: Begin) -> None:
    """R-9.2, R-3.6: suspended with 70.00 left; a catalogue adopted since takes 60.00 from 1 April."""
    story = begin(170_00, text=ALL_TEXT.replace('fee = "60.00"', 'fee = "100.00"'))
    story.option("2023-01-15 12:00", "talk")
    story.night("2023-02-20 00:00")
    story.adopt(ALL_TEXT)
    assert story.verify().problems == []
    story.night("2023-04-01 03:00")
    assert story.since(3) == [
        "2023-02-15 03:00:00 OptionSuspended talk",
        "2023-04-01 03:00:00 OptionFeeCharged talk",
    ]


def test_an_options_id_may_hold_a_slash(begin: Begin) -> None:
    """Contract §6, R-1.4: an id is any text; the service stands behind the last slash."""
    story = begin(1000_00, text=ALL_TEXT.replace('id = "min100"', 'id = "мин/100"'))
    story.connect("2023-01-15 12:00", "t4")
    story.option("2023-01-15 12:10", "мин/100")
    story.call("2023-01-16 10:00", "210:00")
    assert story.left()["option:мин/100/voice"] == 5400
    event = only(story.reverse("2023-01-16 18:00", 6), ChargeReversed)
    assert "consumed/voice > option:мин/100/voice 600 s #5" in moved(event)
    assert story.left()["option:мин/100/voice"] == 6000
    story.drop("2023-01-17 12:00", "мин/100")
    late = only(story.call("2023-01-17 11:00", "1:00", received_at="2023-01-17 13:00"), UsageCharged)
    assert moved(late) == ["expired/voice > consumed/voice 60 s #5"]
