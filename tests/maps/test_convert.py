"""A table of calls and payments becomes inputs by a map: exactly, or its rows are rejected with what is wrong."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tests.cli.support import ACCOUNT, Done, Run

TABLE = '[table]\nzone = "Europe/Moscow"\n'
USAGE = """
[[records]]
type = "usage"
service = "voice"
direction = "out"
account = { column = "A" }
id = { column = "id" }
at = { column = "at" }
quantity = { column = "s", unit = "s" }
"""
PAYMENT = """
[[records]]
type = "top_up"
account = { column = "A" }
id = { column = "id" }
at = { column = "at" }
amount = { column = "sum" }
"""


def run(obnovi: Run, content: str | bytes, map: str, *options: object, name: str = "table.csv") -> Done:
    Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
    Path("map.toml").write_text(f'description = "of a test"\n{map}', encoding="utf-8")
    return obnovi("convert", name, "--map", "map.toml", *options)


def inputs(done: Done) -> list[dict[str, Any]]:
    assert done.code == 0, done.err
    return [json.loads(each) for each in done.out.splitlines()]


def one(obnovi: Run, field: str, said: str, cell: str) -> Any:
    """What a map with this line in place of its own makes of a cell in the column x."""
    base = PAYMENT if field == "amount" else USAGE
    lines = [f"{field} = {said}" if each.startswith(f"{field} =") else each for each in base.splitlines()]
    if f"{field} = {said}" not in lines:
        lines.append(f"{field} = {said}")
    quoted = '"' + cell.replace('"', '""') + '"'
    content = f"A,id,at,s,sum,x\n{ACCOUNT},1,2026-01-12 10:00:00,60,5.00,{quoted}\n"
    done = run(obnovi, content, TABLE + "\n".join(lines) + "\n")
    return inputs(done)[0].get(field) if done.code == 0 else done.err


@pytest.mark.parametrize(
    ("field", "said", "cell", "value"),
    [
        ("quantity", '{ column = "x", unit = "s" }', "347", 347),
        ("quantity", '{ column = "x", unit = "min" }', "1,5", 90),
        ("quantity", '{ column = "x", unit = "clock" }', "5:10", 310),
        ("quantity", '{ column = "x", unit = "clock" }', "1:05:10", 3910),
        ("quantity", '{ column = "x", unit = "clock" }', "75:10", 4510),
        ("quantity", '{ column = "x", unit = "ms", round = "up" }', "1001", 2),
        ("quantity", '{ column = "x", unit = "s", round = "nearest" }', "1.5", 2),
        ("quantity", '{ column = "x", unit = "kb" }', "1.5", 1536),
        ("quantity", '{ column = "x", unit = "mb" }', "2 048", 2147483648),
        ("quantity", "1", "", 1),
        ("amount", '{ column = "x" }', "1 000,50", 1000_50),
        ("amount", '{ column = "x", unit = "kop" }', "1050", 10_50),
        ("amount", '{ column = "x", absolute = true }', "-7.00", 7_00),
        ("at", '{ column = "x" }', "12.01.2026 10:00", "2026-01-12T10:00:00+03:00"),
        ("at", '{ column = "x", zone = "Asia/Vladivostok" }', "12.01.2026 10:00", "2026-01-12T03:00:00+03:00"),
        ("at", '{ column = "x", format = "%m/%d/%y %I:%M %p" }', "01/12/26 01:05 PM", "2026-01-12T13:05:00+03:00"),
        ("at", '{ column = "x", format = "%d.%m.%Y %H:%M %z" }', "12.01.2026 10:00 +0500", "2026-01-12T08:00:00+03:00"),
        ("at", '{ column = "x", format = "unix" }', "1768200000", "2026-01-12T09:40:00+03:00"),
        ("at", '{ column = "x", format = "excel" }', "46034.4173611111", "2026-01-12T10:01:00+03:00"),
        ("peer", '{ column = "x", number = true }', "8 (916) 000-00-01", "79160000001"),
        ("peer", '{ column = "x", pattern = "SIP/([0-9]+)" }', "SIP/101-1", "101"),
        ("zone", '{ column = "x", prefixes = { "7" = "ru", "7495" = "home" }, default = "abroad" }', "7495123", "home"),
        ("zone", '{ column = "x", prefixes = { "7" = "ru", "7495" = "home" }, default = "abroad" }', "781", "ru"),
        ("zone", '{ column = "x", prefixes = { "7" = "ru" }, default = "abroad" }', "49", "abroad"),
        ("service", '{ column = "x", values = { "Звонок" = "voice", "SMS" = "sms" } }', "SMS", "sms"),
        ("direction", '{ column = "x", values = { "Исх" = "out" }, default = "in" }', "", "in"),
        ("id", '{ column = "x", prefix = "sw-" }', "17", "sw-17"),
        ("account", '{ column = ["x", "A"] }', "", ACCOUNT),
    ],
)  # fmt: skip
def test_a_cell_is_read_as_the_map_says(obnovi: Run, field: str, said: str, cell: str, value: object) -> None:
    assert one(obnovi, field, said, cell) == value


@pytest.mark.parametrize(
    ("field", "said", "cell", "told"),
    [
        ("quantity", '{ column = "x", unit = "s" }', "1.5", "column x: '1.5' is no amount in s"),
        ("quantity", '{ column = "x", unit = "clock" }', "1:75", "column x: '1:75' is no amount in clock"),
        ("quantity", '{ column = "x", unit = "s" }', "-1", "column x: '-1' is no amount in s"),
        ("quantity", '{ column = "x", unit = "s" }', "", "column x: there is no amount"),
        ("amount", '{ column = "x" }', "1,000", "column x: '1,000' may have thousands or a decimal mark"),
        ("amount", '{ column = "x" }', "0", "amount: "),
        ("at", '{ column = "x" }', "yesterday", "column x: 'yesterday' is no date"),
        ("at", '{ column = "x", format = "%d.%m.%Y" }', "2026-01-12", "column x: '2026-01-12' is no time like"),
        ("service", '{ column = "x", values = { "GSM" = "voice" } }', "MMS", "column x: the map has no value"),
        ("account", '{ column = "x" }', "7.916E+10", "column x: '7.916E+10' was rounded by a spreadsheet"),
        ("account", '{ column = "x" }', "12345", "account: 79 and nine digits are needed"),
        ("id", '{ column = "x" }', "", "id: "),
        ("zone", '{ column = 9 }', "", "column 9: the row has 6 cells"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_read_rejects_its_row_and_says_why(
    obnovi: Run, field: str, said: str, cell: str, told: str
) -> None:
    error = one(obnovi, field, said, cell)
    assert isinstance(error, str)
    assert error.startswith(f"table.csv line 2: MALFORMED: {told}"), error
    assert error.endswith("table.csv: 0 inputs; 1 row rejected\n")


def test_rejected_rows_are_kept_in_a_file_and_the_others_are_converted(obnovi: Run) -> None:
    content = f"A,id,at,sum\n{ACCOUNT},1,2026-01-12 10:00:00,5.00\n{ACCOUNT},2,2026-01-12 10:00:00,five\n"
    done = run(obnovi, content, TABLE + PAYMENT, "-o", "inputs.jsonl", "--rejects", "rejects.jsonl")
    assert (done.code, done.out, done.err) == (3, "", "table.csv: 1 input; 1 row rejected\n")
    (rejected,) = map(json.loads, Path("rejects.jsonl").read_text(encoding="utf-8").splitlines())
    assert rejected == {
        "line": 3, "reason": "MALFORMED", "detail": "column sum: 'five' is no sum of money",
        "input": f"{ACCOUNT};2;2026-01-12 10:00:00;five", "file": "table.csv",
    }  # fmt: skip
    assert len(Path("inputs.jsonl").read_text(encoding="utf-8").splitlines()) == 1


def test_a_row_becomes_what_the_first_record_that_fits_makes_of_it_and_named_rows_are_skipped(obnovi: Run) -> None:
    map = """
[[skip]]
name = "total"
column = "A"
pattern = "^(Итого|Всего)"

[[skip]]
name = "not paid"
column = "state"
not_values = ["ok"]

[[records]]
type = "refund"
when = [{ column = "sum", pattern = "^-" }]
account = { column = "A" }
id = { column = "id" }
at = { column = "at" }
amount = { column = "sum", absolute = true }
"""
    rows = [
        "A;id;at;sum;state",
        f"{ACCOUNT};1;12.01.2026 10:00;5,00;ok",
        f"{ACCOUNT};2;12.01.2026 10:00;-5,00;ok",
        f"{ACCOUNT};3;12.01.2026 10:00;5,00;failed",
        "Итого;;;0,00;",
    ]
    done = run(obnovi, "\n".join(rows).encode("windows-1251"), TABLE + map + PAYMENT)
    assert [(each["type"], each["id"], each["amount"]) for each in inputs(done)] == [
        ("top_up", "1", 5_00),
        ("refund", "2", 5_00),
    ]
    assert done.err == "table.csv: 2 inputs; 1 row skipped (not paid); 1 row skipped (total)\n"


def test_a_row_without_an_id_has_the_same_one_in_every_file_and_equal_rows_have_others(obnovi: Run) -> None:
    map = TABLE + USAGE.replace('id = { column = "id" }', 'id = { digest = ["A", "at", "s"] }')
    row, other = f"{ACCOUNT},2026-01-12 10:00:00,60", f"{ACCOUNT},2026-01-12 11:00:00,60"
    first = [each["id"] for each in inputs(run(obnovi, f"A,at,s\n{row}\n{row}\n{other}\n", map))]
    second = [each["id"] for each in inputs(run(obnovi, f"A,at,s\n{other}\n{row}\n{row}\n", map))]
    assert len(set(first)) == 3
    assert second == [first[2], first[0], first[1]]
    assert all(len(each) <= 64 for each in first)


def test_a_workbook_is_read_as_excel_shows_it(obnovi: Run) -> None:
    """Numbers that Excel keeps as floats, dates that are numbers, sums that it has added up: exactly, or not at all."""
    book = Workbook()
    book.create_sheet("January")
    sheet = book["January"]
    rows: list[list[object]] = [
        ["A", "id", "at", "sum"],
        [79161234567, 1, datetime.fromisoformat("2026-01-12 10:00:59"), 0.1 + 0.2],
        [79161234567.0, "x-2", "12.01.2026 10:01", 1234567.89],
        ["+7 916 123-45-67", 123456789012345, datetime.fromisoformat("2026-01-12"), 5],
        [79161234567, 12345678901234567890, datetime.fromisoformat("2026-01-12"), 5],
        [79161234567, 5, datetime.fromisoformat("2026-01-12"), 1.005],
    ]
    for row in rows:
        sheet.append(row)
    book.save("book.xlsx")
    done = run(obnovi, Path("book.xlsx").read_bytes(), TABLE + PAYMENT, "--sheet", "January", name="book.xlsx")
    assert done.code == 3
    assert [list(json.loads(each).values()) for each in done.out.splitlines()] == [
        ["top_up", "1", ACCOUNT, "2026-01-12T10:00:59+03:00", 30],
        ["top_up", "x-2", ACCOUNT, "2026-01-12T10:01:00+03:00", 123456789],
        ["top_up", "123456789012345", ACCOUNT, "2026-01-12T00:00:00+03:00", 500],
    ]
    assert "book.xlsx line 5: MALFORMED: column id: '1.234568E+19' was rounded by a spreadsheet" in done.err
    assert "book.xlsx line 6: MALFORMED: column sum: '1.005'" in done.err


def test_lengths_of_a_workbook_are_clocks(obnovi: Run) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["A", "id", "at", "s"])
    sheet.append([ACCOUNT, "1", datetime.fromisoformat("2026-01-12 10:00:00"), timedelta(hours=25, seconds=5)])
    sheet.append([ACCOUNT, "2", datetime.fromisoformat("2026-01-12 10:00:00"), timedelta(minutes=5, seconds=10)])
    book.save("book.xlsx")
    map = TABLE + USAGE.replace('unit = "s"', 'unit = "clock"')
    done = run(obnovi, Path("book.xlsx").read_bytes(), map, name="book.xlsx")
    assert [each["quantity"] for each in inputs(done)] == [90005, 310]


@pytest.mark.parametrize(
    ("map", "told"),
    [
        ("[table\n", "map.toml Expected ']'"),
        (USAGE, "map.toml table: missing"),
        (TABLE, "map.toml records: missing"),
        ('[table]\nzone = "Mars"\n' + USAGE, "map.toml line 3: table.zone: no time zone 'Mars' in the IANA data"),
        (TABLE + USAGE.replace('service = "voice"', ""), "map.toml line 5: records.1: a usage needs service"),
        (TABLE + USAGE + "amount = { column = 1 }\n", "map.toml line 5: records.1: a usage has no amount"),
        (TABLE + USAGE.replace('unit = "s"', 'unit = "h"'), "map.toml line 12: records.1.quantity.unit: Input"),
        (TABLE + USAGE + "colour = 1\n", "map.toml line 13: records.1.colour: no such key"),
        (TABLE + USAGE.replace('id = { column = "id" }', "id = {}"), "map.toml line 10: records.1.id: an id is"),
        (TABLE + USAGE.replace('at = { column = "at" }', "at = { column = 0 }"), "map.toml line 11: records.1.at"),
        (TABLE + USAGE + 'peer = { column = 1, pattern = "(" }\n', "map.toml line 13: records.1.peer.pattern: no"),
        (
            TABLE + '[[skip]]\ncolumn = 1\nempty = true\n' + USAGE,
            "map.toml line 4: skip.1.name: missing",
        ),
    ],
)  # fmt: skip
def test_a_map_that_cannot_be_used_is_told_with_its_line_and_key(obnovi: Run, map: str, told: str) -> None:
    done = run(obnovi, "A,id,at,s\n", map)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"obnovi: {told}"), done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "options", "told"),
    [
        ("", (), "table.csv: the file is empty"),
        ("%PDF-1.4", (), "table.csv: a PDF"),
        ("A,id,at\n", (), "table.csv line 1: the header has no column 's'"),
        ("A,A,id,at,s\n", (), "table.csv line 1: two columns are called 'A'"),
        ("A,id,at,s\n", ("--sheet", "January"), "table.csv: no workbook, so it has no sheets"),
        (b"PK\x03\x04 no workbook", (), "table.csv: no workbook that can be read"),
        ("A,id,at,s\n", ("-o", "map.toml"), "-o map.toml is one of the feeds"),
    ],
)
def test_a_table_that_a_map_does_not_fit_is_told_and_nothing_is_written(
    obnovi: Run, content: str | bytes, options: tuple[str, ...], told: str
) -> None:
    done = run(obnovi, content, TABLE + USAGE, *options)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"obnovi: {told}"), done.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("table.csv",), "--map is missing"),
        (("--map", "asterisk"), "name the table to convert"),
        (("table.csv", "--map", "nokia"), "there is no map nokia; name a TOML file, or one of asterisk, freeswitch"),
        (("table.csv", "--map", "none.toml"), "there is no map at none.toml"),
    ],
)  # fmt: skip
def test_what_is_missing_on_the_line_is_told(obnovi: Run, arguments: tuple[str, ...], told: str) -> None:
    done = obnovi("convert", *arguments)
    assert done.code == 2
    assert told in done.err
