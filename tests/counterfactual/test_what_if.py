"""What-if in the words of the worked examples: what would differ, in kopecks, packages and refusals."""

from pathlib import Path
from typing import Any

import pytest

from ledger import inputs
from ledger.catalogue import parse
from ledger.contracts import Contract
from ledger.timeline import CatalogueTimeline
from projections.counterfactual.change import CannotDecide, Change
from projections.counterfactual.difference import Line, lines
from projections.counterfactual.distribution import distribution
from projections.counterfactual.history import Counterfactual, decide_with, steps_of
from projections.counterfactual.what_if import what_if
from scripts.cli.messages import worded
from tests.scenarios.given import example_1, t3_due_on_10_march, with_plan
from tests.support import CATALOGUE_TEXT, Story, at, names, rfc

Told = list[tuple[int | None, str, Any, Any]]


def otherwise(story: Story, change: Change) -> Counterfactual:
    with story.reading() as log:
        alternative = parse(change.catalogue) if change.catalogue else None
        (contract,) = log.contracts.of(story.account_id)
        steps = list(steps_of(log, log.events(contract.id)))
        return decide_with(contract, steps, change, CatalogueTimeline(log.adopted()), alternative)


def told(story: Story, change: Change) -> Told:
    return [(line.version, line.field, line.was, line.would_be) for line in lines(otherwise(story, change))]


def test_a_refresh_a_second_before_the_night_moved_behind_it_is_paid_twice(tmp_path: Path) -> None:
    """Example 10: 900.00, due 15.02; the night and the refresh, 100.00 left."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1300_00)
    story.refresh("2023-02-15 02:59:59")
    assert story.wallet == 500_00
    moved = Change(move={5: at("2023-02-15 03:00")})
    assert told(story, moved) == [
        (None, "event", None, "MonthlyFeeCharged"),
        (None, "amount", 0, -400_00),
        (None, "base/voice > expired/voice", 0, 12_000),
        (None, "base/sms > expired/sms", 0, 200),
        (None, "base/data > expired/data", 0, 4_194_304),
        (None, "granted/voice > base/voice", 0, 12_000),
        (None, "granted/sms > base/sms", 0, 200),
        (None, "granted/data > base/data", 0, 4_194_304),
        (5, "wallet_after", 500_00, 100_00),
    ]


def test_a_late_call_in_time_takes_the_package_of_its_month(tmp_path: Path) -> None:
    """Example 12, R-6.5: the minutes are the same, so no money differs."""
    story = example_1(tmp_path)
    story.call("2023-02-10 10:00", "190:00")
    story.call("2023-02-14 23:50", "2:20", received_at="2023-02-15 04:10")
    assert names(story.log()) == [
        "AccountOpened", "ToppedUp", "PlanConnected", "MonthlyFeeCharged", "UsageCharged", "MonthlyFeeCharged",
        "UsageCharged",
    ]  # fmt: skip
    assert told(story, Change(move={7: at("2023-02-14 23:50")})) == [
        (6, "base/voice > expired/voice", 600, 420),
        (7, "expired/voice > consumed/voice", 180, 0),
        (7, "base/voice > consumed/voice", 0, 180),
    ]


def test_another_plan_is_another_fee_and_other_packages(tmp_path: Path) -> None:
    """T3 instead of T4: 350.00 with 350 minutes and SMS, 2048 MB."""
    story = example_1(tmp_path)
    story.call("2023-01-20 10:00", "210:00")
    assert told(story, Change(plan="t3")) == [
        (4, "amount", -400_00, -350_00),
        (4, "granted/voice > base/voice", 12_000, 21_000),
        (4, "granted/sms > base/sms", 200, 350),
        (4, "granted/data > base/data", 4_194_304, 2_097_152),
        (5, "base/voice > consumed/voice", 12_000, 12_600),
        (5, "amount", -20_00, 0),
        (5, "wallet_after", 580_00, 650_00),
    ]


def test_a_plan_that_could_not_be_paid_is_refused_and_the_calls_are_unrated(tmp_path: Path) -> None:
    """R-3.2, R-6.8."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 350_00, "t3")
    story.call("2023-01-20 10:00", "1:00")
    assert told(story, Change(plan="t4")) == [
        (3, "type", "PlanConnected", "InputRefused"),
        (3, "reason", None, "INSUFFICIENT_FUNDS"),
        (4, "event", "MonthlyFeeCharged", None),
        (4, "amount", -350_00, 0),
        (4, "granted/voice > base/voice", 21_000, 0),
        (4, "granted/sms > base/sms", 350, 0),
        (4, "granted/data > base/data", 2_097_152, 0),
        (5, "type", "UsageCharged", "UsageUnrated"),
        (5, "base/voice > consumed/voice", 60, 0),
        (5, "reason", None, "NO_PLAN"),
        (5, "wallet_after", 0, 350_00),
    ]


def test_a_top_up_dropped_leaves_days_where_the_month_was(tmp_path: Path) -> None:
    """Example 7: the turn of the tariff at a night is one event, whatever it charges."""
    story = t3_due_on_10_march(tmp_path, 100_00)
    story.top_up("2023-03-09 10:00", 1000_00)
    story.night("2023-03-10 03:00")
    found = told(story, Change(drop=frozenset({5})))
    assert [line for line in found if line[1] in ("event", "type", "amount", "wallet_after")] == [
        (5, "event", "ToppedUp", None),
        (5, "amount", 1000_00, 0),
        (6, "type", "MonthlyFeeCharged", "DailyFeeCharged"),
        (6, "amount", -350_00, -15_50),
        (6, "wallet_after", 750_00, 84_50),
    ]


def test_the_schedule_is_followed_up_to_the_last_event_of_the_log(tmp_path: Path) -> None:
    """R-2.7: without the refresh the month is due on 15 February, and the log goes on to the 20th."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1200_00)
    story.refresh("2023-02-01 10:00")
    story.top_up("2023-02-20 10:00", 1_00)
    would_be = otherwise(story, Change(drop=frozenset({5, 6}))).would_be
    assert names(would_be[4:]) == ["MonthlyFeeCharged"]
    assert would_be[-1].booked_at == at("2023-02-15 03:00")


def test_what_is_cited_is_followed_to_its_new_version(tmp_path: Path) -> None:
    """R-11.1: the call is version 6 and then 5; its reversal still gives its money back, and nothing else differs."""
    story = example_1(tmp_path)
    story.top_up("2023-01-16 10:00", 10_00)
    call = story.call("2023-01-20 10:00", "1:00", zone="roaming")[0]
    story.feed("reverse", "2023-01-21 10:00", event=call.version, text="")
    story.feed("adjust", "2023-01-22 10:00", amount=5_00, cites=[call.version, 2], text="")
    story.feed("open_dispute", "2023-01-23 10:00", event=call.version, text="")
    assert told(story, Change(drop=frozenset({5}))) == [
        (5, "event", "ToppedUp", None),
        (5, "amount", 10_00, 0),
        (9, "wallet_after", 615_00, 605_00),
    ]


def test_what_cites_a_dropped_event_is_refused(tmp_path: Path) -> None:
    """R-11.1, R-11.2, R-11.5."""
    story = example_1(tmp_path)
    story.call("2023-01-20 10:00", "1:00", zone="roaming")
    story.feed("reverse", "2023-01-21 10:00", event=5, text="")
    story.feed("adjust", "2023-01-22 10:00", amount=5_00, cites=[4, 5], text="")
    story.feed("open_dispute", "2023-01-23 10:00", event=5, text="")
    refused = [line for line in told(story, Change(drop=frozenset({5}))) if line[1] in ("type", "reason")]
    assert refused == [
        (6, "type", "ChargeReversed", "InputRefused"),
        (6, "reason", None, "UNKNOWN_EVENT"),
        (7, "type", "Adjusted", "InputRefused"),
        (7, "reason", None, "UNKNOWN_EVENT"),
        (8, "type", "DisputeOpened", "InputRefused"),
        (8, "reason", None, "UNKNOWN_EVENT"),
    ]


def test_what_was_still_to_come_when_it_was_cited_stays_unknown(tmp_path: Path) -> None:
    """R-11.1: version 7 came after the reversal that named it; version 99 never did."""
    story = example_1(tmp_path)
    story.feed("reverse", "2023-01-19 10:00", event=99, text="")
    story.feed("reverse", "2023-01-20 10:00", event=7, text="")
    story.top_up("2023-01-21 10:00", 1_00)
    story.top_up("2023-01-22 10:00", 2_00)
    assert told(story, Change(drop=frozenset({7}))) == [
        (7, "event", "ToppedUp", None),
        (7, "amount", 1_00, 0),
        (8, "wallet_after", 603_00, 602_00),
    ]


def test_another_catalogue_takes_the_place_of_the_one_that_held(tmp_path: Path) -> None:
    """A fee of 390.00 instead of 400.00; from February on it is the night's alone."""
    story = example_1(tmp_path)
    story.night("2023-02-15 03:00")
    cheaper = CATALOGUE_TEXT.replace('monthly_fee = "400.00"', 'monthly_fee = "390.00"')
    assert told(story, Change(catalogue=cheaper)) == [
        (4, "amount", -400_00, -390_00),
        (5, "amount", -400_00, -390_00),
        (5, "wallet_after", 200_00, 220_00),
    ]
    assert told(story, Change(catalogue=cheaper, since=at("2023-02-01 00:00"))) == [
        (5, "amount", -400_00, -390_00),
        (5, "wallet_after", 200_00, 210_00),
    ]


def test_with_from_a_plan_is_set_only_where_it_is_connected_later(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    story.connect("2023-01-20 12:00", "t4")
    assert told(story, Change(plan="t3", since=at("2023-01-20 12:00")))[0] == (6, "amount", -400_00, -350_00)
    assert told(story, Change(plan="t3", since=at("2023-01-20 12:00:01"))) == []


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"drop": frozenset({9})}, "has no event 9"),
        ({"drop": frozenset({5})}, "only inputs can be dropped or moved"),
        ({"move": {5: at("2023-02-16 03:00")}}, "only inputs can be dropped or moved"),
        ({"drop": frozenset({1})}, "opens the account"),
        ({"move": {2: at("2021-12-31 23:59:59")}}, "was not open yet"),
        ({"drop": frozenset({2}), "since": at("2023-02-01 00:00")}, "was booked before --from"),
        ({"move": {6: at("2023-01-31 00:00")}, "since": at("2023-02-01 00:00")}, "lies before --from"),
        ({"catalogue": CATALOGUE_TEXT.replace("[regions.moscow]", "[regions.tver]")}, "no region 'moscow'"),
        ({"catalogue": CATALOGUE_TEXT.replace('id = "t4"', 'id = "t5"'), "since": at("2023-02-01 00:00")},
         "has the plan t4 at --from, which the catalogue lacks"),
    ],
)  # fmt: skip
def test_a_change_that_the_history_cannot_take(tmp_path: Path, change: dict[str, Any], because: str) -> None:
    story = example_1(tmp_path)
    story.night("2023-02-15 03:00")
    story.top_up("2023-02-16 10:00", 1_00)
    with pytest.raises(CannotDecide) as caught:
        otherwise(story, Change(**change))
    assert because in worded(caught.value)


def test_moving_to_the_opening_is_allowed_and_moves_when_it_happened(tmp_path: Path) -> None:
    """R-2.6: what happened later than it came, happened when it came."""
    story = example_1(tmp_path)
    opened = story.log()[0].booked_at
    moved = otherwise(story, Change(move={2: opened})).would_be[1]
    assert (moved.occurred_at, moved.booked_at, moved.input and moved.input.received_at) == (opened,) * 3


def test_many_accounts_are_wallets_and_a_distribution(tmp_path: Path) -> None:
    """Three of t4 that used nothing, 210 minutes, and a dear call; t3 costs 50.00 less and covers 350 minutes."""
    story = Story(tmp_path)
    accounts = [f"7916000000{n}" for n in (1, 2, 3)]
    for account in accounts:
        story.account_id = account
        story.open("2023-01-01 00:00").top_up("2023-01-15 11:00", 1000_00)
        story.connect("2023-01-15 12:00", "t4")
    story.call("2023-01-16 12:00", "210:00")
    story.account_id = accounts[0]
    story.block("2023-01-15 12:30")
    with story.reading() as log:
        ids = [contract.id for contract in log.contracts.all()]
        report = what_if(log, ids, Change(plan="t3"))
        same = what_if(log, ids, Change(plan="t4"))
    assert (report.accounts, report.changed, report.wallet_difference, report.inputs) == (3, 3, 170_00, 11)
    assert [(line.contract.number, line.version, line.was, line.would_be) for line in report.lines] == [
        (accounts[0], 5, 600_00, 650_00),
        (accounts[1], 4, 600_00, 650_00),
        (accounts[2], 5, 580_00, 650_00),
    ]
    assert (same.changed, same.wallet_difference, same.lines) == (0, 0, [])


def test_the_distribution_counts_every_account_once() -> None:
    """Six accounts, two of them without a line: differences −1500.00, −0.01, 0, 0, 9.99, 10.00."""
    moves = [10_00, -1, -1500_00, 9_99]
    found = distribution(
        6, [Line(Contract(str(n), 1, ""), 1, "wallet_after", 0, moved, "", 0, "UTC") for n, moved in enumerate(moves)]
    )
    assert (found.gained, found.lost, found.same, found.sum_gained, found.sum_lost) == (2, 2, 2, 19_99, -1500_01)
    assert [(bar.at_least, bar.below, bar.accounts) for bar in found.bars] == [
        (None, -999_99, 1), (-999_99, -99_99, 0), (-99_99, -9_99, 0), (-9_99, 0, 1), (0, 1, 2), (1, 10_00, 1),
        (10_00, 100_00, 1),
    ]  # fmt: skip
    assert found.quantiles == {
        "0 %": -1500_00, "10 %": -1500_00, "25 %": -1, "50 %": 0, "75 %": 9_99, "90 %": 10_00, "100 %": 10_00,
    }  # fmt: skip
    assert [line.contract.number for line in found.gained_most] == ["0", "3"]
    assert [line.contract.number for line in found.lost_most] == ["2", "1"]


def test_a_what_if_writes_nothing(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    before = story.log()
    otherwise(story, Change(plan="t3"))
    assert story.log() == before
    again = {"type": "top_up", "id": "x", "account": story.account_id, "amount": 1, "at": rfc(at("2023-01-16 00:00"))}
    assert story.ledger.apply([inputs.check(again)])[0].version == len(before) + 1


def test_among_those_who_gain_as_much_number_and_holder_order_and_never_the_id() -> None:
    """R-15.8: the list comes from its end; the ids run the other way."""
    gained = [Contract("79160000002", 1, "a"), Contract("79160000001", 2, "b"), Contract("79160000001", 1, "c")]
    found = distribution(3, [Line(each, 1, "wallet_after", 0, 1_00, "", 0, "UTC") for each in gained])
    assert [str(line.contract) for line in found.gained_most] == ["79160000002", "79160000001/2", "79160000001"]
