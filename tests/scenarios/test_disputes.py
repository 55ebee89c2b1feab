"""Disputes: a claim within six months, an answer in thirty days, and what an upheld one returns (R-11.2, R-11.3)."""

from typing import Any

import pytest

from ledger.entries import Entry
from ledger.events import (
    ChargeReversed,
    DisputeOpened,
    DisputeResolved,
    Event,
    InputRef,
    InputRefused,
    Personal,
)
from tests.scenarios.told import Begin, Told, described, moved, only, refused, unmoved
from tests.support import at, claim_name


def t4(begin: Begin, kopecks: int = 200_00, when: str = "2023-02-01 12:00", **opening: Any) -> Told:
    """T4 connected on 01.02.2023 (events 3 and 4), and this much left."""
    story = begin(400_00 + kopecks, since="2023-01-31", **opening)
    story.connect(when, "t4")
    return story


def paid_on(begin: Begin, when: str, **opening: Any) -> Told:
    """An account whose event 2 is a top-up of this time."""
    story = begin(**opening)
    story.top_up(when, 100_00)
    return story


def told(*events: Event) -> list[str]:
    return [described(event) for event in events]


# Opening


def test_a_claim_is_registered_with_the_date_of_its_answer(begin: Begin) -> None:
    """R-11.2, contract §3: 30 days after registration, no entries."""
    story = t4(begin)
    when = at("2023-02-03 12:00")
    events = story.dispute("2023-02-03 12:00", 4, id="claim", text="не подключал", by="Петров", source="desk")
    assert only(events, DisputeOpened) == DisputeOpened(
        version=5,
        occurred_at=when,
        booked_at=when,
        recorded_at=at("2024-01-01 00:00"),
        input=InputRef("desk", "claim", when, "Петров"),
        event=4,
        answer_due="2023-03-05",
        claim=claim_name(story, "claim"),
        personal=Personal(text="не подключал"),
    )
    assert story.wallet == 200_00


def test_worked_example_14(begin: Begin) -> None:
    """R-11.2, R-11.3, R-13.3: registered 01.03 → answer by 31.03; upheld → +400.00, both lines printed."""
    story = t4(begin)
    opened = only(story.dispute("2023-03-01 00:00:00", 4, id="claim"), DisputeOpened)
    assert opened.answer_due == "2023-03-31"
    resolved, reversed_ = story.resolve("2023-03-01 02:00:00", "claim", "upheld")
    assert told(resolved, reversed_) == ["DisputeResolved", "ChargeReversed"]
    assert moved(reversed_) == ["revenue:monthly_fee > wallet 40000 kop"]
    assert story.wallet == 600_00
    shown = story.lines("2023-02-01", "2023-03-31")
    assert [(line.kind, story.worded(line), line.amount, line.balance) for line in shown] == [
        ("monthly_fee", "Списание ежемесячной платы по Тарифному плану", -400_00, 200_00),
        ("reversal", "Корректировка: 01.02.2023 Списание ежемесячной платы по Тарифному плану", 400_00, 600_00),
    ]


@pytest.mark.parametrize(
    ("claimed", "after"),
    [
        ("2023-08-01 00:00:00", "DisputeOpened"),
        ("2023-08-01 23:59:59", "DisputeOpened"),
        ("2023-08-02 00:00:00", "InputRefused CLAIM_TOO_LATE"),
        ("2023-08-02 12:00:00", "InputRefused CLAIM_TOO_LATE"),
        ("2024-08-01 12:00:00", "InputRefused CLAIM_TOO_LATE"),
    ],
)
def test_the_last_day_to_claim_is_the_whole_of_01_08(begin: Begin, claimed: str, after: str) -> None:
    """R-11.2, worked example 14: a debit of 01.02.2023."""
    story = t4(begin)
    assert told(story.dispute(claimed, 4)[-1]) == [after]


@pytest.mark.parametrize(
    ("booked", "last_day"),
    [
        ("2023-08-31 12:00", "2024-02-29"),
        ("2022-08-31 12:00", "2023-02-28"),
        ("2022-08-30 12:00", "2023-02-28"),
        ("2022-08-28 12:00", "2023-02-28"),
        ("2023-03-31 23:59:59", "2023-09-30"),
        ("2022-12-31 00:00:00", "2023-06-30"),
        ("2023-01-31 12:00", "2023-07-31"),
        ("2023-02-28 12:00", "2023-08-28"),
    ],
)
def test_six_months_clamp_to_the_last_of_a_short_month(begin: Begin, booked: str, last_day: str) -> None:
    """R-11.2, R-2.3: 31 August + 6 months is 28 or 29 February; a day later is a day late."""
    story = paid_on(begin, booked)
    only(story.dispute(f"{last_day} 23:59:59", 2), DisputeOpened)
    year, month, day = last_day.split("-")
    next_day = {"02": f"{year}-03-01", "09": f"{year}-10-01", "06": f"{year}-07-01", "07": f"{year}-08-01"}.get(
        month, f"{year}-{month}-{int(day) + 1:02d}"
    )
    before = story.account
    event = only(story.dispute(f"{next_day} 00:00:00", 2), InputRefused)
    assert (event.input_type, event.reason, event.fields) == ("open_dispute", "CLAIM_TOO_LATE", {"event": 2})
    unmoved(before, story.account)


@pytest.mark.parametrize(
    ("registered", "answer_due"),
    [
        ("2023-03-01 23:59:59", "2023-03-31"),
        ("2023-03-02 00:00:00", "2023-04-01"),
        ("2024-01-31 12:00", "2024-03-01"),
        ("2023-01-31 12:00", "2023-03-02"),
        ("2023-12-15 12:00", "2024-01-14"),
    ],
)
def test_the_answer_is_due_30_days_after_registration(begin: Begin, registered: str, answer_due: str) -> None:
    """R-11.2: days, not a month."""
    story = paid_on(begin, "2022-12-31 12:00" if registered < "2023-06" else "2023-11-01 12:00")
    assert only(story.dispute(registered, 2), DisputeOpened).answer_due == answer_due


def test_both_dates_are_local_dates_of_booking(begin: Begin) -> None:
    """R-11.2: the top-up of 31 January was booked on 1 February, the claim of 1 August on the 2nd."""
    story = begin()
    story.top_up("2023-01-31 12:00", 100_00, received_at="2023-02-01 12:00")
    on_time = only(story.dispute("2023-07-31 12:00", 2, received_at="2023-08-01 12:00"), DisputeOpened)
    assert on_time.answer_due == "2023-08-31"
    assert refused(story.dispute("2023-08-01 12:00", 2, received_at="2023-08-02 12:00")) == "CLAIM_TOO_LATE"


def test_both_dates_are_those_of_the_home_region(begin: Begin) -> None:
    """R-11.2, R-2.1: in Kamchatka the day is over nine hours before Moscow's."""
    story = begin(region="kamchatka")
    story.top_up("2023-01-31T18:00:00+03:00", 100_00)  # 1 February 03:00 there
    only(story.dispute("2023-08-01T14:59:59+03:00", 2), DisputeOpened)
    assert refused(story.dispute("2023-08-01T15:00:00+03:00", 2)) == "CLAIM_TOO_LATE"


def test_any_event_may_be_disputed_and_more_than_once(begin: Begin) -> None:
    """R-11.2: also a refusal, a block, a scheduled one, a reversal, a claim; also again."""
    story = t4(begin)
    story.dial("2023-02-02 12:00")  # 5: refused, 200.00 are not enough
    story.reverse("2023-02-02 13:00", 4, amount=1_00)  # 6
    story.block("2023-02-02 14:00")  # 7
    story.night("2023-03-01 03:00")  # 8: PeriodLapsed
    assert story.types()[4:] == ["RefreshRefused", "ChargeReversed", "Blocked", "PeriodLapsed"]
    for version in (*range(1, 9), 9, 4, 4):
        event = only(story.dispute("2023-03-02 12:00", version), DisputeOpened)
        assert event.event == version
    assert [dispute.event for dispute in story.account.disputes] == [*range(1, 9), 9, 4, 4]


@pytest.mark.parametrize("version", [5, 6, 99, 10**12])
def test_an_event_that_is_not_there_cannot_be_disputed(begin: Begin, version: int) -> None:
    """R-11.2: UNKNOWN_EVENT, also the claim's own version."""
    story = t4(begin)
    before = story.account
    event = only(story.dispute("2023-02-02 12:00", version, text="где?"), InputRefused)
    assert (event.input_type, event.reason, event.fields, event.personal) == (
        "open_dispute",
        "UNKNOWN_EVENT",
        {"event": version},
        Personal(text="где?"),
    )
    unmoved(before, story.account)


def test_a_night_due_before_the_claim_may_be_claimed(begin: Begin) -> None:
    """R-2.7, R-11.2: it is booked first."""
    story = t4(begin, 400_00)
    events = story.dispute("2023-03-01 03:00:00", 5)
    assert told(*events) == ["MonthlyFeeCharged nightly", "DisputeOpened"]


# Resolving


def claimed(begin: Begin, event: int = 4, **opening: Any) -> Told:
    """T4 of 01.02.2023 and a claim (event 5, id `claim`) about its fee."""
    story = t4(begin, **opening)
    story.dispute("2023-02-02 12:00", event, id="claim")
    return story


def test_a_rejected_claim_moves_nothing(begin: Begin) -> None:
    """R-11.3: the answer with its text."""
    story = claimed(begin)
    when = at("2023-02-03 12:00")
    event = only(story.resolve("2023-02-03 12:00", "claim", "rejected", id="r", text="оснований нет"), DisputeResolved)
    assert event == DisputeResolved(
        version=6,
        occurred_at=when,
        booked_at=when,
        recorded_at=at("2024-01-01 00:00"),
        input=InputRef("feed", "r", when),
        dispute="claim",
        opened=5,
        event=4,
        outcome="rejected",
        claim=claim_name(story, "claim"),
        personal=Personal(text="оснований нет"),
    )
    assert story.wallet == 200_00


def test_an_upheld_claim_resolves_and_then_reverses(begin: Begin) -> None:
    """R-11.3, contract §3: DisputeResolved without entries, then ChargeReversed, one booking of one input."""
    story = claimed(begin)
    resolved, reversed_ = story.resolve("2023-02-03 12:00", "claim", "upheld", id="r", by="Иванова", text="вернули")
    when, cause = at("2023-02-03 12:00"), InputRef("feed", "r", at("2023-02-03 12:00"), "Иванова")
    assert resolved == DisputeResolved(
        version=6,
        occurred_at=when,
        booked_at=when,
        recorded_at=at("2024-01-01 00:00"),
        input=cause,
        dispute="claim",
        opened=5,
        event=4,
        outcome="upheld",
        claim=claim_name(story, "claim"),
        personal=Personal(text="вернули"),
    )
    assert reversed_ == ChargeReversed(
        version=7,
        occurred_at=when,
        booked_at=when,
        recorded_at=at("2024-01-01 00:00"),
        input=cause,
        entries=(Entry("revenue:monthly_fee", "wallet", "kop", 400_00),),
        wallet_after=600_00,
        event=4,
        event_booked_at=at("2023-02-01 12:00"),
        amount=400_00,
        packages=False,
        personal=Personal(text="вернули"),
    )


@pytest.mark.parametrize("amount", [1, 399_99, 400_00])
def test_an_upheld_claim_may_return_a_part(begin: Begin, amount: int) -> None:
    """R-11.3, R-11.1: with `amount`; what is left may be reversed later."""
    story = claimed(begin)
    events = story.resolve("2023-02-03 12:00", "claim", "upheld", amount=amount)
    assert told(*events) == ["DisputeResolved", "ChargeReversed"]
    assert moved(*events) == [f"revenue:monthly_fee > wallet {amount} kop"]
    rest = told(*story.reverse("2023-02-03 13:00", 4))
    assert rest == (["ChargeReversed"] if amount < 400_00 else ["InputRefused NOT_REVERSIBLE"])
    assert story.wallet == 600_00


def test_a_claim_that_asks_too_much_stays_open(begin: Begin) -> None:
    """R-11.3: R-11.1's refusal leaves the dispute open; nothing changes, and it may be resolved then."""
    story = claimed(begin)
    before = story.account
    said = {"dispute": "claim", "outcome": "upheld", "amount": 400_01}
    event = only(story.resolve("2023-02-03 12:00", "claim", "upheld", amount=400_01, text="много"), InputRefused)
    assert (event.input_type, event.reason, event.fields, event.entries) == (
        "resolve_dispute",
        "AMOUNT_TOO_LARGE",
        said,
        (),
    )
    assert event.personal == Personal(text="много")
    unmoved(before, story.account)
    assert told(*story.resolve("2023-02-03 13:00", "claim", "upheld", amount=400_00)) == [
        "DisputeResolved",
        "ChargeReversed",
    ]


def test_what_was_reversed_before_is_not_returned_again(begin: Begin) -> None:
    """R-11.3: without `amount` all that is left; with one, what is left is the most."""
    story = claimed(begin)
    story.reverse("2023-02-02 13:00", 4, amount=150_00)
    assert refused(story.resolve("2023-02-03 12:00", "claim", "upheld", amount=250_01)) == "AMOUNT_TOO_LARGE"
    events = story.resolve("2023-02-03 13:00", "claim", "upheld")
    assert moved(*events) == ["revenue:monthly_fee > wallet 25000 kop"]


@pytest.mark.parametrize("event", [1, 3, 6, 7, 8])
def test_an_upheld_claim_of_what_moved_nothing_resolves_alone(begin: Begin, event: int) -> None:
    """R-11.3: no ChargeReversed if nothing is left: an opening, a refusal, a reversal, a fully reversed charge."""
    story = claimed(begin)
    story.dial("2023-02-02 13:00")  # 6: refused
    story.call("2023-02-02 14:00", "1:00", zone="russia")  # 7
    story.reverse("2023-02-02 15:00", 7)  # 8
    story.dispute("2023-02-02 16:00", event, id="about nothing")
    only(story.resolve("2023-02-03 12:00", "about nothing", "upheld"), DisputeResolved)
    assert refused(story.resolve("2023-02-03 13:00", "about nothing", "upheld")) == "ALREADY_RESOLVED"
    assert story.wallet == 200_00


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (1, "AMOUNT_TOO_LARGE"),  # no money
        (6, "AMOUNT_TOO_LARGE"),  # a refusal
        (8, "NOT_REVERSIBLE"),  # a reversal
        (7, "AMOUNT_TOO_LARGE"),  # reversed already
    ],
)
def test_an_amount_of_what_has_none_is_refused_as_a_reversal_would_be(begin: Begin, event: int, reason: str) -> None:
    """R-11.3, R-11.1: and the dispute stays open."""
    story = claimed(begin)
    story.dial("2023-02-02 13:00")
    story.call("2023-02-02 14:00", "1:00", zone="russia")
    story.reverse("2023-02-02 15:00", 7)
    story.dispute("2023-02-02 16:00", event, id="mine")
    assert refused(story.resolve("2023-02-03 12:00", "mine", "upheld", amount=1)) == reason
    only(story.resolve("2023-02-03 13:00", "mine", "rejected"), DisputeResolved)


def test_an_upheld_claim_returns_packages_too(begin: Begin) -> None:
    """R-11.3, R-11.1: all that is left of a usage; packages alone print no line."""
    story = t4(begin)
    story.call("2023-02-02 10:00", "30:00")
    story.dispute("2023-02-02 12:00", 5, id="claim")
    events = story.resolve("2023-02-03 12:00", "claim", "upheld")
    assert moved(*events) == ["consumed/voice > base/voice 1800 s #4"]
    assert story.left()["base/voice"] == 12_000
    assert story.lines("2023-02-02", "2023-02-28") == []


def test_with_an_amount_a_claim_returns_no_packages(begin: Begin) -> None:
    """R-11.3, R-11.1: money only."""
    story = t4(begin)
    story.call("2023-02-02 10:00", "201:00")
    story.dispute("2023-02-02 12:00", 5, id="claim")
    events = story.resolve("2023-02-03 12:00", "claim", "upheld", amount=2_00)
    assert moved(*events) == ["revenue:usage > wallet 200 kop"]


def test_an_upheld_claim_may_unblock(begin: Begin) -> None:
    """R-11.3, R-8.5, contract §3: DisputeResolved, ChargeReversed, Unblocked."""
    story = t4(begin, 0)
    story.call("2023-02-02 10:00", "2:00", zone="russia")
    story.dispute("2023-02-02 12:00", 5, id="claim")
    assert story.account.blocks == ("financial",)
    assert told(*story.resolve("2023-02-03 12:00", "claim", "upheld", amount=10_00)) == [
        "DisputeResolved",
        "ChargeReversed",
    ]  # exactly 0
    story.dispute("2023-02-03 13:00", 4, id="fee")
    assert told(*story.resolve("2023-02-03 14:00", "fee", "upheld", amount=1)) == [
        "DisputeResolved",
        "ChargeReversed",
        "Unblocked financial balance",
    ]


def test_an_upheld_claim_of_a_top_up_may_block(begin: Begin) -> None:
    """R-11.3, R-8.5: the money that was paid twice was spent since."""
    story = t4(begin, 0)
    story.dispute("2023-02-02 12:00", 2, id="claim")
    assert told(*story.resolve("2023-02-03 12:00", "claim", "upheld")) == [
        "DisputeResolved",
        "ChargeReversed",
        "Blocked financial balance",
    ]
    assert story.wallet == -400_00


def test_an_answer_may_be_late(begin: Begin) -> None:
    """R-11.3: neither the 30 days nor the six months are among its reasons."""
    story = paid_on(begin, "2022-01-15 12:00")
    story.dispute("2022-07-15 12:00", 2, id="claim")
    assert told(*story.resolve("2023-12-01 12:00", "claim", "upheld")) == ["DisputeResolved", "ChargeReversed"]


RESOLUTIONS = [
    # dispute, outcome, amount, reason
    ("nobody's", "upheld", None, "UNKNOWN_DISPUTE"),
    ("nobody's", "rejected", None, "UNKNOWN_DISPUTE"),
    ("nobody's", "upheld", 10**12, "UNKNOWN_DISPUTE"),
    ("too-late", "rejected", None, "UNKNOWN_DISPUTE"),  # a refused claim is none
    ("open-3", "rejected", None, "UNKNOWN_DISPUTE"),  # the id of another input
    ("done", "upheld", None, "ALREADY_RESOLVED"),
    ("done", "rejected", None, "ALREADY_RESOLVED"),
    ("done", "upheld", 10**12, "ALREADY_RESOLVED"),  # before its amount
]


@pytest.mark.parametrize(("dispute", "outcome", "amount", "reason"), RESOLUTIONS)
def test_the_first_reason_against_a_resolution_is_told(
    begin: Begin, dispute: str, outcome: str, amount: int | None, reason: str
) -> None:
    """R-11.3: UNKNOWN_DISPUTE, ALREADY_RESOLVED, then the reasons of R-11.1; nothing changes."""
    story = t4(begin)
    story.top_up("2023-02-01 13:00", 1, id="open-3")
    story.dispute("2023-02-02 12:00", 99, id="too-late")
    story.dispute("2023-02-02 12:01", 4, id="done")
    story.resolve("2023-02-02 12:02", "done", "rejected")
    before = story.account
    said = {"amount": amount} if amount else {}
    event = only(story.resolve("2023-02-03 12:00", dispute, outcome, **said), InputRefused)
    assert (event.input_type, event.reason, event.entries) == ("resolve_dispute", reason, ())
    assert event.fields == {"dispute": dispute, "outcome": outcome, "amount": amount}
    unmoved(before, story.account)


def test_the_earliest_open_claim_of_an_id_is_resolved_first(begin: Begin) -> None:
    """R-11.3, R-12.2: ids of two sources may be the same; each resolution takes the next one still open."""
    story = t4(begin)
    story.dispute("2023-02-02 12:00", 4, id="same", source="desk")  # 5
    story.dispute("2023-02-02 12:01", 2, id="same", source="app")  # 6
    story.dispute("2023-02-02 12:02", 4, id="same", source="mail")  # 7
    opened = []
    for minute, outcome in enumerate(("rejected", "rejected", "upheld")):
        event = story.resolve(f"2023-02-03 12:{minute:02d}", "same", outcome)[0]
        assert isinstance(event, DisputeResolved)
        opened.append((event.opened, event.event))
    assert opened == [(5, 4), (6, 2), (7, 4)]
    assert refused(story.resolve("2023-02-03 13:00", "same", "upheld")) == "ALREADY_RESOLVED"
    assert story.wallet == 600_00


def test_a_resolution_that_was_refused_leaves_the_earliest_open(begin: Begin) -> None:
    """R-11.3: too much for the first, so the first is still the next."""
    story = t4(begin)
    story.dispute("2023-02-02 12:00", 4, id="same", source="desk")
    story.dispute("2023-02-02 12:01", 2, id="same", source="app")
    assert refused(story.resolve("2023-02-03 12:00", "same", "upheld", amount=500_00)) == "AMOUNT_TOO_LARGE"
    events = story.resolve("2023-02-03 12:01", "same", "upheld", amount=400_00)
    assert moved(*events) == ["revenue:monthly_fee > wallet 40000 kop"]


def test_claims_about_one_event_are_resolved_each(begin: Begin) -> None:
    """R-11.2, R-11.3: two claims, one charge: the second returns nothing more."""
    story = t4(begin)
    story.dispute("2023-02-02 12:00", 4, id="first")
    story.dispute("2023-02-02 12:01", 4, id="second")
    assert told(*story.resolve("2023-02-03 12:00", "second", "upheld")) == ["DisputeResolved", "ChargeReversed"]
    assert told(*story.resolve("2023-02-03 12:01", "first", "upheld")) == ["DisputeResolved"]
    assert story.wallet == 600_00


def test_claims_and_answers_print_no_lines(begin: Begin) -> None:
    """R-13.1: the ledger has the events that move the wallet; a rejected claim has none."""
    story = claimed(begin)
    story.resolve("2023-02-03 12:00", "claim", "rejected")
    assert story.lines("2023-02-02", "2023-02-28") == []


def test_a_claim_is_made_and_answered_under_any_block(begin: Begin) -> None:
    """R-11.2, R-11.3: no block is among the reasons."""
    story = t4(begin)
    story.block("2023-02-02 10:00", "operator")
    only(story.dispute("2023-02-02 12:00", 4, id="claim"), DisputeOpened)
    assert told(*story.resolve("2023-02-03 12:00", "claim", "upheld")) == ["DisputeResolved", "ChargeReversed"]


def test_a_claim_delivered_again_is_one_claim(begin: Begin) -> None:
    """R-12.2."""
    story = t4(begin)
    story.feed("open_dispute", "2023-02-02 12:00", event=4, text="раз", id="claim")
    again = story.feed("open_dispute", "2023-02-02 12:00", event=4, text="раз", id="claim")
    other = story.feed("open_dispute", "2023-02-02 12:00", event=3, text="раз", id="claim")
    assert (again.result, other.reason, len(story.account.disputes)) == ("duplicate", "ID_CONFLICT", 1)
