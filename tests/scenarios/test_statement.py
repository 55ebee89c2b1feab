"""The statement: two tables that are never mixed, sums that agree, and when it is final (R-13)."""

import hashlib
import itertools
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from ledger.events import RefreshRefused
from ledger.service import Ledger
from projections import canonical
from projections.canonical import statement_id
from projections.formats import text
from projections.ledger_line import Broken
from projections.statement import Statement, check
from tests.scenarios.given import (
    MB,
    example_1,
    example_3,
    only,
    t3_due_on_10_march,
    used_up_to_february,
    with_plan,
)
from tests.stores import ledger_ref
from tests.support import CATALOGUE_TEXT, Story, at, run

FEE = "Списание ежемесячной платы по Тарифному плану"
DAILY_FEE = "Списание ежесуточной платы по Тарифному плану"


def line(version: int, booked: str, kind: str, words: str, amount: int, balance: int, **more: Any) -> dict[str, Any]:
    row = {"version": version, "booked_at": f"{booked}+03:00", "kind": kind, "text": words, "period": None}
    return row | {"amount": amount, "balance": balance} | more


def fee(version: int, booked: str, cause: str, first: str, last: str, amount: int, balance: int) -> dict[str, Any]:
    return line(
        version, booked, "monthly_fee", FEE, amount, balance, cause=cause, period={"first": first, "last": last}
    )


def as_json(made: Statement) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(canonical.statement(made))
    return decoded


def lines(story: Story, since: str, until: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = as_json(story.statement(since, until))["lines"]
    return found


def usage(story: Story, since: str, until: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = as_json(story.statement(since, until))["usage"]
    return found


def printed(story: Story, since: str, until: str) -> str:
    return text.render(story.statement(since, until))


# The contract's example


def contracts_story(folder: Path) -> Story:
    story = Story(folder, account="79160000001").open("2023-01-15 11:00")
    story.top_up("2023-01-15 11:30", 1000_00)
    story.connect("2023-01-15 12:00", "t4")
    used_up_to_february(story)
    story.dial("2023-02-01 10:00")
    return story


REQUEST = {
    "version": 8,
    "at": "2023-02-01T10:00:00+03:00",
    "booked_at": "2023-02-01T10:00:00+03:00",
    "service": "ussd",
    "direction": "out",
    "peer": "*929#",
    "zone": "home",
    "quantity": 1,
    "billed": 0,
    "from_packages": 0,
    "amount": 0,
    "amount_ex_vat": "0.0000",
    "vat_rate": 20,
}


def test_february_of_worked_example_3(tmp_path: Path) -> None:
    """Contract §5, R-13.1–R-13.5, R-2.4: the whole object, `left` in full."""
    story = contracts_story(tmp_path)
    end = "2023-03-01T03:00:00+03:00"
    carried, base = "2023-01-15T12:00:00+03:00", "2023-02-01T10:00:00+03:00"
    left = [
        ("carried", "voice", "s", 1200, 1200, carried),
        ("carried", "sms", "sms", 190, 190, carried),
        ("carried", "data", "kb", 98_304, 98_304, carried),
        ("base", "voice", "s", 12_000, 12_000, base),
        ("base", "sms", "sms", 200, 200, base),
        ("base", "data", "kb", 4_194_304, 4_194_304, base),
    ]
    expected = {
        "account": "79160000001",
        "from": "2023-02-01",
        "to": "2023-02-28",
        "final": False,
        "opening": 60000,
        "closing": 20000,
        "lines": [fee(8, "2023-02-01T10:00:00", "refresh", "2023-02-01", "2023-02-28", -40000, 20000)],
        "usage": [REQUEST],
        "usage_total": {"amount": 0, "amount_ex_vat": "0.0000"},
        "left": [
            dict(zip(("bucket", "service", "unit", "left", "granted", "start"), row, strict=True)) | {"end": end}
            for row in left
        ],
        "mode": "monthly",
        "plan_name": "Тест t4",
        "next_due": end,
        "next_fee": 40000,
    }
    assert as_json(story.statement("2023-02-01", "2023-02-28")) == expected
    arguments = ("--from", "2023-02-01", "--to", "2023-02-28")
    assert story.printed("statement", "79160000001", *arguments) == expected


def test_january_of_worked_example_3(tmp_path: Path) -> None:
    """R-13.1, R-13.3: lines and rows stand in order of version."""
    made = as_json(contracts_story(tmp_path).statement("2023-01-01", "2023-01-31"))
    assert made["lines"] == [
        line(2, "2023-01-15T11:30:00", "top_up", "Пополнение баланса", 100000, 100000, channel="cash"),
        fee(4, "2023-01-15T12:00:00", "connection", "2023-01-15", "2023-02-14", -40000, 60000),
    ]
    rows = [(row["version"], row["service"], row["quantity"], row["billed"]) for row in made["usage"]]
    assert rows == [(5, "voice", 10_800, 10_800), (6, "sms", 10, 10), (7, "data", 4000 * MB, 4000 * 1024)]
    assert [row["from_packages"] for row in made["usage"]] == [10_800, 10, 4000 * 1024]
    assert (made["opening"], made["closing"], made["final"]) == (0, 60000, True)


def test_the_row_of_a_call_of_5_10(tmp_path: Path) -> None:
    """Contract §5, worked example 11, R-1.6: and its ledger line."""
    story = example_1(tmp_path)
    story.call("2023-01-20 10:00", "197:00")
    story.call("2023-01-21 10:00", "5:10", peer="79031112233", received_at="2023-01-21 10:06")
    assert usage(story, "2023-01-21", "2023-01-21") == [
        {
            "version": 6,
            "at": "2023-01-21T10:00:00+03:00",
            "booked_at": "2023-01-21T10:06:00+03:00",
            "service": "voice",
            "direction": "out",
            "peer": "79031112233",
            "zone": "home",
            "quantity": 310,
            "billed": 360,
            "from_packages": 180,
            "amount": 600,
            "amount_ex_vat": "5.0000",
            "vat_rate": 20,
        }
    ]
    assert lines(story, "2023-01-21", "2023-01-21") == [
        line(6, "2023-01-21T10:06:00", "usage", "Услуги связи сверх пакета", -600, 59400)
    ]


# The usage table


def test_what_the_usage_table_counts_as_from_packages(tmp_path: Path) -> None:
    """Contract §5: expired leftovers included; 0 for incoming, free and paid records."""
    story = example_1(tmp_path)
    story.night("2023-02-15 03:00")
    story.call("2023-02-14 23:50", "2:20", received_at="2023-02-15 04:10")
    story.usage("2023-02-15 05:00", "voice", 125, direction="in", zone="roaming")
    story.call("2023-02-15 06:00", "0:03")
    story.call("2023-02-15 07:00", "1:00", zone="russia")
    rows = usage(story, "2023-02-15", "2023-02-15")
    columns = ("direction", "zone", "quantity", "billed", "from_packages", "amount", "amount_ex_vat")
    assert [tuple(row[name] for name in columns) for row in rows] == [
        ("out", "home", 140, 180, 180, 0, "0.0000"),
        ("in", "roaming", 125, 125, 0, 0, "0.0000"),
        ("out", "home", 3, 0, 0, 0, "0.0000"),
        ("out", "russia", 60, 60, 0, 500, "4.1667"),
    ]


@pytest.mark.parametrize(
    ("type", "fields", "service", "peer"),
    [
        ("ussd", {"text": "*929#"}, "ussd", "*929#"),
        ("sms", {"to": "9290", "text": "да"}, "sms", "9290"),
        ("refresh", {}, None, None),
    ],
)
@pytest.mark.parametrize("accepted", [True, False])
def test_a_refresh_request_is_a_free_row(
    tmp_path: Path, type: str, fields: dict[str, str], service: str | None, peer: str | None, accepted: bool
) -> None:
    """R-13.1, R-5.1: by USSD or SMS, accepted or refused; a request from the app is no row."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00 + (400_00 if accepted else 0))
    events = story.events_of(type, "2023-02-01 10:00", received_at="2023-02-01 10:00:05", **fields)
    assert type == "refresh" or isinstance(events[0], RefreshRefused) != accepted
    row = REQUEST | {"version": 5, "service": service, "peer": peer, "booked_at": "2023-02-01T10:00:05+03:00"}
    assert usage(story, "2023-02-01", "2023-02-28") == ([row] if service else [])
    assert len(lines(story, "2023-02-01", "2023-02-28")) == accepted


def test_a_refused_request_carries_the_vat_rate_of_its_row(tmp_path: Path) -> None:
    """R-3.6: "events carry every name and rate that a statement prints", so that no catalogue is asked."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00)
    event = only(story.dial("2023-02-01 10:00"), RefreshRefused)
    assert usage(story, "2023-02-01", "2023-02-28")[0]["vat_rate"] == 20
    assert msgspec.to_builtins(event)["vat_rate"] == 20


def test_unrated_records_and_other_events_are_no_rows(tmp_path: Path) -> None:
    """R-13.1: nor are blocks, refusals of other inputs, or codes that ask for nothing."""
    story = example_1(tmp_path)
    story.usage("2023-02-01 10:00", "voice", 60, zone="moon")
    story.dial("2023-02-01 11:00", "*100#")
    story.sms("2023-02-01 11:01", "911")
    story.connect("2023-02-01 12:00", "no such")
    story.block("2023-02-01 13:00")
    story.unblock("2023-02-01 14:00")
    made = story.statement("2023-02-01", "2023-02-01")
    assert (made.lines, made.usage, made.closing) == ([], [], 600_00)


def test_rows_stand_in_order_of_version_and_not_of_their_start(tmp_path: Path) -> None:
    """R-13.1: start and the time the balance changed are both there."""
    story = example_1(tmp_path)
    story.call("2023-01-20 10:00", "1:00")
    story.call("2023-01-18 10:00", "1:00")
    rows = usage(story, "2023-01-01", "2023-01-31")
    assert [(row["version"], row["at"][:16], row["booked_at"][:16]) for row in rows] == [
        (5, "2023-01-20T10:00", "2023-01-20T10:00"),
        (6, "2023-01-18T10:00", "2023-01-20T10:00"),
    ]


def test_printed_forms_show_how_long_a_free_call_was(tmp_path: Path) -> None:
    """R-6.2, R-13.1: actual and billed quantity."""
    story = example_1(tmp_path)
    story.call("2023-01-20 10:00", "0:03", peer="79031112233")
    (row,) = [row for row in printed(story, "2023-01-20", "2023-01-20").splitlines() if "79031112233" in row]
    assert "0:03" in row


# The ledger table


def test_the_wording_of_every_line(tmp_path: Path) -> None:
    """R-13.3: text, period and channel beside it; a day has first = last, days of no money have no line."""
    story = t3_due_on_10_march(tmp_path, 100_00)
    story.night("2023-03-10 03:00")
    story.call("2023-03-10 10:00", "12:00")
    story.top_up("2023-03-10 12:00", 1000_00, channel="card")
    story.night("2023-03-11 03:00")
    story.dial("2023-03-12 10:00")
    assert lines(story, "2023-02-10", "2023-03-31") == [
        fee(4, "2023-02-10T12:00:00", "connection", "2023-02-10", "2023-03-09", -35000, 10000),
        line(
            5,
            "2023-03-10T03:00:00",
            "daily_fee",
            DAILY_FEE,
            -1550,
            8450,
            period={"first": "2023-03-10", "last": "2023-03-10"},
        ),
        line(6, "2023-03-10T10:00:00", "usage", "Услуги связи сверх пакета", -400, 8050),
        line(7, "2023-03-10T12:00:00", "top_up", "Пополнение баланса", 100000, 108050, channel="card"),
        fee(8, "2023-03-11T03:00:00", "nightly", "2023-03-11", "2023-04-10", -35000, 73050),
        fee(9, "2023-03-12T10:00:00", "refresh", "2023-03-12", "2023-04-11", -35000, 38050),
    ]


@pytest.mark.parametrize(
    "words",
    [
        "Пополнение баланса (card)",
        f"{FEE}, период действия с 10.02.2023 по 09.03.2023",
        f"{DAILY_FEE} за 10.03.2023",
        "Услуги связи сверх пакета",
    ],
)
def test_printed_forms_put_text_period_and_channel_together(tmp_path: Path, words: str) -> None:
    """R-13.3."""
    story = t3_due_on_10_march(tmp_path, 100_00)
    story.top_up("2023-03-10 12:00", 1_00, channel="card")
    story.call("2023-03-10 13:00", "12:00")
    assert words in printed(story, "2023-02-01", "2023-03-31").replace("\n", " ")


def test_a_monthly_fee_of_nothing_is_a_line_and_a_daily_one_is_not(tmp_path: Path) -> None:
    """R-13.1, R-4.7: "every monthly fee even at 0 (no other fee of 0)"."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 0, "free")
    assert lines(story, "2023-01-01", "2023-01-31") == [
        fee(3, "2023-01-15T12:00:00", "connection", "2023-01-15", "2023-02-14", 0, 0)
    ]
    (tmp_path / "day").mkdir()
    daily = with_plan(tmp_path / "day", "2023-01-15 12:00", 400_00, "t4-day0")
    daily.night("2023-02-17 03:00")
    assert daily.types()[-3:] == ["DailyFeeCharged"] * 3
    assert lines(daily, "2023-02-01", "2023-02-28") == []


def test_usage_in_money_has_one_line_a_record(tmp_path: Path) -> None:
    """R-13.3, R-13.2: never summed; records without money have none."""
    story = example_1(tmp_path)
    for minute, zone in ((0, "russia"), (1, "home"), (2, "russia"), (3, "roaming")):
        story.call(f"2023-01-20 10:0{minute}", "1:00", zone=zone)
    found = lines(story, "2023-01-20", "2023-01-20")
    assert [(row["version"], row["amount"], row["balance"]) for row in found] == [
        (5, -500, 59500),
        (7, -500, 59000),
        (8, -2500, 56500),
    ]
    assert as_json(story.statement("2023-01-20", "2023-01-20"))["usage_total"] == {
        "amount": 3500,
        "amount_ex_vat": "29.1667",  # 4.1667 + 4.1667 + 20.8333
    }


# Sums


def eventful(folder: Path) -> Story:
    """Half a year with months, days, a block, roaming and late records."""
    story = with_plan(folder, "2023-01-31 23:30", 800_00, "t3")
    story.call("2023-02-01 00:10", "400:00")
    story.dial("2023-02-28 02:00")
    story.call("2023-02-28 23:59:59", "3:00", zone="russia", received_at="2023-03-01 00:00")
    story.top_up("2023-03-27 00:00", 100_00, channel="card")
    story.call("2023-03-31 23:59:59", "3:00", received_at="2023-04-01 02:00")
    story.block("2023-04-01 12:00")
    story.unblock("2023-05-10 10:00")
    story.top_up("2023-05-31 23:59:59", 500_00)
    story.call("2023-06-30 23:59:59", "1:00", zone="roaming")
    story.night("2023-07-02 03:00")
    return story


def test_opening_and_lines_give_the_closing_balance_and_months_tile(tmp_path: Path) -> None:
    """R-13.2: closing of one = opening of the next; by months and by days."""
    story = eventful(tmp_path)
    assert {"DailyFeeCharged", "Blocked", "PeriodLapsed", "PackagesRefreshed"} <= set(story.types())
    months = [date(2023, month, 1) for month in range(1, 8)]
    monthly = [
        story.statement(f"{first}", f"{after - timedelta(days=1)}") for first, after in itertools.pairwise(months)
    ]
    daily = [
        story.statement(f"{day}", f"{day}")
        for day in (date(2023, 1, 1) + timedelta(days=n) for n in range((date(2023, 7, 1) - date(2023, 1, 1)).days))
    ]
    whole = story.statement("2023-01-01", "2023-06-30")
    for cut in (monthly, daily):
        for made in cut:
            assert made.opening + sum(row.amount for row in made.lines) == made.closing
            in_money = [row.amount for row in made.lines if row.kind == "usage"]
            assert -sum(in_money) == sum(row.amount for row in made.usage) == made.usage_total.amount
        assert [a.closing for a in cut[:-1]] == [b.opening for b in cut[1:]]
        assert [row for made in cut for row in made.lines] == whole.lines
        assert [row for made in cut for row in made.usage] == whole.usage
    assert whole.closing == story.as_of("2023-07-01T00:00:00+03:00")["wallet"]


@pytest.mark.parametrize("harm", ["closing", "opening", "balance", "amount", "usage", "total"])
def test_a_statement_whose_sums_disagree_is_not_printed(tmp_path: Path, harm: str) -> None:
    """R-13.2: the program checks before it prints."""
    story = example_1(tmp_path)
    story.call("2023-01-20 10:00", "1:00", zone="russia")
    made = story.statement("2023-01-01", "2023-01-31")
    check(made)
    first = made.lines[0]
    match harm:
        case "closing" | "opening":
            made = replace(made, **{harm: getattr(made, harm) + 1})
        case "balance" | "amount":
            made = replace(made, lines=[replace(first, **{harm: getattr(first, harm) + 1}), *made.lines[1:]])
        case "usage":
            made = replace(made, lines=made.lines[:-1], closing=made.lines[-2].balance)
        case "total":
            made = replace(made, usage_total=replace(made.usage_total, amount=499))
    with pytest.raises(Broken):
        check(made)


@pytest.mark.parametrize(
    ("booked", "inside"),
    [
        ("2023-01-31 23:59:59.999999", "january"),
        ("2023-02-01 00:00:00", "february"),
        ("2023-02-01T02:59:59+06:00", "january"),
    ],
)
def test_a_statement_covers_what_was_booked_in_its_local_dates(tmp_path: Path, booked: str, inside: str) -> None:
    """R-13.1: `[from 00:00, to + 1 day 00:00)` local, by the booking and not by when it occurred."""
    story = example_1(tmp_path)
    story.call("2023-01-16 10:00", "1:00", zone="russia", received_at=booked)
    january = story.statement("2023-01-31", "2023-01-31")
    february = story.statement("2023-02-01", "2023-02-01")
    assert (len(january.usage), len(february.usage)) == ((1, 0) if inside == "january" else (0, 1))
    assert february.opening == january.closing == (595_00 if inside == "january" else 600_00)


def test_dates_are_those_of_the_home_region(tmp_path: Path) -> None:
    """R-13.1, R-2.1: half past one on 1 February in Kamchatka is still January in Moscow."""
    for folder, region, found in (("a", "moscow", 0), ("b", "kamchatka", 1)):
        (tmp_path / folder).mkdir()
        story = with_plan(tmp_path / folder, "2023-01-15 12:00", 500_00, region=region)
        story.call("2023-02-01T01:30:00+12:00", "1:00")
        assert len(story.statement("2023-02-01", "2023-02-01").usage) == found


def test_before_the_opening_a_statement_is_empty(tmp_path: Path) -> None:
    """Contract §5: 0/0, and final."""
    made = as_json(example_1(tmp_path).statement("2021-12-01", "2021-12-31"))
    assert made == {
        "account": "79161234567",
        "from": "2021-12-01",
        "to": "2021-12-31",
        "final": True,
        "opening": 0,
        "closing": 0,
        "lines": [],
        "usage": [],
        "usage_total": {"amount": 0, "amount_ex_vat": "0.0000"},
        "left": [],
        "mode": "none",
        "plan_name": None,
        "next_due": None,
        "next_fee": None,
    }


def test_a_later_catalogue_does_not_rename_the_plan_of_an_old_statement(tmp_path: Path) -> None:
    """R-3.6: the plan is called what its fees called it then."""
    story = example_1(tmp_path)
    before = story.statement("2023-01-15", "2023-01-31")
    version = CATALOGUE_TEXT[
        CATALOGUE_TEXT.index('[[plans]]\nid = "t4"') : CATALOGUE_TEXT.index('[[plans]]\nid = "t3"')
    ]
    since = version.replace("effective_from = 2015-01-01", "effective_from = 2023-02-01")
    renamed = CATALOGUE_TEXT + "\n" + since.replace("Тест t4", "Новое имя")
    with Ledger(ledger_ref(story.path), now=story.clock, catalogue=renamed) as story.ledger:
        story.night("2023-02-15 03:00")
        assert story.statement("2023-01-15", "2023-01-31").plan_name == before.plan_name == "Тест t4"
        assert story.statement("2023-01-15", "2023-02-15").plan_name == "Новое имя"


# What is left


def test_what_is_left_is_that_of_the_end_of_the_range(tmp_path: Path) -> None:
    """R-13.4, contract §5: as of the last event before the end, whatever came later."""
    story = t3_due_on_10_march(tmp_path, 100_00)
    story.call("2023-03-01 10:00", "10:00")
    story.night("2023-03-12 03:00")
    ends = {}
    for until in ("2023-02-09", "2023-02-28", "2023-03-09", "2023-03-10"):
        made = story.statement("2023-02-01", until)
        ends[until] = (made.mode, made.next_due, made.next_fee, [(r.bucket, r.service, r.left) for r in made.left])
    full = [("base", "sms", 350), ("base", "data", 2_097_152)]
    due = at("2023-03-10 03:00")
    assert ends == {
        "2023-02-09": ("none", None, None, []),
        "2023-02-28": ("monthly", due, 350_00, [("base", "voice", 21_000), *full]),
        "2023-03-09": ("monthly", due, 350_00, [("base", "voice", 20_400), *full]),
        "2023-03-10": (
            "daily",
            at("2023-03-11 03:00"),
            350_00,
            [("daily", "voice", 600), ("daily", "sms", 10), ("daily", "data", 51_200)],
        ),
    }


def test_buckets_that_ended_by_the_end_of_the_range_are_left_out(tmp_path: Path) -> None:
    """Contract §5: the night of 15.02 has not been booked, but its buckets have ended."""
    story = example_1(tmp_path)
    assert len(story.statement("2023-02-01", "2023-02-14").left) == 3
    made = story.statement("2023-02-01", "2023-02-15")
    assert (made.left, made.mode, made.next_due, made.final) == ([], "monthly", at("2023-02-15 03:00"), False)


def test_while_nothing_is_paid_nothing_is_due(tmp_path: Path) -> None:
    """Contract §5: next_due and next_fee null."""
    story = t3_due_on_10_march(tmp_path, 0)
    story.night("2023-03-10 03:00")
    made = story.statement("2023-03-01", "2023-03-31")
    assert (made.mode, made.next_due, made.next_fee, made.left) == ("unpaid", None, None, [])


def test_the_next_fee_is_that_of_the_due_date(tmp_path: Path) -> None:
    """Contract §5, R-3.6: the version effective on the local date of `next_due`."""
    for folder, connected, expected in (("a", "2023-01-28 12:00", 400_00), ("b", "2023-02-01 12:00", 300_00)):
        (tmp_path / folder).mkdir()
        story = with_plan(tmp_path / folder, connected, 2000_00, "t4-versions")
        assert story.statement(connected[:10], connected[:10]).next_fee == expected


def test_left_counts_empty_and_carried_buckets(tmp_path: Path) -> None:
    """R-13.4: unit, left, granted, end of each."""
    story = example_3(tmp_path)
    story.call("2023-02-02 10:00", "20:00")
    first = as_json(story.statement("2023-02-01", "2023-02-02"))["left"][0]
    assert first == {
        "bucket": "carried",
        "service": "voice",
        "unit": "s",
        "left": 0,
        "granted": 1200,
        "start": "2023-01-15T12:00:00+03:00",
        "end": "2023-03-01T03:00:00+03:00",
    }


# Final and provisional


@pytest.mark.parametrize(
    ("clock", "final"),
    [
        ("2023-01-31 23:59:59.999999", False),
        ("2023-02-01 00:00:00", True),
        ("2023-02-01 00:00:00.000001", True),
        ("2023-02-14 00:00:00", True),
    ],
)
def test_a_statement_is_final_when_the_clock_reached_its_end(tmp_path: Path, clock: str, final: bool) -> None:
    """R-13.5: to the microsecond; a refusal moves the clock too."""
    story = example_1(tmp_path)
    story.connect(clock, "no such plan")
    made = story.statement("2023-01-01", "2023-01-31")
    assert made.final is final
    assert ("окончательно" in printed(story, "2023-01-01", "2023-01-31")) is final


def test_a_job_that_books_nothing_makes_nothing_final(tmp_path: Path) -> None:
    """R-13.5, R-2.6: the clock is the account's, not the job's."""
    story = example_1(tmp_path)
    story.night("2023-02-14 00:00")
    assert not story.statement("2023-01-01", "2023-01-31").final


def test_a_provisional_statement_says_which_fee_waits(tmp_path: Path) -> None:
    """R-13.5: «предварительно: плата за ДД.ММ ещё не списана»."""
    story = example_1(tmp_path)
    assert "предварительно: плата за 15.02 ещё не списана" in printed(story, "2023-02-01", "2023-02-28")
    story.night("2023-02-15 03:00")
    story.top_up("2023-03-01 00:00", 1)
    settled = printed(story, "2023-02-01", "2023-02-28")
    assert "предварительно" not in settled


@pytest.mark.parametrize("form", ["json", "txt"])
def test_a_final_statement_never_changes(tmp_path: Path, form: str) -> None:
    """R-13.5, R-3.6: the same bytes after later bookings, late records, a new catalogue and new heads."""
    story = eventful(tmp_path)
    arguments = ("statement", story.account_id, "--from", "2023-02-01", "--to", "2023-06-30", "--format", form)
    first = run_plain(story, *arguments)
    story.call("2023-06-29 10:00", "5:00", received_at="2023-07-02 05:00")
    story.top_up("2023-07-05 00:00", 1000_00)
    story.dial("2023-07-06 10:00")
    story.night("2024-01-01 00:00")
    story.ledger.close()
    new = CATALOGUE_TEXT.replace("[regions.moscow]", '"2022-01-01" = 10\n[regions.moscow]')
    story.ledger = Ledger(ledger_ref(story.path), now=story.clock, catalogue=new)
    story.ledger.rebuild_heads()
    story.clock.instant += 10**12
    story.top_up("2024-01-02 00:00", 1)
    assert run_plain(story, *arguments) == first


def run_plain(story: Story, *arguments: str) -> str:
    """What a command prints without `--json`, unless its own format is asked for."""
    return run(story.path, *arguments, as_json=False)


def test_the_id_of_a_statement_is_the_digest_of_its_json(tmp_path: Path) -> None:
    """R-13.5: SHA-256 of the canonical JSON, printed on it; another statement has another."""
    story = example_3(tmp_path)
    made = story.statement("2023-02-01", "2023-02-28")
    id = statement_id(made)
    assert id == hashlib.sha256(canonical.statement(made)).hexdigest()
    assert id in printed(story, "2023-02-01", "2023-02-28")
    assert id == statement_id(story.statement("2023-02-01", "2023-02-28"))
    assert id != statement_id(story.statement("2023-02-01", "2023-02-27"))
