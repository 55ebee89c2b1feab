"""The audit: every rule broken once, and its limits in threes."""

import pytest

from projections.operator.check import check
from tests.operator.support import FREE, HEARD, brief, catalogue, cells, found, page, pdf_text, read, xml


def test_a_statement_by_the_rules_has_no_findings() -> None:
    """R-1.6: seven rows of 1.30, and one each of 20.00, 11.70 and 3.90, total 37.8815 without VAT."""
    dear = [("20,0000", "16,9492"), ("11,7000", "9,9153"), ("3,9000", "3,3051")]
    rows = [{"d": f"08.09.2015 {hour}:00:00", "bd": f"08.09.2015 {hour}:00:17"} for hour in range(7)]
    rows += [{"d": f"09.09.2015 {hour}:00:00", "bd": "", "f": f, "c": c} for hour, (f, c) in enumerate(dear)]
    report = check(read(xml(*rows)), catalogue())
    assert (report.rows, report.total, report.total_ex_vat, report.findings) == (10, 44_70, 37_8815, [])
    assert (report.printed_total, report.printed_total_ex_vat) == (44_70, 37_8815)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (FREE | {"du": "0:00", "dup": "0:00"}, None),
        (FREE | {"du": "0:03", "dup": "0:03"}, None),
        (FREE | {"du": "0:03", "dup": "0:00"}, None),
        (FREE | {"du": "0:03", "dup": "1:00"}, "0:03"),
        (FREE | {"du": "0:04", "dup": "0:04"}, "1:00"),
        (FREE | {"du": "0:04", "dup": "0:00"}, "1:00"),
        (FREE | {"du": "0:04", "dup": "1:00"}, None),
        (FREE | {"du": "0:59", "dup": "1:00"}, None),
        (FREE | {"du": "1:00", "dup": "1:00"}, None),
        (FREE | {"du": "1:00", "dup": "2:00"}, "1:00"),
        (FREE | {"du": "1:01", "dup": "2:00"}, None),
        (FREE | {"du": "1:01", "dup": "1:00"}, "2:00"),
        (FREE | {"du": "60:01", "dup": "61:00"}, None),
        (HEARD | {"du": "0:17", "dup": "0:17"}, None),
        (HEARD | {"du": "0:17", "dup": "1:00"}, "0:17"),
        (HEARD | {"du": "0:02", "dup": "0:00"}, "0:02"),
        (FREE | {"s": "sms o", "du": "2", "dup": "2"}, None),
        (FREE | {"s": "sms o", "du": "2", "dup": "1"}, "2"),
        (FREE | {"s": "sms i", "du": "0:01", "dup": "0:01"}, None),
        (FREE | {"s": "sms i", "du": "0:01", "dup": "1"}, None),
        (FREE | {"s": "sms o", "n": "9290", "du": "1", "dup": "0"}, None),
        (FREE | {"s": "gprs", "du": "435Kb", "dup": "435Kb"}, None),
        (FREE | {"s": "gprs", "du": "435Kb", "dup": "500Kb"}, "435Kb"),
        (FREE | {"s": "gprs", "du": "1", "dup": "1"}, None),
        (FREE | {"s": "gprs", "du": "1", "dup": "2"}, "1"),
        (FREE | {"s": "mms o", "du": "1", "dup": "2"}, "1"),
    ],
)
def test_billed_quantities(cells: dict[str, str], expected: str | None) -> None:
    """R-6.2: started minutes, up to three seconds free, incoming, messages and kilobytes as measured."""
    finding = [] if expected is None else [(1, "R-6.2", "billed", expected, cells["dup"])]
    assert brief(xml(cells)) == finding


@pytest.mark.parametrize(
    ("cells", "free"),
    [
        ({"du": "0:03", "dup": "0:03"}, True),
        ({"du": "0:04", "dup": "1:00"}, False),
        ({"n": "<--+79280000000", "dup": "0:17"}, True),
        ({"s": "sms i", "du": "1", "dup": "1"}, True),
        ({"s": "sms o", "du": "1", "dup": "1"}, False),
        ({"s": "sms o", "n": "9290", "du": "1", "dup": "1"}, True),
        ({"s": "gprs", "du": "1Kb", "dup": "1Kb"}, False),
    ],
)
def test_what_is_free_costs_nothing(cells: dict[str, str], free: bool) -> None:
    assert brief(xml(cells)) == ([(1, "R-6.2", "free", "0.0000", "1.3000")] if free else [])


@pytest.mark.parametrize(("cells", "found"), [({"du": "17"}, "17"), ({"s": "gprs", "du": "?"}, "?")])
def test_a_quantity_that_is_none(cells: dict[str, str], found: str) -> None:
    assert (1, "R-1.2", "quantity") in [each[:3] for each in brief(xml(cells | {"dup": found}))]


@pytest.mark.parametrize(
    ("cells", "finding"),
    [
        ({"c": "1,1016"}, ("R-1.6", "ex_vat", "1.1017", "1.1016")),
        ({"c": "1,1018"}, ("R-1.6", "ex_vat", "1.1017", "1.1018")),
        ({"c": "1,0833"}, ("R-1.6", "vat_rate", "18 %", "20 %")),
        ({"c": "1,0656"}, ("R-1.6", "vat_rate", "18 %", "22 %")),
        ({"f": "1,3050", "c": "1,1059"}, ("R-1.1", "kopecks", "1.3100", "1.3050")),
    ],
)
def test_amounts_of_a_row(cells: dict[str, str], finding: tuple[str, str, str, str]) -> None:
    assert brief(xml(cells)) == [(1, *finding)]


@pytest.mark.parametrize(
    ("start", "changed", "rate"),
    [
        ("31.12.2018 23:59:59", "31.12.2018 23:59:59", 18),
        ("31.12.2018 23:59:59", "01.01.2019 0:00:00", 20),
        ("01.01.2019 0:00:00", "31.12.2018 0:00:00", 20),
        ("31.12.2025 23:59:59", "31.12.2025 23:59:59", 20),
        ("01.01.2026 0:00:00", "01.01.2026 0:00:00", 22),
    ],
)
def test_the_rate_of_vat_is_that_of_the_balance_change(start: str, changed: str, rate: int) -> None:
    """R-1.6: the date of booking, which is never before the start."""
    costs = {18: "1,1017", 20: "1,0833", 22: "1,0656"}
    for named, cost in costs.items():
        findings = [each for each in found(xml({"d": start, "bd": changed, "c": cost})) if each.rule == "R-1.6"]
        assert [(each.check, each.expected, each.found) for each in findings] == (
            [] if named == rate else [("vat_rate", f"{rate} %", f"{named} %")]
        )


@pytest.mark.parametrize(
    ("day", "cost", "findings"),
    [
        ("28.12.2018", "1,1017", []),
        ("28.12.2018", "1,0833", [("ex_vat", "1.0847", "1.0833")]),
        ("29.12.2018", "1,0833", []),
        ("31.12.2018", "1,1017", []),
        ("01.01.2019", "1,0833", []),
        ("01.01.2019", "1,1017", [("ex_vat", "1.1000", "1.1017")]),
    ],
)
def test_forms_without_amounts_with_vat(day: str, cost: str, findings: list[tuple[str, str, str]]) -> None:
    """Some price in whole kopecks must give the amount; the balance may have changed within the late window."""
    call = ("", day, "23:00:00", "+03:00", "79280000000", "", "", "Телеф.", "", "0:17", cost, "")
    assert brief(page(call, total=cost)) == [(1, "R-1.6", *finding) for finding in findings]
    assert check(read(page(call, total=cost)), catalogue()).total == {"28.12.2018": 128, "01.01.2019": 132}.get(
        day if findings else "", 130
    )


def test_totals_that_do_not_add_up() -> None:
    assert brief(xml({}, {"d": "08.09.2015 15:00:00", "bd": ""}, t="2,2033", f="2,6001")) == [
        (None, "R-1.6", "total_ex_vat", "2.2034", "2.2033"),
        (None, "R-1.6", "total", "2.6000", "2.6001"),
    ]


def test_rows_out_of_order_by_instants() -> None:
    """R-13.1: each row is compared with the one before; offsets may differ."""
    times = [("15:00:00", "+03:00"), ("14:59:59", "+03:00"), ("15:00:00", "+04:00"), ("14:00:00", "+03:00")]
    rows = [FREE | {"d": f"08.09.2015 {clock}", "gmt": gmt, "bd": ""} for clock, gmt in times]
    assert brief(xml(*rows)) == [
        (2, "R-13.1", "order", "≥ 2015-09-08T15:00:00+03:00", "2015-09-08T14:59:59+03:00"),
        (3, "R-13.1", "order", "≥ 2015-09-08T14:59:59+03:00", "2015-09-08T15:00:00+04:00"),
    ]


@pytest.mark.parametrize(
    ("cells", "twice"),
    [
        ({}, True),
        ({"bd": "08.09.2015 14:37:58"}, False),
        ({"du": "0:18"}, False),
        ({"n": "79280000001"}, False),
        ({"zv": "Россия"}, False),
        ({"g": "b"}, True),
    ],
)
def test_a_row_that_is_told_twice(cells: dict[str, str], twice: bool) -> None:
    """R-12.2."""
    expected = [(3, "R-12.2", "twice", "one row", "the same as row 1")] if twice else []
    assert brief(xml({}, {"n": "900", "bd": ""}, cells)) == expected


def test_rows_of_one_block_belong_together() -> None:
    """Parts of one message look alike; a second block that looks like the first does not belong to it."""
    part = cells("7:53:01", "900", "sms o", "1")
    assert brief(page(part, part, part, marks="bie")) == []
    assert [each[:3] for each in brief(page(part, part, part, part, marks="bebe"))] == [
        (3, "R-12.2", "twice"),
        (4, "R-12.2", "twice"),
    ]
    assert [each[:3] for each in brief(page(part, part))] == [(2, "R-12.2", "twice")]


def test_text_of_a_pdf_has_no_blocks() -> None:
    sms = ("01.01.2020  0:00:46", "+03:00  900", "sms o", "1", " 0,0000")
    call = ("01.01.2020  0:00:47", "+03:00  900", "Телеф.", "1:00", " 0,0000")
    assert [each[:3] for each in brief(pdf_text(*sms, *sms, *call, *call))] == [(4, "R-12.2", "twice")]


@pytest.mark.parametrize(
    ("changed", "finding"),
    [
        ("08.09.2015 14:37:39", ("R-2.6", "changed_before", "≥ 2015-09-08T14:37:40+03:00")),
        ("08.09.2015 14:37:40", None),
        ("11.09.2015 14:37:40", None),
        ("11.09.2015 14:37:41", ("R-6.5", "changed_late", "≤ 2015-09-11T14:37:40+03:00")),
    ],
)
def test_balance_changes_before_the_start_or_behind_the_late_window(
    changed: str, finding: tuple[str, str, str] | None
) -> None:
    assert [each[1:4] for each in brief(xml({"bd": changed}))] == ([finding] if finding else [])


def test_a_row_that_is_cut_off_is_a_finding() -> None:
    rest = ("01.01.2020  0:00:47", "+03:00  900", "sms o", "1", " 0,0000")
    data = pdf_text("01.01.2020  0:00:46", "+03:00  900", "sms o", *rest)
    assert brief(data) == [(1, "R-13.1", "cut_off", "a whole row", "01.01.2020  0:00:46")]
    assert check(read(data), catalogue()).rows == 2


def test_services_in_no_list_are_counted() -> None:
    report = check(read(xml(FREE | {"s": "mms o", "du": "1", "dup": "1"}, FREE)), catalogue())
    assert (report.unknown, report.findings) == (1, [])
