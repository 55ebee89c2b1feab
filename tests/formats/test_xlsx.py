"""The workbook read back by another library: cells, sums, dates, no formula, the same bytes (R-13.1–R-13.5)."""

import io
import re
import tracemalloc
import zipfile
from datetime import datetime
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import openpyxl
import pytest
from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook

from ledger.periods import Instant, local
from projections.canonical import statement_id
from projections.formats import xlsx
from projections.ledger_line import Line
from projections.statement import Statement
from projections.words.lines import text
from projections.words.names import SERVICES
from projections.words.phrasebook import RUSSIAN
from projections.words.safe import safe
from projections.words.statement import StatementPhrasebook
from tests.formats.support import handmade, row
from tests.formats.told import TOLD
from tests.support import at

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1")


def book(made: Statement, **options: Any) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(xlsx.render(made, **options)))


def table(made: Statement, sheet: str) -> list[dict[str, Any]]:
    """The rows of a sheet by the names over its columns."""
    head, *rows = book(made)[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, head), each, strict=True)) for each in rows]


def moment(at: Instant) -> datetime:
    return local(at, "Europe/Moscow").replace(microsecond=0, tzinfo=None)


def whole(amount: Any, places: int) -> int:
    """A number of a cell in its smallest units."""
    found: int = round(amount * 10**places)
    return found


def test_the_ledger_sheet_has_every_line_with_real_numbers_and_dates(told: dict[str, Statement]) -> None:
    made = told["full"]
    phrases = StatementPhrasebook("ru", made)
    rows = table(made, "Баланс")
    assert [(each["Дата"], each["Операция"], whole(each["Сумма"], 2), whole(each["Баланс"], 2)) for each in rows] == [
        (moment(line.booked_at), safe(text(phrases, line)), line.amount, line.balance) for line in made.lines
    ]
    assert rows[1]["Операция"] == "Списание ежемесячной платы по Тарифному плану"
    assert (rows[1]["Период с"], rows[1]["Период по"]) == (datetime(2018, 12, 15), datetime(2019, 1, 14))  # noqa: DTZ001


def test_the_usage_sheet_has_every_row_and_its_sums_are_those_of_the_json(told: dict[str, Statement]) -> None:
    """Also across a change of VAT (R-1.6)."""
    made = told["full"]
    rows = table(made, "Услуги связи")
    assert [
        (each["Начало"], each["Изменение баланса"], each["Зона"], each["Факт"], each["Учтено"], each["Из пакета"])
        for each in rows
    ] == [
        (moment(u.at), moment(u.booked_at), RUSSIAN.zone(u.zone), u.quantity, u.billed, u.from_packages)
        for u in made.usage
    ]
    assert {each["Ставка НДС"] for each in rows} == {18, 20}
    assert sum(whole(each["С НДС"], 2) for each in rows) == made.usage_total.amount
    ex_vat = sum(whole(each["Без НДС"], 4) for each in rows)
    assert ex_vat == made.usage_total.amount_ex_vat


def test_the_summary_says_whose_statement_it_is_and_what_is_left(told: dict[str, Statement]) -> None:
    made = told["full"]
    sheet = book(made, checkpoint="контроль 7")["Сводка"]
    cells = {str(each[0]): each[1] for each in sheet.iter_rows(values_only=True) if each[0]}
    assert (cells["Номер"], cells["Тарифный план"]) == (made.contract.number, "Тест t4")
    assert cells["Состояние"] == "окончательно"
    assert whole(cells["Баланс на начало"], 2) == made.opening
    assert whole(cells["Баланс на конец"], 2) == made.closing
    assert (cells["Документ"], cells["Контрольная точка"]) == (statement_id(made), "контроль 7")
    left = [each for each in sheet.iter_rows(values_only=True) if each[1] in [text.ru for text in SERVICES.values()]]
    assert [(each[2], each[3], each[6]) for each in left] == [
        (bucket.left, bucket.granted, moment(bucket.end)) for bucket in made.left
    ]


def test_heads_stay_in_sight_with_a_filter_and_the_chart_is_the_spreadsheets_own(told: dict[str, Statement]) -> None:
    made = told["full"]
    read = book(made)
    assert read.sheetnames == ["Сводка", "Баланс", "Услуги связи", "Сводка по видам"]
    for name, last in (("Баланс", f"I{len(made.lines) + 1}"), ("Услуги связи", f"M{len(made.usage) + 1}")):
        assert (read[name].freeze_panes, read[name].auto_filter.ref) == ("A2", f"A1:{last}")
    names = zipfile.ZipFile(io.BytesIO(xlsx.render(made))).namelist()
    assert "xl/charts/chart1.xml" in names


@pytest.mark.parametrize("name", TOLD)
def test_a_statement_keeps_its_bytes_whatever_the_time_is(told: dict[str, Statement], name: str) -> None:
    """R-13.5"""
    with freeze_time("2026-10-01 10:00:00"):
        first = xlsx.render(told[name])
    with freeze_time("2031-02-03 11:12:13"):
        assert xlsx.render(told[name]) == first


def test_english_is_for_the_whole_book(told: dict[str, Statement]) -> None:
    read = book(told["full"], lang="en")
    assert read.sheetnames == ["Summary", "Balance", "Usage", "Summary by kind"]
    assert [cell.value for cell in read["Balance"][2]][3] == "Top-up"


def line(note: str, channel: str) -> Line:
    when = at("2015-09-08 14:37:57")
    return Line(version=1, booked_at=when, kind="adjustment", note=note, channel=channel, amount=1, balance=1)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_looks_like_a_formula_is_a_text(text: str) -> None:
    made = handmade([row(peer=text, zone=text)], [line(text, text)])
    read = book(made)
    for cell in (read["Услуги связи"]["D2"], read["Услуги связи"]["E2"], read["Баланс"]["E2"]):
        assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert read["Услуги связи"]["D2"].value == safe(text)


@settings(max_examples=20, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=64))
def test_no_text_makes_a_formula_or_breaks_the_book(text: str) -> None:
    """Whatever 64 characters a peer has."""
    content = xlsx.render(handmade([row(peer=text)], [line(text, text)]))
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        assert not [cell for each in sheet.iter_rows() for cell in each if cell.data_type == "f"]
    sheets = zipfile.ZipFile(io.BytesIO(content))
    assert not any(re.search(rb"<f[ >]", sheets.read(f"xl/worksheets/sheet{n}.xml")) for n in (1, 2, 3))


def test_every_sign_of_the_number_format_for_money_is_ascii_or_quoted(told: dict[str, Statement]) -> None:
    """Readers of number formats that stop at a bare sign they do not know would show no roubles."""
    formats = {each.number_format for sheet in book(told["below_zero"]) for line in sheet.rows for each in line}
    money = [each for each in formats if "₽" in each]
    assert len(money) == 1
    assert "−" in money[0]
    assert re.sub('"[^"]*"', "", money[0]).isascii()


def test_the_summary_says_what_the_next_night_does(told: dict[str, Statement]) -> None:
    """R-4.5, R-13.4: a sum that will be taken is a number; a fee that will not come is none, and it is said why."""
    full, blocked = (book(told[name]).worksheets[0] for name in ("full", "below_zero"))
    facts = [(row[0].value, row[1].value) for row in full.iter_rows(max_row=18)]
    assert ("Следующее списание", datetime(2019, 2, 11, 3)) in facts  # noqa: DTZ001  # local, as in the book
    assert ("Сумма списания", 400) in facts
    said = [str(row[1].value) for row in blocked.iter_rows(max_row=18)]
    assert "15.02 ночью оплаченный период закончится под блокировкой, плата не спишется" in said
    assert "Сумма списания" not in [row[0].value for row in blocked.iter_rows(max_row=18)]


@pytest.mark.parametrize("name", TOLD)
def test_a_long_workbook_says_the_same(told: dict[str, Statement], name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is written row by row: the same cells, the same bytes again, and no file is left."""
    usual = [list(sheet.iter_rows(values_only=True)) for sheet in book(told[name])]
    monkeypatch.setattr(xlsx, "ROWS_IN_MEMORY_MAX", -1)
    before = sorted(Path(gettempdir()).glob("obnovi-*"))
    assert [list(sheet.iter_rows(values_only=True)) for sheet in book(told[name])] == usual
    assert xlsx.render(told[name]) == xlsx.render(told[name])
    assert sorted(Path(gettempdir()).glob("obnovi-*")) == before


def test_memory_does_not_grow_with_the_rows_of_a_long_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the rows themselves: the whole of it in memory would be 3 KB a row."""
    monkeypatch.setattr(xlsx, "ROWS_IN_MEMORY_MAX", 500)

    def peak(rows: int) -> int:
        made = handmade([row(version=number, peer=f"79{number:09d}") for number in range(rows)])
        tracemalloc.start()
        try:
            xlsx.render(made)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1)
    assert peak(3_000) < peak(1_000) + 1_000_000
