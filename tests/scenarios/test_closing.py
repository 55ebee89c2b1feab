"""Closing and refund: a contract ends in every state, its money can be paid out, and little else is taken (R-15)."""

from typing import Any

import pytest

from ledger import inputs
from ledger.events import (
    AccountClosed,
    Adjusted,
    Blocked,
    ChargeReversed,
    DailyFeeCharged,
    DisputeOpened,
    DisputeResolved,
    Event,
    InputRefused,
    MonthlyFeeCharged,
    OptionFeeCharged,
    Period,
    PromiseClosed,
    Refunded,
    UsageCharged,
    UsageUnrated,
)
from ledger.inputs import Malformed
from ledger.rules.schedule import next_scheduled
from tests.scenarios.test_corrections import MENDED
from tests.scenarios.told import (
    ALL_TEXT,
    MB,
    Begin,
    Told,
    described,
    fields_of,
    moved,
    only,
    refused,
    unmoved,
)
from tests.support import ACCOUNT, at, catalogue, rfc, with_settings

CLOSING = "2023-01-20 10:00"
HOURS_72 = 72 * 60 * 60 * 1_000_000


def t4(begin: Begin, kopecks: int = 600_00, **opening: Any) -> Told:
    """T4 connected on 15.01.2023 12:00 (events 3 and 4), and this much left."""
    story = begin(400_00 + kopecks, **opening)
    story.connect("2023-01-15 12:00", "t4")
    return story


def close(story: Told, when: str = CLOSING, **fields: Any) -> AccountClosed:
    closed = story.events_of("close", when, **fields)[-1]
    assert isinstance(closed, AccountClosed)
    return closed


def refund(story: Told, when: str, kopecks: int, **fields: Any) -> tuple[Event, ...]:
    return story.events_of("refund", when, amount=kopecks, **fields)


def closed_story(begin: Begin, kopecks: int = 600_00) -> Told:
    story = t4(begin, kopecks)
    close(story)
    return story


# The closing


def test_every_bucket_expires_at_the_closing_and_the_wallet_stays(begin: Begin) -> None:
    """R-15.3: entries as at any end; what was granted by the refresh, what was carried, and an option's."""
    story = t4(begin, 800_00, credit_limit=300_00)
    story.call("2023-01-16 10:00", "50:00")
    story.option("2023-01-17 10:00", "gb1")  # 6, for 150.00
    story.refresh("2023-01-18 10:00")  # 7, for 400.00
    before = story.account
    closed = close(story)
    assert moved(closed) == [
        "carried/voice > expired/voice 9000 s #4",
        "carried/sms > expired/sms 200 sms #4",
        "carried/data > expired/data 4194304 kb #4",
        "base/voice > expired/voice 12000 s #7",
        "base/sms > expired/sms 200 sms #7",
        "base/data > expired/data 4194304 kb #7",
        "option:gb1/data > expired/data 1048576 kb #6",
    ]
    assert fields_of(closed) == {"late_until": at(CLOSING) + HOURS_72, "wallet_after": None}
    account = story.account
    assert (account.mode, account.period, account.blocks, account.buckets) == ("closed", None, (), ())
    assert (account.options, account.discount, account.promise, account.credit_limit) == ((), None, None, 0)
    assert (account.wallet, account.available) == (250_00, 250_00)
    assert (account.opened_at, account.closed_at) == (at("2022-01-01 00:00"), at(CLOSING))
    assert (account.plan, account.anchor_day, account.plans) == ("t4", before.anchor_day, before.plans)
    assert {(each.grant, each.service, each.left, each.end) for each in account.leftovers} == {
        (each.grant, each.service, each.left, at(CLOSING)) for each in before.buckets
    }


def test_a_second_closing_is_refused_and_changes_nothing(begin: Begin) -> None:
    story = closed_story(begin)
    before = story.account
    event = only(story.events_of("close", "2023-01-21 10:00"), InputRefused)
    assert (event.reason, event.fields, event.facts) == ("ALREADY_CLOSED", {}, {"closed_at": rfc(at(CLOSING))})
    unmoved(before, story.account)


STATES = {
    # what leads to it: the mode and blocks just before the closing, and the events there were by then
    "no plan": ("none", ()),
    "monthly": ("monthly", ()),
    "daily": ("daily", ()),
    "unpaid": ("unpaid", ()),
    "financial block": ("unpaid", ("financial",)),
    "voluntary block": ("monthly", ("voluntary",)),
    "all blocks": ("unpaid", ("financial", "voluntary", "operator")),
}


@pytest.mark.parametrize("state", STATES)
def test_a_contract_is_closed_in_every_mode_and_under_every_block(begin: Begin, state: str) -> None:
    """R-15.3, and nothing is scheduled on it ever after."""
    plan, kopecks = ("t3", 365_50) if state == "daily" else ("t4", 400_00)
    story = begin(kopecks)
    if state != "no plan":
        story.connect("2023-01-15 12:00", plan)
    if state in ("daily", "unpaid", "financial block", "all blocks"):
        story.night("2023-02-15 03:00")
    if state == "unpaid":
        story.top_up("2023-02-15 10:00", 1)
    if state in ("voluntary block", "all blocks"):
        story.block("2023-02-15 02:00" if state == "voluntary block" else "2023-02-15 11:00")
    if state == "all blocks":
        story.block("2023-02-15 11:00", "operator")
    assert (story.account.mode, story.account.blocks) == STATES[state]
    when = "2023-02-15 02:59:59" if state in ("monthly", "voluntary block") else "2023-02-15 12:00"
    close(story, when)
    assert (story.account.mode, story.account.blocks, story.balance.period) == ("closed", (), None)
    assert next_scheduled(story.account, catalogue(ALL_TEXT)) is None
    assert story.night("2024-02-15 03:00") == 0


AROUND_THE_NIGHT = [
    # the closing, and what was booked before it at the night of the due date
    ("2023-02-15 02:59:59", []),
    ("2023-02-15 03:00:00", ["MonthlyFeeCharged nightly"]),
    ("2023-02-15 03:00:01", ["MonthlyFeeCharged nightly"]),
]


@pytest.mark.parametrize(("when", "before"), AROUND_THE_NIGHT)
def test_what_is_scheduled_at_the_instant_of_the_closing_comes_first(
    begin: Begin, when: str, before: list[str]
) -> None:
    """R-2.7, R-15.3."""
    story = t4(begin)
    events = story.events_of("close", when)
    assert [described(event) for event in events] == [*before, "AccountClosed"]
    assert story.wallet == (200_00 if before else 600_00)


def test_a_promise_ends_with_the_contract_without_an_event_of_its_own(begin: Begin) -> None:
    """R-15.3: neither PromiseClosed nor Unblocked is booked, and R-8.5 is not looked at."""
    story = begin(400_00)
    story.connect("2023-01-15 12:00", "t4")
    story.promise("2023-01-19 10:00", 100_00)
    story.usage("2023-01-19 11:00", "sms", 20, zone="russia")
    assert (story.wallet, story.account.available) == (-76_00, 24_00)
    closed = close(story)
    assert closed.version == len(story.log())
    assert (story.wallet, story.account.available, story.account.blocks) == (-76_00, -76_00, ())
    assert story.night("2023-03-01 03:00") == 0
    assert not any(isinstance(event, PromiseClosed | Blocked) for event in story.log())


def test_options_end_with_the_contract_and_are_never_charged_again(begin: Begin) -> None:
    story = t4(begin)
    story.option("2023-01-16 10:00", "gb1")
    story.option("2023-01-16 11:00", "day")
    close(story, "2023-01-16 12:00")
    assert story.night("2023-04-01 03:00") == 0
    assert not any(isinstance(event, OptionFeeCharged) for event in story.log())


def test_an_unlimited_package_ends_too_and_covers_late_records(begin: Begin) -> None:
    story = begin(400_00)
    story.connect("2023-01-15 12:00", "t4-unlimited")
    close(story)
    late = only(story.usage("2023-01-20 09:00", "data", 10_000 * MB, received_at="2023-01-20 11:00"), UsageCharged)
    assert (late.unlimited, late.amount, late.entries) == (True, 0, ())


def test_a_closing_that_comes_late_is_booked_at_the_clock(begin: Begin) -> None:
    story = t4(begin)
    story.top_up("2023-01-21 10:00", 1_00)
    closed = close(story, "2023-01-20 10:00")
    assert (closed.occurred_at, closed.booked_at) == (at("2023-01-20 10:00"), at("2023-01-21 10:00"))
    assert story.account.closed_at == at("2023-01-21 10:00")


# What a closed contract takes


REFUSED_AFTER: list[tuple[str, dict[str, Any]]] = [
    ("top_up", {"amount": 100_00}),
    ("connect_plan", {"plan": "t4"}),
    ("connect_plan", {"plan": "no-such"}),
    ("ussd", {"text": "*929#"}),
    ("ussd", {"text": "*100#"}),
    ("sms", {"to": "9290", "text": ""}),
    ("sms", {"to": "1234", "text": ""}),
    ("refresh", {}),
    ("block", {"kind": "voluntary"}),
    ("block", {"kind": "operator"}),
    ("unblock", {"kind": "operator"}),
    ("connect_option", {"option": "gb1"}),
    ("connect_option", {"option": "no-such"}),
    ("disconnect_option", {"option": "gb1"}),
    ("grant_discount", {"percent": 50, "from": "2023-01-01", "until": "2023-02-01"}),
    ("take_promise", {"amount": 100_00}),
    ("take_promise", {"amount": 10**12}),
]


@pytest.mark.parametrize(("type", "fields"), REFUSED_AFTER)
def test_a_closed_contract_refuses_it_before_any_reason_of_its_own(
    begin: Begin, type: str, fields: dict[str, Any]
) -> None:
    """R-15.4: an InputRefused, no row of usage, no reply, and nothing changes."""
    story = closed_story(begin)
    before = story.account
    outcome = story.feed(type, "2023-01-21 10:00", **fields)
    event = only(outcome.events, InputRefused)
    assert (outcome.result, event.reason, event.input_type) == ("refused", "CLOSED", type)
    assert (event.facts, event.entries, outcome.reply) == ({"closed_at": rfc(at(CLOSING))}, (), None)
    unmoved(before, story.account)
    made = story.statement("2023-01-21", "2023-01-21")
    assert (made.usage, made.lines) == ([], [])


def test_the_types_of_input_are_those_that_a_closed_contract_refuses_and_those_it_takes() -> None:
    taken = {"open", "close", "usage", "reverse", "adjust", "rerate", "refund", "open_dispute", "resolve_dispute"}
    assert {type for type, _ in REFUSED_AFTER} | taken == set(inputs.TYPES)


AROUND_THE_CLOSING = [
    ("2023-01-20 09:59:59", None),
    ("2023-01-20 10:00:00", "CLOSED"),
    ("2023-01-20 10:00:01", "CLOSED"),
]


@pytest.mark.parametrize("direction", ["out", "in"])
@pytest.mark.parametrize(("when", "reason"), AROUND_THE_CLOSING)
def test_only_a_record_from_before_the_closing_is_rated(
    begin: Begin, when: str, reason: str | None, direction: str
) -> None:
    """R-15.4: incoming records too."""
    story = closed_story(begin)
    (event,) = story.call(when, "5:00", direction=direction, received_at="2023-01-20 12:00")
    assert isinstance(event, UsageCharged) if reason is None else isinstance(event, UsageUnrated)
    assert getattr(event, "reason", None) == reason
    assert story.wallet == 600_00


def test_a_late_record_finds_the_leftovers_of_the_closing_until_their_window_ends(begin: Begin) -> None:
    """R-6.5, R-15.3: 72 hours of booked time from the closing; carried first, then base, then options."""
    story = t4(begin)
    story.call("2023-01-16 10:00", "199:00")
    story.refresh("2023-01-17 10:00")  # carried 1 min, base 200
    close(story)
    late = only(story.call("2023-01-20 09:00", "3:00", received_at="2023-01-23 09:59:59"), UsageCharged)
    assert moved(late) == ["expired/voice > consumed/voice 60 s #4", "expired/voice > consumed/voice 120 s #6"]
    for received_at in ("2023-01-23 10:00:00", "2023-01-23 10:00:01"):
        dear = only(story.call("2023-01-20 09:00", "3:00", received_at=received_at), UsageCharged)
        assert moved(dear) == ["wallet > revenue:usage 600 kop"]


def test_a_late_record_may_take_a_closed_contract_below_zero_and_blocks_nothing(begin: Begin) -> None:
    """R-6.6, R-15.4: R-8.5 does not run on a closed contract."""
    story = closed_story(begin, 1_00)
    late = story.usage("2023-01-20 09:00", "sms", 10, zone="russia", received_at="2023-01-20 11:00")
    assert only(late, UsageCharged).wallet_after == -37_00
    assert (story.account.mode, story.account.blocks) == ("closed", ())


def test_an_unrated_record_of_before_the_closing_is_rated_after_it_and_one_of_after_it_never_is(begin: Begin) -> None:
    """R-11.6, R-15.4: a rerate looks at the record's `at`."""
    story = t4(begin)
    old = only(story.call("2023-01-19 10:00", "3:00", zone="turkey"), UsageUnrated)
    close(story)
    new = only(story.call("2023-01-20 10:30", "3:00", zone="turkey"), UsageUnrated)
    story.adopt(ALL_TEXT + MENDED)
    rated = only(story.rerate("2023-01-25 10:00", old.version), UsageCharged)
    assert moved(rated) == ["wallet > revenue:usage 14700 kop"]
    again = only(story.rerate("2023-01-25 11:00", new.version), UsageUnrated)
    assert (old.reason, new.reason, again.reason) == ("NO_PRICE", "CLOSED", "CLOSED")
    assert (again.used_at, again.record, again.rerates) == (at("2023-01-20 10:30"), new.version, new.version)
    assert only(story.rerate("2023-01-25 12:00", again.version), UsageUnrated).record == new.version


def test_corrections_and_claims_go_on_by_their_own_rules(begin: Begin) -> None:
    """R-15.4: and nothing of it blocks or unblocks."""
    story = t4(begin, 100_00)
    call = only(story.call("2023-01-16 10:00", "3:00"), UsageCharged)
    story.dispute("2023-01-17 10:00", 4, id="claim")
    close(story)
    assert refused(story.reverse("2023-01-21 10:00", call.version)) == "NOT_REVERSIBLE"  # its bucket is gone
    back = only(story.reverse("2023-01-21 11:00", 2), ChargeReversed)
    assert moved(back) == ["wallet > cash:cash 50000 kop"]
    assert story.wallet == -400_00
    upheld = story.resolve("2023-01-21 12:00", "claim", "upheld")
    assert [type(event) for event in upheld] == [DisputeResolved, ChargeReversed]
    assert story.wallet == 0
    only(story.dispute("2023-01-21 13:00", 4), DisputeOpened)
    only(story.adjust("2023-01-21 14:00", 50_00, 4), Adjusted)
    assert (story.account.mode, story.account.blocks) == ("closed", ())


AVAILABLE = [(399_99, "INSUFFICIENT_FUNDS"), (400_00, None), (400_01, None)]


@pytest.mark.parametrize(("wallet", "reason"), AVAILABLE)
def test_on_a_closed_contract_only_the_wallet_pays_an_adjustment(begin: Begin, wallet: int, reason: str | None) -> None:
    """R-11.5: the credit limit ended with the contract."""
    story = t4(begin, wallet, credit_limit=300_00)
    close(story)
    events = story.adjust("2023-01-21 10:00", -400_00, 4)
    assert (refused(events) if reason else None) == reason
    assert story.wallet == (wallet if reason else wallet - 400_00)


# Refunds


REFUNDS = [(399_99, "INSUFFICIENT_FUNDS"), (400_00, None), (400_01, None)]


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize(("wallet", "reason"), REFUNDS)
def test_a_refund_needs_its_amount_in_the_wallet(begin: Begin, wallet: int, reason: str | None, closed: bool) -> None:
    """R-15.5: credit and promises are no money."""
    story = t4(begin, wallet, credit_limit=300_00)
    story.promise("2023-01-19 10:00", 100_00)
    if closed:
        close(story)
    before = story.account
    events = refund(story, "2023-01-21 09:00", 400_00)
    if reason:
        event = only(events, InputRefused)
        assert (event.reason, event.facts) == (reason, {"needed": 400_00, "wallet": wallet})
        unmoved(before, story.account)
    else:
        paid = only(events, Refunded)
        assert moved(paid) == ["wallet > cash:cash 40000 kop"]
        assert story.wallet == wallet - 400_00


def test_a_refund_names_its_channel_and_prints_as_one(begin: Begin) -> None:
    """R-13.3, R-15.5."""
    story = closed_story(begin)
    paid = only(refund(story, "2023-01-21 10:00", 600_00, channel="card", by="clerk-7"), Refunded)
    assert moved(paid) == ["wallet > cash:card 60000 kop"]
    assert fields_of(paid) == {"amount": 600_00, "channel": "card", "holder": None, "wallet_after": 0}
    (line,) = story.lines("2023-01-21", "2023-01-21")
    assert (line.kind, line.channel, line.amount, line.balance) == ("refund", "card", -600_00, 0)
    assert story.worded(line) == "Возврат средств"


def test_a_refund_is_reversed_like_a_charge(begin: Begin) -> None:
    """R-11.1, R-15.5: the money comes back from where it went, once."""
    story = closed_story(begin)
    paid = only(refund(story, "2023-01-21 10:00", 500_00, channel="card"), Refunded)
    half = only(story.reverse("2023-01-22 10:00", paid.version, amount=200_00), ChargeReversed)
    assert moved(half) == ["cash:card > wallet 20000 kop"]
    story.adjust("2023-01-22 11:00", 100_00, paid.version)  # counts in what is left (edition 2)
    rest = only(story.reverse("2023-01-22 12:00", paid.version), ChargeReversed)
    assert rest.amount == 200_00
    assert refused(story.reverse("2023-01-22 13:00", paid.version)) == "NOT_REVERSIBLE"
    line = story.lines("2023-01-22", "2023-01-22")[0]
    assert story.worded(line) == "Корректировка: 21.01.2023 Возврат средств"


def test_a_refund_before_the_closing_leaves_the_night_less(begin: Begin) -> None:
    story = t4(begin, 400_00)
    only(refund(story, "2023-01-21 10:00", 1), Refunded)
    story.night("2023-02-15 03:00")
    assert isinstance(story.log()[-1], Blocked)


def test_a_refund_that_is_reversed_lifts_the_financial_block_of_an_open_contract(begin: Begin) -> None:
    """R-8.5."""
    story = t4(begin, 300_00)
    paid = only(refund(story, "2023-01-21 10:00", 300_00), Refunded)
    story.night("2023-02-15 03:00")
    assert story.account.blocks == ("financial",)
    back = story.reverse("2023-02-15 10:00", paid.version)
    assert [described(event) for event in back] == ["ChargeReversed", "Unblocked financial balance"]


# Naming the contract


def test_events_keep_the_holder_that_their_input_named(begin: Begin) -> None:
    """R-15.2: the log alone is enough to decide again, also of refusals; the story's end compares."""
    story = t4(begin)
    unrated = only(story.call("2023-01-16 10:00", "3:00", zone="moon"), UsageUnrated)
    said = {"holder": 1}
    events = [
        *story.reverse("2023-01-17 10:00", 4, amount=1_00, **said),
        *story.events_of("adjust", "2023-01-17 11:00", amount=1_00, cites=[4], text="", **said),
        *story.rerate("2023-01-17 12:00", unrated.version, **said),
        *refund(story, "2023-01-17 13:00", 1_00, **said),
        *story.dispute("2023-01-17 14:00", 4, id="claim", **said),
        *story.resolve("2023-01-17 15:00", "claim", "rejected", **said),
    ]
    assert [getattr(event, "holder", None) for event in events] == [1] * 6
    no = only(refund(story, "2023-01-17 16:00", 10**12, **said), InputRefused)
    assert no.fields == {"amount": 10**12, "channel": "cash", "holder": 1}
    without = only(refund(story, "2023-01-17 17:00", 10**12), InputRefused)
    assert without.fields == {"amount": 10**12, "channel": "cash"}


# Edition 1


EDITION_1 = with_settings("edition = 1", ALL_TEXT)
TYPES_OF_EDITION_1 = (
    "open, top_up, connect_plan, usage, ussd, sms, refresh, block, unblock, connect_option, disconnect_option, "
    "grant_discount, take_promise, reverse, adjust, rerate, open_dispute, resolve_dispute"
)
NO_SUCH_TYPE = f"type: no such type of input; one of {TYPES_OF_EDITION_1}"
YOUNGER: list[tuple[dict[str, Any], str]] = [
    ({"type": "close"}, NO_SUCH_TYPE),
    ({"type": "refund", "amount": 1}, NO_SUCH_TYPE),
    ({"type": "refund", "amount": 1, "holder": 1}, NO_SUCH_TYPE),
    ({"type": "reverse", "event": 1, "text": "", "holder": 1}, "holder: no such field"),
    ({"type": "adjust", "amount": 1, "cites": [1], "text": "", "holder": 1}, "holder: no such field"),
    ({"type": "rerate", "event": 1, "holder": 1}, "holder: no such field"),
    ({"type": "open_dispute", "event": 1, "text": "", "holder": 1}, "holder: no such field"),
    (
        {"type": "resolve_dispute", "dispute": "d", "outcome": "rejected", "text": "", "holder": 1},
        "holder: no such field",
    ),
]


@pytest.mark.parametrize(("fields", "detail"), YOUNGER)
def test_edition_1_knows_none_of_it(begin: Begin, fields: dict[str, Any], detail: str) -> None:
    """R-3.7: malformed as it was before there was an edition 2, wherever the line is read."""
    common = {"id": "i", "account": ACCOUNT, "at": rfc(at("2023-01-21 10:00"))}
    raw = common | fields
    with pytest.raises(Malformed) as by_edition:
        inputs.check(raw, 1)
    assert str(by_edition.value) == detail
    checked = inputs.check(raw)
    with pytest.raises(Malformed) as at_the_booking:
        inputs.require_edition(checked, 1)
    assert str(at_the_booking.value) == detail
    inputs.require_edition(checked, 2)
    story = begin(100_00, text=EDITION_1)
    before = story.log()
    outcome = story.apply(checked)[0]
    assert (outcome.result, outcome.reason, outcome.detail) == ("rejected", "MALFORMED", detail)
    assert story.log() == before


def test_edition_1_names_the_types_it_knows_of_an_unknown_one() -> None:
    raw = {"type": "gift", "id": "i", "account": ACCOUNT, "at": rfc(at("2023-01-21 10:00"))}
    with pytest.raises(Malformed) as older:
        inputs.check(raw, 1)
    assert str(older.value) == NO_SUCH_TYPE
    with pytest.raises(Malformed) as newest:
        inputs.check(raw)
    assert str(newest.value) == f"{NO_SUCH_TYPE}, close, refund"


def test_a_ledger_that_takes_edition_2_closes_contracts_from_there_on(begin: Begin) -> None:
    story = t4(begin, text=EDITION_1)
    assert story.feed("close", CLOSING).result == "rejected"
    story.adopt(ALL_TEXT)
    close(story)
    assert story.verify().problems == []


# At every end of a period


def test_a_contract_in_daily_mode_closes_within_the_day_it_paid(begin: Begin) -> None:
    """R-15.3: the daily bucket expires; the next night charges nothing."""
    story = begin(365_50)
    story.connect("2023-01-15 12:00", "t3")
    story.night("2023-02-15 03:00")
    day = story.last(DailyFeeCharged)
    closed = close(story, "2023-02-15 12:00")
    assert moved(closed) == [
        f"daily/voice > expired/voice 600 s #{day.version}",
        f"daily/sms > expired/sms 10 sms #{day.version}",
        f"daily/data > expired/data {50 * 1024} kb #{day.version}",
    ]
    assert day.period == Period(at("2023-02-15 03:00"), at("2023-02-16 03:00"))
    assert story.night("2023-03-16 03:00") == 0
    late = only(story.usage("2023-02-15 11:00", "data", MB, received_at="2023-02-15 13:00"), UsageCharged)
    assert moved(late) == [f"expired/data > consumed/data 1024 kb #{day.version}"]
    assert len([event for event in story.log() if isinstance(event, MonthlyFeeCharged)]) == 1
