"""The summary: what was paid for, by kind and service, from which packages, and what that would have cost."""

from pathlib import Path
from typing import Any

from projections import canonical
from projections.summary import Summary, Tally
from tests.scenarios.given import MB, example_1, example_3, used_up_to_february, with_plan
from tests.support import CATALOGUE_TEXT, Story, at, catalogues_of, events_of


def summed(story: Story, since: str, until: str) -> Summary:
    """The summary of a statement, whose sums it was checked against."""
    made = story.statement(since, until).summary
    assert made is not None
    return made


def rows(story: Story, since: str, until: str) -> list[dict[str, Any]]:
    return canonical.summary(summed(story, since, until))


def money(kind: str, count: int, amount: int, **more: Any) -> dict[str, Any]:
    row = {"kind": kind, "service": None, "zone": None, "unit": None, "count": count, "quantity": 0, "from_packages": 0}
    return row | {"amount": amount} | more


def used(service: str, unit: str | None, count: int, quantity: int, measured: int, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "kind": "usage",
        "service": service,
        "zone": "home",
        "unit": unit,
        "count": count,
        "quantity": quantity,
    }
    row |= {"from_packages": 0, "amount": 0, "direction": "out", "measured": measured, "packages": [], "unlimited": 0}
    return row | {"without_packages": 0} | more


def packages(**given: int) -> dict[str, Any]:
    return {
        "from_packages": sum(given.values()),
        "packages": [{"bucket": bucket, "quantity": quantity} for bucket, quantity in given.items()],
    }


def test_what_did_i_pay_for_in_february(tmp_path: Path) -> None:
    """Example 3 and a call of 25:30: one fee, and a call from what was carried and from base, worth 52.00."""
    story = example_3(tmp_path)
    story.call("2023-02-02 10:00", "25:30")
    assert rows(story, "2023-02-01", "2023-02-28") == [
        money("monthly_fee", 1, -400_00),
        used("voice", "s", 1, 1560, 1530, **packages(carried=1200, base=360), without_packages=52_00),
        used("ussd", None, 1, 0, 1),
    ]


def test_a_call_that_packages_cover_in_part_would_have_cost_its_started_minutes(tmp_path: Path) -> None:
    """Example 11: 3 minutes left, a call of 5:10 costs 6.00, and would have cost 12.00 without the package."""
    story = example_1(tmp_path)
    story.call("2023-01-16 10:00", "197:00")
    story.call("2023-01-17 10:00", "5:10")
    (call,) = rows(story, "2023-01-17", "2023-01-17")
    assert call == used("voice", "s", 1, 360, 310, **packages(base=180), amount=-6_00, without_packages=12_00)
    made = summed(story, "2023-01-15", "2023-01-31")
    assert made.spared == (197 + 6) * 2_00 - 6_00


def test_half_minutes_left_are_rounded_record_by_record(tmp_path: Path) -> None:
    """R-6.6: two data records of 1 KB each begin a megabyte each; together they are 2 KB."""
    story = example_1(tmp_path)
    story.usage("2023-01-16 10:00", "data", 1)
    story.usage("2023-01-16 11:00", "data", 1)
    (data,) = rows(story, "2023-01-16", "2023-01-16")
    assert data == used("data", "kb", 2, 2, 2, **packages(base=2), without_packages=6_00)


def test_the_price_is_that_of_the_plan_that_rated_the_record(tmp_path: Path) -> None:
    """Records of one service under two plans: 5.00 a minute in russia, which only the second plan covers."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00, "t4")
    story.call("2023-01-16 10:00", "1:00", zone="russia")
    story.connect("2023-01-17 12:00", "t4-wide")
    story.call("2023-01-18 10:00", "2:00", zone="russia")
    call = rows(story, "2023-01-16", "2023-01-18")[1]
    assert call == used("voice", "s", 2, 180, 180, zone="russia", **packages(base=120), amount=-5_00,
                        without_packages=15_00)  # fmt: skip


def test_incoming_free_unlimited_and_unrated_records_stand_apart(tmp_path: Path) -> None:
    """An unlimited package spends nothing, but what it covered had its price; nobody knows one for the moon."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00, "t4-unlimited")
    story.usage("2023-01-16 10:00", "voice", 61, direction="in")
    story.call("2023-01-16 11:00", "0:03")
    story.usage("2023-01-16 12:00", "data", 5 * MB)
    story.call("2023-01-16 13:00", "1:01", zone="moon")
    assert rows(story, "2023-01-16", "2023-01-16") == [
        used("voice", "s", 1, 0, 3),
        used("voice", "s", 1, 61, 61, direction="in"),
        used("data", "kb", 1, 5120, 5 * MB, unlimited=5120, without_packages=15_00),
        {
            **money("unrated", 1, 0),
            **{"service": "voice", "direction": "out", "zone": "moon", "unit": "s", "measured": 61},
        },
    ]


def test_a_record_without_a_price_leaves_it_open_what_it_would_have_cost(tmp_path: Path) -> None:
    """R-6.8: the zone has no price for SMS, and the package covered all of it."""
    wide = CATALOGUE_TEXT.replace('packages_cover = ["home", "russia"]', 'packages_cover = ["home", "roaming"]')
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00, "t4-wide", text=wide)
    story.usage("2023-01-16 10:00", "sms", 2, zone="roaming")
    (sms,) = rows(story, "2023-01-16", "2023-01-16")
    assert sms == used("sms", "sms", 1, 2, 2, zone="roaming", **packages(base=2), without_packages=None)
    assert summed(story, "2023-01-16", "2023-01-16").spared is None


def test_options_by_name_top_ups_and_refunds_by_channel(tmp_path: Path) -> None:
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00, "t4")
    story.top_up("2023-01-16 10:00", 300_00, channel="card")
    story.top_up("2023-01-16 11:00", 200_00)
    story.top_up("2023-01-16 12:00", 50_00, channel="card")
    story.feed("connect_option", "2023-01-17 10:00", option="min100")
    story.feed("connect_option", "2023-01-17 11:00", option="gb1")
    story.feed("refund", "2023-01-18 10:00", amount=5_00, channel="card")
    assert rows(story, "2023-01-16", "2023-01-31") == [
        money("option_fee", 1, -150_00, option="gb1", option_name="1 ГБ"),
        money("option_fee", 1, -95_00, option="min100", option_name="100 минут"),
        money("top_up", 2, 350_00, channel="card"),
        money("top_up", 1, 200_00, channel="cash"),
        money("refund", 1, -5_00, channel="card"),
    ]


def test_corrections_say_whose_money_they_move_back_and_what_packages_get_back(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    story.call("2023-01-16 10:00", "197:00")
    (call,) = story.call("2023-01-17 10:00", "5:10")
    (paid,) = story.top_up("2023-01-17 11:00", 100_00)
    story.feed("reverse", "2023-01-18 10:00", event=call.version, text="", by="clerk")
    story.feed("reverse", "2023-01-18 11:00", event=paid.version, amount=40_00, text="", by="clerk")
    story.feed("adjust", "2023-01-18 12:00", amount=7_00, cites=[call.version], text="", by="clerk")
    assert rows(story, "2023-01-18", "2023-01-18") == [
        money("reversal", 1, -40_00, reverses="top_up"),
        money("reversal", 1, 6_00, service="voice", unit="s", **packages(base=-180), reverses="usage"),
        money("adjustment", 1, 7_00),
    ]


def test_a_month_paid_by_the_day_and_a_month_of_no_fee(tmp_path: Path) -> None:
    """R-13.1: a monthly fee of 0 is counted, no other fee of 0 is."""
    story = with_plan(tmp_path, "2023-02-10 12:00", 350_00 + 40_00, "t3")
    story.night("2023-03-12 03:00")
    assert rows(story, "2023-03-01", "2023-03-31") == [money("daily_fee", 2, -31_00)]
    (tmp_path / "free").mkdir()
    free = with_plan(tmp_path / "free", "2023-01-15 12:00", 400_00, "t4")
    free.feed("grant_discount", "2023-01-16 10:00", percent=100, **{"from": "2023-02-01", "until": "2023-03-01"})
    free.night("2023-02-15 03:00")
    assert rows(free, "2023-02-01", "2023-02-28") == [money("monthly_fee", 1, 0)]


def test_a_late_record_of_before_the_refresh_names_the_leftover_it_spent(tmp_path: Path) -> None:
    """Example 12: 3 minutes from the expired leftover."""
    story = example_1(tmp_path)
    story.call("2023-01-20 10:00", "190:00")
    story.night("2023-02-15 03:00")
    story.call("2023-02-14 23:50", "2:20", received_at="2023-02-15 04:10")
    (call,) = [row for row in rows(story, "2023-02-15", "2023-02-15") if row["kind"] == "usage"]
    assert call == used("voice", "s", 1, 180, 140, **packages(expired=180), without_packages=6_00)


def test_nothing_is_kept_of_what_was_added_but_sums(tmp_path: Path) -> None:
    """A contract of many events is summed up in as much room as one of few."""
    story = used_up_to_february(example_1(tmp_path))
    tally = Tally(catalogues_of(story.ledger))
    log = events_of(story.ledger, story.account_id)
    for position, event in log:
        tally.add(position, event)
    once = len(tally._rows), len(tally._prices)
    for position, event in log * 50:
        tally.add(position, event)
    assert (len(tally._rows), len(tally._prices)) == once
    assert tally.made().moved == 51 * story.wallet
    assert at("2023-01-22 10:00") == log[-1][1].booked_at
