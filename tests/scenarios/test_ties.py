"""Ties: what falls due at one instant, in which order, and what an input of that very instant finds (R-2.7)."""

from itertools import combinations
from typing import Any

import pytest

from ledger.events import Event
from tests.scenarios.told import Begin, Told, dated, described, money_of
from tests.support import at

NIGHT = "2023-02-15 03:00:00"
"""The night at which everything of these stories falls due."""

ITEMS = ("promise", "tariff", "sms100", "min100", "gb1")
"""In the order of R-2.7: a promise's end, the tariff, option fees in order of connection, one-time ends."""
BOOKED = {
    "promise": "PromiseClosed ended",
    "tariff": "MonthlyFeeCharged nightly",
    "sms100": "OptionFeeCharged sms100",
    "min100": "OptionFeeCharged min100",
    "gb1": "OptionExpired gb1",
}
PRICES = {"tariff": 400_00, "sms100": 50_00, "min100": 95_00, "gb1": 150_00, "promise": 0}


def due(begin: Begin, items: tuple[str, ...], *, left: int, promised: int = 400_00, plan: str = "t4") -> Told:
    """What is named falls due on 15.02.2023 at 03:00 with `left` in the wallet; connected in the order named."""
    prices = PRICES | ({"tariff": 350_00} if plan == "t3" else {})
    story = begin(sum(prices[item] for item in items) + left)
    if "tariff" in items:
        story.connect("2023-01-15 12:00", plan)
    for item in items:
        if item in ("sms100", "min100"):
            story.option("2023-01-15 12:10", item)
    if "gb1" in items:
        story.option("2023-01-16 12:00", "gb1")
    if "promise" in items:
        story.promise("2023-02-12 03:00:00", promised)
    assert story.wallet == left
    return story


def at_night(*events: str) -> list[str]:
    return [f"{NIGHT} {event}" for event in events]


SETS = [items for size in range(1, len(ITEMS) + 1) for items in combinations(ITEMS, size)]


@pytest.mark.parametrize("items", SETS, ids="+".join)
def test_everything_due_at_one_instant_is_booked_in_its_order(begin: Begin, items: tuple[str, ...]) -> None:
    """R-2.7: promise, tariff, option fees, one-time ends, whichever of them meet; then an input of that instant."""
    story = due(begin, items, left=5000_00)
    before = story.account.version
    story.top_up(NIGHT, 1)
    assert story.since(before) == at_night(*(BOOKED[item] for item in items), "ToppedUp")


@pytest.mark.parametrize("items", SETS, ids="+".join)
def test_a_second_before_nothing_of_it_is_booked(begin: Begin, items: tuple[str, ...]) -> None:
    """R-2.7, R-2.2: an input of 02:59:59 comes before the night."""
    story = due(begin, items, left=5000_00)
    before = story.account.version
    story.top_up("2023-02-15 02:59:59", 1)
    assert story.since(before) == ["2023-02-15 02:59:59 ToppedUp"]


def test_each_item_of_a_tie_is_a_booking_of_its_own(begin: Begin) -> None:
    """R-2.7: no input, occurred_at = booked_at = the scheduled instant; versions without a gap."""
    story = due(begin, ITEMS, left=5000_00)
    before = story.account.version
    story.night("2023-03-01 00:00")
    events = story.log()[before:]
    assert [described(event) for event in events] == [BOOKED[item] for item in ITEMS]
    assert {(event.input, event.occurred_at, event.booked_at) for event in events} == {(None, at(NIGHT), at(NIGHT))}
    assert [event.version for event in events] == [*range(before + 1, before + 6)]


@pytest.mark.parametrize(
    ("when", "runs"),
    [
        (NIGHT, []),
        (NIGHT, [NIGHT]),
        (NIGHT, ["2023-02-14 12:00", "2023-02-15 02:59:59", NIGHT]),
        ("2023-02-17 12:00", []),
        ("2023-02-17 12:00", [NIGHT]),
        ("2023-02-17 12:00", ["2023-02-15 12:00", "2023-02-16 12:00", "2023-02-17 11:59:59"]),
    ],
)
def test_it_does_not_matter_when_the_job_ran(begin: Begin, when: str, runs: list[str]) -> None:
    """R-2.7: the input that comes next finds the same log."""
    story = due(begin, ITEMS, left=400_00)
    before = story.account.version
    for until in runs:
        story.night(until)
    story.top_up(when, 1_00)
    assert story.since(before) == [
        *at_night(
            "PromiseClosed ended",
            "MonthlyFeeCharged nightly",
            "OptionSuspended sms100",
            "OptionSuspended min100",
            "OptionExpired gb1",
        ),
        f"{when if len(when) == 19 else when + ':00'} ToppedUp",
    ]


# Who is paid when it isn't enough for all


@pytest.mark.parametrize(
    ("left", "events"),
    [
        (545_00, ["MonthlyFeeCharged nightly", "OptionFeeCharged sms100", "OptionFeeCharged min100"]),
        (544_99, ["MonthlyFeeCharged nightly", "OptionFeeCharged sms100", "OptionSuspended min100"]),
        (494_99, ["MonthlyFeeCharged nightly", "OptionFeeCharged sms100", "OptionSuspended min100"]),
        (450_00, ["MonthlyFeeCharged nightly", "OptionFeeCharged sms100", "OptionSuspended min100"]),
        (449_99, ["MonthlyFeeCharged nightly", "OptionSuspended sms100", "OptionSuspended min100"]),
        (400_00, ["MonthlyFeeCharged nightly", "OptionSuspended sms100", "OptionSuspended min100"]),
        # nobody is paid behind a night that blocks, though there is money for options
        (399_99, ["Blocked financial nightly", "OptionSuspended sms100", "OptionSuspended min100"]),
    ],
)
def test_what_comes_first_takes_the_money(begin: Begin, left: int, events: list[str]) -> None:
    """R-2.7, R-9.2, R-4.3: the tariff, then options in order of connection; a blocked account pays none."""
    story = due(begin, ("tariff", "sms100", "min100", "gb1"), left=left)
    before = story.account.version
    story.night(NIGHT)
    assert story.since(before) == at_night(*events, "OptionExpired gb1")


@pytest.mark.parametrize(
    ("left", "events"),
    [
        (495_00, ["MonthlyFeeCharged nightly", "OptionFeeCharged min100", "OptionSuspended sms100"]),
        # too little for the first, enough for the second
        (494_99, ["MonthlyFeeCharged nightly", "OptionSuspended min100", "OptionFeeCharged sms100"]),
        (450_00, ["MonthlyFeeCharged nightly", "OptionSuspended min100", "OptionFeeCharged sms100"]),
        (449_99, ["MonthlyFeeCharged nightly", "OptionSuspended min100", "OptionSuspended sms100"]),
    ],
)
def test_the_order_is_that_of_connection(begin: Begin, left: int, events: list[str]) -> None:
    """R-2.7: here min100 was connected first."""
    story = due(begin, ("tariff", "min100", "sms100"), left=left)
    before = story.account.version
    story.night(NIGHT)
    assert story.since(before) == at_night(*events)


def test_an_option_connected_again_stands_last(begin: Begin) -> None:
    """R-2.7, R-9.4: sms100 was disconnected and connected anew."""
    story = due(begin, ("tariff", "sms100", "min100"), left=1000_00)
    story.drop("2023-01-15 13:00", "sms100")
    story.option("2023-01-15 14:00", "sms100")
    before = story.account.version
    story.night(NIGHT)
    assert story.since(before) == at_night(
        "MonthlyFeeCharged nightly", "OptionFeeCharged min100", "OptionFeeCharged sms100"
    )


def test_one_tried_again_keeps_its_place(begin: Begin) -> None:
    """R-2.7, R-9.2: talk, connected first and suspended on 13.02, is tried on 15.02 before sms100, which is due."""
    story = begin(150_00)
    story.option("2023-01-13 12:00", "talk")
    story.option("2023-01-15 12:00", "sms100")
    story.top_up("2023-02-14 12:00", 149_99)
    story.night(NIGHT)
    assert story.since(4) == [
        "2023-02-13 03:00:00 OptionSuspended talk",
        "2023-02-14 12:00:00 ToppedUp",
        *at_night("OptionFeeCharged talk", "OptionSuspended sms100"),
    ]
    assert story.wallet == 49_99


def test_one_that_fails_again_leaves_the_money_to_the_next(begin: Begin) -> None:
    """R-9.2, R-2.7: 99.99 don't pay talk, which books nothing, but they pay sms100."""
    story = begin(150_00)
    story.option("2023-01-13 12:00", "talk")
    story.option("2023-01-15 12:00", "sms100")
    story.top_up("2023-02-14 12:00", 99_99)
    story.night(NIGHT)
    assert story.since(5) == ["2023-02-14 12:00:00 ToppedUp", *at_night("OptionFeeCharged sms100")]


def test_several_suspended_options_are_tried_in_order(begin: Begin) -> None:
    """R-2.7, R-9.2: 145.00 pay both at one night, 144.99 the first alone."""
    for money, second in ((145_00, ["OptionFeeCharged min100"]), (144_99, [])):
        story = due(begin, ("sms100", "min100"), left=0)
        story.night(NIGHT)
        story.top_up("2023-02-19 12:00", money)
        before = story.account.version
        story.night("2023-02-20 03:00")
        assert story.since(before) == [f"2023-02-20 03:00:00 {event}" for event in ("OptionFeeCharged sms100", *second)]


# The promise's end comes first


def test_a_promise_that_ends_at_the_night_pays_nothing_of_it(begin: Begin) -> None:
    """R-2.7, R-10.3: a second longer would have paid the month."""
    story = due(begin, ITEMS, left=0, promised=800_00)
    before = story.account.version
    story.night(NIGHT)
    assert story.since(before) == at_night(
        "PromiseClosed ended",
        "Blocked financial nightly",  # available is 0: its end alone does not block
        "OptionSuspended sms100",
        "OptionSuspended min100",
        "OptionExpired gb1",
    )


def test_a_promise_that_ends_a_second_after_the_night_pays_it(begin: Begin) -> None:
    """R-10.2: headroom up to its end; then the debt blocks, and the packages stay."""
    story = due(begin, ("tariff", "sms100"), left=0)
    story.promise("2023-02-12 03:00:01", 450_00)
    before = story.account.version
    story.night("2023-02-15 03:00:01")
    assert story.since(before) == [
        *at_night("MonthlyFeeCharged nightly", "OptionFeeCharged sms100"),
        "2023-02-15 03:00:01 PromiseClosed ended",
        "2023-02-15 03:00:01 Blocked financial balance",
    ]
    assert story.account.mode == "monthly"


def test_a_promise_whose_end_blocks_lets_the_period_lapse(begin: Begin) -> None:
    """R-2.7, R-8.5, R-4.5: blocked by its end, no fee is asked for at that night."""
    story = due(begin, ITEMS, left=0, promised=800_00)
    story.adjust("2023-02-13 12:00", -1, 1)
    before = story.account.version
    story.night(NIGHT)
    assert story.since(before) == at_night(
        "PromiseClosed ended",
        "Blocked financial balance",
        "PeriodLapsed",
        "OptionSuspended sms100",
        "OptionSuspended min100",
        "OptionExpired gb1",
    )
    assert story.wallet == -1


@pytest.mark.parametrize("kind", ["voluntary", "operator"])
def test_under_a_block_the_tie_takes_no_money(begin: Begin, kind: str) -> None:
    """R-2.7, R-4.5, R-9.2, R-9.3: closed, lapsed, suspended, expired."""
    story = due(begin, ITEMS, left=5000_00)
    story.block("2023-02-14 12:00", kind)
    before = story.account.version
    story.night(NIGHT)
    assert story.since(before) == at_night(
        "PromiseClosed ended",
        "PeriodLapsed",
        "OptionSuspended sms100",
        "OptionSuspended min100",
        "OptionExpired gb1",
    )
    assert money_of(*story.log()[before:]) == []


@pytest.mark.parametrize(
    ("left", "events"),
    [
        (15_50, ["DailyFeeCharged", "OptionSuspended sms100", "OptionSuspended min100"]),
        (65_50, ["DailyFeeCharged", "OptionFeeCharged sms100", "OptionSuspended min100"]),
        (160_50, ["DailyFeeCharged", "OptionFeeCharged sms100", "OptionFeeCharged min100"]),
        (15_49, ["Blocked financial nightly", "OptionSuspended sms100", "OptionSuspended min100"]),
    ],
)
def test_a_days_fee_stands_where_the_months_would(begin: Begin, left: int, events: list[str]) -> None:
    """R-2.7, R-4.2."""
    story = due(begin, ITEMS, left=left, plan="t3")
    before = story.account.version
    story.night(NIGHT)
    assert story.since(before) == at_night("PromiseClosed ended", *events, "OptionExpired gb1")


def test_an_unpaid_account_and_its_suspended_options_come_back_at_one_night(begin: Begin) -> None:
    """R-2.7, R-4.4, R-9.2: unblocked on the 20th, with a one-time option and a promise that end on the 21st."""
    story = due(begin, ("tariff", "sms100", "min100"), left=5000_00)
    story.option("2023-01-22 12:00", "gb1")
    story.block("2023-02-14 12:00")
    story.promise("2023-02-18 03:00:00", 100_00)
    story.unblock("2023-02-20 12:00")
    before = story.account.version
    story.night("2023-02-21 03:00:00")
    assert story.since(before) == [
        f"2023-02-21 03:00:00 {event}"
        for event in (
            "PromiseClosed ended",
            "MonthlyFeeCharged nightly",
            "OptionFeeCharged sms100",
            "OptionFeeCharged min100",
            "OptionExpired gb1",
        )
    ]


def test_several_one_time_options_end_at_one_night(begin: Begin) -> None:
    """R-2.7, R-9.3: all of them, behind the fees; their order among each other is not told."""
    story = due(begin, ITEMS, left=5000_00)
    story.option("2023-02-14 12:00", "day")
    before = story.account.version
    story.night(NIGHT)
    events = story.since(before)
    assert events[:4] == at_night(*(BOOKED[item] for item in ITEMS[:4]))
    assert sorted(events[4:]) == at_night("OptionExpired day", "OptionExpired gb1")


def test_two_nights_are_two_ties(begin: Begin) -> None:
    """R-2.7: in order of their instants, whatever was due at each; one input brings them all."""
    story = due(begin, ITEMS, left=1500_00)
    before = story.account.version
    story.top_up("2023-04-15 03:00:00", 1)
    assert story.since(before) == [
        *at_night(*(BOOKED[item] for item in ITEMS)),
        *(f"2023-03-15 03:00:00 {BOOKED[item]}" for item in ("tariff", "sms100", "min100")),
        "2023-04-15 03:00:00 MonthlyFeeCharged nightly",
        "2023-04-15 03:00:00 OptionSuspended sms100",
        "2023-04-15 03:00:00 OptionSuspended min100",
        "2023-04-15 03:00:00 ToppedUp",
    ]
    assert story.wallet == 1500_00 - 2 * 545_00 - 400_00 + 1


def test_a_tie_is_local(begin: Begin) -> None:
    """R-2.1, R-2.2: 03:00 of the home region, for the options too."""
    story = begin(2000_00, region="kamchatka")
    story.connect("2023-01-15 12:00", "t4")
    story.option("2023-01-15 12:10", "min100")
    story.top_up("2023-02-15 03:00:00", 1)
    assert story.since(5) == at_night("MonthlyFeeCharged nightly", "OptionFeeCharged min100", "ToppedUp")
    assert story.log()[-1].booked_at == at("2023-02-14T18:00:00+03:00")


# An input of that very instant


FAILED = ["Blocked financial nightly", "OptionSuspended min100", "OptionExpired gb1"]
"""What the night of `poor` books without help."""
PAID = ["MonthlyFeeCharged nightly", "OptionFeeCharged min100", "OptionExpired gb1"]
MONTH_ONLY = ["MonthlyFeeCharged nightly", "OptionSuspended min100", "OptionExpired gb1"]
UNBLOCKED = "Unblocked financial balance"
FREE_MONTHS = {"percent": 100, "from": "2023-01-01", "until": "2024-01-01"}

INPUTS: list[tuple[str, dict[str, Any], list[str], list[str], list[str]]] = [
    # type, fields; what it books at 03:00:00, behind FAILED; what it books at 02:59:59; what the night books then
    ("top_up", {"amount": 1000_00}, ["ToppedUp", UNBLOCKED], ["ToppedUp"], PAID),
    ("refresh", {}, ["RefreshRefused BLOCKED"], ["RefreshRefused INSUFFICIENT_FUNDS"], FAILED),
    ("take_promise", {"amount": 800_00}, ["PromiseTaken", UNBLOCKED], ["PromiseTaken"], PAID),
    ("adjust", {"amount": 1000_00, "cites": [1], "text": ""}, ["Adjusted", UNBLOCKED], ["Adjusted"], PAID),
    ("reverse", {"event": 4, "text": ""}, ["ChargeReversed", UNBLOCKED], ["ChargeReversed"], MONTH_ONLY),
    ("grant_discount", FREE_MONTHS, ["DiscountGranted"], ["DiscountGranted"], MONTH_ONLY),
    (
        "connect_plan",
        {"plan": "free"},
        ["InputRefused BLOCKED"],
        ["PlanConnected", "MonthlyFeeCharged connection"],
        ["OptionSuspended min100", "OptionExpired gb1"],
    ),
    ("connect_option", {"option": "gb1"}, ["InputRefused BLOCKED"], ["InputRefused ALREADY_CONNECTED"], FAILED),
    ("connect_option", {"option": "gift"}, ["InputRefused BLOCKED"], ["OptionConnected gift"], FAILED),
    (
        "disconnect_option",
        {"option": "gb1"},
        ["InputRefused NOT_CONNECTED"],
        ["OptionDisconnected gb1"],
        ["Blocked financial nightly", "OptionSuspended min100"],
    ),
    (
        "disconnect_option",
        {"option": "min100"},
        ["OptionDisconnected min100"],
        ["OptionDisconnected min100"],
        ["Blocked financial nightly", "OptionExpired gb1"],
    ),
    (
        "block",
        {"kind": "voluntary"},
        ["Blocked voluntary request"],
        ["Blocked voluntary request"],
        ["PeriodLapsed", "OptionSuspended min100", "OptionExpired gb1"],
    ),
    ("open_dispute", {"event": 9, "text": ""}, ["DisputeOpened"], ["InputRefused UNKNOWN_EVENT"], FAILED),
]


def poor(begin: Begin) -> Told:
    """t4, min100 and gb1 fall due at the night with 10.00 in the wallet (8 events)."""
    story = due(begin, ("tariff", "min100", "gb1"), left=10_00)
    story.usage("2023-01-20 10:00", "sms", 1)
    story.usage("2023-01-20 11:00", "sms", 1)
    assert story.account.version == 8
    return story


@pytest.mark.parametrize(("type", "fields", "behind", "before", "night"), INPUTS)
def test_an_input_of_that_instant_comes_after_all_of_it(
    begin: Begin, type: str, fields: dict[str, Any], behind: list[str], before: list[str], night: list[str]
) -> None:
    """R-2.7: what is scheduled at the very instant of an input is booked before the input, never after."""
    story = poor(begin)
    assert dated(story.feed(type, NIGHT, **fields).events) == at_night(*FAILED, *behind)


@pytest.mark.parametrize(("type", "fields", "behind", "before", "night"), INPUTS)
def test_a_second_earlier_the_input_comes_first(
    begin: Begin, type: str, fields: dict[str, Any], behind: list[str], before: list[str], night: list[str]
) -> None:
    """R-2.7: and the night finds what it left."""
    story = poor(begin)
    events = story.feed(type, "2023-02-15 02:59:59", **fields).events
    assert dated(events) == [f"2023-02-15 02:59:59 {event}" for event in before]
    version = story.account.version
    story.night(NIGHT)
    assert story.since(version) == at_night(*night)


def test_an_unblock_of_that_instant_finds_the_period_lapsed(begin: Begin) -> None:
    """R-2.7, R-4.5, R-4.4: the next night charges; a second earlier this one would have."""
    for when, events in (
        ("2023-02-15 02:59:59", at_night("MonthlyFeeCharged nightly", "OptionFeeCharged min100", "OptionExpired gb1")),
        (
            NIGHT,
            [
                "2023-02-16 03:00:00 MonthlyFeeCharged nightly",
                "2023-02-16 03:00:00 OptionFeeCharged min100",
            ],
        ),
    ):
        story = due(begin, ("tariff", "min100", "gb1"), left=1000_00)
        story.block("2023-02-14 12:00")
        unblocked = dated(story.unblock(when))
        assert unblocked == (
            at_night("PeriodLapsed", "OptionSuspended min100", "OptionExpired gb1", "Unblocked voluntary request")
            if when == NIGHT
            else [f"{when} Unblocked voluntary request"]
        )
        version = story.account.version
        story.night("2023-02-16 03:00")
        assert story.since(version) == events


def test_a_usage_of_that_instant_spends_what_the_night_granted(begin: Begin) -> None:
    """R-2.7, R-2.4, R-6.5: at 03:00:00 the new buckets, a second earlier the old ones, each by its own grant."""
    for when, grants in (("2023-02-15 02:59:59", (4, 5)), (NIGHT, (6, 7))):
        story = begin(3000_00)
        story.connect("2023-01-15 12:00", "t4")
        story.option("2023-01-15 12:10", "min100")
        event: Event = story.call(when, "201:00")[-1]
        assert [(entry.from_, entry.amount, entry.grant) for entry in event.entries] == [
            ("base/voice", 12_000, grants[0]),
            ("option:min100/voice", 60, grants[1]),
        ]
