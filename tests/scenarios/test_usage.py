"""Usage: what is billed, what covers it, in which order, and what it costs (R-6)."""

from pathlib import Path

import pytest

from ledger.events import Blocked, InputRef, Personal, UsageCharged, UsageUnrated
from ledger.inputs import Malformed
from ledger.units import RecordQuantity
from tests.scenarios.given import FULL_T4, MB, example_1, example_3, last, only, t3_due_on_10_march, with_plan
from tests.support import CATALOGUE_TEXT, Story, at, names, transfers, with_settings

KB = 1024
BASE_T4 = {f"base/{service}": amount for service, amount in FULL_T4.items()}
HOUR = 3_600_000_000


# What is billed


@pytest.mark.parametrize(
    ("service", "quantity", "billed"),
    [
        ("voice", 0, 0),
        ("voice", 1, 0),
        ("voice", 3, 0),
        ("voice", 4, 60),
        ("voice", 59, 60),
        ("voice", 60, 60),
        ("voice", 61, 120),
        ("voice", 3600, 3600),
        ("sms", 0, 0),
        ("sms", 1, 1),
        ("sms", 7, 7),
        ("data", 0, 0),
        ("data", 1, 1),
        ("data", 1023, 1),
        ("data", 1024, 1),
        ("data", 1025, 2),
        ("data", 5 * MB, 5 * KB),
    ],
)
def test_what_an_outgoing_record_is_billed(tmp_path: Path, service: str, quantity: int, billed: int) -> None:
    """R-6.2, R-1.2: free up to 3 s, then whole minutes; pieces; started kilobytes of 1024 bytes."""
    story = example_1(tmp_path)
    event = only(story.usage("2023-01-16 10:00", service, quantity), UsageCharged)
    assert (event.quantity, event.billed, event.amount) == (quantity, billed, 0)
    assert sum(entry.amount for entry in event.entries) == billed
    assert story.left()[f"base/{service}"] == FULL_T4[service] - billed


def test_a_usage_as_it_is_stored(tmp_path: Path) -> None:
    """R-6.1, R-3.6, contract §3: every field of the record, what was billed, and the rates a statement prints."""
    story = example_1(tmp_path)
    event = only(
        story.call("2023-01-16 10:00", "1:01", peer="79031112233", id="r-1", source="msc-1", by="msc"), UsageCharged
    )
    assert (event.service, event.direction, event.zone, event.personal) == (
        "voice",
        "out",
        "home",
        Personal(peer="79031112233"),
    )
    assert (event.quantity, event.billed, event.amount, event.vat_rate) == (61, 120, 0, 20)
    assert (event.plan, event.plan_version, event.occurred_at) == ("t4", "2015-01-01", at("2023-01-16 10:00"))
    assert event.input == InputRef("msc-1", "r-1", at("2023-01-16 10:00"), "msc")
    shown = story.shown()[-1]
    said = {"service": "voice", "direction": "out", "quantity": 61, "zone": "home", "peer": "79031112233"}
    assert {name: shown[name] for name in said} == said


@pytest.mark.parametrize(
    ("increment", "free", "quantity", "billed"),
    [(60, 3, 4, 60), (1, 3, 4, 4), (1, 3, 3, 0), (1, 0, 1, 1), (30, 5, 5, 0), (30, 5, 6, 30), (30, 5, 31, 60)],
)
def test_increments_and_free_seconds_are_settings_of_the_plan(
    tmp_path: Path, increment: int, free: int, quantity: int, billed: int
) -> None:
    """R-6.2."""
    settings = f"voice_increment_seconds = {increment}\nfree_call_seconds = {free}\n[plans.prices.home]"
    story = with_plan(
        tmp_path, "2023-01-15 12:00", 400_00, text=CATALOGUE_TEXT.replace("[plans.prices.home]", settings)
    )
    assert only(story.usage("2023-01-16 10:00", "voice", quantity), UsageCharged).billed == billed


@pytest.mark.parametrize("service", ["voice", "sms"])
@pytest.mark.parametrize(
    ("plan", "zone", "blocked"),
    [
        (None, "home", False),
        (None, "nowhere", True),
        ("t4", "home", False),
        ("t4", "nowhere", False),
        ("t4", "roaming", True),
    ],
)
def test_what_comes_in_is_free_anywhere(
    tmp_path: Path, service: str, plan: str | None, zone: str, blocked: bool
) -> None:
    """R-6.2: before any other rule, in any zone, with any plan or none; billed = quantity, no entries."""
    story = Story(tmp_path).open("2023-01-01 00:00")
    story.top_up("2023-01-02 00:00", 500_00)
    if plan:
        story.connect("2023-01-15 12:00", plan)
    if blocked:
        story.block("2023-01-15 13:00")
    event = only(story.usage("2023-01-16 10:00", service, 125, direction="in", zone=zone), UsageCharged)
    assert (event.quantity, event.billed, event.amount, event.entries) == (125, 125, 0, ())
    assert story.verify().ok


def test_data_cannot_come_in(tmp_path: Path) -> None:
    """R-6.2, contract §2: malformed."""
    story = example_1(tmp_path)
    with pytest.raises(Malformed, match="data"):
        story.usage("2023-01-16 10:00", "data", 1000, direction="in")
    assert len(story.log()) == 4


@pytest.mark.parametrize(("peer", "billed"), [("9290", 0), ("9291", 1), ("92900", 1), ("", 1), ("+9290", 1)])
def test_an_sms_record_to_9290_is_billed_nothing(tmp_path: Path, peer: str, billed: int) -> None:
    """R-6.2: and it is no request; nothing is refreshed by a record."""
    story = example_1(tmp_path)
    event = only(story.usage("2023-01-16 10:00", "sms", 1, peer=peer), UsageCharged)
    assert (event.billed, len(event.entries)) == (billed, billed)
    assert story.wallet == 600_00


def test_only_sms_to_9290_are_free_and_not_calls(tmp_path: Path) -> None:
    """R-6.2."""
    story = example_1(tmp_path)
    assert only(story.call("2023-01-16 10:00", "1:00", peer="9290"), UsageCharged).billed == 60


# What nobody can rate


@pytest.mark.parametrize(
    ("service", "quantity", "zone", "peer"),
    [
        ("voice", 60, "home", ""),
        ("voice", 2, "home", ""),  # a free call
        ("sms", 1, "home", "9290"),
        ("data", 0, "home", ""),
        ("sms", 1, "nowhere", ""),
    ],
)
def test_without_a_plan_a_record_is_unrated(tmp_path: Path, service: str, quantity: int, zone: str, peer: str) -> None:
    """R-6.8: NO_PLAN, for free calls and SMS to 9290 too; stored, no entries, the wallet untouched."""
    story = Story(tmp_path).open("2023-01-01 00:00")
    event = only(story.usage("2023-01-16 10:00", service, quantity, zone=zone, peer=peer), UsageUnrated)
    assert event == UsageUnrated(
        version=2,
        occurred_at=at("2023-01-16 10:00"),
        booked_at=at("2023-01-16 10:00"),
        recorded_at=story.clock.instant,
        input=InputRef("feed", "usage-2", at("2023-01-16 10:00")),
        service=event.service,
        direction="out",
        quantity=RecordQuantity(quantity),
        zone=zone,
        reason="NO_PLAN",
        personal=Personal(peer=peer),
    )
    assert event.service == service
    assert story.wallet == 0
    assert story.statement("2023-01-01", "2023-01-31").usage == []
    assert story.verify().ok


@pytest.mark.parametrize(
    ("plan", "service", "quantity", "zone", "peer", "rated"),
    [
        # a zone that the version doesn't price, whatever the quantity
        ("t4", "voice", 60, "moon", "", False),
        ("t4", "voice", 2, "moon", "", False),
        ("t4", "voice", 0, "moon", "", False),
        ("t4", "sms", 1, "moon", "9290", False),
        ("t4-unlimited", "data", 1000, "moon", "", False),
        # a zone without a price for this service, not covered by packages
        ("t4", "data", 1000, "russia", "", False),
        ("t4", "sms", 1, "roaming", "", False),
        # nothing is billed, so packages cover all of it
        ("t4", "sms", 1, "roaming", "9290", True),
        ("t4", "data", 0, "russia", "", True),
        # covered by packages
        ("t4-wide", "data", 4096 * MB, "russia", "", True),
        ("t4-wide", "data", 4096 * MB + 1, "russia", "", False),
        ("t4-wide", "sms", 1, "roaming", "", False),
    ],
)
def test_a_record_without_a_price_is_unrated(
    tmp_path: Path, plan: str, service: str, quantity: int, zone: str, peer: str, rated: bool
) -> None:
    """R-6.8: NO_PRICE, and nothing is spent, not even the part that a package would cover."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 500_00, plan)
    before = story.left()
    events = story.usage("2023-01-16 10:00", service, quantity, zone=zone, peer=peer)
    if rated:
        assert only(events, UsageCharged).amount == 0
        return
    event = only(events, UsageUnrated)
    assert (event.reason, event.entries, event.quantity, event.zone) == ("NO_PRICE", (), quantity, zone)
    assert (story.left(), story.wallet) == (before, 100_00)


def test_packages_that_cover_an_unpriced_zone_rate_nothing_there(tmp_path: Path) -> None:
    """R-6.8: the zone must be among the version's prices, whatever `packages_cover` says."""
    text = CATALOGUE_TEXT.replace('packages_cover = ["home", "russia"]', 'packages_cover = ["home", "europe"]')
    story = with_plan(tmp_path, "2023-01-15 12:00", 500_00, "t4-wide", text=text)
    assert only(story.call("2023-01-16 10:00", "1:00", zone="europe"), UsageUnrated).reason == "NO_PRICE"


def test_unrated_usage_is_applied_and_not_refused(tmp_path: Path) -> None:
    """R-6.8, contract §1: and known by its id like any input."""
    story = Story(tmp_path).open("2023-01-01 00:00")
    call = {"service": "voice", "direction": "out", "quantity": 60, "id": "u"}
    assert story.feed("usage", "2023-01-02 00:00", **call).result == "applied"
    assert story.feed("usage", "2023-01-02 00:00", **call).result == "duplicate"


def test_unrated_usage_moves_the_clock_and_blocks_nothing(tmp_path: Path) -> None:
    """R-6.8, R-2.6."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00)
    story.usage("2023-01-16 10:00", "data", 1000 * MB, zone="russia")
    assert (story.account.clock, story.account.blocks) == (at("2023-01-16 10:00"), ())


# What covers it


@pytest.mark.parametrize(
    ("zone", "service", "quantity", "from_packages", "cost"),
    [
        ("home", "voice", 61, 120, 0),
        ("russia", "voice", 61, 0, 2 * 5_00),
        ("roaming", "voice", 61, 0, 2 * 25_00),
        ("russia", "sms", 3, 0, 3 * 3_80),
        ("home", "data", 2 * MB, 2 * KB, 0),
    ],
)
def test_packages_cover_the_zones_of_the_plan(
    tmp_path: Path, zone: str, service: str, quantity: int, from_packages: int, cost: int
) -> None:
    """R-6.3, R-6.6: elsewhere a record costs money although minutes are left."""
    story = example_1(tmp_path)
    event = only(story.usage("2023-01-16 10:00", service, quantity, zone=zone), UsageCharged)
    unit = {"voice": "s", "sms": "sms", "data": "kb"}[service]
    packages = [f"base/{service} > consumed/{service} {from_packages} {unit} #4"] if from_packages else []
    money = [f"wallet > revenue:usage {cost} kop"] if cost else []
    assert transfers(event) == packages + money
    assert (event.amount, story.wallet) == (cost, 600_00 - cost)


def test_a_package_of_nothing_makes_no_bucket(tmp_path: Path) -> None:
    """R-6.3."""
    text = CATALOGUE_TEXT.replace("voice_minutes = 200, sms = 200", "voice_minutes = 0, sms = 200")
    story = with_plan(tmp_path, "2023-01-15 12:00", 500_00, text=text)
    assert story.left() == {"base/sms": 200, "base/data": 4096 * KB}
    assert only(story.call("2023-01-16 10:00", "1:00"), UsageCharged).amount == 2_00


def test_buckets_give_units_and_not_minutes(tmp_path: Path) -> None:
    """R-6.4: 30 s left are 30 s; the rest of a minute is a started minute of money."""
    text = CATALOGUE_TEXT.replace("[plans.prices.home]", "voice_increment_seconds = 30\n[plans.prices.home]")
    story = with_plan(tmp_path, "2023-01-15 12:00", 500_00, text=text)
    story.usage("2023-01-16 10:00", "voice", 11_970)
    event = only(story.usage("2023-01-16 11:00", "voice", 90), UsageCharged)
    assert transfers(event) == ["base/voice > consumed/voice 30 s #4", "wallet > revenue:usage 200 kop"]


# The order


def test_a_record_is_split_over_everything_that_fits(tmp_path: Path) -> None:
    """R-6.4, R-6.6, R-1.3: carried, base, money; entries in spending order, none merged."""
    story = example_3(tmp_path)
    event = only(story.call("2023-02-02 10:00", "225:00"), UsageCharged)
    assert transfers(event) == [
        "carried/voice > consumed/voice 1200 s #4",
        "base/voice > consumed/voice 12000 s #8",
        "wallet > revenue:usage 1000 kop",
    ]
    assert (event.billed, event.amount, event.price, event.wallet_after) == (225 * 60, 10_00, 2_00, 190_00)


def test_an_expired_leftover_is_spent_before_anything_that_lives(tmp_path: Path) -> None:
    """R-6.4, R-6.5: a late call from before the second refresh: the old carried first, then what base became."""
    story = example_3(tmp_path)
    story.top_up("2023-02-03 10:00", 1000_00)
    story.dial("2023-02-05 12:00")  # the carried of #4 expires, base of #8 becomes carried
    event = only(story.call("2023-02-04 10:00", "30:00", received_at="2023-02-05 13:00"), UsageCharged)
    assert transfers(event) == [
        "expired/voice > consumed/voice 1200 s #4",
        "carried/voice > consumed/voice 600 s #8",
    ]
    assert story.left()["base/voice"] == 12_000
    assert story.verify().ok


def test_of_expired_leftovers_carried_comes_before_base(tmp_path: Path) -> None:
    """R-6.5: both ended at one night."""
    story = example_3(tmp_path)
    story.top_up("2023-02-10 00:00", 1000_00)
    event = last(story.call("2023-02-28 23:00", "230:00", received_at="2023-03-01 04:00"), UsageCharged)
    assert transfers(event) == [
        "expired/voice > consumed/voice 1200 s #4",
        "expired/voice > consumed/voice 12000 s #8",
        "wallet > revenue:usage 2000 kop",
    ]


def test_a_late_record_never_eats_the_new_package(tmp_path: Path) -> None:
    """R-6.5: what the expired leftover lacks costs money, because the new base was not valid then."""
    story = example_1(tmp_path)
    story.call("2023-01-20 10:00", "199:00")
    event = last(story.call("2023-02-14 23:50", "3:00", received_at="2023-02-15 04:10"), UsageCharged)
    assert transfers(event) == ["expired/voice > consumed/voice 60 s #4", "wallet > revenue:usage 400 kop"]
    assert story.left()["base/voice"] == 12_000


def test_a_record_from_before_the_refresh_finds_its_minutes(tmp_path: Path) -> None:
    """R-6.5: carried keeps its old start, base begins at the refresh."""
    story = example_3(tmp_path)
    event = only(story.call("2023-02-01 09:59:59", "30:00", received_at="2023-02-01 11:00"), UsageCharged)
    assert transfers(event) == ["carried/voice > consumed/voice 1200 s #4", "wallet > revenue:usage 2000 kop"]


def test_a_record_from_before_a_night_that_carries_finds_its_minutes(tmp_path: Path) -> None:
    """R-4.6, R-6.5: carried by the night, with its old start, until the next due date."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00, "t4-auto")
    story.night("2023-02-15 03:00")
    for received in ("2023-02-15 04:00", "2023-02-20 04:00"):  # live, so no late window
        event = only(story.call("2023-02-15 02:59:59", "10:00", received_at=received), UsageCharged)
        assert transfers(event) == ["carried/voice > consumed/voice 600 s #4"]


def test_a_record_of_the_very_instant_of_the_refresh_may_spend_both(tmp_path: Path) -> None:
    """R-6.5: base is valid from the refresh on."""
    story = example_3(tmp_path)
    event = only(story.call("2023-02-01 10:00:00", "30:00", received_at="2023-02-01 11:00"), UsageCharged)
    assert transfers(event) == ["carried/voice > consumed/voice 1200 s #4", "base/voice > consumed/voice 600 s #8"]


def test_a_record_from_before_the_connection_finds_no_package(tmp_path: Path) -> None:
    """R-6.5, R-6.6: the package begins with the contract; before it there was no plan."""
    story = example_1(tmp_path)
    event = only(story.call("2023-01-15 11:59:59", "1:00", received_at="2023-01-15 13:00"), UsageUnrated)
    assert event.reason == "NO_PLAN"
    assert transfers(*story.call("2023-01-15 12:00:00", "1:00", received_at="2023-01-15 13:00")) == [
        "base/voice > consumed/voice 60 s #4"
    ]


# The late window


@pytest.mark.parametrize(
    ("received", "late"),
    [
        ("2023-02-18T02:59:59.999999+03:00", True),
        ("2023-02-18T03:00:00+03:00", False),
        ("2023-02-18T03:00:00.000001+03:00", False),
    ],
)
def test_the_late_window_closes_after_72_hours_to_the_microsecond(tmp_path: Path, received: str, late: bool) -> None:
    """R-6.5: `booked_at < end + 72 h`."""
    story = example_1(tmp_path)
    story.night("2023-02-15 03:00")
    event = only(story.call("2023-02-14 23:50", "2:20", received_at=received), UsageCharged)
    expected = "expired/voice > consumed/voice 180 s #4" if late else "wallet > revenue:usage 600 kop"
    assert transfers(event) == [expected]


def test_the_late_window_is_a_setting(tmp_path: Path) -> None:
    """R-6.5: one hour here."""
    text = with_settings("late_window_hours = 1")
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00, text=text)
    story.night("2023-02-15 03:00")
    inside = story.call("2023-02-14 23:50", "1:00", received_at="2023-02-15 03:59:59")
    outside = story.call("2023-02-14 23:51", "1:00", received_at="2023-02-15 04:00:00")
    assert transfers(*inside) == ["expired/voice > consumed/voice 60 s #4"]
    assert transfers(*outside) == ["wallet > revenue:usage 200 kop"]


def test_the_late_window_runs_in_booked_time(tmp_path: Path) -> None:
    """R-6.5, R-2.6: received in time, but the account's clock is already past the window."""
    story = example_1(tmp_path)
    story.top_up("2023-02-18 03:00", 1)
    event = only(story.call("2023-02-14 23:50", "2:20", received_at="2023-02-15 04:10"), UsageCharged)
    assert (event.booked_at, event.amount) == (at("2023-02-18 03:00"), 6_00)


@pytest.mark.parametrize(("received", "late"), [("2023-02-13 08:59:59", True), ("2023-02-13 09:00:00", False)])
def test_a_bucket_that_ends_early_ends_then(tmp_path: Path, received: str, late: bool) -> None:
    """R-6.5: after a plan change at 10.02 09:00, validity and window count from it."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00)
    story.connect("2023-02-10 09:00", "t3")
    event = only(story.call("2023-02-10 08:59:59", "1:00", received_at=received), UsageCharged)
    assert transfers(event) == ["expired/voice > consumed/voice 60 s #4" if late else "wallet > revenue:usage 200 kop"]
    after = only(story.call("2023-02-10 09:00:00", "1:00", received_at=received), UsageCharged)
    assert transfers(after) == ["base/voice > consumed/voice 60 s #6"]


@pytest.mark.parametrize(("received", "late"), [("2023-02-08 11:59:59", True), ("2023-02-08 12:00:00", False)])
def test_carried_that_a_refresh_ended_has_its_window_from_then(tmp_path: Path, received: str, late: bool) -> None:
    """R-6.5: refreshed again on 05.02 12:00."""
    story = example_3(tmp_path)
    story.top_up("2023-02-03 10:00", 1000_00)
    story.dial("2023-02-05 12:00")
    event = only(story.call("2023-02-04 10:00", "10:00", received_at=received), UsageCharged)
    place = "expired/voice > consumed/voice 600 s #4" if late else "carried/voice > consumed/voice 600 s #8"
    assert transfers(event) == [place]


def test_a_leftover_can_be_spent_late_only_once(tmp_path: Path) -> None:
    """R-6.5: it empties like any bucket."""
    story = example_1(tmp_path)
    story.call("2023-01-20 10:00", "197:00")
    story.night("2023-02-15 03:00")
    late = [story.call(f"2023-02-14 23:5{n}", "2:00", received_at=f"2023-02-15 04:0{n}") for n in range(3)]
    assert [transfers(*events) for events in late] == [
        ["expired/voice > consumed/voice 120 s #4"],
        ["expired/voice > consumed/voice 60 s #4", "wallet > revenue:usage 200 kop"],
        ["wallet > revenue:usage 400 kop"],
    ]
    assert story.verify().ok


def test_a_day_is_valid_from_night_to_night(tmp_path: Path) -> None:
    """R-6.5: a late call of yesterday's day spends yesterday's allowance."""
    story = t3_due_on_10_march(tmp_path, 100_00)
    story.night("2023-03-11 03:00")
    late = only(story.call("2023-03-11 02:59:59", "4:00", received_at="2023-03-11 05:00"), UsageCharged)
    now = only(story.call("2023-03-11 03:00:00", "4:00", received_at="2023-03-11 05:00"), UsageCharged)
    assert transfers(late, now) == ["expired/voice > consumed/voice 240 s #5", "daily/voice > consumed/voice 240 s #6"]


def test_a_leftover_of_a_month_that_nobody_paid_is_spent_late_too(tmp_path: Path) -> None:
    """R-6.5, R-4.3, R-4.5: after a nightly block, and after a lapse under a block."""
    for folder, block in (("blocked", False), ("lapsed", True)):
        (tmp_path / folder).mkdir()
        story = with_plan(tmp_path / folder, "2023-01-15 12:00", 400_00)
        if block:
            story.block("2023-02-01 00:00")
        event = last(story.call("2023-02-15 02:59", "5:00", received_at="2023-02-15 05:00"), UsageCharged)
        assert transfers(event) == ["expired/voice > consumed/voice 300 s #4"]


# Unlimited


def test_an_unlimited_package_covers_without_entries(tmp_path: Path) -> None:
    """R-6.3: never listed, nothing is spent, however much."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 500_00, "t4-unlimited")
    assert set(story.left()) == {"base/voice", "base/sms"}
    event = only(story.usage("2023-01-16 10:00", "data", 10**12), UsageCharged)
    assert (event.entries, event.amount, event.billed) == ((), 0, -(-(10**12) // 1024))
    row = story.statement("2023-01-01", "2023-01-31").usage[0]
    assert (row.from_packages, row.amount) == (0, 0)


def test_an_unlimited_package_covers_its_zones_only(tmp_path: Path) -> None:
    """R-6.3, R-6.8: in Russia this plan has neither cover nor a price for data."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 500_00, "t4-unlimited")
    assert only(story.usage("2023-01-16 10:00", "data", 1000, zone="russia"), UsageUnrated).reason == "NO_PRICE"


@pytest.mark.parametrize(
    ("received", "covered"), [("2023-02-18T02:59:59.999999+03:00", True), ("2023-02-18T03:00:00+03:00", False)]
)
def test_an_unlimited_package_has_its_late_window(tmp_path: Path, received: str, covered: bool) -> None:
    """R-6.3, R-6.5: the month was not paid on; a record of its last minute is covered for 72 hours."""
    text = CATALOGUE_TEXT.replace('daily_packages = { data_mb = "unlimited" }', "").replace('daily_fee = "10.00"', "")
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00, "t4-unlimited", text=text)
    story.night("2023-02-15 03:00")
    assert story.account.mode == "unpaid"
    story.top_up("2023-02-15 03:30", 399_00)
    story.block("2023-02-15 03:40")  # so that no night pays another month
    event = only(story.usage("2023-02-15 02:59", "data", 5 * MB, received_at=received), UsageCharged)
    assert transfers(event) == ([] if covered else ["wallet > revenue:usage 1500 kop"])
    unpaid = only(story.usage("2023-02-15 04:00", "data", 5 * MB, received_at=received), UsageCharged)
    assert unpaid.amount == 15_00


def test_an_unlimited_package_ends_at_a_refresh_and_begins_anew(tmp_path: Path) -> None:
    """R-6.3: records from before and after the refresh are both covered."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00, "t4-unlimited")
    story.dial("2023-02-01 10:00")
    for occurred in ("2023-02-01 09:59:59", "2023-02-01 10:00:00"):
        event = only(story.usage(occurred, "data", MB, received_at="2023-02-01 11:00"), UsageCharged)
        assert (event.entries, event.amount) == ((), 0)
    late = only(story.usage("2023-02-01 09:59:59", "data", MB, received_at="2023-02-04 10:00"), UsageCharged)
    assert late.amount == 3_00


def test_a_day_may_be_unlimited_too(tmp_path: Path) -> None:
    """R-6.3: if `daily_packages` says so; voice has no daily allowance and costs the base price (R-6.9)."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 450_00, "t4-unlimited")
    story.night("2023-02-15 03:00")
    assert (story.account.mode, story.left()) == ("daily", {})
    assert only(story.usage("2023-02-15 10:00", "data", 9 * MB), UsageCharged).amount == 0
    assert only(story.call("2023-02-15 10:01", "2:00"), UsageCharged).amount == 4_00


def test_where_unlimited_fits_nothing_else_is_spent(tmp_path: Path) -> None:
    """R-6.3: a plan change from numbered data to unlimited data; a record after it leaves the old leftover alone."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00)
    story.connect("2023-01-20 12:00", "t4-unlimited")
    event = only(story.usage("2023-01-20 12:00", "data", MB, received_at="2023-01-20 13:00"), UsageCharged)
    assert event.entries == ()
    before = only(story.usage("2023-01-20 11:59", "data", MB, received_at="2023-01-20 13:00"), UsageCharged)
    assert transfers(before) == ["expired/data > consumed/data 1024 kb #4"]


# Money


@pytest.mark.parametrize(
    ("service", "quantity", "zone", "cost"),
    [
        ("voice", 4, "russia", 5_00),
        ("voice", 60, "russia", 5_00),
        ("voice", 61, "russia", 10_00),
        ("sms", 2, "russia", 7_60),
        ("data", 1, "home", 3_00),
        ("data", MB, "home", 3_00),
        ("data", MB + 1, "home", 6_00),
    ],
)
def test_money_is_taken_per_started_minute_piece_and_megabyte(
    tmp_path: Path, service: str, quantity: int, zone: str, cost: int
) -> None:
    """R-6.6: per record; no data package is left."""
    text = CATALOGUE_TEXT.replace("data_mb = 4096", "data_mb = 0")
    story = with_plan(tmp_path, "2023-01-15 12:00", 500_00, text=text)
    event = only(story.usage("2023-01-16 10:00", service, quantity, zone=zone), UsageCharged)
    assert transfers(event) == [f"wallet > revenue:usage {cost} kop"]
    assert (event.amount, event.wallet_after) == (cost, 100_00 - cost)


def test_the_started_megabyte_is_that_of_the_uncovered_part(tmp_path: Path) -> None:
    """R-6.6: 1 MB left, 2 MB + 1 byte used: 1 MB and 1 KB uncovered are two started megabytes."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 500_00)
    story.usage("2023-01-16 10:00", "data", 4095 * MB)
    event = only(story.usage("2023-01-16 11:00", "data", 2 * MB + 1), UsageCharged)
    assert transfers(event) == ["base/data > consumed/data 1024 kb #4", "wallet > revenue:usage 600 kop"]


def test_records_are_not_added_up_before_rounding(tmp_path: Path) -> None:
    """R-6.6: per record; three times one byte are three started megabytes."""
    story = with_plan(
        tmp_path, "2023-01-15 12:00", 500_00, text=CATALOGUE_TEXT.replace("data_mb = 4096", "data_mb = 0")
    )
    for minute in range(3):
        story.usage(f"2023-01-16 10:0{minute}", "data", 1)
    assert story.wallet == 100_00 - 9_00


def test_in_the_days_the_base_price_list_applies(tmp_path: Path) -> None:
    """R-6.9."""
    story = t3_due_on_10_march(tmp_path, 100_00)
    event = last(story.call("2023-03-10 12:00", "12:00"), UsageCharged)
    assert transfers(event) == ["daily/voice > consumed/voice 600 s #5", "wallet > revenue:usage 400 kop"]
    assert only(story.call("2023-03-10 13:00", "1:00", zone="russia"), UsageCharged).amount == 5_00


def test_while_nothing_is_paid_usage_costs_money(tmp_path: Path) -> None:
    """R-6.6, R-6.8: the plan still rates it."""
    story = t3_due_on_10_march(tmp_path, 10_00)
    story.night("2023-03-10 03:00")
    assert only(story.call("2023-03-10 12:00", "1:00"), UsageCharged).amount == 2_00


# Which plan and version


def test_the_plan_of_the_time_rates_a_late_record(tmp_path: Path) -> None:
    """R-6.6: t4-wide covers Russia, t3 doesn't; the call was made under t4-wide."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00, "t4-wide")
    story.connect("2023-02-01 12:00", "t3")
    before = only(
        story.call("2023-02-01 11:59:59", "1:00", zone="russia", received_at="2023-02-01 13:00"), UsageCharged
    )
    after = only(story.call("2023-02-01 12:00:00", "1:00", zone="russia", received_at="2023-02-01 13:00"), UsageCharged)
    assert (before.plan, transfers(before)) == ("t4-wide", ["expired/voice > consumed/voice 60 s #4"])
    assert (after.plan, transfers(after)) == ("t3", ["wallet > revenue:usage 500 kop"])


def test_a_plan_connected_late_rates_from_its_booking_on(tmp_path: Path) -> None:
    """R-6.6: "booked at or before it": asked for at noon, received at one o'clock."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00, "t4-wide")
    story.connect("2023-02-01 12:00", "t3", received_at="2023-02-01 13:00")
    event = only(story.call("2023-02-01 12:30", "1:00", received_at="2023-02-01 14:00"), UsageCharged)
    assert event.plan == "t4-wide"


PRICIER = """
[[plans]]
id = "t4"
name = "Тест t4"
effective_from = 2023-02-01
sold_from = 2015-01-01
regions = ["*"]
monthly_fee = "400.00"
packages = { voice_minutes = 200 }
packages_cover = ["russia"]
voice_increment_seconds = 1
free_call_seconds = 0
[plans.prices.russia]
voice_minute = "9.00"
[plans.prices.home]
voice_minute = "7.00"
"""


@pytest.mark.parametrize(
    ("occurred", "booked"),
    [
        ("2023-01-31 23:59:59", ["base/voice > consumed/voice 60 s #4"]),
        ("2023-02-01 00:00:00", ["wallet > revenue:usage 700 kop"]),
    ],
)
def test_the_version_of_the_local_date_rates_a_record(tmp_path: Path, occurred: str, booked: list[str]) -> None:
    """R-6.6: cover, increments, free seconds and prices by the date on which it occurred, however late it comes."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00, text=CATALOGUE_TEXT + PRICIER)
    event = only(story.call(occurred, "0:05", received_at="2023-02-01 04:00"), UsageCharged)
    assert transfers(event) == booked
    tiny = only(story.call(occurred, "0:01", received_at="2023-02-01 04:00"), UsageCharged)
    assert tiny.billed == (0 if occurred < "2023-02" else 1)


# The block


@pytest.mark.parametrize(
    ("kopecks", "events", "wallet"),
    [
        (4_99, ["UsageCharged", "Blocked"], -1),
        (5_00, ["UsageCharged"], 0),
        (5_01, ["UsageCharged"], 1),
    ],
)
def test_below_nothing_a_usage_blocks(tmp_path: Path, kopecks: int, events: list[str], wallet: int) -> None:
    """R-6.7, R-8.5: exactly 0 doesn't."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00 + kopecks)
    booked = story.call("2023-01-16 10:00", "1:00", zone="russia")
    assert (names(booked), story.wallet) == (events, wallet)


def test_a_block_by_usage_is_part_of_its_booking_and_ends_nothing(tmp_path: Path) -> None:
    """R-6.7, contract §3: same times, same input; the packages stay."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00)
    usage, blocked = story.call("2023-01-16 10:00", "1:00", zone="russia", received_at="2023-01-16 10:05")
    assert isinstance(blocked, Blocked)
    assert (blocked.kind, blocked.entries, blocked.version) == ("financial", (), usage.version + 1)
    assert (blocked.occurred_at, blocked.booked_at, blocked.input) == (
        usage.occurred_at,
        usage.booked_at,
        usage.input,
    )
    assert (story.left(), story.account.mode) == (BASE_T4, "monthly")


def test_the_credit_limit_keeps_a_usage_from_blocking(tmp_path: Path) -> None:
    """R-6.7, R-3.4: available, not wallet, is what must not fall below 0."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00, credit_limit=5_00)
    assert names(story.call("2023-01-16 10:00", "1:00", zone="russia")) == ["UsageCharged"]
    assert names(story.usage("2023-01-16 11:00", "sms", 1, zone="russia")) == ["UsageCharged", "Blocked"]
    assert (story.wallet, story.balance.available) == (-8_80, -3_80)


def test_blocks_refuse_no_usage(tmp_path: Path) -> None:
    """R-6.8, R-6.6: the network let it happen; it is booked, below 0 too, and blocks no second time."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00)
    story.block("2023-01-16 09:00", "operator")
    for minute, wallet in ((0, -25_00), (1, -50_00)):
        booked = story.call(f"2023-01-16 10:0{minute}", "1:00", zone="roaming")
        assert names(booked) == (["UsageCharged", "Blocked"] if minute == 0 else ["UsageCharged"])
        assert story.wallet == wallet
    covered = only(story.call("2023-01-16 11:00", "1:00"), UsageCharged)
    assert transfers(covered) == ["base/voice > consumed/voice 60 s #4"]
    assert story.account.blocks == ("financial", "operator")
    assert story.verify().ok
