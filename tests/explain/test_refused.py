"""Refused requests: what was missing, and behind which event the same one would have been accepted (R-5.3)."""

from pathlib import Path

import pytest

from projections import refusals
from projections.explain.refused import RefusedRequest, refused
from projections.follow import caught_up
from projections.words.money import rubles
from tests.support import Story, at


def told(story: Story, until: str = "2023-01-01 00:00") -> list[RefusedRequest]:
    with story.ledger.snapshot() as snapshot, caught_up(snapshot.log) as db:
        return list(refused(snapshot, refusals.rows(db, snapshot.contracts), until=at(until)))


def needed(story: Story, when: str) -> list[str]:
    """The steps that a refresh asked for now lacks, and the kopecks of them."""
    story.dial(when)
    row = told(story)[-1]
    return [*(row.needed or "").split("; "), *([rubles(row.missing)] if row.missing else [])]


def worked(story: Story, until: str = "2023-01-01 00:00") -> tuple[int | None, int | None]:
    row = told(story, until)[0]
    return row.worked_from, row.worked_at


def on(tmp_path: Path, plan: str, kopecks: int, when: str = "2023-01-15 12:00") -> Story:
    """An account with a plan, and so much available behind its fee."""
    story = Story(tmp_path).open("2023-01-01 11:00")
    story.top_up("2023-01-01 11:30", {"t4": 400_00, "t3": 350_00, "t4-versions": 400_00, "t4-fixed": 400_00}[plan])
    story.connect(when, plan)
    if kopecks:
        story.top_up(when, kopecks)
    return story


def test_money_that_is_missing_and_the_top_up_that_brings_it(tmp_path: Path) -> None:
    """Worked example 6: 399.99 is a kopeck short; a call does not help, the next top-up does."""
    story = on(tmp_path, "t4", 399_99)
    (asked,) = story.dial("2023-01-20 10:00")
    story.call("2023-01-20 11:00", "1:00")
    (paid,) = story.top_up("2023-01-20 12:00", 1)
    (row,) = told(story)
    assert row == RefusedRequest(
        contract=story.contract,
        version=asked.version,
        input_type="ussd",
        reason="INSUFFICIENT_FUNDS",
        facts={"fee": 400_00, "available": 399_99, "mode": "monthly", "blocks": [], "plan": "t4"},
        booked_at=at("2023-01-20 10:00"),
        zone="Europe/Moscow",
        said="денег не хватает",
        needed=f"пополнить на {rubles(1)}",
        missing=1,
        reply=f"Недостаточно средств: нужно {rubles(400_00)}, доступно {rubles(399_99)}.",
        reasons=["INSUFFICIENT_FUNDS"],
        worked_from=paid.version,
        worked_at=at("2023-01-20 12:00"),
    )


def test_in_daily_mode_the_month_is_charged_at_night_and_a_refresh_takes_another_fee(tmp_path: Path) -> None:
    """Worked example 7: with 84.50 the night lacks 265.50 and a refresh behind it 350.00; 1000.00 leave enough."""
    story = on(tmp_path, "t3", 100_00, "2023-02-10 12:00")
    story.night("2023-03-10 03:00")
    assert needed(story, "2023-03-10 10:00") == [
        f"пополнить на {rubles(265_50)}",
        f"дождаться ночи 11.03.2023 03:00: спишется плата за месяц {rubles(350_00)}",
        f"для обновления сразу после неё пополнить ещё на {rubles(350_00)}",
        rubles(615_50),
    ]
    story.top_up("2023-03-10 12:00", 1000_00)
    assert needed(story, "2023-03-10 13:00") == [
        f"дождаться ночи 11.03.2023 03:00: спишется плата за месяц {rubles(350_00)}"
    ]
    assert worked(story) == (None, None)
    story.night("2023-03-11 03:00")
    assert story.wallet == 734_50
    newest = story.account.version
    assert [(row.worked_from, row.worked_at) for row in told(story)] == [(newest, at("2023-03-11 03:00"))] * 2


def test_behind_a_financial_block_the_night_alone_does_not_do(tmp_path: Path) -> None:
    """Worked example 8: 509.00 pay the month of the night, 159.00 are left, and a refresh takes 191.00 more."""
    story = on(tmp_path, "t3", 40_00, "2023-02-10 12:00")
    story.night("2023-03-12 03:00")
    assert needed(story, "2023-03-12 12:00") == [
        f"пополнить на {rubles(341_00)} (это снимет финансовую блокировку)",
        f"дождаться ночи 13.03.2023 03:00: спишется плата за месяц {rubles(350_00)}",
        f"для обновления сразу после неё пополнить ещё на {rubles(350_00)}",
        rubles(691_00),
    ]
    story.top_up("2023-03-12 18:00", 500_00)
    assert needed(story, "2023-03-12 18:01") == [
        f"дождаться ночи 13.03.2023 03:00: спишется плата за месяц {rubles(350_00)}",
        f"для обновления сразу после неё пополнить на {rubles(191_00)}",
        rubles(191_00),
    ]
    story.night("2023-03-13 03:00")
    assert (story.wallet, worked(story)) == (159_00, (None, None))
    (paid,) = story.top_up("2023-03-14 12:00", 191_00)
    assert worked(story) == (paid.version, at("2023-03-14 12:00"))


def test_every_reason_that_held_is_told_with_its_step(tmp_path: Path) -> None:
    """R-5.3: the first reason is the one refused by; behind it the money was missing as well."""
    story = on(tmp_path, "t4", 0)
    story.call("2023-01-16 12:00", "201:00")  # −2.00: a financial block
    story.block("2023-01-16 13:00", "voluntary")
    story.block("2023-01-16 13:00", "operator")
    assert needed(story, "2023-01-16 14:00") == [
        "снять добровольную блокировку",
        "снять блокировку оператора",
        f"пополнить на {rubles(402_00)} (это снимет финансовую блокировку)",
        rubles(402_00),
    ]
    assert told(story)[0].reasons == ["BLOCKED", "INSUFFICIENT_FUNDS"]
    story.top_up("2023-01-17 12:00", 402_00)
    story.unblock("2023-01-17 13:00", "operator")
    (lifted,) = story.unblock("2023-01-17 14:00", "voluntary")
    assert worked(story) == (lifted.version, at("2023-01-17 14:00"))


def test_behind_a_full_discount_the_whole_fee_is_needed(tmp_path: Path) -> None:
    """R-5.3, R-3.5: the fee is 0 until 1 February; then −2.00 must become 400.00."""
    story = on(tmp_path, "t4", 0)
    story.call("2023-01-16 12:00", "201:00")
    story.events_of("grant_discount", "2023-01-16 12:30", percent=100, **{"from": "2023-01-01", "until": "2023-02-01"})
    assert needed(story, "2023-01-16 13:00") == [
        "дождаться конца скидки 100 %: 01.02.2023",
        f"пополнить на {rubles(402_00)} (это снимет финансовую блокировку)",
        rubles(402_00),
    ]


def test_a_block_is_lifted_above_0_also_where_the_month_of_the_night_costs_nothing(tmp_path: Path) -> None:
    """R-8.5, R-3.5: exactly 0 lifts no block; behind the free month of the night the discount is to be waited for."""
    story = on(tmp_path, "t4", 0)
    story.call("2023-02-10 12:00", "201:00")  # −2.00: a financial block, under which the month ends
    story.events_of("grant_discount", "2023-02-16 11:00", percent=100, **{"from": "2023-02-17", "until": "2023-02-25"})
    assert needed(story, "2023-02-16 12:00") == [
        f"пополнить на {rubles(2_01)} (это снимет финансовую блокировку)",
        f"дождаться ночи 17.02.2023 03:00: спишется плата за месяц {rubles(0)}",
        "дождаться конца скидки 100 %: 25.02.2023",
        f"пополнить на {rubles(399_99)}",
        rubles(402_00),
    ]
    story.top_up("2023-02-16 13:00", 2_00)
    assert story.account.blocks == ("financial",)
    story.top_up("2023-02-16 13:01", 1)
    story.night("2023-02-17 03:00")
    assert (story.balance.blocks, story.balance.mode, story.wallet) == ((), "monthly", 1)
    story.top_up("2023-02-25 00:00", 399_99)
    (event,) = story.dial("2023-02-25 00:00")
    assert (type(event).__name__, story.wallet) == ("PackagesRefreshed", 0)


@pytest.mark.parametrize(
    ("asked_until", "worked_at"),
    [("2023-01-31 23:59:59", None), ("2023-02-01 00:00:00", None), ("2023-02-01 00:00:01", "2023-02-01 00:00")],
)
def test_a_discount_ends_by_itself_at_midnight(tmp_path: Path, asked_until: str, worked_at: str | None) -> None:
    """R-3.5, R-5.3: no event ends it; asked until midnight nothing is told, a second behind it the answer is there."""
    story = on(tmp_path, "t4", 400_00)
    story.events_of("grant_discount", "2023-01-16 12:00", percent=100, **{"from": "2023-01-01", "until": "2023-02-01"})
    (asked,) = story.dial("2023-01-16 13:00")
    expected = (None, None) if worked_at is None else (asked.version, at(worked_at))
    assert worked(story, asked_until) == expected
    story.call("2023-02-03 12:00", "1:00")  # an event behind it: the log itself goes that far
    assert worked(story) == (asked.version, at("2023-02-01 00:00"))


def test_nothing_is_guessed_behind_what_is_scheduled(tmp_path: Path) -> None:
    """R-2.7: the night of 15 February has not been booked yet, so nobody knows what there would be behind it."""
    story = on(tmp_path, "t4", 400_00)
    story.events_of("grant_discount", "2023-01-16 12:00", percent=100, **{"from": "2023-01-01", "until": "2023-02-20"})
    story.dial("2023-01-16 13:00")
    assert worked(story, "2023-03-01 00:00") == (None, None)


def test_a_promise_that_its_payment_closes_is_no_money_in_between(tmp_path: Path) -> None:
    """R-10.3: the top-up and the end of the promise are one booking; only behind both is asked."""
    story = on(tmp_path, "t4", 300_00)
    story.events_of("take_promise", "2023-01-16 11:00", amount=90_00)
    story.dial("2023-01-16 12:00")
    assert [type(event).__name__ for event in story.top_up("2023-01-16 13:00", 90_00)] == ["ToppedUp", "PromiseClosed"]
    assert worked(story) == (None, None)


def test_without_a_fitting_plan_only_another_plan_helps(tmp_path: Path) -> None:
    """R-5.3: no plan at all; a plan without the service; a version that lost it."""
    story = Story(tmp_path).open("2023-01-01 11:00")
    assert needed(story, "2023-01-02 12:00") == ["подключить тариф с «Обнови пакет»"]
    story.top_up("2023-01-03 12:00", 2000_00)
    story.connect("2023-01-03 12:00", "t4-fixed")
    assert needed(story, "2023-01-03 13:00") == [
        "перейти на тариф с «Обнови пакет»: у тарифа «Тест t4-fixed» этой услуги нет"
    ]
    story.connect("2023-01-04 12:00", "free")
    assert needed(story, "2023-01-04 13:00") == ["перейти на тариф с ежемесячной платой: у тарифа «Тест free» её нет"]
    _, fee = story.connect("2023-01-05 12:00", "t4")
    assert {(row.worked_from, row.worked_at) for row in told(story)} == {(fee.version, at("2023-01-05 12:00"))}


def test_a_refusal_of_another_kind_says_what_its_facts_tell(tmp_path: Path) -> None:
    """R-12.4, R-8.2, R-9.1, R-10.2, R-11.2: a wrong code or number, a block, an option, a promise, a late claim."""
    story = Story(tmp_path).open("2023-01-15 11:00")
    story.dial("2023-01-15 12:00", "*100#")
    story.sms("2023-01-15 12:00", "929")
    story.events_of("unblock", "2023-01-15 13:00", kind="voluntary")
    story.events_of("connect_option", "2023-01-15 14:00", option="gb1")
    story.events_of("take_promise", "2023-01-15 15:00", amount=10_000_00)
    story.events_of("open_dispute", "2023-07-16 00:00", event=1, text="")
    assert [(row.reason, row.said, row.needed, row.missing) for row in told(story)] == [
        ("UNKNOWN_SERVICE_CODE", "это не код и не номер обновления", "набрать ровно *929#", None),
        ("UNKNOWN_SERVICE_CODE", "это не код и не номер обновления", "отправить ровно на 9290", None),
        ("NOT_BLOCKED", "такой блокировки нет", None, None),
        ("INSUFFICIENT_FUNDS", "денег не хватает", f"пополнить на {rubles(150_00)}", 150_00),
        ("PROMISE_TOO_LARGE", "сумма больше предела", f"просить не больше {rubles(800_00)}", None),
        ("CLAIM_TOO_LATE", "шесть месяцев прошли", "подать не позднее 15.07.2023", None),
    ]
    assert {(row.reply, row.worked_from, row.worked_at) for row in told(story)} == {(None, None, None)}


def test_the_command_lists_one_account_or_all(tmp_path: Path) -> None:
    """Contract §7."""
    story = Story(tmp_path).open("2023-01-15 11:00")
    story.dial("2023-01-15 12:00")
    (row,) = story.printed("refused")
    assert {name: row[name] for name in ("account", "version", "reason", "booked_at")} == {
        "account": story.account_id,
        "version": 2,
        "reason": "NOT_ELIGIBLE",
        "booked_at": "2023-01-15T12:00:00+03:00",
    }
    assert row["facts"] == {"fee": None, "available": 0, "mode": "none", "blocks": [], "plan": None}
    assert story.printed("refused", "--account", story.account_id) == [row]
