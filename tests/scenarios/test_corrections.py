"""Corrections: reversals, a clerk's adjustments, records rated once the catalogue is mended; no edit (R-11)."""

from typing import Any

import pytest
from msgspec.structs import replace

from ledger import inputs
from ledger.entries import Entry
from ledger.events import (
    Adjusted,
    ChargeReversed,
    Event,
    InputRef,
    InputRefused,
    Personal,
    UsageCharged,
    UsageUnrated,
)
from ledger.service import CatalogueRefused
from projections import canonical
from tests.scenarios.told import (
    ALL_TEXT,
    FEE_FOR_PROMISES,
    MB,
    MB_KB,
    Begin,
    Told,
    as_json,
    described,
    moved,
    only,
    refused,
    unmoved,
)
from tests.support import ACCOUNT, at, names, rfc, with_settings


def t4(begin: Begin, kopecks: int = 600_00, *, plan: str = "t4", **opening: Any) -> Told:
    """A plan connected on 15.01.2023 12:00 (events 3 and 4), and this much left."""
    story = begin({"t3": 350_00}.get(plan, 400_00) + kopecks, **opening)
    story.connect("2023-01-15 12:00", plan)
    return story


def spent(event: Event) -> UsageCharged:
    assert isinstance(event, UsageCharged)
    return event


# Reversal: refusals


REVERSALS = [
    # event, amount, reason
    (99, None, "UNKNOWN_EVENT"),
    (99, 1, "UNKNOWN_EVENT"),
    (9, None, "UNKNOWN_EVENT"),  # the reversal's own version
    (8, None, "NOT_REVERSIBLE"),  # itself a reversal
    (8, 10**12, "NOT_REVERSIBLE"),  # before its amount
    (4, 400_01, "AMOUNT_TOO_LARGE"),
    (7, 5_01, "AMOUNT_TOO_LARGE"),  # 5.00 of 10.00 are left
    (5, 1, "AMOUNT_TOO_LARGE"),  # packages only
    (1, 1, "AMOUNT_TOO_LARGE"),  # no money at all
    (6, 1, "AMOUNT_TOO_LARGE"),
    (1, None, "NOT_REVERSIBLE"),
    (3, None, "NOT_REVERSIBLE"),
    (6, None, "NOT_REVERSIBLE"),  # a refusal
]


@pytest.mark.parametrize(("event", "amount", "reason"), REVERSALS)
def test_the_first_reason_against_a_reversal_is_told(begin: Begin, event: int, amount: int | None, reason: str) -> None:
    """R-11.1: UNKNOWN_EVENT, NOT_REVERSIBLE of a reversal, AMOUNT_TOO_LARGE, NOT_REVERSIBLE; nothing changes."""
    story = t4(begin)
    story.call("2023-01-16 10:00", "1:00")  # 5
    story.option("2023-01-16 11:00", "no-such")  # 6
    story.call("2023-01-16 12:00", "2:00", zone="russia")  # 7
    story.reverse("2023-01-16 13:00", 7, amount=5_00)  # 8
    assert len(story.log()) == 8
    before = story.account
    said = {"event": event} | ({"amount": amount} if amount else {})
    found = only(story.reverse("2023-01-17 12:00", **said, text="прошу вернуть"), InputRefused)
    assert (found.input_type, found.reason, found.entries) == ("reverse", reason, ())
    assert found.fields == {"event": event, "amount": amount}
    assert found.personal == Personal(text="прошу вернуть")
    unmoved(before, story.account)


def test_what_nothing_is_left_of_cannot_be_reversed_again(begin: Begin) -> None:
    """R-11.1: with an amount there is too little left, without one there is nothing."""
    story = t4(begin)
    story.reverse("2023-01-16 12:00", 4)
    assert refused(story.reverse("2023-01-16 12:01", 4)) == "NOT_REVERSIBLE"
    assert refused(story.reverse("2023-01-16 12:02", 4, amount=1)) == "AMOUNT_TOO_LARGE"
    assert story.wallet == 1000_00


def test_a_fee_of_nothing_cannot_be_reversed(begin: Begin) -> None:
    """R-11.1, R-4.7: its packages are no parts of a usage."""
    story = begin()
    story.discount("2023-01-01 00:00", 100, "2023-01-01", "2024-01-01")
    story.connect("2023-01-15 12:00", "t4")
    assert refused(story.reverse("2023-01-16 12:00", 4)) == "NOT_REVERSIBLE"


# Reversal: money by the same accounts


def test_a_reversal_returns_the_money_and_says_of_what(begin: Begin) -> None:
    """R-11.1, contract §3: the first event of the booking carries every field of its input."""
    story = t4(begin)
    events = story.reverse("2023-01-20 12:00", 4, id="r", text="двойное списание", by="Иванова", source="desk")
    event = only(events, ChargeReversed)
    when = at("2023-01-20 12:00")
    assert event == ChargeReversed(
        version=5,
        occurred_at=when,
        booked_at=when,
        recorded_at=at("2024-01-01 00:00"),
        input=InputRef("desk", "r", when, "Иванова"),
        entries=(Entry("revenue:monthly_fee", "wallet", "kop", 400_00),),
        wallet_after=1000_00,
        event=4,
        event_booked_at=at("2023-01-15 12:00"),
        amount=400_00,
        packages=False,
        personal=Personal(text="двойное списание"),
    )


CHARGED = [
    # what, its transfer back, its line
    ("top-up", "wallet > cash:card 700000 kop", -7000_00, "Пополнение баланса"),
    (
        "connection",
        "revenue:monthly_fee > wallet 35000 kop",
        350_00,
        "Списание ежемесячной платы по Тарифному плану",
    ),
    ("refresh", "revenue:monthly_fee > wallet 35000 kop", 350_00, "Списание ежемесячной платы по Тарифному плану"),
    ("night", "revenue:monthly_fee > wallet 35000 kop", 350_00, "Списание ежемесячной платы по Тарифному плану"),
    ("day", "revenue:daily_fee > wallet 1550 kop", 15_50, "Списание ежесуточной платы по Тарифному плану"),
    ("option", "revenue:option_fee > wallet 9500 kop", 95_00, "Списание платы за опцию «100 минут»"),
    ("option again", "revenue:option_fee > wallet 9500 kop", 95_00, "Списание платы за опцию «100 минут»"),
    ("one-time", "revenue:option_fee > wallet 15000 kop", 150_00, "Списание платы за опцию «1 ГБ»"),
    ("usage", "revenue:usage > wallet 1000 kop", 10_00, "Услуги связи сверх пакета"),
    ("promise", "revenue:promise_fee > wallet 2000 kop", 20_00, "Плата за услугу «Обещанный платёж»"),
    ("plus", "wallet > revenue:adjustment 300 kop", -3_00, "Перерасчёт: жалоба"),
    ("minus", "revenue:adjustment > wallet 300 kop", 3_00, "Перерасчёт: жалоба"),
]


def charged(begin: Begin, what: str) -> tuple[Told, int]:
    """A story in which something was charged or paid, and the version of that event."""
    story = begin(1, text=with_settings(FEE_FOR_PROMISES, ALL_TEXT))
    story.top_up("2023-01-10 12:00", 7000_00, channel="card")
    if what == "top-up":
        return story, 3
    story.connect("2023-01-15 12:00", "t3")
    if what == "connection":
        return story, 5
    if what == "refresh":
        story.dial("2023-01-16 12:00")
    elif what == "night":
        story.night("2023-02-15 03:00")
    elif what == "day":
        story.adjust("2023-01-16 12:00", -story.wallet + 16_00, 1)
        story.night("2023-02-15 03:00")
    elif what == "option":
        story.option("2023-01-16 12:00", "min100")
    elif what == "option again":
        story.option("2023-01-14 12:00", "min100", received_at="2023-01-15 12:01")
        story.night("2023-02-15 03:00")
    elif what == "one-time":
        story.option("2023-01-16 12:00", "gb1")
    elif what == "usage":
        story.call("2023-01-16 12:00", "2:00", zone="russia")
    elif what == "promise":
        story.promise("2023-01-16 12:00", 100_00)
    else:
        story.adjust("2023-01-16 12:00", 3_00 if what == "plus" else -3_00, 4, text="жалоба")
    return story, story.account.version


@pytest.mark.parametrize(("what", "transfer", "amount", "text"), CHARGED, ids=[row[0] for row in CHARGED])
def test_money_goes_back_through_the_same_accounts(
    begin: Begin, what: str, transfer: str, amount: int, text: str
) -> None:
    """R-11.1, R-13.3: both lines stand; no period, package, option, anchor, mode or promise changes."""
    story, version = charged(begin, what)
    before = story.account
    night = what in ("night", "day", "option again")
    event = only(story.reverse("2023-02-15 12:00" if night else "2023-01-17 12:00", version), ChargeReversed)
    assert moved(event) == [transfer]
    assert event.wallet_after == story.wallet == before.wallet + amount
    unmoved(before, replace(story.account, wallet=before.wallet, memory=before.memory))
    *_, line = lines = story.lines("2023-01-01", "2023-02-28")
    corrected = next(each for each in lines if each.version == version)
    assert (story.worded(corrected), corrected.amount) == (text, -amount)
    day = {"top-up": "10.01.2023", "connection": "15.01.2023"}.get(what, "15.02.2023" if night else "16.01.2023")
    assert (line.kind, story.worded(line), line.period, line.amount, line.balance) == (
        "reversal",
        f"Корректировка: {day} {text}",
        None,
        amount,
        story.wallet,
    )


def test_a_reversed_refresh_keeps_its_date_and_the_next_night_charges(begin: Begin) -> None:
    """R-11.1: the anchor that the refresh moved stays moved."""
    story = t4(begin, 800_00)
    story.dial("2023-02-01 10:00")
    story.reverse("2023-02-02 10:00", 5)
    assert story.left()["carried/voice"] == 12_000
    story.night("2023-03-01 03:00")
    assert story.since(6) == ["2023-03-01 03:00:00 MonthlyFeeCharged nightly"]
    assert story.wallet == 400_00


def test_a_reversed_promise_fee_leaves_the_promise(begin: Begin) -> None:
    """R-11.1, R-10.3: and a reversal is no top-up."""
    story = begin(20_00, text=with_settings(FEE_FOR_PROMISES, ALL_TEXT))
    story.promise("2023-01-15 12:00", 20_00)
    only(story.reverse("2023-01-15 13:00", 3), ChargeReversed)
    assert (story.wallet, story.account.available) == (20_00, 40_00)


# Reversal: in parts


def test_money_is_returned_in_parts_until_nothing_is_left(begin: Begin) -> None:
    """R-11.1: `amount` is compared with the money not yet reversed."""
    story = t4(begin)
    reasons = []
    for minute, amount in enumerate((100_00, 299_99, 2, 1, 1)):
        events = story.reverse(f"2023-01-16 12:{minute:02d}", 4, amount=amount)
        reasons.append(described(events[0]))
    assert reasons == [
        "ChargeReversed",
        "ChargeReversed",
        "InputRefused AMOUNT_TOO_LARGE",
        "ChargeReversed",
        "InputRefused AMOUNT_TOO_LARGE",
    ]
    assert refused(story.reverse("2023-01-16 13:00", 4)) == "NOT_REVERSIBLE"
    assert story.wallet == 1000_00
    assert [line.amount for line in story.lines("2023-01-16", "2023-01-16")] == [100_00, 299_99, 1]


def test_without_an_amount_the_rest_is_returned(begin: Begin) -> None:
    """R-11.1: all the money left."""
    story = t4(begin)
    story.reverse("2023-01-16 12:00", 4, amount=150_00)
    event = only(story.reverse("2023-01-16 13:00", 4), ChargeReversed)
    assert (event.amount, event.asked_amount, story.wallet) == (250_00, None, 1000_00)


def test_a_part_remembers_what_was_asked(begin: Begin) -> None:
    """Contract §3: input → events → input, also where the amount asked is all there is."""
    story = t4(begin)
    event = only(story.reverse("2023-01-16 12:00", 4, amount=400_00), ChargeReversed)
    assert (event.amount, event.asked_amount) == (400_00, 400_00)


# Reversal: packages


def test_a_usage_returns_to_its_live_bucket(begin: Begin) -> None:
    """R-11.1: consumed → base, by the same grant; no money, so no line and no balance after it."""
    story = t4(begin)
    story.call("2023-01-16 10:00", "25:30")
    assert story.left()["base/voice"] == 12_000 - 1560
    event = only(story.reverse("2023-01-20 12:00", 5), ChargeReversed)
    assert moved(event) == ["consumed/voice > base/voice 1560 s #4"]
    assert (event.amount, event.packages, event.wallet_after) == (0, True, None)
    assert (story.left()["base/voice"], story.wallet) == (12_000, 600_00)
    assert story.lines("2023-01-16", "2023-01-31") == []
    assert refused(story.reverse("2023-01-20 13:00", 5)) == "NOT_REVERSIBLE"


def test_what_was_returned_may_be_spent_again(begin: Begin) -> None:
    """R-11.1, R-6.4: 200 minutes, used, returned and used again."""
    story = t4(begin)
    story.call("2023-01-16 10:00", "200:00")
    story.reverse("2023-01-16 18:00", 5)
    event = only(story.call("2023-01-17 10:00", "201:00"), UsageCharged)
    assert moved(event) == ["base/voice > consumed/voice 12000 s #4", "wallet > revenue:usage 200 kop"]


def test_money_and_packages_return_together(begin: Begin) -> None:
    """R-11.1: worked example 11, taken back."""
    story = t4(begin)
    story.call("2023-01-16 10:00", "197:00")
    story.call("2023-01-16 18:00", "5:10")
    event = only(story.reverse("2023-01-20 12:00", 6), ChargeReversed)
    assert sorted(moved(event)) == ["consumed/voice > base/voice 180 s #4", "revenue:usage > wallet 600 kop"]
    assert (event.amount, event.packages, event.wallet_after, story.left()["base/voice"]) == (6_00, True, 600_00, 180)


def test_with_an_amount_only_money_returns(begin: Begin) -> None:
    """R-11.1: packages come once, with the first reversal that names no amount; then nothing is left."""
    story = t4(begin)
    story.call("2023-01-16 10:00", "197:00")
    story.call("2023-01-16 18:00", "5:10")
    part = only(story.reverse("2023-01-20 12:00", 6, amount=2_00), ChargeReversed)
    assert (moved(part), part.packages) == (["revenue:usage > wallet 200 kop"], False)
    rest = only(story.reverse("2023-01-20 13:00", 6), ChargeReversed)
    assert sorted(moved(rest)) == ["consumed/voice > base/voice 180 s #4", "revenue:usage > wallet 400 kop"]
    assert refused(story.reverse("2023-01-20 14:00", 6)) == "NOT_REVERSIBLE"


def test_with_all_its_money_named_the_packages_still_wait(begin: Begin) -> None:
    """R-11.1: money back in full by amounts, then the packages alone."""
    story = t4(begin)
    story.call("2023-01-16 10:00", "197:00")
    story.call("2023-01-16 18:00", "5:10")
    story.reverse("2023-01-20 12:00", 6, amount=6_00)
    rest = only(story.reverse("2023-01-20 13:00", 6), ChargeReversed)
    assert (moved(rest), rest.amount) == (["consumed/voice > base/voice 180 s #4"], 0)


def test_a_package_part_returns_to_the_same_bucket_that_became_carried(begin: Begin) -> None:
    """R-11.1: the minutes of base 4 return to carried, not to the new base, and by the same grant."""
    story = t4(begin)
    story.call("2023-01-16 10:00", "30:00")
    story.dial("2023-01-20 12:00")
    event = only(story.reverse("2023-01-21 12:00", 5), ChargeReversed)
    assert moved(event) == ["consumed/voice > carried/voice 1800 s #4"]
    left = story.left()
    assert (left["carried/voice"], left["base/voice"]) == (12_000, 12_000)


def test_a_part_returns_to_what_a_night_carried_by_itself(begin: Begin) -> None:
    """R-11.1, R-4.6."""
    story = t4(begin, plan="t4-auto")
    story.call("2023-01-16 10:00", "30:00")
    story.night("2023-02-15 03:00")
    event = only(story.reverse("2023-02-16 12:00", 5), ChargeReversed)
    assert moved(event) == ["consumed/voice > carried/voice 1800 s #4"]


def test_a_part_spent_from_carried_returns_to_carried(begin: Begin) -> None:
    """R-11.1: a record split over carried and base goes back to both."""
    story = t4(begin)
    story.call("2023-01-16 10:00", "190:00")
    story.dial("2023-01-20 12:00")
    story.call("2023-01-21 10:00", "15:00")
    event = only(story.reverse("2023-01-22 12:00", 7), ChargeReversed)
    assert sorted(moved(event)) == [
        "consumed/voice > base/voice 300 s #6",
        "consumed/voice > carried/voice 600 s #4",
    ]


@pytest.mark.parametrize("how", ["night", "second refresh", "new plan"])
def test_a_part_of_an_expired_bucket_stays_consumed(begin: Begin, how: str) -> None:
    """R-11.1: 180 s of base are gone with it, the 6.00 return."""
    story = t4(begin, 2000_00)
    story.call("2023-01-16 10:00", "197:00")
    story.call("2023-01-16 18:00", "5:10")
    if how == "night":
        story.night("2023-02-15 03:00")
    elif how == "second refresh":
        story.dial("2023-02-01 12:00")
        story.dial("2023-02-02 12:00")
    else:
        story.connect("2023-02-01 12:00", "t3")
    left = story.left()
    event = only(story.reverse("2023-02-15 12:00", 6)[-1:], ChargeReversed)
    assert moved(event) == ["revenue:usage > wallet 600 kop"]
    assert (event.packages, story.left()) == (False, left)
    assert refused(story.reverse("2023-02-15 13:00", 5)) == "NOT_REVERSIBLE"


@pytest.mark.parametrize(
    ("when", "returns"), [("2023-02-15 02:59:59", True), ("2023-02-15 03:00:00", False), ("2023-02-15 03:00:01", False)]
)
def test_a_bucket_lives_up_to_its_end(begin: Begin, when: str, returns: bool) -> None:
    """R-11.1, R-2.7: at its end the night is booked first; the leftover of the late window is no live bucket."""
    story = t4(begin)
    story.call("2023-01-16 10:00", "1:00")
    event = story.reverse(when, 5)[-1]
    assert described(event) == ("ChargeReversed" if returns else "InputRefused NOT_REVERSIBLE")


def test_a_part_from_an_expired_leftover_stays_consumed(begin: Begin) -> None:
    """R-11.1, R-6.5: what a late record took from the leftover is not returned; what it took from base is."""
    story = t4(begin)
    story.call("2023-01-16 10:00", "199:00")
    story.dial("2023-01-20 12:00")
    story.dial("2023-01-20 12:01", received_at="2023-01-20 12:01")
    story.top_up("2023-01-20 13:00", 1000_00)
    story.dial("2023-01-20 14:00")
    late = spent(story.call("2023-01-20 11:00", "1:00", received_at="2023-01-20 15:00")[-1])
    assert moved(late) == ["expired/voice > consumed/voice 60 s #4"]
    assert refused(story.reverse("2023-01-21 12:00", late.version)) == "NOT_REVERSIBLE"


def test_parts_of_one_record_return_each_by_its_own_bucket(begin: Begin) -> None:
    """R-11.1: the leftover's part stays consumed, base's part and the money return, once."""
    story = begin(1000_00)
    story.connect("2023-01-10 12:00", "t4")
    story.option("2023-01-15 12:00", "day")
    late = spent(story.usage("2023-01-15 13:00", "data", 4198 * MB, received_at="2023-01-16 10:00")[-1])
    assert moved(late) == [
        f"expired/data > consumed/data {100 * MB_KB} kb #5",
        f"base/data > consumed/data {4096 * MB_KB} kb #4",
        "wallet > revenue:usage 600 kop",
    ]
    event = only(story.reverse("2023-01-17 12:00", late.version), ChargeReversed)
    assert sorted(moved(event)) == [
        f"consumed/data > base/data {4096 * MB_KB} kb #4",
        "revenue:usage > wallet 600 kop",
    ]
    assert refused(story.reverse("2023-01-17 13:00", late.version)) == "NOT_REVERSIBLE"


def test_a_part_returns_to_the_day_it_was_spent_in(begin: Begin) -> None:
    """R-11.1, R-4.2: a daily bucket is live until the next night."""
    story = t4(begin, 16_00 + 15_00, plan="t3")
    story.night("2023-02-15 03:00")
    story.call("2023-02-15 10:00", "5:00")
    story.usage("2023-02-15 11:00", "sms", 2)
    event = only(story.reverse("2023-02-15 12:00", 6), ChargeReversed)
    assert moved(event) == ["consumed/voice > daily/voice 300 s #5"]
    story.top_up("2023-02-15 13:00", 100_00)
    assert refused(story.reverse("2023-02-16 12:00", 7)[-1:]) == "NOT_REVERSIBLE"


@pytest.mark.parametrize(
    ("when", "after"),
    [
        ("2023-02-16 02:59:59", "ChargeReversed"),
        ("2023-02-16 03:00:00", "InputRefused NOT_REVERSIBLE"),  # paid anew: another bucket
    ],
)
def test_a_part_returns_to_its_option_until_the_option_is_paid_anew(begin: Begin, when: str, after: str) -> None:
    """R-11.1, R-9.2."""
    story = t4(begin, 2000_00)
    story.option("2023-01-16 12:00", "sms100")
    story.usage("2023-01-17 10:00", "sms", 200)
    story.night("2023-02-15 03:00")
    story.usage("2023-02-15 10:00", "sms", 200)
    story.usage("2023-02-15 11:00", "sms", 7)
    assert moved(story.log()[-1]) == ["option:sms100/sms > consumed/sms 7 sms #5"]
    event = story.reverse(when, story.account.version)[-1]
    assert described(event) == after
    if after == "ChargeReversed":
        assert moved(event) == ["consumed/sms > option:sms100/sms 7 sms #5"]
        assert story.left()["option:sms100/sms"] == 100


def test_what_had_no_entries_cannot_be_reversed(begin: Begin) -> None:
    """R-11.1, R-6.2, R-6.3: incoming, short, unlimited and unrated records."""
    story = begin(2000_00)
    story.connect("2023-01-15 12:00", "t4-unlimited")
    story.call("2023-01-16 10:00", "5:00", direction="in")
    story.call("2023-01-16 11:00", "0:03")
    story.usage("2023-01-16 12:00", "data", 5000 * MB)
    story.call("2023-01-16 13:00", "5:00", zone="moon")
    assert [refused(story.reverse("2023-01-17 12:00", version)) for version in (5, 6, 7, 8)] == ["NOT_REVERSIBLE"] * 4


# Reversal: the financial block


@pytest.mark.parametrize(
    ("spent_kopecks", "after"),
    [
        (99_99, ["ChargeReversed"]),
        (100_00, ["ChargeReversed"]),  # available exactly 0
        (100_01, ["ChargeReversed", "Blocked financial balance"]),
    ],
)
def test_a_reversed_top_up_blocks_below_zero(begin: Begin, spent_kopecks: int, after: list[str]) -> None:
    """R-11.1, R-8.5: funds are not tested, the reversal is made; below 0 it blocks."""
    story = begin(100_00)
    story.top_up("2023-01-15 12:00", 200_00, channel="card")
    story.adjust("2023-01-15 13:00", -spent_kopecks, 1)
    assert [described(event) for event in story.reverse("2023-01-15 14:00", 3)] == after
    assert story.wallet == 100_00 - spent_kopecks


@pytest.mark.parametrize(
    ("amount", "after"),
    [
        (1_99, ["ChargeReversed"]),
        (2_00, ["ChargeReversed"]),  # available exactly 0
        (2_01, ["ChargeReversed", "Unblocked financial balance"]),
        (None, ["ChargeReversed", "Unblocked financial balance"]),
    ],
)
def test_a_reversed_usage_unblocks_above_zero(begin: Begin, amount: int | None, after: list[str]) -> None:
    """R-11.1, R-8.5: a debt of 2.00 by 50 pieces of 3.80 abroad."""
    story = t4(begin, 188_00)
    story.usage("2023-01-16 10:00", "sms", 50, zone="russia")
    assert (story.wallet, story.account.blocks) == (-2_00, ("financial",))
    events = story.reverse("2023-01-17 12:00", 5, **({"amount": amount} if amount else {}))
    assert [described(event) for event in events] == after


def test_a_reversal_of_packages_alone_tests_no_block(begin: Begin) -> None:
    """R-8.5: 9.00 are available under the block of the night; packages that return don't lift it, a kopeck does."""
    story = t4(begin, 159_00, plan="t3")
    story.option("2023-01-20 12:00", "gb1")
    story.usage("2023-01-21 10:00", "data", 2049 * MB)
    story.night("2023-02-15 03:00")
    assert (story.account.blocks, story.account.available) == (("financial",), 9_00)
    events = story.reverse("2023-02-15 12:00", 6)
    assert [moved(event) for event in events] == [["consumed/data > option:gb1/data 1024 kb #5"]]
    assert [described(event) for event in story.adjust("2023-02-15 13:00", 1, 6)] == [
        "Adjusted",
        "Unblocked financial balance",
    ]


def test_a_reversal_is_made_under_any_block(begin: Begin) -> None:
    """R-11.1: no reason of a reversal is a block; it lifts none but the financial one."""
    story = t4(begin)
    story.block("2023-01-16 12:00", "operator")
    only(story.reverse("2023-01-16 13:00", 4), ChargeReversed)
    assert story.account.blocks == ("operator",)


def test_a_reversed_plus_may_block(begin: Begin) -> None:
    """R-11.1, R-8.5: any booking that takes from `available`."""
    story = begin(100_00)
    story.adjust("2023-01-15 12:00", 50_00, 1)
    story.adjust("2023-01-15 13:00", -150_00, 1)
    assert names(story.reverse("2023-01-15 14:00", 3)) == ["ChargeReversed", "Blocked"]
    assert story.wallet == -50_00


# Reversal: which events there are


def test_a_night_due_before_the_reversal_may_be_reversed_by_it(begin: Begin) -> None:
    """R-2.7, R-11.1: what is due is booked first, so the version is there."""
    story = t4(begin)
    events = story.reverse("2023-02-15 03:00", 5)
    assert [described(event) for event in events] == ["MonthlyFeeCharged nightly", "ChargeReversed"]
    assert story.wallet == 600_00


def test_an_event_of_the_same_batch_may_be_reversed(begin: Begin) -> None:
    """R-11.1, R-12.1: inputs are applied in order, whatever is committed together."""
    story = begin()
    common = {"account": ACCOUNT, "at": rfc(at("2023-01-15 12:00"))}
    outcomes = story.apply(
        inputs.check({"type": "reverse", "id": "early", "event": 2, "text": "", **common}),
        inputs.check({"type": "top_up", "id": "paid", "amount": 100_00, **common}),
        inputs.check({"type": "reverse", "id": "late", "event": 3, "text": "", **common}),
        inputs.check({"type": "adjust", "id": "cite", "amount": 5, "cites": [3, 4], "text": "", **common}),
        inputs.check({"type": "open_dispute", "id": "claim", "event": 5, "text": "", **common}),
    )
    assert [outcome.result for outcome in outcomes] == ["refused", "applied", "applied", "applied", "applied"]
    assert story.since(1) == [
        "2023-01-15 12:00:00 InputRefused UNKNOWN_EVENT",
        "2023-01-15 12:00:00 ToppedUp",
        "2023-01-15 12:00:00 ChargeReversed",
        "2023-01-15 12:00:00 Adjusted",
        "2023-01-15 12:00:00 DisputeOpened",
    ]


def test_versions_are_those_of_the_account(begin: Begin) -> None:
    """R-2.8, R-11.1: another account's events are unknown."""
    story = begin(100_00)
    other = "79160000001"
    common = {"account": other, "at": rfc(at("2023-01-15 12:00"))}
    story.ledger.apply(
        [
            inputs.check({"type": "open", "id": "o", "region": "moscow", **common}),
            inputs.check({"type": "top_up", "id": "p", "amount": 100_00, **common}),
            inputs.check({"type": "top_up", "id": "q", "amount": 200_00, **common}),
        ]
    )
    assert refused(story.reverse("2023-01-15 13:00", 3)) == "UNKNOWN_EVENT"
    assert refused(story.adjust("2023-01-15 13:00", 5, 4)) == "UNKNOWN_EVENT"


def test_a_reversal_delivered_again_returns_nothing_more(begin: Begin) -> None:
    """R-12.2."""
    story = t4(begin)
    story.reverse("2023-01-16 12:00", 4, amount=100_00, id="r")
    again = story.feed("reverse", "2023-01-16 12:00", event=4, amount=100_00, text="ошибка", id="r")
    other = story.feed("reverse", "2023-01-16 12:00", event=4, amount=100_00, text="другое", id="r")
    assert (again.result, other.reason, story.wallet) == ("duplicate", "ID_CONFLICT", 700_00)


# Lines of reversals


def test_a_reversal_quotes_the_local_booking_date_of_the_line(begin: Begin) -> None:
    """R-13.3: booked on 1 February in Kamchatka, though it occurred in January; printed in another month."""
    story = t4(begin, region="kamchatka")
    story.call("2023-01-31 23:00", "2:00", zone="russia", received_at="2023-02-01 00:30")
    story.reverse("2023-03-10 12:00", 5, text="не звонил")
    line = story.lines("2023-03-01", "2023-03-31")[-1]
    assert (story.worded(line), line.amount, rfc(line.booked_at, story.zone)) == (
        "Корректировка: 01.02.2023 Услуги связи сверх пакета",
        10_00,
        "2023-03-10T12:00:00+12:00",
    )


def test_a_reversed_usage_stays_in_the_usage_table(begin: Begin) -> None:
    """R-13.2, R-11.1: nothing is edited: usage lines still equal usage rows, the reversal is a line of its own."""
    story = t4(begin)
    story.call("2023-01-16 10:00", "2:00", zone="russia")
    story.reverse("2023-01-17 12:00", 5)
    made = story.statement("2023-01-16", "2023-01-31")
    assert [(line.kind, line.amount) for line in made.lines] == [("usage", -10_00), ("reversal", 10_00)]
    assert [(row.version, row.amount) for row in made.usage] == [(5, 10_00)]
    assert (made.usage_total.amount, made.opening, made.closing) == (10_00, 600_00, 600_00)


def test_parts_of_one_line_are_lines_of_their_own(begin: Begin) -> None:
    """R-13.3: each reversal prints its own amount and the balance after it."""
    story = t4(begin, 0)
    story.reverse("2023-01-16 12:00", 4, amount=1_00)
    story.reverse("2023-01-17 12:00", 4)
    text = "Корректировка: 15.01.2023 Списание ежемесячной платы по Тарифному плану"
    assert [(story.worded(line), line.amount, line.balance) for line in story.lines("2023-01-16", "2023-01-31")] == [
        (text, 1_00, 1_00),
        (text, 399_00, 400_00),
    ]


# Adjustments


@pytest.mark.parametrize(
    ("amount", "transfer"), [(5_00, "revenue:adjustment > wallet"), (-5_00, "wallet > revenue:adjustment")]
)
def test_an_adjustment_moves_money_and_cites_its_reasons(begin: Begin, amount: int, transfer: str) -> None:
    """R-11.5, contract §3."""
    story = t4(begin)
    event = only(story.adjust("2023-01-16 12:00", amount, 4, 2, text="сбой связи"), Adjusted)
    when = at("2023-01-16 12:00")
    assert event == Adjusted(
        version=5,
        occurred_at=when,
        booked_at=when,
        recorded_at=at("2024-01-01 00:00"),
        input=InputRef("feed", "adjust-4", when),
        entries=event.entries,
        wallet_after=600_00 + amount,
        amount=amount,
        cites=(4, 2),
        personal=Personal(text="сбой связи"),
    )
    assert moved(event) == [f"{transfer} 500 kop"]
    line = story.lines("2023-01-16", "2023-01-16")[0]
    assert (line.kind, story.worded(line), line.period, line.amount, line.balance) == (
        "adjustment",
        "Перерасчёт: сбой связи",
        None,
        amount,
        600_00 + amount,
    )


def test_an_adjustment_without_words_prints_the_word_alone(begin: Begin) -> None:
    """R-13.3, contract §2: `text` may be empty; then nothing follows the word."""
    story = begin(10_00)
    story.adjust("2023-01-16 12:00", 1_00, 1, text="")
    story.reverse("2023-01-17 12:00", 3)
    assert [story.worded(line) for line in story.lines("2023-01-01", "2023-01-31")] == [
        "Перерасчёт",
        "Корректировка: 16.01.2023 Перерасчёт",
    ]


ADJUSTMENTS = [
    # wallet, limit, amount, cites, reason
    (100_00, 0, -100_01, (1,), "INSUFFICIENT_FUNDS"),
    (100_00, 50_00, -150_01, (1,), "INSUFFICIENT_FUNDS"),
    (0, 0, -1, (1,), "INSUFFICIENT_FUNDS"),
    (100_00, 0, -1, (99,), "UNKNOWN_EVENT"),
    (100_00, 0, 1, (99,), "UNKNOWN_EVENT"),
    (100_00, 0, 1, (1, 2, 99), "UNKNOWN_EVENT"),
    (100_00, 0, 1, (3,), "UNKNOWN_EVENT"),  # its own version
    (100_00, 0, -100_01, (99,), "INSUFFICIENT_FUNDS"),  # both hold: in the order in which the rule names them
]


@pytest.mark.parametrize(("wallet", "limit", "amount", "cites", "reason"), ADJUSTMENTS)
def test_the_first_reason_against_an_adjustment_is_told(
    begin: Begin, wallet: int, limit: int, amount: int, cites: tuple[int, ...], reason: str
) -> None:
    """R-11.5: INSUFFICIENT_FUNDS of a minus, UNKNOWN_EVENT of its citations; nothing changes."""
    story = begin(wallet, credit_limit=limit)
    before = story.account
    event = only(story.adjust("2023-01-16 12:00", amount, *cites), InputRefused)
    assert (event.input_type, event.reason, event.entries) == ("adjust", reason, ())
    assert event.fields == {"amount": amount, "cites": list(cites)}
    unmoved(before, story.account)


@pytest.mark.parametrize(("limit", "amount"), [(0, -100_00), (50_00, -150_00), (50_00, -149_99)])
def test_a_minus_may_take_all_that_is_available(begin: Begin, limit: int, amount: int) -> None:
    """R-11.5, R-3.4, R-8.5: equality passes, and exactly 0 blocks nothing."""
    story = begin(100_00, credit_limit=limit)
    only(story.adjust("2023-01-16 12:00", amount, 1), Adjusted)
    assert (story.wallet, story.account.blocks) == (100_00 + amount, ())


@pytest.mark.parametrize(
    ("amount", "after"),
    [(1_99, ["Adjusted"]), (2_00, ["Adjusted"]), (2_01, ["Adjusted", "Unblocked financial balance"])],
)
def test_a_plus_lifts_a_financial_block_above_zero(begin: Begin, amount: int, after: list[str]) -> None:
    """R-11.5, R-8.5: exactly 0 doesn't."""
    story = t4(begin, 188_00)
    story.usage("2023-01-16 10:00", "sms", 50, zone="russia")
    assert [described(event) for event in story.adjust("2023-01-17 12:00", amount, 5)] == after


def test_an_adjustment_needs_no_plan_and_asks_for_no_block(begin: Begin) -> None:
    """R-11.5: neither is among its reasons; a clerk may cite a refusal, and himself."""
    story = begin(100_00)
    story.block("2023-01-15 12:00", "operator")
    story.option("2023-01-15 13:00", "min100")
    only(story.adjust("2023-01-16 12:00", -1_00, 4), Adjusted)
    only(story.adjust("2023-01-16 13:00", 1_00, 5), Adjusted)
    assert story.wallet == 100_00


# Rating again


MENDED = """
[[plans]]
id = "t4"
name = "Тест t4"
effective_from = 2023-01-18
sold_from = 2015-01-01
regions = ["*"]
monthly_fee = "400.00"
packages = { voice_minutes = 200, sms = 200, data_mb = 4096 }
packages_cover = ["home", "border"]
[plans.prices.home]
voice_minute = "2.00"
sms = "2.00"
data_mb = "3.00"
[plans.prices.border]
voice_minute = "4.00"
[plans.prices.turkey]
voice_minute = "49.00"
"""
"""A version of t4 for 18.01.2023, which nothing was charged by yet: with prices for two zones that t4 lacked."""


def unrated(begin: Begin, when: str = "2023-01-20 10:00", zone: str = "turkey", **fields: Any) -> Told:
    """A call of 1:30 that nobody could rate (event 5), 600.00 in the wallet."""
    story = t4(begin, **fields)
    found = only(story.call(when, "1:30", zone=zone, peer="+90123"), UsageUnrated)
    assert (found.reason, found.entries) == ("NO_PRICE", ())
    return story


def test_a_record_is_rated_once_the_catalogue_is_mended(begin: Begin) -> None:
    """R-11.6: a UsageCharged that cites the unrated record, by the prices of its own date."""
    story = unrated(begin)
    story.adopt(ALL_TEXT + MENDED)
    event = only(story.rerate("2023-01-25 12:00", 5, id="again"), UsageCharged)
    when = at("2023-01-25 12:00")
    assert (event.occurred_at, event.booked_at, event.input) == (when, when, InputRef("feed", "again", when))
    assert moved(event) == ["wallet > revenue:usage 9800 kop"]
    assert (event.rerates, event.used_at, event.wallet_after) == (5, at("2023-01-20 10:00"), 502_00)
    assert (event.service, event.direction, event.quantity, event.zone, event.billed, event.amount, event.price) == (
        "voice",
        "out",
        90,
        "turkey",
        120,
        98_00,
        49_00,
    )
    assert (event.plan, event.plan_version, event.personal) == ("t4", "2023-01-18", Personal(peer="+90123"))


def test_its_row_stands_at_the_time_of_the_call(begin: Begin) -> None:
    """R-13.1, R-11.6: the unrated record was no row; the rated one is, with its own start and the balance's change."""
    story = unrated(begin)
    assert story.statement("2023-01-01", "2023-01-31").usage == []
    story.adopt(ALL_TEXT + MENDED)
    story.rerate("2023-01-25 12:00", 5)
    made = story.statement("2023-01-01", "2023-01-31")
    assert as_json([canonical.usage_row(row, made.zone) for row in made.usage]) == [
        {
            "version": 6,
            "at": "2023-01-20T10:00:00+03:00",
            "booked_at": "2023-01-25T12:00:00+03:00",
            "service": "voice",
            "direction": "out",
            "peer": "+90123",
            "zone": "turkey",
            "quantity": 90,
            "billed": 120,
            "from_packages": 0,
            "amount": 98_00,
            "amount_ex_vat": "81.6667",
            "vat_rate": 20,
        }
    ]
    line = made.lines[-1]
    assert (line.kind, story.worded(line), line.amount, rfc(line.booked_at, story.zone)) == (
        "usage",
        "Услуги связи сверх пакета",
        -98_00,
        "2023-01-25T12:00:00+03:00",
    )


def test_only_an_unrated_record_is_rated_again(begin: Begin) -> None:
    """R-11.6: NOT_UNRATED for everything else, also for a version that is not there; nothing changes."""
    story = unrated(begin)
    story.call("2023-01-20 11:00", "1:00")  # 6
    story.option("2023-01-20 12:00", "no-such")  # 7
    story.adopt(ALL_TEXT + MENDED)
    story.rerate("2023-01-21 12:00", 5)  # 8
    before = story.account
    for minute, version in enumerate((1, 2, 4, 6, 7, 8, 99)):
        event = only(story.rerate(f"2023-01-22 12:{minute:02d}", version), InputRefused)
        assert (event.input_type, event.reason, event.fields) == ("rerate", "NOT_UNRATED", {"event": version})
    unmoved(before, story.account)


def test_a_record_is_rated_once(begin: Begin) -> None:
    """R-11.6: ALREADY_RATED."""
    story = unrated(begin)
    story.adopt(ALL_TEXT + MENDED)
    story.rerate("2023-01-21 12:00", 5)
    before = story.account
    assert refused(story.rerate("2023-01-21 13:00", 5)) == "ALREADY_RATED"
    unmoved(before, story.account)
    assert story.wallet == 502_00


def test_a_record_that_still_has_no_price_is_unrated_again(begin: Begin) -> None:
    """R-11.6: UsageUnrated again, without entries; each of the two names the one record, which is rated once."""
    story = unrated(begin)
    again = only(story.rerate("2023-01-21 12:00", 5), UsageUnrated)
    assert (again.reason, again.rerates, again.used_at, again.entries) == (
        "NO_PRICE",
        5,
        at("2023-01-20 10:00"),
        (),
    )
    assert (again.quantity, again.zone, again.personal) == (90, "turkey", Personal(peer="+90123"))
    story.adopt(ALL_TEXT + MENDED)
    event = only(story.rerate("2023-01-22 12:00", 6), UsageCharged)
    assert (event.amount, event.rerates, event.used_at) == (98_00, 6, at("2023-01-20 10:00"))
    assert refused(story.rerate("2023-01-22 13:00", 5)) == "ALREADY_RATED"
    assert refused(story.rerate("2023-01-22 14:00", 6)) == "ALREADY_RATED"
    assert [row.at for row in story.statement("2023-01-01", "2023-01-31").usage] == [at("2023-01-20 10:00")]


def test_a_record_tried_in_vain_keeps_its_time(begin: Begin) -> None:
    """R-11.6, R-6.6: tried on 21.01 it still occurred on 17.01, a day before the mended version begins."""
    story = unrated(begin, "2023-01-17 10:00")
    story.rerate("2023-01-21 12:00", 5)
    story.adopt(ALL_TEXT + MENDED)
    again = only(story.rerate("2023-01-22 12:00", 6), UsageUnrated)
    assert (again.rerates, again.used_at) == (6, at("2023-01-17 10:00"))


def test_a_record_without_a_plan_stays_unrated(begin: Begin) -> None:
    """R-11.6, R-6.6: the plan it had at its time is none, whatever was connected since."""
    story = begin(1000_00)
    story.call("2023-01-10 10:00", "1:00")
    story.connect("2023-01-15 12:00", "t4")
    event = only(story.rerate("2023-01-16 12:00", 3), UsageUnrated)
    assert (event.reason, event.rerates) == ("NO_PLAN", 3)


@pytest.mark.parametrize(
    ("when", "rated"),
    [("2023-01-17 23:59:59", False), ("2023-01-18 00:00:00", True)],
)
def test_the_version_of_the_records_local_date_rates_it(begin: Begin, when: str, rated: bool) -> None:
    """R-11.6, R-6.6: the mended version begins on 18.01."""
    story = unrated(begin, when)
    story.adopt(ALL_TEXT + MENDED)
    only(story.rerate("2023-01-25 12:00", 5), UsageCharged if rated else UsageUnrated)


def test_the_plan_of_the_records_time_rates_it(begin: Begin) -> None:
    """R-11.6, R-6.6: a plan connected since has no say."""
    story = unrated(begin)
    story.connect("2023-01-21 12:00", "t3")
    story.adopt(ALL_TEXT + MENDED)
    event = only(story.rerate("2023-01-25 12:00", 5), UsageCharged)
    assert (event.plan, event.amount) == ("t4", 98_00)


def test_a_record_rated_again_spends_the_package_of_its_time(begin: Begin) -> None:
    """R-11.6, R-6.5: the base in which it occurred still lives."""
    story = unrated(begin, zone="border")
    story.adopt(ALL_TEXT + MENDED)
    event = only(story.rerate("2023-02-10 12:00", 5), UsageCharged)
    assert (moved(event), event.amount) == (["base/voice > consumed/voice 120 s #4"], 0)


def test_a_record_from_before_a_refresh_finds_its_minutes(begin: Begin) -> None:
    """R-11.6, R-6.5: they are carried now, with their old start."""
    story = unrated(begin, zone="border")
    story.dial("2023-02-01 12:00")
    story.adopt(ALL_TEXT + MENDED)
    event = only(story.rerate("2023-02-10 12:00", 5), UsageCharged)
    assert moved(event) == ["carried/voice > consumed/voice 120 s #4"]


@pytest.mark.parametrize(
    ("booked", "transfer"),
    [
        ("2023-02-18 02:59:59", "expired/voice > consumed/voice 120 s #4"),
        ("2023-02-18 03:00:00", "wallet > revenue:usage 800 kop"),
    ],
)
def test_a_late_rating_spends_the_leftover_within_its_window(begin: Begin, booked: str, transfer: str) -> None:
    """R-11.6, R-6.5: 72 hours in booked time; later it costs money, the new base began after it."""
    story = unrated(begin, zone="border")
    story.night("2023-02-15 03:00")
    story.adopt(ALL_TEXT + MENDED)
    event = only(story.rerate(booked, 5), UsageCharged)
    assert moved(event) == [transfer]


@pytest.mark.parametrize(
    ("left", "after"),
    [
        (97_99, ["UsageCharged", "Blocked financial balance"]),
        (98_00, ["UsageCharged"]),
        (98_01, ["UsageCharged"]),
    ],
)
def test_a_late_rating_may_block(begin: Begin, left: int, after: list[str]) -> None:
    """R-11.6, R-6.7, contract §3: as `usage`."""
    story = unrated(begin, kopecks=left)
    story.adopt(ALL_TEXT + MENDED)
    events = story.rerate("2023-01-25 12:00", 5)
    assert [described(event) for event in events] == after
    assert all(event.input == events[0].input for event in events)


def test_a_record_is_rated_under_any_block(begin: Begin) -> None:
    """R-11.6, R-6.8: the network let it happen."""
    story = unrated(begin)
    story.block("2023-01-21 12:00", "operator")
    story.adopt(ALL_TEXT + MENDED)
    only(story.rerate("2023-01-25 12:00", 5), UsageCharged)


def test_the_vat_is_that_of_the_rating(begin: Begin) -> None:
    """R-1.6: by date of booking: a call of 2025 rated in 2026 has 22 %."""
    story = begin(2000_00)
    story.connect("2025-12-15 12:00", "t4")
    story.call("2025-12-20 10:00", "1:00", zone="turkey")
    story.adopt(ALL_TEXT + MENDED.replace("2023-01-18", "2025-12-18"))
    assert only(story.rerate("2026-01-01 00:00", 5), UsageCharged).vat_rate == 22


def test_a_rated_record_may_be_reversed(begin: Begin) -> None:
    """R-11.1, R-11.6: it is a charge like any other; it is not rated a second time by that."""
    story = unrated(begin)
    story.adopt(ALL_TEXT + MENDED)
    story.rerate("2023-01-25 12:00", 5)
    event = only(story.reverse("2023-01-25 13:00", 6), ChargeReversed)
    assert (moved(event), story.wallet) == (["revenue:usage > wallet 9800 kop"], 600_00)
    assert refused(story.rerate("2023-01-25 14:00", 5)) == "ALREADY_RATED"


def test_a_used_version_is_not_mended_itself(begin: Begin) -> None:
    """R-3.6: what was charged by a version stays its; a new version mends it."""
    story = unrated(begin)
    with pytest.raises(CatalogueRefused, match="alters plan t4 of 2015-01-01"):
        story.adopt(ALL_TEXT.replace('voice_minute = "25.00"', 'voice_minute = "26.00"'))
    story.adopt(ALL_TEXT + MENDED)
