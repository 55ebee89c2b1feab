"""One language a document: whatever a statement says itself is in the language that was asked for (R-13.3)."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import openpyxl
import pypdfium2
import pytest

from projections.formats import csv, html, pdf, text, xlsx, xml
from projections.statement import Statement
from projections.words.language import Language
from tests.formats.told import TOLD
from tests.scenarios.given import with_plan
from tests.support import CATALOGUE_TEXT, Story

OUTSIDE: Final = ("касса", "ошибка", "да", "100 минут", "Тест t3", "Тест t4")
"""What clerks, tills and the catalogue say in these stories: it is told as it is."""


def _pdf(made: Statement, *, lang: Language) -> str:
    return "\n".join(
        each.get_textpage().get_text_range() for each in pypdfium2.PdfDocument(pdf.render(made, lang=lang))
    )


def _xlsx(made: Statement, *, lang: Language) -> str:
    book = openpyxl.load_workbook(io.BytesIO(xlsx.render(made, lang=lang)))
    cells = [
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None
    ]
    return "\n".join([*book.sheetnames, str(book.properties.title), *cells])


def _usage_csv(made: Statement, *, lang: Language) -> str:
    return csv.render(made, "usage", lang=lang)


FORMS: Final[dict[str, Callable[..., str]]] = {
    "txt": text.render,
    "ledger.csv": csv.render,
    "usage.csv": _usage_csv,
    "html": html.render,
    "pdf": _pdf,
    "xlsx": _xlsx,
}


def unrated(folder: Path) -> Statement:
    story = with_plan(folder, "2023-01-15 12:00", 1000_00)
    story.usage("2023-01-17 10:00", "data", 2048, zone="moon")
    story.call("2023-01-14 10:00", "25:30", received_at="2023-01-17 11:00", zone="international")
    return story.statement("2023-01-01", "2023-01-31")


@pytest.mark.parametrize("name", [*TOLD, "unrated"])
@pytest.mark.parametrize("form", FORMS)
def test_an_english_document_has_no_russian_word_of_its_own(tmp_path: Path, name: str, form: str) -> None:
    made = (TOLD | {"unrated": unrated})[name](tmp_path)
    said = FORMS[form](made, lang="en")
    for each in OUTSIDE:
        said = said.replace(each, "")
    assert sorted(set(re.findall("[А-Яа-яЁё]+", said))) == []


@pytest.mark.parametrize("form", ["txt", "html", "pdf"])
def test_english_amounts_have_a_point(told: dict[str, Statement], form: str) -> None:
    said = FORMS[form](told["full"], lang="en")
    assert re.search(r"−400\.00\s₽", said)
    assert not re.search(r"\d,\d\d\s₽", said)


@pytest.mark.parametrize("form", FORMS)
def test_a_russian_document_is_what_comes_without_being_asked_for(told: dict[str, Statement], form: str) -> None:
    whole: dict[str, Callable[..., str | bytes]] = {"pdf": pdf.render, "xlsx": xlsx.render, "usage.csv": csv.render}
    render = whole.get(form, FORMS[form])
    assert render(told["full"]) == render(told["full"], lang="ru")
    assert "top_up" not in FORMS[form](told["full"], lang="ru")


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_names_the_plan(told: dict[str, Statement], form: str, lang: Language) -> None:
    assert str(told["full"].plan_name) in FORMS[form](told["full"], lang=lang)
    assert f'plan_name="{told["full"].plan_name}"' in xml.render(told["full"])


@pytest.mark.parametrize("form", ["txt", "html", "pdf", "xlsx"])
def test_a_form_whose_times_have_no_offset_says_once_whose_clocks_they_are_from(
    told: dict[str, Statement], form: str
) -> None:
    assert FORMS[form](told["full"], lang="ru").count("Europe/Moscow, UTC+03:00") == 1


CHITA: Final = CATALOGUE_TEXT.replace('"Asia/Kamchatka"', '"Asia/Chita"')


@pytest.fixture
def twice(tmp_path: Path) -> Statement:
    """Two calls that the clocks of Chita put at 1:30 of 26 October 2014, two hours apart; and the days around."""
    story = Story(tmp_path, text=CHITA).open("2014-10-20 10:00", region="kamchatka")
    story.top_up("2014-10-25 11:00", 1000_00)
    for moment in ("2014-10-26T01:30:00+10:00", "2014-10-26T01:30:00+08:00", "2014-10-27T01:30:00+08:00"):
        story.top_up(moment, 100)
    story.night("2014-11-02 03:00")
    return story.statement("2014-10-20", "2014-10-31")


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("form", ["txt", "html", "pdf", "xlsx"])
def test_a_time_of_a_day_whose_hour_comes_twice_is_told_with_its_offset(
    twice: Statement, form: str, lang: Language
) -> None:
    said = FORMS[form](twice, lang=lang).replace("\N{NO-BREAK SPACE}", " ")
    for offset in ("+10:00", "+08:00"):
        assert re.search(rf"26\.10\.2014 0?1:30:00\s*(<br />)?{re.escape(offset)}", said)
    assert not re.search(r"(27|25)\.10\.2014 \d+:\d\d:\d\d\s*[+]", said)
    assert "Asia/Chita, UTC+10:00, UTC+08:00" in said
