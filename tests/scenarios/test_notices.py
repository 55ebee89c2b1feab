"""What a subscriber is told without having asked: with sum, date and next step, once."""

from pathlib import Path

import pytest

from tests.notices import ahead, texts
from tests.scenarios.given import MB, example_1, example_3, t3_due_on_10_march, with_plan
from tests.support import at, with_settings

FEE = "Списана плата за месяц: 400,00 ₽. На счёте 600,00 ₽, следующее списание 15.02.2023."


def test_a_month_with_its_fee_its_packages_and_a_refresh(tmp_path: Path) -> None:
    assert texts(example_3(tmp_path)) == [
        FEE,
        "Израсходовано 90 % минут: осталось 20:00 мин до 15.02.2023.",
        "Израсходовано 97 % интернета: осталось 96 МБ до 15.02.2023.",
        "Пакеты обновлены: списано 400,00 ₽, следующее списание 01.03.2023.",
    ]


def test_four_fifths_are_told_when_they_are_reached_and_the_end_offers_a_refresh(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    story.call("2023-01-20 10:00", "159:00")
    assert texts(story) == [FEE]
    story.call("2023-01-20 15:00", "1:00")
    story.call("2023-01-21 15:00", "39:00")
    low = "Израсходовано 80 % минут: осталось 40:00 мин до 15.02.2023."
    assert texts(story) == [FEE, low]
    story.call("2023-01-22 15:00", "1:00")
    story.call("2023-01-22 16:00", "1:00")
    offer = "Минуты пакета закончились. Наберите *929#, чтобы обновить пакеты: спишется 400,00 ₽."
    assert texts(story) == [FEE, low, offer]


def test_no_refresh_is_offered_that_would_be_refused(tmp_path: Path) -> None:
    story = with_plan(tmp_path, "2023-01-15 12:00", 799_99)
    story.usage("2023-01-22 10:00", "sms", 200)
    assert texts(story)[1:] == ["SMS пакета закончились. Дальше действуют цены сверх пакета."]


def test_a_record_that_spends_all_at_once_is_told_as_the_end_alone(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    story.usage("2023-01-22 10:00", "data", 4100 * MB)
    assert [text.partition(".")[0] for text in texts(story)[1:]] == ["Интернет пакета закончился"]


def test_what_is_given_back_and_spent_again_is_not_told_again(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    (used,) = story.usage("2023-01-22 10:00", "sms", 200)
    before = texts(story)
    story.events_of("reverse", "2023-01-23 10:00", event=used.version, text="сбой")
    story.usage("2023-01-24 10:00", "sms", 200)
    assert texts(story) == before


def test_a_record_from_before_the_night_that_comes_behind_it_warns_of_nothing(tmp_path: Path) -> None:
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00)
    story.usage("2023-02-14 10:00", "sms", 180, received_at="2023-02-15 10:00")
    assert not [text for text in texts(story) if "SMS" in text]


def test_what_is_carried_counts_with_the_new_package(tmp_path: Path) -> None:
    """350 minutes are carried whole, and 350 are new: four fifths of 700 are 560."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00, "t3")
    story.dial("2023-01-16 10:00")
    story.call("2023-01-17 10:00", "559:00")
    assert len(texts(story)) == 2
    story.call("2023-01-17 20:00", "1:00")
    assert texts(story)[2:] == ["Израсходовано 80 % минут: осталось 140:00 мин до 16.02.2023."]


@pytest.mark.parametrize(
    ("kopecks", "told"),
    [
        (
            3_00,
            "10.03.2023 нужно 350,00 ₽ на месяц или 15,50 ₽ на день, доступно 3,00 ₽: номер будет заблокирован. "
            "Пополните счёт на 347,00 ₽, чтобы оплатить месяц.",
        ),
        (
            20_00,
            "10.03.2023 на месяц нужно 350,00 ₽, доступно 20,00 ₽: спишется только плата за день, 15,50 ₽. "
            "Пополните счёт на 330,00 ₽, чтобы оплатить месяц.",
        ),
        (350_00, None),
    ],
)
def test_a_fee_that_is_not_covered_is_told_three_days_before(tmp_path: Path, kopecks: int, told: str | None) -> None:
    story = t3_due_on_10_march(tmp_path, kopecks)
    assert ahead(story, at("2023-03-07 02:59:59")) == []
    assert ahead(story, at("2023-03-07 03:00")) == ([told] if told else [])
    assert ahead(story, at("2023-03-10 03:00")) == []  # the night is there, and says it itself


def test_paid_by_the_day_the_first_night_without_money_is_told(tmp_path: Path) -> None:
    story = t3_due_on_10_march(tmp_path, 40_00)
    story.night("2023-03-10 03:00")
    assert ahead(story, at("2023-03-10 12:00")) == [
        "12.03.2023 нужно 350,00 ₽ на месяц или 15,50 ₽ на день, доступно 9,00 ₽: номер будет заблокирован. "
        "Пополните счёт на 341,00 ₽, чтобы оплатить месяц."
    ]


def test_an_option_whose_fee_is_not_covered_behind_the_month_is_told(tmp_path: Path) -> None:
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00)
    story.events_of("connect_option", "2023-01-16 12:00", option="min100")
    assert texts(story)[1:] == [
        "Списана плата за опцию «100 минут»: 95,00 ₽. На счёте 505,00 ₽, опция оплачена до 16.02.2023."
    ]
    story.usage("2023-01-17 12:00", "sms", 206)
    assert ahead(story, at("2023-02-14 03:00")) == [
        "16.02.2023 за опцию «100 минут» нужно 95,00 ₽, доступно 93,00 ₽: опция будет приостановлена. Пополните счёт."
    ]


def test_blocks_and_what_lifts_them(tmp_path: Path) -> None:
    story = t3_due_on_10_march(tmp_path, 3_00)
    story.night("2023-03-10 03:00")
    story.block("2023-03-10 10:00")
    story.block("2023-03-10 10:01", "operator")
    story.top_up("2023-03-10 11:00", 1_00)
    story.unblock("2023-03-10 12:00")
    story.unblock("2023-03-10 12:01", "operator")
    assert texts(story)[1:] == [
        "Номер заблокирован: на плату не хватило денег, доступно 3,00 ₽. Пополните счёт на 347,00 ₽, и ночью спишется "
        "плата за месяц.",
        "Номер заблокирован по вашей просьбе. Снять блокировку можно в любой день.",
        "Номер заблокирован оператором. Обратитесь в службу поддержки.",
        "Снята блокировка: финансовая. Номер ещё заблокирован: добровольная, оператора.",
        "Снята блокировка: добровольная. Номер ещё заблокирован: оператора.",
        "Номер разблокирован. Пополните счёт на 346,00 ₽: ночью спишется плата за месяц, 350,00 ₽.",
    ]


def test_a_promise_that_ends_in_a_block_is_told_a_day_before_and_at_its_end(tmp_path: Path) -> None:
    story = t3_due_on_10_march(tmp_path, 3_00)
    story.night("2023-03-10 03:00")
    story.events_of("take_promise", "2023-03-10 12:00", amount=100_00)
    story.night("2023-03-11 03:00")
    assert ahead(story, at("2023-03-12 11:59:59")) == []
    assert ahead(story, at("2023-03-12 12:00")) == [
        "13.03.2023 в 12:00 закончится обещанный платёж 100,00 ₽, и номер будет заблокирован. Пополните счёт на "
        "43,50 ₽."
    ]
    story.night("2023-03-13 12:00")
    assert texts(story)[-2:] == [
        "Обещанный платёж 100,00 ₽ закончился: рассчитывать можно только на деньги на счёте.",
        "Номер заблокирован: доступно −43,50 ₽. Пополните счёт на 43,51 ₽, и блокировка снимется.",
    ]


def test_a_promise_that_is_repaid_or_does_no_harm_is_not_foretold(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    story.events_of("take_promise", "2023-01-20 12:00", amount=100_00)
    assert ahead(story, at("2023-01-23 11:00")) == []
    story.top_up("2023-01-21 12:00", 100_00)
    assert texts(story)[1:] == ["Обещанный платёж 100,00 ₽ погашен."]


def test_what_the_least_top_up_is_told_to_be_is_enough_for_the_month_while_a_promise_stands(tmp_path: Path) -> None:
    """A top-up that repays the promise takes its headroom away; what is told counts that in."""
    story = t3_due_on_10_march(tmp_path, 0)
    story.events_of("take_promise", "2023-03-08 12:00", amount=100_00)
    (told,) = ahead(story, at("2023-03-09 12:00"))
    assert told.endswith("Пополните счёт на 350,00 ₽, чтобы оплатить месяц.")
    story.top_up("2023-03-09 12:01", 350_00)
    assert ahead(story, at("2023-03-09 12:02")) == []


@pytest.mark.parametrize(
    ("outcome", "text", "told"),
    [
        ("upheld", "Приносим извинения.", "Претензия c1 удовлетворена: возвращено 400,00 ₽. Приносим извинения."),
        ("rejected", "", "Претензия c1 отклонена."),
    ],
)
def test_an_answer_to_a_claim_is_told_with_what_it_gave_back(
    tmp_path: Path, outcome: str, text: str, told: str
) -> None:
    story = example_1(tmp_path)
    story.events_of("open_dispute", "2023-01-16 10:00", event=4, text="не заказывал", id="c1")
    story.events_of("resolve_dispute", "2023-01-17 10:00", dispute="c1", outcome=outcome, text=text)
    assert texts(story)[1:] == [told]


def test_a_refused_request_is_told_as_it_is_answered_under_edition_1_too(tmp_path: Path) -> None:
    text = with_settings("edition = 1")
    story = with_plan(tmp_path, "2023-02-10 12:00", 370_00, "t3", text=text)
    story.night("2023-03-10 03:00")
    story.dial("2023-03-10 10:00")
    assert texts(story)[-1] == (
        "Обновление недоступно при посуточном списании. Пополните счёт на 345,50 ₽: ночью спишется плата за месяц."
    )


def test_what_costs_nothing_is_not_told_as_taken(tmp_path: Path) -> None:
    story = with_plan(tmp_path, "2023-01-15 12:00", 0, "free")
    story.night("2023-02-15 03:00")
    assert texts(story) == []
