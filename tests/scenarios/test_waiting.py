"""What waits, as people are told: by the schedule's own steps, or nothing (R-2.7, R-4, R-9, R-10.3, R-13.5)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from projections import canonical
from projections.formats import text
from projections.words.money import rubles
from tests.scenarios.given import t3_due_on_10_march, with_plan
from tests.scenarios.told import ALL_TEXT, Told
from tests.support import CATALOGUE_TEXT, Story, at, rfc, run

T4, T3, T3_DAY = rubles(400_00), rubles(350_00), rubles(15_50)


def month(folder: Path) -> Story:
    return with_plan(folder, "2023-01-15 12:00", 1000_00)


def days(folder: Path) -> Story:
    story = t3_due_on_10_march(folder, 100_00)
    story.night("2023-03-10 03:00")
    return story


def no_money(folder: Path) -> Story:
    return with_plan(folder, "2023-01-15 12:00", 500_00)


def not_even_a_day(folder: Path) -> Story:
    return t3_due_on_10_march(folder, 9_00)


def under_a_block(folder: Path) -> Story:
    story = month(folder)
    story.block("2023-02-01 12:00")
    return story


def promise(folder: Path) -> Story:
    story = with_plan(folder, "2023-01-09 12:00", 400_00)
    story.feed("take_promise", "2023-01-10 12:30", amount=300_00)
    return story


def spent_promise(folder: Path) -> Story:
    story = promise(folder)
    story.call("2023-01-11 10:00", "4:00", zone="roaming")
    return story


def with_option(kopecks: int, option: str, *, block: bool = False) -> Callable[[Path], Story]:
    def tell(folder: Path) -> Story:
        story = Told(folder, ALL_TEXT)
        story.open("2023-01-01 00:00")
        story.top_up("2023-01-02 00:00", kopecks)
        story.option("2023-01-10 12:00", option)
        if block:
            story.block("2023-01-11 12:00")
        return story

    return tell


def blocked_for_good(folder: Path) -> Story:
    story = no_money(folder)
    story.night("2023-02-15 03:00")
    return story


CASES = [
    (
        month,
        "2023-02-15 03:00",
        [f"плата за 15.02 спишется ночью: {T4} за месяц"],
        "плата за 15.02 ещё не списана",
        f"помесячно; следующее — 15.02.2023 03:00:00, {T4}",
    ),
    (
        days,
        "2023-03-11 03:00",
        [f"плата за 11.03 спишется ночью: {T3_DAY} за день (на месяц нужно {T3}, доступно {rubles(84_50)})"],
        "плата за 11.03 ещё не списана",
        f"посуточно; следующее — 11.03.2023 03:00:00, {T3_DAY}; "
        f"плата за день: на месяц нужно {T3}, доступно {rubles(84_50)}",
    ),
    (
        no_money,
        "2023-02-15 03:00",
        [f"15.02 ночью номер будет заблокирован: на плату не хватает, нужно {T4}, доступно {rubles(100_00)}"],
        f"плата за 15.02 ещё не списана, нужно {T4}, доступно {rubles(100_00)}: "
        "без пополнения номер будет заблокирован",
        f"помесячно; следующее — 15.02.2023 03:00:00, {T4}; "
        f"доступно {rubles(100_00)}, без пополнения номер будет заблокирован",
    ),
    (
        not_even_a_day,
        "2023-03-10 03:00",
        [
            "10.03 ночью номер будет заблокирован: на плату не хватает, "
            f"нужно {T3} за месяц или {T3_DAY} за день, доступно {rubles(9_00)}"
        ],
        f"плата за 10.03 ещё не списана, нужно {T3} за месяц или {T3_DAY} за день, доступно {rubles(9_00)}: "
        "без пополнения номер будет заблокирован",
        f"помесячно; следующее — 10.03.2023 03:00:00, {T3}; "
        f"или {T3_DAY} за день; доступно {rubles(9_00)}, без пополнения номер будет заблокирован",
    ),
    (
        under_a_block,
        "2023-02-15 03:00",
        ["15.02 ночью оплаченный период закончится под блокировкой, плата не спишется"],
        "15.02 ночью оплаченный период закончится под блокировкой, плата не спишется",
        "помесячно; 15.02 ночью оплаченный период закончится под блокировкой, плата не спишется",
    ),
    (
        promise,
        "2023-01-13 12:30",
        [f"13.01 в 12:30 закончится обещанный платёж {rubles(300_00)}"],
        f"13.01 в 12:30 закончится обещанный платёж {rubles(300_00)}",
        f"помесячно; следующее — 09.02.2023 03:00:00, {T4}; доступно {rubles(0)}, "
        "без пополнения номер будет заблокирован",
    ),
    (
        spent_promise,
        "2023-01-13 12:30",
        [
            f"13.01 в 12:30 закончится обещанный платёж {rubles(300_00)}",
            f"13.01 в 12:30 номер будет заблокирован: доступно {rubles(-100_00)}",
        ],
        f"13.01 в 12:30 закончится обещанный платёж {rubles(300_00)}; "
        f"13.01 в 12:30 номер будет заблокирован: доступно {rubles(-100_00)}",
        "помесячно; 09.02 ночью оплаченный период закончится под блокировкой, плата не спишется",
    ),
    (
        with_option(500_00, "gb2"),
        "2023-02-10 03:00",
        [f"плата за опцию «2 ГБ» за 10.02 спишется ночью: {rubles(200_00)}"],
        "плата за опцию «2 ГБ» за 10.02 ещё не списана",
        f"без тарифа; опция «2 ГБ» — 10.02.2023 03:00:00, {rubles(200_00)}",
    ),
    (
        with_option(300_00, "gb2"),
        "2023-02-10 03:00",
        [
            "10.02 ночью опция «2 ГБ» приостановится: на плату не хватает, "
            f"нужно {rubles(200_00)}, доступно {rubles(100_00)}"
        ],
        f"10.02 ночью опция «2 ГБ» приостановится: на плату не хватает, "
        f"нужно {rubles(200_00)}, доступно {rubles(100_00)}",
        "без тарифа; 10.02 ночью опция «2 ГБ» приостановится: на плату не хватает, "
        f"нужно {rubles(200_00)}, доступно {rubles(100_00)}",
    ),
    (
        with_option(900_00, "gb2", block=True),
        "2023-02-10 03:00",
        ["10.02 ночью опция «2 ГБ» приостановится: номер заблокирован"],
        "10.02 ночью опция «2 ГБ» приостановится: номер заблокирован",
        "без тарифа; 10.02 ночью опция «2 ГБ» приостановится: номер заблокирован",
    ),
    (
        with_option(100_00, "day"),
        "2023-01-11 03:00",
        ["11.01 ночью закончится опция «Сутки»"],
        "11.01 ночью закончится опция «Сутки»",
        "без тарифа",
    ),
    (blocked_for_good, "2030-01-01 00:00", [], "период ещё не закрыт", "период не оплачен"),
]


@pytest.mark.parametrize(
    ("tell", "due", "booked", "provisional", "charge"), CASES, ids=[str(number) for number in range(len(CASES))]
)
def test_people_are_told_what_waits(
    tmp_path: Path, tell: Callable[[Path], Story], due: str, booked: list[str], provisional: str, charge: str
) -> None:
    """From the instant on `balance` says what waits, before it nothing; a statement waits for the same."""
    story = tell(tmp_path)
    asked = ("balance", story.account_id, "--as-of")
    assert "Ожидает" not in run(story.path, *asked, rfc(at(due) - 1), as_json=False)
    told = run(story.path, *asked, rfc(at(due)), as_json=False)
    waits = [line for line in told.splitlines() if line.startswith(("│ Ожидает", "│        "))]
    assert [line.split("│")[2].strip() for line in waits] == booked
    made = story.statement("2023-01-01", "2030-12-31")
    lines = text.render(made).splitlines()
    assert f"предварительно: {provisional}" in lines
    assert f"Списание: {charge}" in lines


def test_of_many_nights_that_wait_the_next_ones_are_told(tmp_path: Path) -> None:
    """In daily mode every night takes a fee, until the money is gone; then nothing is scheduled."""
    story = days(tmp_path)
    told = run(story.path, "balance", story.account_id, "--as-of", "2023-12-31T00:00:00+03:00", as_json=False)
    assert told.count("спишется ночью") == 5
    assert "и так далее" in told


def test_a_statement_tells_the_option_that_the_same_night_takes(tmp_path: Path) -> None:
    """R-2.7: what is left for the month is what an option before it leaves."""
    story = Told(tmp_path, ALL_TEXT)
    story.open("2023-01-01 00:00")
    story.top_up("2023-01-02 00:00", 1000_00)
    story.option("2023-01-05 12:00", "gb2")
    story.connect("2023-01-10 12:00", "t4")
    said = text.render(story.statement("2023-01-01", "2023-01-31"))
    assert (
        f"следующее — 10.02.2023 03:00:00, {T4}; доступно {rubles(200_00)}, без пополнения номер будет заблокирован; "
        f"опция «2 ГБ» — 05.02.2023 03:00:00, {rubles(200_00)}"
    ) in said


def test_what_waits_stands_in_no_json_and_changes_no_id(tmp_path: Path) -> None:
    """R-13.5, contract §5: `next_due` and `next_fee` keep their meaning."""
    made = days(tmp_path).statement("2023-03-01", "2023-03-31")
    assert b"waits" not in canonical.statement(made)
    assert (made.next_due, made.next_fee) == (at("2023-03-11 03:00"), 350_00)


def test_a_final_statement_says_the_same_whatever_catalogue_comes(tmp_path: Path) -> None:
    """R-13.5: what waited is decided by the catalogue of the booking that made it final; before, by the newest."""
    story = Told(tmp_path, CATALOGUE_TEXT)
    story.open("2023-01-01 00:00")
    story.top_up("2023-01-02 00:00", 2000_00)
    story.connect("2023-01-10 12:00", "t4")
    dearer = CATALOGUE_TEXT + T4_DEARER
    story.top_up("2023-02-01 00:00", 1)
    final, open_ = (text.render(story.statement("2023-01-01", until)) for until in ("2023-01-31", "2023-02-28"))
    story.adopt(dearer)
    assert text.render(story.statement("2023-01-01", "2023-01-31")) == final
    said = text.render(story.statement("2023-01-01", "2023-02-28"))
    assert f"следующее — 10.02.2023 03:00:00, {T4}" in open_
    assert f"следующее — 10.02.2023 03:00:00, {rubles(500_00)}" in said


T4_DEARER = """
[[plans]]
id = "t4"
name = "Тест t4"
effective_from = 2023-02-05
sold_from = 2015-01-01
regions = ["*"]
premium = false
refreshable = true
auto_carry = false
monthly_fee = "500.00"
packages = { voice_minutes = 200, sms = 200, data_mb = 4096 }
packages_cover = ["home"]
[plans.prices.home]
voice_minute = "2.00"
sms = "2.00"
data_mb = "3.00"
"""
