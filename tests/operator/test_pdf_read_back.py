"""Our PDF through `pdftotext`, read by our own reader and by one in the shape of others (R-13.1)."""

import re
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.contracts import Contract
from ledger.units import ex_vat
from projections.formats import pdf, xml
from projections.operator import number_cell, words
from projections.operator.check import check
from projections.operator.inputs import inputs_of
from projections.operator.model import OperatorStatement
from projections.statement import Statement
from tests.formats.support import handmade, row
from tests.formats.test_pdf import month
from tests.formats.told import TOLD
from tests.operator.support import ACCOUNT, catalogue, pdf_text, read
from tests.support import at
from tests.tools import tool

MODES: Final = {"plain": (), "raw": ("-raw",), "layout": ("-layout",)}
SERVICES: Final = [("voice", "out"), ("voice", "in"), ("sms", "out"), ("sms", "in"), ("data", "out")]
TEXTS: Final = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=64)


def taken_off(made: Statement, *options: str) -> str:
    """The text that `pdftotext` takes off our PDF."""
    command = [tool("pdftotext", package="poppler-utils"), *options, "-", "-"]
    return subprocess.run(command, input=pdf.render(made), capture_output=True, check=True).stdout.decode()


def said(read_: OperatorStatement) -> list[dict[str, Any]]:
    """The inputs by their ids; when they were received only paid rows of a PDF tell."""
    made = inputs_of(read_)
    assert made.passed_over == [each for each in made.passed_over if each.why == "ussd"]
    return sorted(
        ({name: value for name, value in each.items() if name != "received_at"} for each in made.inputs),
        key=lambda each: each["id"],
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", TOLD)
def test_a_statement_says_the_same_in_pdf_and_xml(tmp_path: Path, name: str, mode: str) -> None:
    """Several pages, zones, strange and missing numbers, no usage at all; totals with and without VAT too."""
    made = TOLD[name](tmp_path)
    found, other = read(taken_off(made, *MODES[mode]).encode()), read(xml.render(made).encode())
    assert said(found) == said(other)
    report = check(found, catalogue())
    assert (report.findings, report.rows) == ([], len(made.usage))
    assert (found.own, found.account) == (True, made.contract.number)
    assert (found.since, found.until) == (other.since, other.until)
    assert (report.printed_total, report.printed_total_ex_vat) == (
        made.usage_total.amount,
        made.usage_total.amount_ex_vat,
    )


@pytest.mark.parametrize("mode", MODES)
def test_many_rows_on_many_pages_are_read(mode: str) -> None:
    made = month(170)
    assert said(read(taken_off(made, *MODES[mode]).encode())) == said(read(xml.render(made).encode()))


@settings(deadline=None, max_examples=25)
@given(
    records=st.lists(
        st.tuples(
            st.sampled_from(SERVICES),
            TEXTS | st.sampled_from(["79280000000", "internet.mts.ru", "", "a · b", "— b"]),
            TEXTS.map(lambda text: text[:32] or "home")
            | st.sampled_from(["home", "russia", "international", "roaming"]),
            st.integers(0, 10**6),
            st.sampled_from([0, 0, 130, 7500]),
        ),
        min_size=1,
        max_size=6,
    ),
    mode=st.sampled_from(sorted(MODES)),
)
def test_any_usage_in_a_pdf_is_read_as_it_was(records: list[tuple[Any, ...]], mode: str) -> None:
    """Whatever its fonts lack, and wherever a long number is wrapped."""
    usage = [
        row(
            at=at(f"2015-09-08 14:{minute:02d}:40"),
            booked_at=at(f"2015-09-08 14:{minute:02d}:57"),
            service=what[0],
            direction=what[1],
            peer=peer,
            zone=zone,
            quantity=quantity,
            amount=amount,
            amount_ex_vat=ex_vat(amount, 18),
        )
        for minute, (what, peer, zone, quantity, amount) in enumerate(records)
    ]
    made = handmade(usage, contract=Contract(ACCOUNT, 1, ACCOUNT))
    assert said(read(taken_off(made, *MODES[mode]).encode())) == said(read(xml.render(made).encode()))


@given(
    st.sampled_from(SERVICES),
    TEXTS,
    TEXTS.map(lambda text: text[:32] or "home") | st.just("роуминг"),
    st.integers(0, 99),
)
def test_a_cell_of_number_and_zones_comes_apart_as_it_was(
    what: tuple[str, str], peer: str, zone: str, fits: int
) -> None:
    """Also when its lines are put together without what stood between them."""
    cell = number_cell.number_cell(*what, peer, zone, fits=fits)
    parts = number_cell.read(cell if len(cell) <= fits else cell.replace(" ", ""))
    direction, found = words.peer_of(words.service_of(words.service(*what))[1], parts.number)
    assert (direction, found if parts.is_named else "") == (what[1], peer)
    assert words.zone_of(parts.zp, parts.zv) == zone


# A reader in the shape of those that people wrote for the operator's file: one cell a line, time and number on two.

_TIME: Final = re.compile(r"(\d\d\.\d\d\.\d{4})\s+(\d{1,2}:\d\d:\d\d)")
_PLACE: Final = re.compile(r"([+-]\d\d:\d\d)\s+(\S+)")
_COST: Final = re.compile(r"(\d+,\d{4})(?:\s+(\S+ \S+))?")


def as_others_read(text: str) -> list[tuple[str, ...]]:
    """Rows as five lines in a row: time; offset and number; service; length; cost, and when the balance changed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    rows: list[tuple[str, ...]] = []
    for time, place, service, length, cost in zip(*(lines[start:] for start in range(5)), strict=False):
        if _TIME.fullmatch(time) and (at := _PLACE.match(place)) and (paid := _COST.fullmatch(cost)):
            rows.append((time, at[1], at[2], service, length, paid[1]))
    return rows


SAMPLE: Final = (
    *("01.01.2020  0:00:46", "+03:00  internet.mts.ru", "HSDPA (3G)", "307Kb", " 0,0000"),
    *("02.01.2020  13:33:45", "+03:00  79020007910", "Телеф.", "0:29", " 1,6667  02.01.2020 13:34:14"),
)


def test_a_reader_of_the_operators_text_reads_ours() -> None:
    """Every row of four pages, in the order in which it stands; as many as of the operator's own text."""
    assert len(as_others_read(pdf_text(*SAMPLE).decode())) == 2
    made = month(170)
    found = as_others_read(taken_off(made))
    assert len(found) == 170
    expected = [(each.word, each.actual) for each in read(taken_off(made).encode()).rows]
    assert [(service, length) for _, _, _, service, length, _ in found] == expected
    assert found[0] == ("01.09.2015 0:00:00", "+03:00", "<--+79280000000", "Телеф.", "0:01", "1,1017")


# The operator's text in the other two ways.


def one_a_line(rows: tuple[tuple[str, ...], ...], far: str) -> bytes:
    lines = [far.join(row_) for row_ in rows]
    return pdf_text(*lines, total="1,6667")


ROWS: Final = (
    ("01.01.2020 0:00:46", "+03:00 internet.mts.ru", "HSDPA (3G)", "307Kb", "0,0000"),
    ("02.01.2020 13:33:45", "+03:00 79020007910", "Телеф.", "0:29", "1,6667 02.01.2020 13:34:14"),
    ("02.01.2020 13:35:00", "+03:00 <--Vam_Zvonili:+79104740809", "sms i", "1", "0,0000"),
)
PLAIN: Final = tuple(cell for row_ in ROWS for cell in row_)


@pytest.mark.parametrize("far", ["      ", " "], ids=["layout", "raw"])
def test_one_row_a_line_says_the_same_as_one_cell_a_line(far: str) -> None:
    assert said(read(one_a_line(ROWS, far))) == said(read(pdf_text(*PLAIN, total="1,6667")))


def test_a_number_and_a_zone_that_nothing_parts_are_told_with_the_way_to_make_the_text() -> None:
    call = ("03.01.2020 9:00:00", "+03:00 79280000000", "Московский регион", "Телеф.", "1:01", "0,0000")
    (apart,) = (each for each in read(one_a_line((call,), "   ")).rows)
    assert (apart.cell, apart.zv) == ("79280000000", "Московский регион")
    (told,) = read(one_a_line((*ROWS, call), " ")).bad_rows
    assert (told.number, told.why) == (4, "unreadable")
    assert "pdftotext -layout" in told.text
