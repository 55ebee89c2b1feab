"""The bars of the months: each as high as its amount, none for what there is not, and the same figures in words."""

import re
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

from projections.formats import bars, html, pdf
from projections.months import Month
from projections.statement import Statement
from projections.words import months as words
from projections.words.phrasebook import RUSSIAN
from tests.formats.test_pdf import text as pdf_text
from tests.scenarios.given import example_1, with_plan
from tests.support import Story

SVG = "{http://www.w3.org/2000/svg}"


def month(number: int, until: date | None = None, **amounts: int) -> Month:
    return Month(first=date(2023 + (number - 1) // 12, (number - 1) % 12 + 1, 1), until=until, **amounts)


def drawn(*months: Month) -> dict[str, list[ET.Element]]:
    found: dict[str, list[ET.Element]] = {}
    for element in ET.fromstring(bars.svg(months, RUSSIAN)).iter():
        found.setdefault(element.get("class") or element.tag.removeprefix(SVG), []).append(element)
    return found


def heights(found: list[ET.Element]) -> list[int]:
    return [int(bar.get("height", "")) for bar in found]


def test_what_was_paid_stands_on_one_another_and_the_top_ups_beside() -> None:
    """156 high is 1000.00: fees of 300.00, options and usage of 100.00 each end at half of it."""
    found = drawn(month(1, topped_up=1000_00), month(2, fees=300_00, options=100_00, usage=100_00))
    assert heights(found["months-topped_up"]) == [156]
    stack = [found[f"months-{name}"][0] for name in ("fees", "options", "usage")]
    assert sum(heights(stack)) == 78
    tops = [int(bar.get("y", "")) for bar in stack]
    assert tops == sorted(tops, reverse=True)
    assert tops[-1] == 24 + 78
    assert len({bar.get("x") for bar in stack}) == 1


def test_what_no_month_has_is_neither_drawn_nor_in_the_legend() -> None:
    months = [month(1, fees=400_00), month(2, fees=400_00)]
    assert bars.used(months) == ["fees"]
    assert not {"months-options", "months-usage", "months-topped_up", "months-other"} & set(drawn(*months))


def test_money_paid_out_hangs_below_zero() -> None:
    found = drawn(month(1, topped_up=500_00), month(2, other=-500_00))
    (zero,) = (path.get("d", "") for path in found["curve-zero"])
    assert zero == f"M112 {found['months-other'][0].get('y')}H784"


def test_every_bar_lies_within_the_picture_however_many_months_there_are() -> None:
    for count in (2, 3, 7, 12):
        found = drawn(*(month(n, fees=n, options=n, usage=n, topped_up=9 * n, other=-n) for n in range(1, count + 1)))
        for bar in (bar for name, some in found.items() if name.startswith("months-") for bar in some):
            x, y, width, height = (int(bar.get(name, "")) for name in ("x", "y", "width", "height"))
            assert 112 <= x < x + width <= 784
            assert 24 <= y < y + height <= 180
            assert width >= 4


def test_a_month_that_is_not_over_is_pale_and_says_so() -> None:
    found = drawn(month(1, fees=1_00), month(2, date(2023, 2, 10), fees=1_00))
    assert [group.get("opacity") for group in found["g"]] == [None, "0.55"]
    assert "по 10.02" in [note.text for note in found["curve-note"]]


def test_the_picture_is_told_in_words_with_the_same_figures() -> None:
    (told,) = drawn(month(12, fees=400_00, topped_up=500_00), month(13, date(2024, 1, 5), usage=1_50, other=-7))["desc"]
    assert told.text == (
        "12.2023: потрачено 400,00\xa0₽; плата 400,00\xa0₽; пополнения 500,00\xa0₽. "
        "01.2024 по 05.01: потрачено 1,50\xa0₽; услуги сверх пакета 1,50\xa0₽; корректировки и возвраты −0,07\xa0₽."
    )


# Which months a statement tells


def two_years(folder: Path) -> Story:
    story = with_plan(folder, "2022-01-15 12:00", 100_000_00)
    story.night("2024-02-20 03:00")
    return story


def firsts(made: Statement) -> list[str]:
    return [f"{each.first:%Y-%m}" for each in made.months]


def test_the_newest_twelve_months_up_to_the_end_of_the_range(tmp_path: Path) -> None:
    made = two_years(tmp_path).statement("2023-12-01", "2023-12-31")
    assert firsts(made) == [f"2023-{number:02d}" for number in range(1, 13)]
    assert {(each.fees, each.until) for each in made.months} == {(400_00, None)}


def test_they_begin_with_the_first_month_that_moved_anything(tmp_path: Path) -> None:
    story = two_years(tmp_path)
    assert firsts(story.statement("2022-02-01", "2022-03-31")) == ["2022-01", "2022-02", "2022-03"]
    assert firsts(story.statement("2022-01-01", "2022-01-31")) == []


def test_a_range_that_ends_within_a_month_counts_it_up_to_there(tmp_path: Path) -> None:
    """The fee of 15 February is not in a range that ends on the 14th, final as it is."""
    made = two_years(tmp_path).statement("2022-02-01", "2022-02-14")
    assert made.final
    assert [(each.fees, each.until) for each in made.months] == [(400_00, None), (0, date(2022, 2, 14))]


def test_a_provisional_one_counts_up_to_the_accounts_clock_and_no_month_of_the_future(tmp_path: Path) -> None:
    story = example_1(tmp_path)
    story.call("2023-02-03 10:00", "1:00", zone="russia")
    made = story.statement("2023-01-01", "2023-06-30")
    assert [(f"{each.first:%m}", each.usage, each.until) for each in made.months] == [
        ("01", 0, None),
        ("02", 5_00, date(2023, 2, 3)),
    ]


def test_what_comes_later_changes_no_month_of_a_final_statement(tmp_path: Path) -> None:
    """R-13.5: a reversal is of the month in which it is booked."""
    story = example_1(tmp_path)
    (fee,) = [event for event in story.log() if type(event).__name__ == "MonthlyFeeCharged"]
    story.night("2023-03-15 03:00")
    before = html.render(story.statement("2023-02-01", "2023-02-28"))
    story.feed("reverse", "2023-03-16 10:00", event=fee.version, text="", by="clerk")
    assert html.render(story.statement("2023-02-01", "2023-02-28")) == before
    assert story.statement("2023-03-01", "2023-03-31").months[-1].other == 400_00


# In the forms


def test_page_and_pdf_tell_every_month_in_figures_too(tmp_path: Path) -> None:
    made = two_years(tmp_path).statement("2023-12-01", "2023-12-31")
    page = html.render(made)
    assert page.count("<svg") == 2
    assert page.count("потрачено 400,00") + page.count("потрачено\xa0400,00") == 24  # of the picture, and of the list
    read = re.sub(r"\s+", " ", pdf_text(pdf.render(made)))
    assert all(f"{each:02d}.2023 400,00 ₽ 400,00 ₽ 0,00 ₽ 0,00 ₽ 0,00 ₽ 0,00 ₽" in read for each in range(1, 13))


def test_without_months_to_compare_there_is_no_picture_of_them(tmp_path: Path) -> None:
    title = RUSSIAN.say(words.TITLE)
    story = example_1(tmp_path)
    story.night("2023-03-15 03:00")
    for until, told in (("2023-01-31", False), ("2023-02-28", True)):
        made = story.statement("2023-01-15", until)
        assert (title in html.render(made), title in pdf_text(pdf.render(made))) == (told, told)
