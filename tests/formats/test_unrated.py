"""Records without a price: a statement counts and lists them in every form, beside its tables (R-13.6)."""

import csv as stdlib_csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pypdfium2
import pytest

from projections import canonical
from projections.formats import csv, html, pdf, text, xlsx, xml
from projections.operator.check import check
from projections.statement import Statement
from tests.formats.support import XHTML, Programs, page, report
from tests.operator.support import catalogue, read
from tests.scenarios.given import with_plan
from tests.support import Story


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """A call and data before the plan, one from a zone without prices, and a rerate that finds no price again."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 1000_00)
    story.call("2023-01-16 10:00", "1:00", peer="79031112233")
    story.usage("2023-01-17 10:00", "data", 2048, received_at="2023-01-17 10:00:05", zone="moon")
    story.call("2023-01-14 10:00", "25:30", received_at="2023-01-17 11:00")
    story.feed("rerate", "2023-02-02 10:00", event=6)
    return story


RECORDS = [
    {"version": 6, "at": "2023-01-17T10:00:00+03:00", "service": "data", "quantity": 2048, "reason": "NO_PRICE"},
    {"version": 7, "at": "2023-01-14T10:00:00+03:00", "service": "voice", "quantity": 1530, "reason": "NO_PLAN"},
]
NO_PRICE, NO_PLAN = "у тарифа нет цены на это", "в это время тарифа не было"


def test_the_json_has_every_record_booked_in_the_range_with_its_own_start(story: Story) -> None:
    assert json.loads(canonical.statement(story.statement("2023-01-01", "2023-01-31")))["unrated"] == RECORDS


def test_a_rerate_that_finds_no_price_stands_in_the_statement_of_its_own_booking(story: Story) -> None:
    made = json.loads(canonical.statement(story.statement("2023-02-01", "2023-02-28")))
    assert made["unrated"] == [RECORDS[0] | {"version": 8}]


def test_nothing_is_said_where_there_are_none(told: dict[str, Statement]) -> None:
    for made in told.values():
        assert "unrated" not in json.loads(canonical.statement(made))
        assert "без цены" not in text.render(made)
        assert "unrated" not in xml.render(made)
        assert "без цены" not in html.render(made)


def _csv(made: Statement) -> str:
    return csv.render(made, "usage")


def _pdf(made: Statement) -> str:
    return "\n".join(each.get_textpage().get_text_range() for each in pypdfium2.PdfDocument(pdf.render(made)))


def _xlsx(made: Statement) -> str:
    rows = openpyxl.load_workbook(io.BytesIO(xlsx.render(made)))["Услуги связи"].iter_rows(values_only=True)
    return "\n".join(" ".join(str(cell) for cell in row if cell is not None) for row in rows)


@pytest.mark.parametrize(
    ("printed", "lines"),
    [
        (text.render, ("Записи без цены: {count}", "17.01.2023 10:00:00", "2 КБ", NO_PRICE, "25:30", NO_PLAN)),
        (
            html.render,
            ("Записи без цены: {count}", "17.01.2023\u00a010:00:00", "2\u00a0КБ", NO_PRICE, "25:30", NO_PLAN),
        ),
        (_pdf, ("Записи без цены: {count}", "17.01.2023 10:00:00", "2 КБ", NO_PRICE, "25:30", NO_PLAN)),
        (_csv, ("Записи без цены;{count}", "2023-01-17T10:00:00+03:00", "2048", NO_PRICE, "1530", NO_PLAN)),
        (_xlsx, ("Записи без цены: {count}", "2023-01-17 10:00:00", "2048", NO_PRICE, "1530", NO_PLAN)),
        (xml.render, ('unrated="{count}"', 'at="2023-01-17T10:00:00+03:00"', 'quantity="2048"', "NO_PRICE", "NO_PLAN")),
    ],
)
@pytest.mark.parametrize(("until", "final"), [("2023-01-31", True), ("2023-02-01", True), ("2023-02-02", False)])
def test_every_form_counts_and_lists_them_final_or_not(
    story: Story, printed: Callable[[Statement], str], lines: tuple[str, ...], until: str, final: bool
) -> None:
    made = story.statement("2023-01-01", until)
    assert made.final == final
    said = printed(made)
    count = "3" if until == "2023-02-02" else "2"
    assert [each for each in lines if each.replace("{count}", count) not in said] == []


def test_the_operators_tables_and_their_readers_know_nothing_of_them(story: Story) -> None:
    """Twelve cells a row, one row of usage; and what we read of our own forms is that row."""
    made = story.statement("2023-01-01", "2023-01-31")
    programs = Programs(html.render(made))
    assert [len(row) for row in programs.usage] == [12]
    assert [each.get("class") for each in page(made).iter(f"{XHTML}table")] == [
        "operator", None, "usage", "ledger", "kind", "billed",
    ]  # fmt: skip
    assert [each.tag for each in report(made)] == ["cp", "dp", "b", "ds", "ledger"]
    assert len([*report(made).iter("i")]) == 1
    for printed in (html.render(made), xml.render(made)):
        found = read(printed.encode())
        assert len(found.rows) == 1
        assert check(found, catalogue()).findings == []


def test_the_rows_of_the_csv_come_first_and_an_empty_line_ends_them(story: Story) -> None:
    rows = list(stdlib_csv.reader(io.StringIO(_csv(story.statement("2023-01-01", "2023-01-31"))), delimiter=";"))
    assert [len(row) for row in rows] == [14, 14, 0, 2, 5, 5, 5]
