"""The balance: what an account has, from its clock or as of a time (contract §4)."""

from pathlib import Path
from typing import Any

import pytest

from ledger.account import Account
from projections.balances import balance
from scripts.app.errors import Declined
from tests.scenarios.given import example_1, example_3, t3_due_on_10_march, with_plan
from tests.support import ACCOUNT, Story, at

MONTH = {"start": "2023-02-01T10:00:00+03:00", "next_due": "2023-03-01T03:00:00+03:00"}


def bucket(name: str, service: str, left: int, granted: int, start: str, end: str) -> dict[str, Any]:
    unit = {"voice": "s", "sms": "sms", "data": "kb"}[service]
    times = {"start": f"{start}:00+03:00", "end": f"{end}:00+03:00"}
    return {"bucket": name, "service": service, "unit": unit, "left": left, "granted": granted} | times


EXAMPLE_3 = {
    "account": ACCOUNT,
    "holder": 1,
    "region": "moscow",
    "clock": "2023-02-01T10:00:00+03:00",
    "plan": "t4",
    "mode": "monthly",
    "blocks": [],
    "wallet": 20000,
    "available": 20000,
    "credit_limit": 0,
    "anchor_day": 1,
    "period": MONTH,
    "buckets": [
        bucket("carried", "voice", 1200, 1200, "2023-01-15T12:00", "2023-03-01T03:00"),
        bucket("carried", "sms", 190, 190, "2023-01-15T12:00", "2023-03-01T03:00"),
        bucket("carried", "data", 96 * 1024, 96 * 1024, "2023-01-15T12:00", "2023-03-01T03:00"),
        bucket("base", "voice", 12_000, 12_000, "2023-02-01T10:00", "2023-03-01T03:00"),
        bucket("base", "sms", 200, 200, "2023-02-01T10:00", "2023-03-01T03:00"),
        bucket("base", "data", 4_194_304, 4_194_304, "2023-02-01T10:00", "2023-03-01T03:00"),
    ],
    "discount": None,
    "promise": None,
}
"""The contract's example, with all of its buckets."""


def test_the_balance_of_the_contract(tmp_path: Path) -> None:
    """Contract §4, R-5.4, R-6.4: exactly, buckets in spending order."""
    assert example_3(tmp_path).printed("balance", ACCOUNT) == EXAMPLE_3


def test_a_balance_before_any_plan(tmp_path: Path) -> None:
    """Contract §4, R-3.1, R-3.4."""
    story = Story(tmp_path).open("2023-01-01 00:00", credit_limit=300_00)
    story.top_up("2023-01-02 00:00", 5)
    assert story.printed("balance", ACCOUNT) == EXAMPLE_3 | {
        "clock": "2023-01-02T00:00:00+03:00",
        "plan": None,
        "mode": "none",
        "wallet": 5,
        "available": 300_05,
        "credit_limit": 300_00,
        "anchor_day": None,
        "period": None,
        "buckets": [],
    }


def test_a_balance_in_the_days(tmp_path: Path) -> None:
    """Contract §4, R-4.2: `period` is the day; the anchor is still that of the last month."""
    story = t3_due_on_10_march(tmp_path, 100_00)
    story.night("2023-03-10 12:00")
    assert story.printed("balance", ACCOUNT) == EXAMPLE_3 | {
        "clock": "2023-03-10T03:00:00+03:00",
        "plan": "t3",
        "mode": "daily",
        "wallet": 84_50,
        "available": 84_50,
        "anchor_day": 10,
        "period": {"start": "2023-03-10T03:00:00+03:00", "next_due": "2023-03-11T03:00:00+03:00"},
        "buckets": [
            bucket("daily", "voice", 600, 600, "2023-03-10T03:00", "2023-03-11T03:00"),
            bucket("daily", "sms", 10, 10, "2023-03-10T03:00", "2023-03-11T03:00"),
            bucket("daily", "data", 51_200, 51_200, "2023-03-10T03:00", "2023-03-11T03:00"),
        ],
    }


def test_a_balance_of_a_blocked_and_unpaid_account(tmp_path: Path) -> None:
    """Contract §4, R-4.3, R-8.1: no period, the plan and the last anchor stay."""
    story = t3_due_on_10_march(tmp_path, 9_00)
    story.night("2023-03-10 12:00")
    story.block("2023-03-10 13:00", "operator")
    assert story.printed("balance", ACCOUNT) == EXAMPLE_3 | {
        "clock": "2023-03-10T13:00:00+03:00",
        "plan": "t3",
        "mode": "unpaid",
        "blocks": ["financial", "operator"],
        "wallet": 9_00,
        "available": 9_00,
        "anchor_day": 10,
        "period": None,
        "buckets": [],
    }


def test_an_empty_bucket_is_shown_while_it_lives(tmp_path: Path) -> None:
    """Contract §4: "also an empty one"."""
    story = example_1(tmp_path)
    story.call("2023-01-16 10:00", "200:00")
    assert story.printed("balance", ACCOUNT)["buckets"][0] == bucket(
        "base", "voice", 0, 12_000, "2023-01-15T12:00", "2023-02-15T03:00"
    )


# As of a time


@pytest.mark.parametrize(
    ("when", "clock", "wallet", "left"),
    [
        ("2022-01-01 00:00:59", "2022-01-01T00:00", 0, None),
        ("2022-01-01 00:01:00", "2022-01-01T00:01", 1000_00, None),
        ("2023-01-15 11:59:59", "2022-01-01T00:01", 1000_00, None),
        ("2023-01-15 12:00:00", "2023-01-15T12:00", 600_00, 12_000),
        ("2023-01-20 10:00:00", "2023-01-20T10:00", 600_00, 1200),
        ("2023-02-01 09:59:59", "2023-01-22T10:00", 600_00, 1200),
        ("2023-02-01 10:00:00", "2023-02-01T10:00", 200_00, 13_200),
    ],
)
def test_as_of_a_time_the_events_booked_by_then_count(
    tmp_path: Path, when: str, clock: str, wallet: int, left: int | None
) -> None:
    """Contract §1: `booked_at ≤ T`; `clock` is that of the last event ≤ T."""
    made = example_3(tmp_path).as_of(when)
    assert (made["clock"][:16], made["wallet"]) == (clock, wallet)
    voice = [row["left"] for row in made["buckets"] if row["service"] == "voice"]
    assert (sum(voice) if voice else None) == left


@pytest.mark.parametrize(("when", "buckets"), [("2023-02-15 02:59:59", 3), ("2023-02-15 03:00:00", 0)])
def test_as_of_a_time_nothing_is_booked_and_nothing_guessed(tmp_path: Path, when: str, buckets: int) -> None:
    """Contract §1: the night waits; buckets whose end ≤ T are left out, `period` and `mode` are as they were."""
    story = example_1(tmp_path)
    made = story.as_of(when)
    assert len(made["buckets"]) == buckets
    assert (made["wallet"], made["mode"], made["clock"]) == (600_00, "monthly", "2023-01-15T12:00:00+03:00")
    assert made["period"]["next_due"] == "2023-02-15T03:00:00+03:00"
    assert len(story.log()) == 4
    later = story.printed("balance", ACCOUNT)
    assert len(later["buckets"]) == 3  # from the account's own clock


def test_before_the_opening_there_is_no_balance(tmp_path: Path) -> None:
    """Contract §1: exit 1, the ledger says no."""
    story = Story(tmp_path).open("2023-01-01 00:00")
    assert story.as_of("2023-01-01 00:00")["wallet"] == 0
    with pytest.raises(Declined):
        story.as_of("2022-12-31 23:59:59")


def test_a_late_record_counts_from_its_booking(tmp_path: Path) -> None:
    """Contract §1, R-2.6: by `booked_at`, not by when it occurred."""
    story = example_1(tmp_path)
    story.call("2023-01-16 10:00", "1:00", zone="russia", received_at="2023-01-20 10:00")
    assert story.as_of("2023-01-19 00:00")["wallet"] == 600_00
    assert story.as_of("2023-01-20 10:00")["wallet"] == 595_00


def test_every_past_balance_is_the_one_that_was(tmp_path: Path) -> None:
    """Contract §1: as of each event's time, what the balance said after it."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 450_00, "t3")
    said = {}
    for step in (
        lambda: story.call("2023-01-16 10:00", "12:00"),
        lambda: story.night("2023-02-15 03:00"),
        lambda: story.call("2023-02-15 10:00", "12:00"),
        lambda: story.block("2023-02-16 10:00"),
        lambda: story.night("2023-02-18 10:00"),
        lambda: story.unblock("2023-02-19 10:00"),
        lambda: story.top_up("2023-02-19 11:00", 1000_00),
        lambda: story.night("2023-02-20 03:00"),
        lambda: story.dial("2023-02-21 03:00"),
    ):
        step()
        now = story.printed("balance", ACCOUNT)
        said[now["clock"]] = now
    assert len(said) == 9
    for when, before in said.items():
        assert story.as_of(when) == before


def seen(account: Account, when: str | None = None) -> dict[str, Any] | None:
    row = balance(account, at=at(when) if when else None).discount
    return None if row is None else {"percent": row.percent, "from": f"{row.since}", "until": f"{row.until}"}


def test_a_discount_is_shown_until_its_end(tmp_path: Path) -> None:
    """Contract §4, §1: the last one granted, also before it begins; null from `until` on, by T's local date."""
    account = example_1(tmp_path).with_discount(50, "2023-02-01", "2023-03-01")
    shown = {"percent": 50, "from": "2023-02-01", "until": "2023-03-01"}
    assert seen(account) == shown
    assert seen(account, "2023-02-28 23:59:59") == shown
    assert seen(account, "2023-03-01 00:00:00") is None
