"""The operator's real files, where they are at hand: what they say, what departs from the rules, row by row."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from projections.operator import files
from projections.operator.check import check
from projections.operator.inputs import inputs_of
from projections.operator.model import OperatorStatement
from tests.operator.support import catalogue
from tests.support import SHARED_FEED

XML, HTML, TEXT = (
    SHARED_FEED.with_name(f"operator-statement-{name}") for name in ("2015.xml", "2017-sample.html", "2020-sample.txt")
)


def real(path: Path) -> OperatorStatement:
    if not path.exists():
        pytest.skip(f"{path.name}, a real statement, is not kept in this repository")
    return files.read(path)


def test_the_usage_of_half_a_year_is_that_of_the_real_feed() -> None:
    """1,209 calls, SMS and data records in the order of their arrival; 48 USSD rows are no inputs."""
    made = inputs_of(real(XML))
    feed = [json.loads(line) for line in SHARED_FEED.read_text(encoding="utf-8").splitlines()]
    usage = [said | {"source": "statement"} for said in feed if said["type"] == "usage"]
    ids = {input.pop("id") for input in made.inputs}
    assert made.inputs == [{name: value for name, value in said.items() if name != "id"} for said in usage]
    assert len(ids) == 1_209
    assert Counter(each.why for each in made.passed_over) == {"ussd": 48}


def test_the_total_of_half_a_year_is_confirmed_and_some_rows_depart_from_the_rules() -> None:
    """R-1.6: 37.8815 and 44.70; edited data rows, and calls to 0890 that are free though not rounded."""
    report = check(real(XML), catalogue())
    assert (report.rows, report.total, report.total_ex_vat) == (1257, 44_70, 37_8815)
    assert (report.printed_total, report.printed_total_ex_vat, report.unknown) == (44_70, 37_8815, 0)
    data = [1086, 1087, 1088, 1123, 1124, 1125, 1126, 1145]
    found: dict[tuple[str, str], list[Any]] = {}
    for each in report.findings:
        found.setdefault((each.rule, each.check), []).append(each.row)
    assert found == {
        ("R-6.2", "billed"): [*data, 1217, 1228, 1229, 1230],
        ("R-2.6", "changed_before"): data,
        ("R-13.1", "order"): [1086, 1125, 1146],
    }


def test_a_page_of_which_rows_were_taken_out() -> None:
    made = real(HTML)
    report = check(made, catalogue())
    assert [(each.check, each.expected, each.found) for each in report.findings] == [
        ("total_ex_vat", "11.0172", "1519.0785")
    ]
    done = inputs_of(made)
    assert (report.rows, report.total, len(done.inputs)) == (54, 13_00, 52)
    assert [each.row for each in done.passed_over] == [52, 53]


def test_pieces_of_the_text_of_a_pdf() -> None:
    made = real(TEXT)
    report = check(made, catalogue())
    assert [(each.row, each.check) for each in report.findings] == [
        (15, "cut_off"),
        (18, "cut_off"),
        (None, "total_ex_vat"),
    ]
    assert (report.rows, report.total, report.total_ex_vat) == (36, 75_00, 62_5000)
    done = inputs_of(made)
    assert len(done.inputs) == 28
    assert Counter(each.why for each in done.passed_over) == {"unmeasured": 6, "cut_off": 2}
