"""Top-ups, and the three kinds of blocks (R-7, R-8)."""

from pathlib import Path

import pytest

from ledger.events import Blocked, InputRefused, MonthlyFeeCharged, ToppedUp, Unblocked
from ledger.inputs import Malformed
from tests.scenarios.given import FULL_T4, example_1, last, only, t3_due_on_10_march, with_plan
from tests.support import Story, at, names, transfers

BASE_T4 = {f"base/{service}": amount for service, amount in FULL_T4.items()}


def in_force(story: Story) -> tuple[str, ...]:
    return story.balance.blocks


# Top-up


@pytest.mark.parametrize(("amount", "channel"), [(1, None), (100_00, "card"), (10**12, "касса № 1")])
def test_a_top_up_adds_to_the_wallet(tmp_path: Path, amount: int, channel: str | None) -> None:
    """R-7.1, R-1.4: through the channel's account, `cash` unless said; no plan is needed."""
    story = Story(tmp_path).open("2023-01-01 00:00")
    event = only(story.top_up("2023-01-02 00:00", amount, **({"channel": channel} if channel else {})), ToppedUp)
    assert transfers(event) == [f"cash:{channel or 'cash'} > wallet {amount} kop"]
    assert (event.amount, event.channel, event.wallet_after) == (amount, channel or "cash", amount)
    assert (story.wallet, story.balance.available) == (amount, amount)


@pytest.mark.parametrize("amount", [0, -1, 10**12 + 1, 1.0, "100", True, None])
def test_what_is_no_amount_is_malformed(tmp_path: Path, amount: object) -> None:
    """R-7.1, R-1.1: at least 1 kopeck, an integer."""
    story = Story(tmp_path).open("2023-01-01 00:00")
    with pytest.raises(Malformed):
        story.feed("top_up", "2023-01-02 00:00", amount=amount)
    assert len(story.log()) == 1


@pytest.mark.parametrize("kind", ["voluntary", "operator"])
def test_a_top_up_is_accepted_under_any_block(tmp_path: Path, kind: str) -> None:
    """R-7.1, R-8.5: and lifts no block but the financial one."""
    story = example_1(tmp_path)
    story.block("2023-01-16 00:00", kind)
    assert names(story.top_up("2023-01-17 00:00", 1_00)) == ["ToppedUp"]
    assert story.account.blocks == (kind,)


@pytest.mark.parametrize(
    ("amount", "events", "available"),
    [
        (4_99, ["ToppedUp"], -1),
        (5_00, ["ToppedUp"], 0),
        (5_01, ["ToppedUp", "Unblocked"], 1),
        (10_00, ["ToppedUp", "Unblocked"], 5_00),
    ],
)
def test_above_nothing_a_top_up_lifts_the_financial_block(
    tmp_path: Path, amount: int, events: list[str], available: int
) -> None:
    """R-7.2, R-8.5: exactly 0 doesn't."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00)
    story.call("2023-01-16 10:00", "1:00", zone="russia")
    assert story.wallet == -5_00
    booked = story.top_up("2023-01-16 12:00", amount, received_at="2023-01-16 12:01")
    assert (names(booked), story.balance.available) == (events, available)
    assert story.account.blocks == (() if len(events) == 2 else ("financial",))
    if len(events) == 2:
        assert isinstance(booked[1], Unblocked)
        assert (booked[1].kind, booked[1].entries) == ("financial", ())
        assert (booked[1].occurred_at, booked[1].booked_at, booked[1].input) == (
            at("2023-01-16 12:00"),
            at("2023-01-16 12:01"),
            booked[0].input,
        )


def test_with_a_credit_limit_available_decides(tmp_path: Path) -> None:
    """R-7.2, R-3.4: a wallet below 0 with headroom is no reason to stay blocked."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00, credit_limit=4_00)
    story.call("2023-01-16 10:00", "1:00", zone="russia")
    assert story.account.blocks == ("financial",)
    assert names(story.top_up("2023-01-16 12:00", 1_00)) == ["ToppedUp"]
    assert names(story.top_up("2023-01-16 12:01", 1)) == ["ToppedUp", "Unblocked"]
    assert story.wallet == -3_99


def test_after_the_nightly_block_any_kopeck_lifts_it(tmp_path: Path) -> None:
    """R-7.2: available was positive, only too small for a fee; the fee waits for the night."""
    story = t3_due_on_10_march(tmp_path, 9_00)
    story.night("2023-03-10 03:00")
    assert names(story.top_up("2023-03-10 10:00", 1)) == ["ToppedUp", "Unblocked"]
    made = story.balance
    assert (made.mode, made.period, made.wallet, made.blocks) == ("unpaid", None, 9_01, ())


def test_the_same_top_up_again_changes_nothing(tmp_path: Path) -> None:
    """R-7.3: the first result is returned; another content is ID_CONFLICT."""
    story = Story(tmp_path).open("2023-01-01 00:00")
    first = story.feed("top_up", "2023-01-02 00:00", id="p", amount=100)
    again = story.feed("top_up", "2023-01-02 00:00", id="p", amount=100, received_at="2023-01-05 00:00")
    other = story.feed("top_up", "2023-01-02 00:00", id="p", amount=101)
    assert (first.result, first.version) == ("applied", 2)
    assert (again.result, again.version, again.events) == ("duplicate", 2, ())
    assert (other.result, other.reason, other.events) == ("rejected", "ID_CONFLICT", ())
    assert (story.wallet, len(story.log()), story.account.clock) == (100, 2, at("2023-01-02 00:00"))


# Blocks


def test_a_block_is_an_event_without_entries(tmp_path: Path) -> None:
    """R-8.1, R-8.3, R-1.3."""
    story = example_1(tmp_path)
    event = only(story.block("2023-01-16 10:00", "operator"), Blocked)
    assert (event.kind, event.entries, event.wallet_after) == ("operator", (), None)
    assert event.input is not None
    made = story.balance
    assert (made.blocks, made.mode, made.wallet) == (("operator",), "monthly", 600_00)
    assert story.left() == BASE_T4
    ended = only(story.unblock("2023-01-17 10:00", "operator"), Unblocked)
    assert (ended.kind, ended.entries) == ("operator", ())
    assert story.balance.blocks == ()


def test_several_blocks_may_hold_at_once(tmp_path: Path) -> None:
    """R-8.1, contract §4: blocked while any holds; shown financial, voluntary, operator."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00)
    story.block("2023-01-16 10:00", "operator")
    story.block("2023-01-16 11:00", "voluntary")
    story.call("2023-01-16 12:00", "1:00", zone="russia")
    assert in_force(story) == ("financial", "voluntary", "operator")
    story.unblock("2023-01-16 13:00", "operator")
    assert in_force(story) == ("financial", "voluntary")
    story.top_up("2023-01-16 14:00", 1000_00)
    assert in_force(story) == ("voluntary",)
    assert only(story.connect("2023-01-16 15:00", "t3"), InputRefused).reason == "BLOCKED"


@pytest.mark.parametrize("kind", ["voluntary", "operator"])
@pytest.mark.parametrize(("verb", "reason"), [("block", "ALREADY_BLOCKED"), ("unblock", "NOT_BLOCKED")])
@pytest.mark.parametrize("other", [False, True])
def test_a_block_begins_and_ends_once(tmp_path: Path, kind: str, verb: str, reason: str, other: bool) -> None:
    """R-8.2: each kind by itself, whatever other kind is in force."""
    story = example_1(tmp_path)
    if other:
        story.block("2023-01-16 09:00", "operator" if kind == "voluntary" else "voluntary")
    if verb == "block":
        only(story.block("2023-01-16 10:00", kind), Blocked)
    before = story.account.blocks
    refused = only(story.events_of(verb, "2023-01-16 11:00", kind=kind), InputRefused)
    assert (refused.input_type, refused.reason, refused.entries) == (verb, reason, ())
    assert story.account.blocks == before
    assert story.shown()[-1]["kind"] == kind


@pytest.mark.parametrize("verb", ["block", "unblock"])
def test_only_the_ledger_sets_and_lifts_a_financial_block(tmp_path: Path, verb: str) -> None:
    """R-8.1, contract §2: kind financial is malformed."""
    story = example_1(tmp_path)
    with pytest.raises(Malformed, match="kind"):
        story.feed(verb, "2023-01-16 10:00", kind="financial")


def test_a_block_inside_the_month_leaves_it_as_it_was(tmp_path: Path) -> None:
    """R-8.3: neither stopped nor extended; unblocked inside it, the next fee comes on its date."""
    story = example_1(tmp_path)
    before = story.account
    story.block("2023-01-16 10:00")
    story.unblock("2023-02-15 02:59:59")
    after = story.account
    assert (after.mode, after.period, after.buckets) == (before.mode, before.period, before.buckets)
    story.night("2023-02-15 03:00")
    fee = last(story.log(), MonthlyFeeCharged)
    assert (fee.booked_at, fee.anchor_day, story.wallet) == (at("2023-02-15 03:00"), 15, 200_00)


def test_unblocked_inside_the_paid_day_it_is_still_a_day(tmp_path: Path) -> None:
    """R-8.3: the next night tries month and day again."""
    story = t3_due_on_10_march(tmp_path, 40_00)
    story.block("2023-03-10 12:00")
    story.unblock("2023-03-10 13:00")
    assert story.account.mode == "daily"
    assert story.left()["daily/voice"] == 600
    story.night("2023-03-11 03:00")
    assert (story.types()[-1], story.wallet) == ("DailyFeeCharged", 9_00)


@pytest.mark.parametrize(
    ("unblocked", "night"),
    [
        ("2023-02-15 03:00:00", "2023-02-16 03:00"),  # it lapsed first: the schedule precedes an input of its instant
        ("2023-02-20 02:59:59", "2023-02-20 03:00"),
        ("2023-02-20 03:00:00", "2023-02-21 03:00"),
        ("2023-02-20 03:00:01", "2023-02-21 03:00"),
    ],
)
def test_unblocked_after_the_month_lapsed_it_waits_for_the_night(tmp_path: Path, unblocked: str, night: str) -> None:
    """R-8.4, R-4.4, R-2.7: nothing is charged at the unblocking; the month begins at the night."""
    story = example_1(tmp_path)
    story.block("2023-01-16 10:00")
    story.unblock(unblocked)
    assert story.types()[-2:] == ["PeriodLapsed", "Unblocked"]
    assert (story.wallet, story.account.mode) == (600_00, "unpaid")
    story.night("2023-03-01 00:00")
    fee = last(story.log(), MonthlyFeeCharged)
    assert (fee.booked_at, fee.anchor_day) == (at(night), int(night[8:10]))
    assert story.verify().ok


def test_the_night_waits_for_the_last_block(tmp_path: Path) -> None:
    """R-4.4, R-4.5: free of blocks means of all of them."""
    story = example_1(tmp_path)
    story.block("2023-01-16 10:00", "voluntary")
    story.block("2023-01-17 10:00", "operator")
    story.unblock("2023-02-16 10:00", "voluntary")
    assert story.night("2023-02-18 00:00") == 0
    assert story.types()[-1] == "Unblocked"
    story.unblock("2023-02-18 10:00", "operator")
    story.night("2023-02-20 00:00")
    assert last(story.log(), MonthlyFeeCharged).booked_at == at("2023-02-19 03:00")


def test_the_end_of_another_block_leaves_the_financial_one(tmp_path: Path) -> None:
    """R-8.5: it moves no money, so it isn't tested, though available is above 0."""
    story = t3_due_on_10_march(tmp_path, 9_00)
    story.night("2023-03-10 03:00")
    story.block("2023-03-10 10:00")
    assert names(story.unblock("2023-03-10 11:00")) == ["Unblocked"]
    assert (story.account.blocks, story.wallet) == (("financial",), 9_00)


def test_a_booking_that_moves_only_packages_is_not_tested(tmp_path: Path) -> None:
    """R-8.5: available is above 0 under a financial block, and a covered or free record doesn't lift it."""
    story = t3_due_on_10_march(tmp_path, 9_00)
    story.night("2023-03-10 03:00")
    late = story.call("2023-03-10 02:00", "1:00", received_at="2023-03-10 04:00")
    free = story.call("2023-03-10 05:00", "0:03")
    assert names(late + free) == ["UsageCharged", "UsageCharged"]
    assert transfers(*late) == ["expired/voice > consumed/voice 60 s #4"]
    assert story.account.blocks == ("financial",)


def test_a_booking_that_takes_money_lifts_no_block(tmp_path: Path) -> None:
    """R-8.5: what takes can only set a block, though available stays above 0."""
    story = t3_due_on_10_march(tmp_path, 9_00)
    story.night("2023-03-10 03:00")
    assert names(story.call("2023-03-10 10:00", "1:00")) == ["UsageCharged"]
    assert (story.account.blocks, story.wallet) == (("financial",), 7_00)
